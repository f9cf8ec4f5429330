"""Landmarks of the Hopfield model's phase diagram, replica symmetric."""

from __future__ import annotations

import math
from typing import Any

from scipy.optimize import brentq

from toysim.models.memory.hopfield import saddle
from toysim.models.memory.hopfield.saddle import COLDEST


def _temperature(p: Any) -> float:
    t = float(p.temperature)
    if 0.0 < t < COLDEST or t >= 1.0:
        raise ValueError(f"temperature = {t:g}: give 0, or one from {COLDEST:g} up to below 1")
    return t


def capacity(p: Any) -> float:
    return saddle.capacity(_temperature(p))[1].alpha


def overlap_at_capacity(p: Any) -> float:
    return saddle.capacity(_temperature(p))[1].overlap


def equilibrium_capacity(p: Any) -> float:
    return _equal_at(_temperature(p))


def _equal_at(t: float) -> float:
    """The load at which retrieval and spin glass have one free energy."""

    def excess(alpha: float) -> float:
        kept = saddle.retrieval(alpha, t)
        assert kept is not None
        other = saddle.spin_glass(alpha, t)
        return kept.energy - other.energy if t == 0.0 else kept.free_energy - other.free_energy

    top = saddle.capacity(t)[1].alpha
    return float(brentq(excess, 1e-5 * top, top * (1.0 - 1e-9), xtol=1e-12))


def melting_temperature(p: Any) -> float:
    """T with capacity alpha."""
    return _inverse(p.alpha, lambda t: saddle.capacity(t)[1].alpha)


def equilibrium_temperature(p: Any) -> float:
    return _inverse(p.alpha, _equal_at)


def _inverse(alpha: float, load_at: Any) -> float:
    hottest = 0.999
    if not load_at(hottest) < alpha < load_at(COLDEST):
        raise ValueError(
            f"alpha = {alpha:g}: give a load between {load_at(hottest):.2g} and "
            f"{load_at(COLDEST):.5g}"
        )
    return float(brentq(lambda t: load_at(t) - alpha, COLDEST, hottest, xtol=1e-9))


def glass_temperature(p: Any) -> float:
    return 1.0 + math.sqrt(p.alpha)


def breaking_temperature(p: Any) -> float:
    """Where the retrieval state's replicon value passes 1."""

    def excess(t: float) -> float:
        found = saddle.retrieval(p.alpha, t)
        return found.stability - 1.0 if found is not None else math.nan

    if not excess(COLDEST) > 0.0:
        raise ValueError(
            f"alpha = {p.alpha:g}: no retrieval, or its symmetry breaks below T = {COLDEST:g}"
        )
    hot = COLDEST
    while excess(hot) > 0.0:
        hot += 0.01
    if math.isnan(excess(hot)):
        raise ValueError(f"alpha = {p.alpha:g}: broken up to where retrieval ends")
    return float(brentq(excess, COLDEST, hot, xtol=1e-9))
