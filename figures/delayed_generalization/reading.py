"""Limits of the times as features become as many as samples."""

from __future__ import annotations

import math
from statistics import NormalDist

import xarray as xr

from toysim.papers.reading import parameter

LEVEL = 0.95  # of the residuals accurate


def level_loss(tree: xr.DataTree) -> float:
    """Loss at which LEVEL of the normal residuals have a square below the tolerance."""
    width = NormalDist().inv_cdf(0.5 * (1.0 + LEVEL))
    return float(parameter(tree, "tolerance")) / width**2


def limits(tree: xr.DataTree) -> tuple[float, float]:
    """Train and test time at d = N, (2 sqrt(pi) L)^(-2/3)/2 and 1/(2 pi L^2) of small L."""
    level = level_loss(tree)
    train = 0.5 * (2.0 * math.sqrt(math.pi) * level) ** (-2.0 / 3.0)
    return train, 1.0 / (2.0 * math.pi * level**2)
