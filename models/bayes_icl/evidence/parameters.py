"""Parameters of the learner that weighs the evidence."""

from __future__ import annotations

from toysim.model import parameter
from toysim.models.bayes_icl.urn_tasks import TwoColours


class EvidenceParameters(TwoColours):
    """Urns, the penalty, and how long is waited."""

    penalty: float = parameter(
        60.0, symbol="K", unit="nats", meaning="evidence at which it switches", ge=0, le=1e6
    )
    max_sequences: int = parameter(
        10**6, symbol="T", meaning="sequences after which a run is given up", ge=1, le=10**7
    )
