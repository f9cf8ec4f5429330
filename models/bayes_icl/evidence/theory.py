"""Mean time and overshoot of the switch: renewal theory of the evidence's random walk."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows, stacked
from toysim.models.bayes_icl.drawn_urns import Urns, two_colours
from toysim.models.bayes_icl.evidence.problem import count_probabilities, log_ratios

Array = npt.NDArray[np.float64]

STEP, HIGHEST = 1e-3, 2000.0  # of ln l, and of l
PENALTY = 10.0  # standard deviations of a sequence from which on the overshoot has settled
VALUES = 5.0  # of the evidence, by their participation: fewer stay near a lattice
ROOM = 10.0  # standard deviations of the time that the budget must leave


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    urns = Urns(batch)
    return stacked([_row(row.p, urns.of(row)) for row in batch.rows()])


def _row(p: Any, chances: Array) -> Rows:
    x = log_ratios(p, chances)
    probability = count_probabilities(p, chances)
    mu = probability @ x
    v = max(float(probability @ x**2 - mu * mu), 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rho = overshoot(x, probability, float(mu), v)
        time, deviation = (p.penalty + rho) / mu, np.sqrt(p.penalty * v / mu**3)
        upper = (p.penalty + probability @ np.maximum(x, 0.0) ** 2 / mu) / mu
        lower = np.float64(p.penalty) / mu
    settled = p.penalty >= PENALTY * np.sqrt(v + mu * mu) and 1.0 / np.sum(probability**2) >= VALUES
    found = {
        "switch_time": time,
        "overshoot": rho,
        "gain": mu,
        "variance": v,
        "switch_time_lower": lower,
        "switch_time_upper": upper,
        "switch_time_deviation": deviation,
        "valid": bool(settled and time + ROOM * deviation < p.max_sequences),
    }
    return {name: np.asarray(value) for name, value in found.items()}


def overshoot(x: Array, probability: Array, mu: float, v: float) -> float:
    """Mean of S - K at the switch, K large: (v + 3 mu^2)/(4 mu) less
    (1/pi) int_0^inf ln[|1 - f(l)| sqrt(1 + l^2 mu^2)/(l mu)] dl/l^2, f(l) = E e^(i l x).

    Spitzer's sum of E S_n^-/n, after subtracting that of exponential increments; derived.
    """
    if not mu > 0.0:
        return float("nan")
    wave = np.exp(np.arange(np.log(1e-3 * mu), np.log(HIGHEST), STEP))
    total = 0.0
    for part in np.array_split(wave, max(1, len(wave) * len(x) // 2_000_000)):
        f = np.exp(1j * part[:, None] * x) @ probability
        integrand = np.log(np.abs(1.0 - f) * np.sqrt(1.0 + (part * mu) ** 2) / (part * mu))
        total += float(np.sum(integrand / part)) * STEP
    return float((v + 3.0 * mu * mu) / (4.0 * mu) - total / np.pi)


def switch_time_of(p: Any) -> float:
    """The mean time with the urns of ``urn_shares``."""
    if not p.urn_shares:
        raise ValueError("the urns must be known: give urn_shares, one an urn")
    chances = two_colours(p.urn_shares)
    found = _row(p, chances)
    if not found["valid"]:
        raise ValueError(_why_not(p, found, count_probabilities(p, chances)))
    return float(found["switch_time"])


def _why_not(p: Any, found: Rows, probability: Array) -> str:
    """What keeps theory from being valid, and what to change."""
    gain, rms = float(found["gain"]), float(np.hypot(found["gain"], np.sqrt(found["variance"])))
    values = 1.0 / float(np.sum(probability**2))
    if not gain > 0.0:
        return (
            f"a sequence gains {gain:.3g} nats, so that there is no switch: raise context_length, "
            "or set the urn_shares further apart"
        )
    if values < VALUES:
        return (
            f"context_length = {p.context_length}: the evidence takes {values:.3g} values, theory "
            f"wants {VALUES:g}: raise context_length"
        )
    if p.penalty < PENALTY * rms:
        return f"penalty = {p.penalty:g}: theory holds above {PENALTY * rms:.4g}: raise it"
    latest = float(found["switch_time"] + ROOM * found["switch_time_deviation"])
    return (
        f"penalty = {p.penalty:g}: runs take up to {latest:.3g} sequences, max_sequences = "
        f"{p.max_sequences}: lower the penalty"
    )
