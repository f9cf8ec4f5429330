"""Parameters of kernel ridge regression."""

from __future__ import annotations

from typing import Any

from toysim.model import Parameters, parameter


def modes(default: int, most: int = 1_000_000) -> Any:
    """The parameter ``n_modes``."""
    return parameter(default, symbol="d", meaning="modes i = 1..d", ge=1, le=most)


class Spectrum(Parameters):
    """Power laws of the features' variance and of the signal, and the noise on the labels."""

    capacity_exponent: float = parameter(
        1.5, symbol="a", meaning="features have variance h_i = i^-a", ge=0, le=20
    )
    signal_exponent: float = parameter(
        2.0, symbol="b", meaning="signal of a mode h_i w*_i^2 = i^-b", ge=-20, le=20
    )
    label_noise: float = parameter(
        0.25, symbol="s^2", meaning="variance of the noise on the labels", ge=0, le=1e12
    )


class KernelRidgeParameters(Spectrum):
    """Spectrum, samples and penalty."""

    n_modes: int = modes(1000)
    n_samples: int = parameter(300, symbol="n", meaning="samples", ge=1, le=100_000)
    penalty: float = parameter(
        1.0,
        symbol="lambda",
        meaning="factor of |w|^2 beside the sum of squared residuals",
        gt=0,
        le=1e12,
    )
