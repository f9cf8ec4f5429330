"""Output and kernel alone: the exact recursion of arXiv:2003.02218 from the draw's own start."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.oscillation.catapult.measures import measured
from toysim.models.oscillation.catapult.problem import problems
from toysim.models.oscillation.factorised import LARGEST_GROWTH, followed
from toysim.models.oscillation.product_losses import SQUARE
from toysim.models.oscillation.runs import records_and_end


def predict(batch: Batch) -> Rows:
    """Every observable exactly, in p = f/sqrt(n), where the loss is p^2/2 up to its unit.

        f <- f (1 - eta lambda + eta^2 f^2/n),  lambda <- lambda + (eta f^2/n)(eta lambda - 4)

    Valid unless the run diverges or rounding grows to where no digits are left.
    """
    start = [(row.output, row.kernel, row.eta) for row in problems(batch)]
    f, kernel_start, eta = np.array(start).T
    root = np.sqrt(batch["width"])
    states = np.array([f / root, kernel_start, np.zeros_like(f)])
    kind = np.full(len(batch), SQUARE)
    (p, kernels, _), peak, growth = followed(states, kind, eta, records_and_end(batch))
    return {
        **measured(p * root[:, None], eta[:, None] * kernels, peak * root),
        "rounding_growth": growth,
        "valid": growth < LARGEST_GROWTH,
    }
