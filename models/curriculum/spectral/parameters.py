"""Parameters of low frequencies first."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording


class SpectralParameters(Recorded):
    """Modes, SGD and the pace of exposure."""

    n_modes: int = parameter(64, symbol="d", meaning="modes i = 1..d", ge=1, le=10_000)
    input_power: float = parameter(
        1.0, symbol="a", meaning="input variances h_i = i^-a", ge=0, le=10
    )
    signal_power: float = parameter(
        1.5, symbol="b", meaning="signal h_i w*_i^2 = i^-b", ge=-10, le=10
    )
    batch_size: int = parameter(8, symbol="B", meaning="fresh samples of an update", ge=1, le=10**5)
    learning_rate: float = parameter(0.2, symbol="eta", meaning="learning rate", gt=0, le=1e3)
    noise_variance: float = parameter(
        0.01, symbol="sigma^2", meaning="variance of the label noise", ge=0, le=1e6
    )
    n_steps: int = parameter(300, symbol="T", meaning="updates", ge=1, le=10**7)
    pacing: Literal["full", "linear", "three_stage", "constant"] = parameter(
        "full",
        symbol="pacing",
        meaning="modes exposed: d, m_0 + (d - m_0) t/T rounded, by stages, m_0",
    )
    modes_start: int = parameter(
        8, symbol="m_0", meaning="modes at the start of linear, and of constant", ge=1, le=10_000
    )
    stage_modes: tuple[int, ...] = parameter(
        (33, 47, 64),
        symbol="m",
        meaning="modes of three_stage until .6 T, .8 T and T",
    )
    n_records: int = recording(31)

    @model_validator(mode="after")
    def _modes_are_there(self) -> SpectralParameters:
        if self.pacing in ("linear", "constant") and self.modes_start > self.n_modes:
            raise ValueError(
                f"modes_start = {self.modes_start} exceeds n_modes = {self.n_modes}: give fewer"
            )
        m = self.stage_modes
        rising = len(m) == 3 and 1 <= m[0] <= m[1] <= m[2] <= self.n_modes
        if self.pacing == "three_stage" and not rising:
            raise ValueError(
                f"stage_modes = {m}: give three rising numbers from 1 to n_modes = {self.n_modes}"
            )
        return self
