"""A run of training that is looked at on the way, whatever is trained."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class Run(Protocol):
    """What is trained; looking at it changes nothing."""

    def advance(self, n_updates: int) -> None:
        """The next updates."""

    def look(self) -> dict[str, float]:
        """All courses' values now."""


def record(run: Run, at: npt.NDArray[np.int64], n_steps: int) -> dict[str, Any]:
    """Courses (R,) of a run of ``n_steps`` that is looked at after ``at`` (R,) updates.

    ``failed_at`` is the first of them at which the loss was not finite, -1 if it always was; the
    courses are NaN after it. Without records the end is looked at for that alone.
    """
    looks: list[dict[str, float]] = []
    done, failed_at = 0, -1
    for update in at.tolist() or [n_steps]:
        run.advance(update - done)
        done = update
        looks.append(run.look())
        if not np.isfinite(looks[-1]["loss"]):
            failed_at = update
            break
    courses = {name: np.full(len(at), np.nan) for name in looks[0]}
    for name, course in courses.items():
        course[: len(looks)] = [look[name] for look in looks[: len(at)]]
    return {**courses, "failed_at": failed_at}
