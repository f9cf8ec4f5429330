"""How many replicas a check needs to see a theory that is wrong."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from toysim.checking.case import Case
from toysim.comparison.tolerances import Array, finite_size, measured
from toysim.comparison.verdicts import RESOLUTION
from toysim.model import Observable, Rows

ERRORS = 7.0  # standard errors to be seen: five decide, two for the luck of the draw
LEAST = 30  # replicas, below which Student's t is far above a normal number


def to_tell(case: Case, wrong: Rows, names: Iterable[str]) -> int | None:
    """Replicas at which ``wrong`` differs in some cell of one of the observables; None where more
    replicas do not help.
    """
    offs = {name: np.abs(wrong[name] - case.theory[name]) for name in names}
    return _least(_needed(case, o, offs[o.name]) for o in _observables(case, offs))


def to_decide(case: Case, names: Iterable[str]) -> int | None:
    """Replicas at which all of the observables are decided in some cell; None as above."""
    sides = case.sides(case.theory)
    known = _observables(case, set(names))
    needed = [_needed(case, o, np.asarray(RESOLUTION * sides.scale(o))) for o in known]
    return None if None in needed else max((n for n in needed if n), default=None)


def _observables(case: Case, names: Iterable[str]) -> list[Observable]:
    wanted = set(names)
    return [o for o in case.model.observables if o.name in wanted]


def _needed(case: Case, o: Observable, off: Array) -> int | None:
    """n (7 errors / (what is to be seen - what no replica takes away))^2, at its best cell."""
    if not case.model.of_means:
        return None
    sides = case.sides(case.theory)
    found = measured(sides, o)
    theory, valid = sides.theory_at(o, found.rows)
    stays = finite_size(sides, o, found.rows) + o.atol + o.rtol * np.abs(theory)
    left = np.where(valid.reshape(-1, *[1] * (theory.ndim - 1)), off - stays, np.nan)
    seen = np.isfinite(left) & (left > 0.0) & np.isfinite(found.error)
    if not seen.any():
        return None
    share = float(np.min(ERRORS * found.error[seen] / left[seen]))
    return max(LEAST, int(np.ceil(sides.n_replicas * share**2)))


def _least(needed: Iterable[int | None]) -> int | None:
    return min((n for n in needed if n is not None), default=None)
