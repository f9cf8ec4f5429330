"""Random walks in a potential written out plainly. Nothing here is imported from the package."""

import numpy as np


def walkers(rng, force, temperature, n_steps, n):
    """Positions (n,) after so many steps from 0; ``force`` (2 L + 1,) at -L..L."""
    half = len(force) // 2
    right = 1.0 / (1.0 + np.exp(force / temperature))
    x = np.zeros(n, int)
    for _ in range(n_steps):
        x += np.where(rng.random(n) < right[x + half], 1, -1)
    return x
