"""Mean courses of the rules as N -> infinity, and their spread from run to run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.teacher_student.online_rules.ends import asymptote, floor
from toysim.models.teacher_student.online_rules.flow import courses
from toysim.models.teacher_student.online_rules.measures import cosines
from toysim.models.teacher_student.online_rules.parameters import TUNED, codes

Array = npt.NDArray[np.float64]

# Measured: N times the relative bias of m and q is below 1.5, of the Adatron's below 6 + 3 t; N
# times the error's is below 0.3 from t = 0.2 on, and before where the start is not overrun at once.
SETTLED = 0.2
LARGEST_STEP = 25.0  # eta^2/q_0 up to which a start is not overrun
LEAST_SIZE = 20
MOST_ADATRON = 2.9
ACCURATE = 0.01  # of m and q, as their tolerance


def annealed_time(angle: Array) -> Array:
    """t = 2 A/sin^2 A + 2 cot A - pi: from R = 0 to the angle A."""
    return np.asarray(2.0 * angle / np.sin(angle) ** 2 + 2.0 / np.tan(angle) - np.pi)


def annealed_angle(t: Array) -> Array:
    """The angle A at which ``annealed_time`` is t, by Newton's rule on its logarithm.

    4/(t + pi) is A at late times, and too small by at most a fifth before.
    """
    angle = np.minimum(4.0 / (t + np.pi), 0.5 * np.pi)
    for _ in range(8):
        s, c = np.sin(angle), np.cos(angle)
        value = 2.0 * angle / s**2 + 2.0 * c / s
        slope = -4.0 * angle * c / s**3
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = angle - np.log(value / (t + np.pi)) * value / slope
        angle = np.where(t > 0.0, np.clip(moved, 0.5 * angle, 0.5 * np.pi), 0.5 * np.pi)
    return angle


def tuned(batch: Batch, squares: Array) -> tuple[Array, Array]:
    """Cosine and sine of the rules that know R, from |R_0|."""
    before = annealed_time(np.arccos(np.abs(batch["start_cosine"])))
    annealed = annealed_angle(
        batch.record_at + np.where(batch["start_cosine"], before, 0.0)[:, None]
    )
    best = (batch["rule"] == "optimal")[:, None]
    cosine = np.where(best, np.sqrt(squares), np.cos(annealed))
    sine = np.where(best, np.sqrt(1.0 - np.minimum(squares, 1.0)), np.sin(annealed))
    return cosine, sine


def settled(batch: Batch) -> npt.NDArray[np.bool_]:
    """Records (rows, R) that forgot how few examples made them."""
    step = batch["learning_rate"] ** 2 / batch["start_power"]
    tuned = np.isin(batch["rule"], TUNED)
    at_once = tuned | ((step > LARGEST_STEP) & (batch["rule"] != "adatron"))
    return np.asarray(~at_once[:, None] | (batch.record_at >= SETTLED))


def self_averaging(batch: Batch) -> npt.NDArray[np.bool_]:
    """Records (rows, R) whose m and q are within ACCURATE of their means."""
    adatron = (batch["rule"] == "adatron")[:, None]
    bias = np.where(adatron, 6.0 + 3.0 * batch.record_at, 1.5)
    return np.asarray((bias <= ACCURATE * batch["size"][:, None]) | (batch.record_at == 0.0))


def predict(batch: Batch) -> Rows:
    """Every row; records are NaN where terms of order 1/N are not small, rows of tiny N and of an
    Adatron that hardly turns are not valid.
    """
    shape, rule = batch.record_at.shape, codes(batch["rule"])
    out, ok = np.full((len(batch), 5, shape[1]), np.nan), np.zeros(len(batch), bool)
    eta, kappa, flip = batch["learning_rate"], batch["margin"], batch["flip"]
    starts = (batch["start_power"], batch["start_cosine"])
    courses(rule, eta, kappa, flip, *starts, batch.record_at, out, ok)
    m, v, variance, m_rate, q_rate = out.transpose(1, 0, 2)
    alone = np.isin(batch["rule"], TUNED)[:, None]
    cosine, sine = tuned(batch, np.where(alone, m, 0.0))
    m = np.where(alone, np.nan, m)
    q = m * m + v
    sine, along = np.where(alone, sine, np.sqrt(v)), np.where(alone, cosine, m)
    error = np.arctan2(sine, along) / np.pi
    early, large = settled(batch), self_averaging(batch)
    hardly = (batch["rule"] == "adatron") & (batch["learning_rate"] > MOST_ADATRON)
    ends = zip(batch["rule"], batch["learning_rate"], batch["flip"], batch["duration"], strict=True)
    late = [(floor(r, e, p), asymptote(r, e, p, t)) for r, e, p, t in ends]
    return {
        "overlap": np.where(early & large, m, np.nan),
        "self_overlap": np.where(early & large, q, np.nan),
        "cosine": np.where(early, np.where(alone, cosine, cosines(m, q)), np.nan),
        "error": np.where(early, error, np.nan),
        "overlap_rate": m_rate,
        "self_overlap_rate": q_rate,
        "error_variance": variance,
        "error_floor": np.array([end[0] for end in late]),
        "asymptote": np.array([end[1] for end in late]),
        "valid": ok & ~hardly & (batch["size"] >= LEAST_SIZE),
    }
