"""The family's landmarks as functions of a model's parameters; each is a closed form."""

from __future__ import annotations

import math
from typing import Any

from toysim.models.oscillation.feature_noise import regimes
from toysim.models.oscillation.single_datum import closed_forms as forms


def fit_unstable(p: Any) -> float:
    """gamma above which the fitted point without the weak feature is unstable: |1 - 2 gamma| = 1.

    The point F = 1 has multiplier 1 - 2 gamma.
    """
    return regimes.FITTED_POINT


def orbit_superstable(p: Any) -> float:
    """9 - 2 (1 + gamma)^2 = 0."""
    return 3.0 / math.sqrt(2.0) - 1.0


def orbit_multiplier(p: Any) -> float:
    if p.gamma <= 1.0:
        raise ValueError(f"gamma = {p.gamma:g}: there is no orbit up to 1; give a larger gamma")
    return float(forms.orbit_multiplier(p.gamma))


def orbit_unstable(p: Any) -> float:
    return forms.ORBIT_STABLE_BELOW


def chaos(p: Any) -> float:
    return forms.CHAOS_ABOVE


def sign_flips(p: Any) -> float:
    return forms.FLIPS_ABOVE


def weak_limit(p: Any) -> float:
    """V* of one sample."""
    if p.gamma <= 1.0:
        raise ValueError(f"gamma = {p.gamma:g}: nothing oscillates up to 1; give a larger gamma")
    return float(forms.weak_limit(p.gamma, p.weak_ratio))


def weak_factor(p: Any) -> float:
    """Growth of the weak overlap in one round of the orbit."""
    if p.gamma <= 1.0:
        raise ValueError(f"gamma = {p.gamma:g}: there is no orbit up to 1; give a larger gamma")
    return float(forms.orbit_weak_factor(p.gamma, p.weak_ratio))


def weak_ceiling(p: Any) -> float:
    """V* of a network, with r = |v|^2 / |u|^2."""
    ceiling = regimes.weak_ceiling(p.gamma_u, p.weak_norm**2)
    if math.isnan(ceiling):
        raise ValueError("nothing oscillates: give gamma_u above 1 and weak_norm below 1")
    return ceiling


def catapult_begins(p: Any) -> float:
    """The loss grows while eta lambda > 2."""
    return 2.0


def catapult_ends(p: Any) -> float:
    """The kernel does not fall while eta lambda > 4."""
    return 4.0


def flow_sharpness(p: Any) -> float:
    """At the flow's minimum, from x^2 - y^2 = D: sqrt(D^2 + 4), 2 sqrt(D^2 + 4), |D|/4."""
    imbalance = p.x_start**2 - p.y_start**2
    if p.loss_kind == "logistic":
        return float(abs(imbalance)) / 4.0
    return (2.0 if p.loss_kind == "quartic" else 1.0) * math.hypot(imbalance, 2.0)


def stable_rate(p: Any) -> float:
    """2 / sharpness at the flow's minimum."""
    sharpness = flow_sharpness(p)
    if sharpness == 0.0:
        raise ValueError("x_start = y_start: the flow ends at no sharpness; give others")
    return 2.0 / sharpness


def hill_stable_rate(p: Any) -> float:
    """2 / k."""
    return 2.0 / float(p.curvature)


def mean_stable_rate(p: Any) -> float:
    """2 (1 + beta) / h_1 with h_1 = 1, where the mean of the first mode ceases to shrink."""
    return 2.0 * (1.0 + float(p.momentum))


def mean_square_stable_rate(p: Any) -> float:
    """(1 - eta)^2 + kappa^2 eta^2 = 1 for the first mode, h_1 = 1."""
    if p.momentum > 0.0:
        raise ValueError(
            f"momentum = {p.momentum:g}: a closed form only without; give momentum = 0"
        )
    return 2.0 / (1.0 + float(p.sample_noise) ** 2)
