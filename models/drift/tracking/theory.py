"""Exact second moments of tracking at gains that are set in advance; the price of regulation."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel
from toysim.models.drift.tracking.gains import kalman_gain, price
from toysim.models.drift.tracking.problem import Tracker, outputs, trackers

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HEAVY = 30.0  # kurtosis of errors from which on means over runs say little


@kernel
def moments(row: Tracker, keep_at: Ints, course: Array, means: Array) -> float:
    """E (theta - w)^2 after the updates ``keep_at`` and its mean after the burn-in; derived.

        walk:   P <- (1 - g)^2 (P + q) + g^2 s2, Kalman's gain g = (P + q)/(P + q + s2)
        switch: C <- (1 - g)(1 - p) C + g V,  M <- (1-g)^2 M + 2 g (1-g)(1-p) C + g^2 (V + s2)

    Returns the least error met after the start, at a record or in the mean.
    """
    error, c, m, gain, kept = 0.0 if row.walk else row.variance, 0.0, 0.0, row.gain, 0
    error_sum, gain_sum, square_sum, least = 0.0, 0.0, 0.0, math.inf
    for t in range(row.end + 1):
        if t > row.burn_in:
            error_sum += error
            gain_sum += gain
            square_sum += gain * gain
        while kept < len(keep_at) and keep_at[kept] <= t:
            if keep_at[kept] >= 0:
                course[kept] = error
                least = min(least, error) if t > 0 else least
            kept += 1
        if t == row.end:
            break
        move = row.moves[(t // row.season) % 2]
        gain = 1.0 / (t + 2.0) if row.decaying else row.gain
        if row.bayes:
            gain = (error + move) / (error + move + row.s2)
        stay = 1.0 - gain
        if row.walk:
            error = stay * stay * (error + move) + gain * gain * row.s2
        else:
            c *= 1.0 - move
            m = stay * stay * m + 2.0 * gain * stay * c + gain * gain * (row.variance + row.s2)
            c = stay * c + gain * row.variance
            error = max(0.0, row.variance - 2.0 * c + m)
    n = row.end - row.burn_in
    means[0], means[1], means[2] = error_sum / n, gain_sum / n, square_sum / n
    lowest: float = min(least, means[0])
    return lowest


def seen(row: Tracker, least: float) -> bool:
    """Whether means over runs see the jumps: an error of V with probability p/g or so."""
    lasting = row.end if row.decaying else 1.0 / row.gain
    rare = [min(1.0, p * lasting) for p in row.moves if p > 0.0]
    jumps = [p * (row.end - row.burn_in) for p in row.moves if p > 0.0]
    if row.walk or not rare or row.variance == 0.0:
        return True
    return min(jumps) >= 1.0 and 3.0 * row.variance**2 * min(rare) <= HEAVY * least**2


def predict(batch: Batch) -> Rows:
    """Every observable exactly at fixed and decaying gains and of a walk's filter; of regulated
    ones on a walk the law of slow regulation, valid nowhere as a theory: it holds to 5 % for
    memories below 0.03 g*. What the filter leaves of jumps has no law.
    """
    course, means = np.full(batch.record_at.shape, np.nan), np.full((len(batch), 3), np.nan)
    laws, valid = np.full((2, len(batch)), np.nan), np.zeros(len(batch), bool)
    for i, row in enumerate(trackers(batch)):
        if row.bayes and not row.walk:
            continue
        if batch["rule"][i] != "regulated":
            valid[i] = seen(row, moments(row, batch.record_at[i], course[i], means[i]))
        elif row.walk and row.moves[0] == row.moves[1]:
            g = kalman_gain(row.moves[0], row.s2)
            kappa = float(batch["memory"][i])
            laws[:, i] = g * row.s2 + price(g, row.moves[0], row.s2, kappa), kappa * (1.0 - g) ** 2
    named = {"regulated_error": laws[0], "regulated_variance": laws[1], "valid": valid}
    return outputs(course, means) | named
