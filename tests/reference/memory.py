"""Memories written out plainly: matrices of couplings and synapses, pattern by pattern.

Nothing here is imported from the package.
"""

import numpy as np


def hopfield(rng, n, p, temperature, n_sweeps):
    """Overlap with the first pattern and energy per neuron after sweeps from it."""
    xi = rng.choice([-1.0, 1.0], (p, n))
    couplings = xi.T @ xi / n
    np.fill_diagonal(couplings, 0.0)
    s = xi[0].copy()
    for _ in range(n_sweeps):
        for i in rng.permutation(n):
            h = couplings[i] @ s
            if temperature == 0.0:
                s[i] = np.sign(h) if h != 0.0 else s[i]
            else:
                s[i] = 1.0 if rng.random() < 1.0 / (1.0 + np.exp(-2.0 * h / temperature)) else -1.0
    return xi[0] @ s / n, -0.5 * s @ couplings @ s / n
