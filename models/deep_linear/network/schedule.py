"""When a row's updates begin, how long each is, and which pathways it changes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.models.deep_linear.phases import phase_edges
from toysim.models.deep_linear.updates import in_updates

Array = npt.NDArray[np.float64]


class Updates(NamedTuple):
    """Updates, in units of the step; time counts in steps from the start.

    begin   (n + 1,)       when an update begins; last, the end
    share   (n,)           its length: 1, or less where a phase or the run ends within it
    opened  (P, n) bool    the pathways that it changes
    kink    (n,) bool      whether the update before it changes others
    """

    begin: Any
    share: Any
    opened: Any
    kink: Any


def updates_of(row: Row, windows: Array) -> Updates:
    """Deficits and end as written; chance freezes whole updates and shares alike."""
    p, generator = row.p, row.generator("freeze")
    deficits = windows[windows[:, 2] > windows[:, 1]]
    deficits[:, 1:] = in_updates(deficits[:, 1:], p.step, np.inf)
    end = float(in_updates(np.array(p.duration), p.step, np.inf))
    begin, share = _begins(np.unique(phase_edges(deficits, end)))
    opened = np.ones((p.n_pathways, len(share)), np.bool_)
    for pathway, start, stop in deficits:
        inside = (start <= begin[:-1]) & (begin[:-1] < stop)
        opened[int(pathway), inside] &= generator.random(inside.sum()) >= p.freeze_probability
    return Updates(begin, share, opened, kinks(opened))


def kinks(opened: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Before which updates the set of open pathways changes."""
    return np.append(False, (opened[:, 1:] != opened[:, :-1]).any(axis=0))


def _begins(edges: Array) -> tuple[Array, Array]:
    """Updates from every edge to the next one, the last of each the shorter."""
    lengths = in_updates(np.diff(edges), 1.0, np.inf)
    phases = [a + np.arange(np.ceil(n)) for a, n in zip(edges, lengths, strict=False)]
    begin = np.append(np.concatenate(phases), edges[-1])
    return begin, in_updates(np.diff(begin), 1.0, 1.0)
