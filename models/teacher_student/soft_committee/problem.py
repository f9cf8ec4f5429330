"""What both sides are given: a student's overlaps at the start."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row

Array = npt.NDArray[np.float64]

OF_START = ("start_draw", "size", "hidden_units", "teacher_units", "start_scale")


def starts(batch: Batch) -> tuple[Array, Array]:
    """R (rows, K, M) and Q (rows, K, K) of every row; weights are independent normals.

    R_in = s_0 Z_in/sqrt(N), Q = s_0^2 (Z Z' + B B')/N, B B' a Wishart matrix of N - M degrees.
    """
    shared = batch.sharing(*OF_START)
    found = [
        start_of(row, shared.generator(row.index, "start") if row.p.start_draw >= 0 else None)
        for row in batch.rows()
    ]
    return np.stack([r for r, _ in found]), np.stack([q for _, q in found])


def start_of(row: Row, shared: np.random.Generator | None) -> tuple[Array, Array]:
    """Overlaps of one row, from the generator of its start's number or from its own."""
    p, k, m = row.p, row.p.hidden_units, row.p.teacher_units
    if p.start == "given":
        return np.array(p.start_teacher_overlaps), np.array(p.start_student_overlaps)
    if p.start == "symmetric":
        own = np.equal.outer(np.arange(k) % m, np.arange(m))
        r = np.where(own, p.start_own, p.start_other)
        return r, r @ r.T
    rng = row.generator("start") if shared is None else shared
    z = rng.standard_normal((k, m))
    bartlett = np.tril(rng.standard_normal((k, k)), -1)
    bartlett += np.diag(np.sqrt(rng.chisquare(p.size - m - np.arange(k))))
    return (
        p.start_scale * z / math.sqrt(p.size),
        p.start_scale**2 * (z @ z.T + bartlett @ bartlett.T) / p.size,
    )
