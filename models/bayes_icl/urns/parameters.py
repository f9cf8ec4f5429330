"""Parameters of the two predictors of urns."""

from __future__ import annotations

import math

from toysim.model import parameter
from toysim.models.bayes_icl.urn_tasks import UrnTasks


class UrnsParameters(UrnTasks):
    """Urns, sequences, and whether losses are wanted at every context."""

    n_sequences: int = parameter(
        500, symbol="n", meaning="sequences that a run averages over", ge=1, le=10**6
    )
    by_context: bool = parameter(
        True, symbol="by_context", meaning="else the gain alone, of the same draws", stream=False
    )

    @property
    def theory_seconds(self) -> float:
        """Of the sums over counts, or of the exact mean over sets."""
        C, V = self.context_length, self.n_colours
        sums = 1e-8 * self.n_tasks * math.comb(C + V, V) if self.known else 5e-3 * C
        return 0.01 + min(sums, 2.0) + 0.2 * (V > 2)
