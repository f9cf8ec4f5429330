"""Sweep files: ``critical_periods/depth.toml`` is the sweep ``critical_periods.depth``; found by
looking.
"""
