"""SGD of the head on fresh batches."""

from __future__ import annotations

import numpy as np

from toysim.models.induction_head.head.measures import ila1, label_excess, measure
from toysim.models.induction_head.head.parameters import HeadParameters
from toysim.models.induction_head.head.passes import Head
from toysim.models.induction_head.head.problem import Source
from toysim.models.induction_head.measures import at_record
from toysim.models.induction_head.sequences import Sequences


def update(head: Head, sequences: Sequences, rate: float, learns_beta2: bool) -> None:
    """w <- w - rate * gradient of the batch's mean loss, for all that is learned."""
    grad_scores, grad_weights = head.gradient(sequences, head.forward(sequences))
    grad_scores[2] *= learns_beta2
    head.scores -= rate * grad_scores
    for weight, gradient in zip(head.classifier.weights, grad_weights, strict=True):
        weight -= weight.dtype.type(rate) * gradient


class Training:
    """A head on its stream of batches; how often one looks at it on the way changes nothing."""

    def __init__(
        self,
        p: HeadParameters,
        head: Head,
        source: Source,
        tests: dict[str, Sequences],
        batches: np.random.Generator,
    ) -> None:
        self.p, self.head, self.source = p, head, source
        self.tests, self.batches = tests, batches

    def advance(self, n_updates: int) -> None:
        """The next ``n_updates`` of SGD."""
        for _ in range(n_updates):
            sequences = self.source.batch(self.p.batch_size, self.batches)
            update(self.head, sequences, self.p.learning_rate, self.p.learn_beta2)

    def look(self) -> dict[str, float]:
        """All courses' values now."""
        beta1, alpha, beta2 = self.head.scores.tolist()
        found = {name: measure(self.head, sequences) for name, sequences in self.tests.items()}
        return {
            **at_record(found),
            "ila1": ila1(beta1, self.p.n_pairs),
            "beta1": beta1,
            "alpha": alpha,
            "beta2": beta2,
            "xi": label_excess(self.head),
        }
