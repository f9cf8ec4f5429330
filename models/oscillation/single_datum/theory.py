"""The closed forms of one sample as observables, each where it holds; all derived."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.oscillation.single_datum import closed_forms as forms
from toysim.models.oscillation.single_datum.problem import strong_start

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

REGIMES = (1.0, forms.ORBIT_STABLE_BELOW, forms.CHAOS_ABOVE, forms.FLIPS_ABOVE)
# Largest remainder: r^2 or r gamma^2 for V at the end, r / log(V*/V_0) for the time.
NEGLECTED = 2.5e-3
MUCH_LESS = 1e-3  # V_0, and V when F has climbed, below this share of V*
UNSEEN = 1e-14  # V too small to move F
LOST = -14.0  # a multiplier of e^-14 is known to 1e-9 only: a difference of numbers of order 1
SETTLED = 40.0  # a transient is over after as many of its time constants


def predict(batch: Batch) -> Rows:
    """Attractor without the weak feature, the end with it, and courses on the orbit; NaN elsewhere.

    Valid (at all) where no sign flip can occur: gamma < 3 sqrt(3)/2 - 1 and F_0 + V_0 <
    (1 + gamma)/gamma. F + V then never leaves that range: it falls where it is above 1, and below
    it grows to no more than F alone would.
    """
    with np.errstate(all="ignore"):
        gamma, ratio = batch["gamma"], batch["weak_ratio"]
        strong, weak = strong_start(batch), batch["weak_start"]
        valid = (gamma < forms.FLIPS_ABOVE) & (gamma * (strong + weak) < 1.0 + gamma)
        # Where the weak feature is too large, or unstable alone too, it may drive F below the
        # smallest floating-point number.
        identity = np.where((ratio * gamma < 1.0) & (weak <= 1.0), 0.0, np.nan)
        rows = {
            **_courses(batch, strong),
            **_attractor(batch, strong),
            **_end(batch, strong),
            "identity_gap": identity,
            "regime": np.searchsorted(REGIMES, gamma).astype(np.int8),
            "multiplier": multiplier(gamma),
            "weak_limit": forms.weak_limit(gamma, ratio),
        }
    masked = {n: _where(valid, v) if v.dtype.kind == "f" else v for n, v in rows.items()}
    return {**masked, "valid": valid}


def multiplier(gamma: Array) -> Array:
    """Of the fitted point without the weak feature, or of a round of the orbit where that is
    unstable.
    """
    fitted = forms.fit_multiplier(1.0, 0.0, gamma, 0.0)
    return np.asarray(np.where(gamma < 1.0, fitted, forms.orbit_multiplier(gamma)))


def _where(flags: Flags, values: Array) -> Array:
    return np.where(flags.reshape(-1, *[1] * (values.ndim - 1)), values, np.nan)


def _courses(batch: Batch, low: Array) -> Rows:
    """Both outputs and the running residual, from the stable orbit with a V too small to matter."""
    gamma, ratio, weak = (batch[n][:, None] for n in ("gamma", "weak_ratio", "weak_start"))
    at, low = batch.record_at, low[:, None]
    rounds, odd = at // 2, at % 2 == 1
    step = np.where(odd, 1.0 - low, 0.0)  # the residual of half a round
    grown = (
        weak
        * forms.orbit_weak_factor(gamma, ratio) ** (2 * rounds)
        * (1.0 + ratio * gamma * step) ** 2
    )
    known = (batch["start"] == "orbit") & (batch["gamma"] < forms.ORBIT_STABLE_BELOW)
    known &= np.all(grown <= UNSEEN, axis=1)
    return {
        "strong": _where(known, np.where(odd, forms.orbit(gamma)[1], low)),
        "weak": _where(known, grown),
        "residual_sum": _where(known, 2.0 * rounds * forms.orbit_mean_residual(gamma) + step),
    }


def _exponent(gamma: Array) -> Array:
    """Log-growth per update of a small distance from the fitted point (gamma < 1) or the orbit."""
    lost = np.minimum(gamma, 1.0 - gamma)
    multiplier = forms.orbit_multiplier(gamma)
    of_orbit = np.minimum(2.0 * (gamma - 1.0) * (gamma + 3.0), 1.0 + multiplier)
    return np.where(gamma < 1.0, np.log1p(-2.0 * lost), 0.5 * np.log1p(-of_orbit))


def _updates_to_leave(gamma: Array, strong: Array) -> Array:
    """The way off the fitted point where it is unstable."""
    away = -np.log(np.abs(1.0 - strong)) / np.log(2.0 * gamma - 1.0)
    return np.where(gamma > 1.0, np.maximum(away, 0.0), 0.0)


def _updates_to_settle(gamma: Array, strong: Array) -> Array:
    """The climb, from F_0 or from where a start above the fit falls to, twice over; the way off an
    unstable fitted point; and the approach.
    """
    fallen = np.minimum(strong, strong * (1.0 + gamma * (1.0 - strong)) ** 2)
    approach = SETTLED * (1.0 - 1.0 / _exponent(gamma))
    climb = 2.0 * np.abs(forms.climb(fallen, gamma))
    return np.asarray(climb + _updates_to_leave(gamma, strong) + approach)


def _attractor(batch: Batch, strong: Array) -> Rows:
    """Fitted point (gamma < 1) or orbit of F alone, if the averages begin after the way there."""
    gamma, ratio = batch["gamma"], batch["weak_ratio"]
    lazy = gamma < 1.0
    low, high = forms.orbit(gamma)
    before = batch["n_steps"] - batch["n_average"]
    known = (batch["weak_start"] == 0.0) & (gamma < forms.ORBIT_STABLE_BELOW)
    known &= (before >= _updates_to_settle(gamma, strong)) | (batch["start"] == "orbit")
    growth, exponent = 0.5 * np.log(forms.orbit_weak_factor(gamma, ratio)), _exponent(gamma)
    rows = {
        "mean_residual": np.where(lazy, 0.0, forms.orbit_mean_residual(gamma)),
        "strong_low": np.where(lazy, 1.0, low),
        "strong_high": np.where(lazy, 1.0, high),
        "lyapunov": np.where(exponent > LOST, exponent, np.nan),
        "weak_growth": np.where(lazy, 0.0, growth),
    }
    return {name: _where(known, values) for name, values in rows.items()}


def _end(batch: Batch, strong: Array) -> Rows:
    """Outputs at rest, how far V grew at small gamma or above 1, and when it did."""
    gamma, ratio, weak = (batch[n] for n in ("gamma", "weak_ratio", "weak_start"))
    n_steps = batch["n_steps"]
    limit, gain = forms.weak_limit(gamma, ratio), forms.early_weak_gain(strong, gamma, ratio)
    climbed = weak * np.exp(gain)
    climbs = (strong < 1.0) & (climbed <= MUCH_LESS) & (ratio * gamma**2 <= NEGLECTED)
    small = climbs & (gamma < 1.0) & (n_steps >= _updates_to_settle(gamma, strong))
    acquires = (
        (gamma > 1.0)
        & (strong < 1.0)
        & (weak > 0.0)
        & (climbed <= MUCH_LESS * limit)
        & (ratio**2 <= NEGLECTED)
    )
    time = forms.acquisition_time(strong, weak, gamma, ratio)
    away = _updates_to_leave(gamma, strong)
    # Past V* the squared oscillation shrinks by r gamma V* per update.
    rests = acquires & (n_steps >= 2.0 * (time + away) + SETTLED / (ratio * (gamma - 1.0)))
    end = np.where(
        small, forms.small_step_weak_end(strong, weak, gamma, ratio), forms.weak_end(gamma, ratio)
    )
    timed = acquires & (n_steps > 1.1 * time) & (gamma < forms.ORBIT_STABLE_BELOW)
    timed &= (ratio <= NEGLECTED * np.log(limit / climbed)) & (away <= NEGLECTED * time)
    rows = {
        "final_weak": end,
        "final_strong": 1.0 - end,
        "final_residual": np.zeros_like(end),
        "eta_sharpness": 2.0 * gamma * (1.0 - end + ratio * end),
    }
    at_rest = {name: _where(small | rests, values) for name, values in rows.items()}
    # At 0 there is no weak feature to speak of.
    at_rest["final_weak"] = _where(weak > 0.0, at_rest["final_weak"])
    return {**at_rest, "acquisition_time": _where(timed, time)}
