"""Amplification by deletion and damping by insertion, means over normal rows; derived."""

from __future__ import annotations

from typing import Any


def mean_amplification(n: Any, d: float) -> Any:
    """E 1/(1 - l) = (n - 2)/(n - d - 2) of least squares on n rows; n > d + 2."""
    return (n - 2.0) / (n - d - 2.0)


def mean_damping(n: Any, d: float) -> Any:
    """E 1/(1 + x'A x) = 1 - d/(n + 1) of a row new to least squares on n; n >= d."""
    return 1.0 - d / (n + 1.0)


def of_parameters(p: Any) -> float:
    """``mean_amplification``; raises ValueError where it is infinite or not known."""
    if p.ridge:
        raise ValueError(f"ridge = {p.ridge:g}: known without a ridge alone; set ridge = 0")
    if p.n_samples <= p.dimension + 2:
        raise ValueError(
            f"n_samples = {p.n_samples}: infinite up to dimension + 2 = {p.dimension + 2}; raise "
            "n_samples"
        )
    return float(mean_amplification(p.n_samples, p.dimension))
