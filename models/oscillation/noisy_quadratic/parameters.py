"""Parameters of the noisy quadratic model."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import Vector, parameter
from toysim.scheduled import Schedule, Scheduled

_LISTS = (("curvatures", 0.0, 1e12), ("noises", 0.0, 1e12), ("starts", -1e6, 1e6))


class NoisyQuadraticParameters(Scheduled):
    """Spectra, start and momentum; steps above the stability limit diverge, and say so."""

    learning_rate: float = parameter(
        0.5, symbol="eta", meaning="learning rate at its peak", gt=0, le=1e6
    )
    schedule: Schedule = parameter(
        "constant", symbol="schedule", meaning="course of the learning rate after the warm-up"
    )
    momentum: float = parameter(0.0, symbol="beta", meaning="heavy-ball momentum", ge=0, lt=1)
    n_modes: int = parameter(10, symbol="n", meaning="modes i = 1..n", ge=1, le=100_000)
    curvature_power: float = parameter(
        1.0, symbol="p", meaning="curvatures h_i = i^-p", ge=0, le=20
    )
    noise_power: float = parameter(
        1.0, symbol="q", meaning="gradient noise has variance c_i = c i^-q", ge=0, le=20
    )
    noise: float = parameter(
        1.0, symbol="c", meaning="variance of the first mode's gradient noise", ge=0, le=1e12
    )
    sample_noise: float = parameter(
        0.0,
        symbol="kappa",
        meaning="an update sees the curvature h (1 + kappa) or h (1 - kappa), evenly",
        ge=0,
        le=1e6,
    )
    start: float = parameter(1.0, symbol="theta0", meaning="start of every mode", ge=-1e6, le=1e6)
    curvatures: Vector = parameter(
        (), symbol="h", meaning="curvature of every mode, in place of the power law"
    )
    noises: Vector = parameter(
        (), symbol="c_i", meaning="noise variance of every mode, in place of the power law"
    )
    starts: Vector = parameter(
        (), symbol="theta0_i", meaning="start of every mode, in place of one for all"
    )

    @model_validator(mode="after")
    def _lists_fit(self) -> NoisyQuadraticParameters:
        for name, least, most in _LISTS:
            values = getattr(self, name)
            if values and len(values) != self.n_modes:
                raise ValueError(
                    f"{name} has {len(values)} values; give n_modes = {self.n_modes} of them"
                )
            for value in values:
                if not least <= value <= most:
                    raise ValueError(f"{name}: {value:g} is not in {least:g}..{most:g}")
        return self
