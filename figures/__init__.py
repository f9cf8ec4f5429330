"""Reproductions: one module or folder a paper, holding its figures and claims; found by looking."""
