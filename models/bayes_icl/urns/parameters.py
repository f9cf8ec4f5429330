"""Parameters of the two predictors of urns."""

from __future__ import annotations

import math
from typing import Literal

from toysim.model import parameter
from toysim.models.bayes_icl.urn_tasks import UrnTasks


class UrnsParameters(UrnTasks):
    """Urns, sequences, and whether losses are wanted at every context."""

    n_colours: int = parameter(2, symbol="V", meaning="colours", ge=2, le=64)
    evaluate_on: Literal["seen", "fresh"] = parameter(
        "seen", symbol="tasks", meaning="sequences come from an urn seen, or from a fresh one"
    )
    urn_set: int = parameter(
        0, symbol="set", meaning="number of the set of urns; 0 draws one for every replica", ge=0
    )
    n_sequences: int = parameter(
        500, symbol="n", meaning="sequences that a run averages over", ge=1, le=10**6
    )
    by_context: bool = parameter(
        True,
        symbol="by_context",
        meaning="false: the gain alone, of the same draws, without losses by context",
        stream=False,
    )

    @property
    def known(self) -> bool:
        """Whether the urns are the same in all replicas."""
        return bool(self.urn_shares) or self.urn_set > 0

    @property
    def theory_seconds(self) -> float:
        """Of the sums over counts, and of the exact mean over sets, known for two even colours."""
        C, V = self.context_length, self.n_colours
        sums = 2e-8 * self.n_tasks * math.comb(C + V, V) if self.known else 0.0
        mean = 5e-3 * C if V == 2 and self.concentration == 1.0 else 0.0
        return 0.01 + min(sums + mean, 2.0) + 0.2 * (V > 2)
