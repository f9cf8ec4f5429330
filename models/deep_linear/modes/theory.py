"""The gradient flow of a batch, exactly: the clock solution as observables."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.deep_linear.modes.clock import Account, solve_rows
from toysim.models.deep_linear.modes.measures import network_sharpness, strengths
from toysim.models.deep_linear.modes.simulation import course_in_time, empty_outcome
from toysim.models.deep_linear.modes.start import layers_of, start_of


def predict(batch: Batch) -> Rows:
    """Every observable but eta_sharpness, for pathways that are one number each.

    The windows and the end are taken as written: gradient descent rounds them to whole updates, and
    that is part of its error of order ``step``. Not valid (NaN) for ``layer_starts`` with more than
    one size besides the smallest layer's (depth 2 always is), nor for a negative product of layers
    of one size, where x has no value. The drifts of what the flow conserves are 0 for every start.
    """
    start, depth, n = start_of(batch), batch["depth"], len(batch)
    usable = (depth[:, None] == 1) | (start.offset > 0) | ((start.offset == 0) & (start.first > 0))
    valid = np.all(usable, axis=1)
    p, c = (
        np.where(valid[:, None], start.first, np.nan),
        np.where(depth[:, None] == 1, 0.0, start.offset),
    )
    out, invariant = empty_outcome(start), np.full(start.first.shape, np.nan)
    account = Account(np.zeros((n, 1)), np.zeros((n, 1), np.int64))
    solve_rows(p, c, invariant, course_in_time(batch, start), out, account)
    return {
        **strengths(out, start, batch["singular_value"]),
        "invariant": invariant,
        "invariant_drift": np.where(valid[:, None], np.zeros_like(invariant), np.nan),
        "balance_drift": np.zeros(n),
        "sharpness": network_sharpness(layers_of(p, c, depth), start.lesioned, depth),
        "theory_residual": account.residual[:, 0],
        "theory_iterations": account.iterations[:, 0],
        "valid": valid,
    }
