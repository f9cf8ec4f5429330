"""Parameters of the learner that weighs the evidence."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.bayes_icl.urn_tasks import TwoColours

MOST_NUMBERS = 2 * 10**7  # of chances by task and count of a colour


class EvidenceParameters(TwoColours):
    """Urns, the penalty, and how long is waited."""

    penalty: float = parameter(
        60.0, symbol="K", unit="nats", meaning="evidence at which it switches", ge=0, le=1e6
    )
    max_sequences: int = parameter(
        10**6, symbol="T", meaning="sequences after which a run is given up", ge=1, le=10**7
    )

    @model_validator(mode="after")
    def _fits(self) -> EvidenceParameters:
        numbers = self.n_tasks * (self.context_length + 1)
        if numbers > MOST_NUMBERS:
            raise ValueError(
                f"n_tasks * (context_length + 1) = {numbers} numbers do not fit; at most "
                f"{MOST_NUMBERS}: lower one of them"
            )
        return self
