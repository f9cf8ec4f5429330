"""Parameters of a hard committee of two units."""

from __future__ import annotations

from toysim.model import Parameters, parameter


class HardCommitteeParameters(Parameters):
    """Sizes, rounds, and where messages start."""

    dimension: int = parameter(400, symbol="d", meaning="inputs", ge=20, le=5000)
    sample_ratio: float = parameter(
        3.0, symbol="alpha", meaning="samples per input n/d; n is rounded", gt=0, le=10
    )
    iterations: int = parameter(120, symbol="T", meaning="rounds of messages", ge=1, le=5000)
    start_scale: float = parameter(
        1e-4, symbol="s0", meaning="standard deviation of weights at the start", ge=1e-6, le=1
    )
