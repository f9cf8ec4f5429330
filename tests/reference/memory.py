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


def willshaw(rng, n, k, m, fan, pairs, p, exposures, cue):
    """Sums of the target's outputs and of the others, and on synapses of its block."""
    synapses = np.zeros((n, m), bool)
    target = rng.choice(n, k, replace=False), rng.choice(m, fan, replace=False)
    shown = []
    for _ in range(pairs):
        shown.append((rng.choice(n, k, replace=False), rng.choice(m, fan, replace=False)))
    for x, y in shown + [target] * exposures:
        synapses[np.ix_(x, y)] |= rng.random((k, fan)) < p
    sums = synapses[target[0][:cue]].sum(axis=0)
    block = synapses[np.ix_(*target)].sum()
    return sums[target[1]], np.delete(sums, target[1]), block


def superposed(rng, q, k, a, classes, size, cue, p):
    """Matches of a stored cue with its prototype, and shares of modules whose own unit, and whose
    prototype's unit that is not the own, get all of the cue.
    """
    prototypes = rng.integers(k, size=(classes, q))
    items = np.repeat(prototypes, size, axis=0)
    items = np.where(rng.random(items.shape) < a, items, rng.integers(k, size=items.shape))
    synapses = np.zeros((cue, k, q - cue, k), bool)
    for item in items:
        for i in range(cue):
            for j in range(q - cue):
                synapses[i, item[i], j, item[cue + j]] |= rng.random() < p
    first, prototype = items[0], prototypes[0]
    active = np.all([synapses[i, first[i]] for i in range(cue)], axis=0)
    at = np.arange(q - cue)
    own = active[at, first[cue:]]
    wrong = active[at, prototype[cue:]] & (first[cue:] != prototype[cue:])
    return np.sum(first[:cue] == prototype[:cue]), own.mean(), wrong.mean()


def codes(rng, d, n, m):
    """Pairs of points with one code, points whose code was there, and mean distance."""
    signs = (rng.standard_normal((m, d)) @ rng.standard_normal((d, n))) > 0
    apart = [np.mean(signs[i] != signs[j]) for i in range(m) for j in range(i)]
    distinct = len({tuple(row) for row in signs})
    return np.sum(np.array(apart) == 0.0), 1.0 - distinct / m, np.mean(apart)
