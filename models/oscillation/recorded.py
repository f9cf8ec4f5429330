"""What every model that counts in updates is given: how often its course is recorded."""

from __future__ import annotations

from toysim.model import Parameters, parameter


class RecordedParameters(Parameters):
    """Records of a run of ``n_steps`` updates, a parameter that each model adds with its own
    limits.
    """

    n_records: int = parameter(
        0,
        symbol="R",
        meaning="records over [0, T], both ends included; 1 for the end only",
        ge=0,
        le=10**7,
        stream=False,
    )
