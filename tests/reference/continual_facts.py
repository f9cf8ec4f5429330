"""Memories, facts, orders and deletions written out once more, plainly: oracles for the tests.

Nothing here is imported from the package.
"""

import numpy as np


def strengths(exposures, end, *, fast=0.9, slow=0.999, feed=0.05, gain=0.5):
    """Sum of a fast and a slow trace after every step 0..end."""
    f, s, found = 0.0, 0.0, []
    for t in range(end + 1):
        f = fast * f
        s = slow * s + feed * f
        if t in exposures:
            f = f + gain * (1 - f)
        found.append(f + s)
    return np.array(found)
