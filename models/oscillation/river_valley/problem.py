"""What a row is given: its learning rates, the greedy ones from the mean square height."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import kernel
from toysim.models.oscillation.lanes import keep
from toysim.scheduled import rate_shares, share_units

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Rates(NamedTuple):
    """Row i takes the rate peak[i] shares[which[i], t] in update t: (n,), (n,) and (n_shapes, T).

    0 after a row's end.
    """

    peak: Array
    which: Ints
    shares: Array

    def at(self, t: Ints) -> Array:
        """Rates (n_rows, R) of the updates t (n_rows, R), all below T."""
        return np.asarray(self.peak[:, None] * self.shares[self.which[:, None], t])


def walk_rates(batch: Batch) -> Rates:
    """Rates of all rows, as given where they are; greedy keeps the peak until the decay."""
    greedy = batch.chosen("schedule", "greedy") & (batch["rates"].shape[1] == 0)
    peak = share_units(batch)
    if not greedy.any():
        return Rates(peak, *rate_shares(batch))
    which, shares = rate_shares(batch, np.where(greedy, "constant", batch["schedule"]))
    own = _greedy_rates(batch.take(greedy), Rates(peak[greedy], which[greedy], shares))
    which[greedy] = len(shares) + np.arange(len(own))
    return Rates(np.where(greedy, 1.0, peak), which, np.concatenate([shares, own]))


def _greedy_rates(batch: Batch, before: Rates) -> Array:
    """Rates (n_rows, T) with the decays, which depend on the noise."""
    k, s, n_decay = batch["curvature"], batch["noise"], batch["decay_steps"]
    begin = batch["n_steps"] - n_decay
    v = mean_squares(batch["start"] ** 2, k, s, *before, begin[:, None])[:, 0]
    own = before.peak[:, None] * before.shares[before.which]
    for i in range(len(batch)):
        decay = greedy_rates(v[i], k[i], s[i], int(n_decay[i]))
        own[i, begin[i] : begin[i] + n_decay[i]] = decay
    return own


def greedy_rates(v: float, k: float, s: float, n_steps: int) -> Array:
    """eta_t = k v_t/(k^2 v_t + s^2) (n_steps,), the rate that makes the next v smallest; derived.

    Then 1/v_t = 1/v_0 + t k^2/s^2, so eta_t = 1/(s^2/(k v_0) + k (1 + t)); zero at v_0 = 0, without
    bounce.
    """
    if v == 0.0:
        return np.zeros(n_steps)
    if s == 0.0:
        return np.full(n_steps, 1.0 / k)
    later = s * s / (k * v) + k * np.arange(1.0, n_steps + 1.0)
    return np.asarray(1.0 / later)


# Theory predicts by it as well. The simulation meets it in greedy rates alone, which both sides
# then follow: a slip in it would part them.
@kernel
def mean_squares(
    v: Array, k: Array, s: Array, peak: Array, which: Ints, shares: Array, keep_at: Ints
) -> Array:
    """E y^2 (n, R) from v at the updates ``keep_at`` (n, R), ascending; exact for any rates.

        v <- (1 - eta k)^2 v + eta^2 s^2    (derived)

    Rows side by side, rates as in ``Rates``, the other arrays (n,).
    """
    v, pace, kept = v.copy(), peak.copy(), np.empty((1, *keep_at.shape))
    written, t = np.zeros(len(v), np.int64), 0
    stop = keep(0, (v,), keep_at, written, kept, pace)
    while stop >= 0:
        while t < stop:
            for i in range(len(v)):
                eta = pace[i] * shares[which[i], t]
                v[i] = (1.0 - eta * k[i]) ** 2 * v[i] + (eta * s[i]) ** 2
            t += 1
        stop = keep(t, (v,), keep_at, written, kept, pace)
    course: Array = kept[0]
    return course
