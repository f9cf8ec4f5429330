"""The arrays every loop shares, bundled: what a row is given and what it leaves behind.

Each bundle holds either all rows (arrays with a leading axis n) or one of them; ``course_of`` and
``outcome_of`` take one row out, inside compiled code, as views.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from toysim.jit import kernel


class Course(NamedTuple):
    """Task and deficits of a row.

    depth      int           D
    target     float         S
    end        float         when it ends: updates for gradient descent, flow time for the flow
    windows    (W, 3)        deficits: pathway, start, stop, in the unit of ``end``
    lesioned   (P,) bool     pathways without output and gradient
    record_at  (R,)          record times, ascending, in the unit of ``end``
    """

    depth: Any
    target: Any
    end: Any
    windows: Any
    lesioned: Any
    record_at: Any


class Outcome(NamedTuple):
    """What a loop writes; NaN where it did not get there.

    strength   (P,)          K at the end
    records    (P, R)        K at the record times
    exposure   (P,)          integral of Omega while the pathway was open (sum over updates)
    half       (1,)          when half the mode was learned, in the unit of ``end``; 0 if at the
                             start already
    """

    strength: Any
    records: Any
    exposure: Any
    half: Any


@kernel
def course_of(courses: Course, i: int) -> Course:
    """Row i of a bundle of rows."""
    return Course(
        courses.depth[i],
        courses.target[i],
        courses.end[i],
        courses.windows[i],
        courses.lesioned[i],
        courses.record_at[i],
    )


@kernel
def outcome_of(outcomes: Outcome, i: int) -> Outcome:
    """Row i of a bundle of rows."""
    return Outcome(
        outcomes.strength[i], outcomes.records[i], outcomes.exposure[i], outcomes.half[i]
    )
