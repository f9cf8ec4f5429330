"""Parameters of refresh learning."""

from __future__ import annotations

from toysim.model import parameter
from toysim.records import Recorded, recording


class RefreshParameters(Recorded):
    """Inputs, labels, and the two steps of an update."""

    n_records: int = recording(11)
    dimension: int = parameter(20, symbol="d", meaning="weights", ge=1, le=10_000)
    spectrum: float = parameter(
        1.0, symbol="a", meaning="variances h_i = i^-a of the inputs", ge=0, le=10
    )
    noise: float = parameter(
        0.1, symbol="sigma^2", meaning="variance of the label noise", ge=0, le=1e6
    )
    learning_rate: float = parameter(
        0.05, symbol="eta", meaning="step by which a sample is relearned", ge=1e-9, le=10
    )
    unlearning_rate: float = parameter(
        0.0, symbol="gamma", meaning="step by which it is unlearned before", ge=0, le=10
    )
    n_updates: int = parameter(300, symbol="T", meaning="samples", ge=1, le=10**6)
