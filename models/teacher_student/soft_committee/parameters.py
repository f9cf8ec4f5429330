"""Parameters of the soft committee machine."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, parameter
from toysim.records import Recorded, recording

MOST_WEIGHTS = 10**6  # of the explicit form


class SoftCommitteeParameters(Recorded):
    """Sizes of student and teacher, rate and noise, and where the student starts."""

    size: int = parameter(1000, symbol="N", meaning="inputs", ge=4, le=10**9)
    hidden_units: int = parameter(2, symbol="K", meaning="units of the student", ge=1, le=8)
    teacher_units: int = parameter(2, symbol="M", meaning="units of the teacher", ge=1, le=8)
    learning_rate: float = parameter(
        1.0, symbol="eta", meaning="rate; weights move by eta/sqrt(N)", gt=0, le=20
    )
    label_noise: float = parameter(
        0.0, symbol="sigma^2", meaning="variance of the noise on the labels", ge=0, le=100
    )
    start_scale: float = parameter(
        0.3, symbol="s_0", meaning="deviation of a weight at a random start", gt=0, le=10
    )
    start: Literal["random", "given", "symmetric"] = parameter(
        "random",
        symbol="start",
        meaning="overlaps at the start: drawn, given, or start_own and start_other of every unit, "
        "which has no part outside the teacher's",
    )
    start_draw: int = parameter(
        0,
        symbol="start set",
        meaning="which random start, one for all replicas; -1 draws one for each",
        ge=-1,
        le=10**9,
    )
    start_student_overlaps: Matrix = parameter(
        (), symbol="Q(0)", meaning="given start, K x K: w_i.w_k/N"
    )
    start_teacher_overlaps: Matrix = parameter(
        (), symbol="R(0)", meaning="given start, K x M: w_i.B_n/N"
    )
    start_own: float = parameter(
        0.5,
        symbol="R_own",
        meaning="start = symmetric: overlap with a teacher unit of its own",
        ge=-10,
        le=10,
    )
    start_other: float = parameter(
        0.25,
        symbol="R_other",
        meaning="start = symmetric: overlap with every other teacher unit",
        ge=-10,
        le=10,
    )
    duration: float = parameter(
        100.0, symbol="T", unit="N examples", meaning="examples per input", gt=0, le=1e5
    )
    n_records: int = recording(101)
    threshold: float = parameter(
        0.3, symbol="c", meaning="gap beyond which a student has escaped", gt=0, le=10, stream=False
    )
    method: Literal["overlaps", "weights"] = parameter(
        "overlaps",
        symbol="method",
        meaning="the chain of overlaps, of the same law at any N, or the weights themselves",
        stream=False,
    )

    @model_validator(mode="after")
    def _fits(self) -> SoftCommitteeParameters:
        least = self.hidden_units + self.teacher_units + 2
        if self.size < least:
            raise ValueError(f"size = {self.size} is below hidden_units + teacher_units + 2")
        if self.method == "weights" and self.size > MOST_WEIGHTS:
            raise ValueError(
                f"size = {self.size} with method = weights: at most {MOST_WEIGHTS}; "
                "use method = overlaps"
            )
        given = (self.start_student_overlaps, self.start_teacher_overlaps)
        if self.start != "given" and any(given):
            raise ValueError(
                f"start = {self.start} takes no overlaps; give start = given with them"
            )
        if self.start == "given":
            self._check_gram()
        return self

    def _check_gram(self) -> None:
        import numpy as np

        k, m = self.hidden_units, self.teacher_units
        q, r = self.start_student_overlaps, self.start_teacher_overlaps
        for name, given, width in (
            ("start_student_overlaps", q, k),
            ("start_teacher_overlaps", r, m),
        ):
            shape = (len(given), len(given[0]) if given else 0)
            if shape != (k, width):
                raise ValueError(f"start = given: {name} is {shape}, needed is {(k, width)}")
        student, teacher = np.array(q), np.array(r)
        rest = student - teacher @ teacher.T
        scale = max(float(np.abs(student).max()), 1.0)
        symmetric = np.abs(student - student.T).max() <= 1e-12 * scale
        if not symmetric or np.linalg.eigvalsh(rest).min() < -1e-12 * scale:
            raise ValueError("start = given: the overlaps are no Gram matrix")
