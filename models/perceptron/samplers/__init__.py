"""Algorithms on one instance: all configurations, message passing, Metropolis, and the instances.

Read by simulations alone; ``sizes`` and ``parameters`` are what models declare of them.
"""
