"""The gradient flow of a batch, exactly: the clock solution as observables."""

from __future__ import annotations

import numpy as np

from toysim.batch import Batch, Rows
from toysim.models.deep_linear.clock.solution import coordinate_sizes, solved
from toysim.models.deep_linear.mode import unwritten
from toysim.models.deep_linear.modes.measures import kept_layers, one_number_sharpness, strengths
from toysim.models.deep_linear.modes.problem import start_of, task_in_time
from toysim.models.deep_linear.observables import ACCURATE

MOST_DIGITS = 4.5e6  # |x| whose last digit is 1e-9, the tolerance


def predict(batch: Batch) -> Rows:
    """Every observable but eta_sharpness, for pathways that are one number each (derived).

    Not valid (NaN) for ``layer_starts`` with more than
    one size besides the smallest layer's (depth 2 always is), nor for a negative product of layers
    of one size, where x has no value; nor where rounding may move a strength by more than 1e-9 S
    (pathways that start at both sides of 0, deep and with little offset). The drifts of what the
    flow conserves are 0 for every start. Invariant and drift are NaN where |x| is so large, in deep
    networks on a plateau, that layers do not hold it to 1e-9; so is dominance of such shares.

    It takes as long for any step, 4 to 5 us a row of two balanced pathways: some twenty panels and
    root iterations. A simulation that is off by 1e-3 takes less, one at a third to a sixth of
    that step more (measured). Deep layers with an offset take 50 us: x has no inverse in closed
    form there, and is inverted at every node.
    """
    start, depth = start_of(batch), batch["depth"]
    usable = (depth[:, None] == 1) | (start.offset > 0) | ((start.offset == 0) & (start.first > 0))
    valid = np.all(usable, axis=1)
    p = np.where(valid[:, None], start.first, np.nan)
    c = np.where(depth[:, None] == 1, 0.0, start.offset)
    task = task_in_time(batch, start)
    out = unwritten(task)
    size = coordinate_sizes(p, c, depth)
    invariant, account = solved(p, c, task, out)
    size = np.maximum(size, coordinate_sizes(p, c, depth))
    follows = strengths(out, start, batch["singular_value"])
    share = np.max(np.abs(follows["final_share"]), axis=1)
    valid &= np.isfinite(share)
    follows["dominance"][share > MOST_DIGITS * (1.0 + follows["dominance"])] = np.nan
    # Every update of descent rounds a layer, by shares that add up as a walk.
    walked = depth * np.sqrt(1.0 + batch["duration"] / batch["step"])
    lost = size * np.where(batch.chosen("integrator", "flow"), 1.0, walked)[:, None]
    return {
        **follows,
        "half_learning_time": out.half[:, 0],
        "invariant": np.where(size <= MOST_DIGITS * (1.0 + np.abs(invariant)), invariant, np.nan),
        "invariant_drift": np.where(valid[:, None] & (lost <= MOST_DIGITS), 0.0, np.nan),
        "balance_drift": np.zeros(len(batch)),
        "final_layers": kept_layers(batch, start, p, np.empty((0, 0, 0))),
        "sharpness": one_number_sharpness(p, c, start.lesioned, depth),
        "theory_residual": account.residual[:, 0],
        "theory_iterations": account.iterations[:, 0],
        "valid": valid & (account.residual[:, 0] <= ACCURATE["rtol"]),
    }
