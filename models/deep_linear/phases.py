"""Deficits cut a run into phases in which every pathway is either open or frozen."""

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@kernel
def phase_edges(windows: Array, end: float) -> Array:
    """Sorted starts of the phases and, last, ``end``; doubles stand for phases of length zero.

    ``windows`` (W, 3) are rows pathway, start, stop in the unit of ``end``: flow time, or whole
    updates.
    """
    edges = np.empty(2 * len(windows) + 2)
    edges[0] = 0.0
    edges[1] = end
    for w in range(len(windows)):
        edges[2 + 2 * w] = min(max(windows[w, 1], 0.0), end)
        edges[3 + 2 * w] = min(max(windows[w, 2], 0.0), end)
    for k in range(1, len(edges)):  # by insertion: NumPy's sort takes half a second to compile
        edge = edges[k]
        while k > 0 and edges[k - 1] > edge:
            edges[k] = edges[k - 1]
            k -= 1
        edges[k] = edge
    return edges


@borrowing
def open_pathways(windows: Array, lesioned: Mask, at: float, out: Mask) -> int:
    """Mark in ``out`` (P,) the pathways open in the phase that starts ``at``; returns how many."""
    count = 0
    for p in range(len(out)):
        out[p] = not lesioned[p]
        for w in range(len(windows)):
            if windows[w, 0] == p and windows[w, 1] <= at < windows[w, 2]:
                out[p] = False
        count += out[p]
    return count
