"""The superposed memory exactly, given how many of the cue's units are the prototype's."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.memory.superposed import law


def predicted(row: Row) -> Rows:
    """One row."""
    p = row.p
    pm, po, _ = law.inclusion(p)
    g, rest = np.arange(p.cue_modules + 1), law.other_classes(p)
    weight = binom.pmf(g, p.cue_modules, pm)
    prototype = np.array([law.active(p, pm, k, False, rest) for k in g])
    other = np.array([law.active(p, po, k, False, rest) for k in g])
    own = np.full(len(g), np.nan)
    if p.cue == "stored":
        both = [[law.active(p, pi, k, True, rest) for k in g] for pi in (pm, po)]
        own = pm * np.array(both[0]) + (1.0 - pm) * np.array(both[1])
    others = (p.module_size - 2 + pm) * other  # units that are neither own nor the prototype's
    values = {
        "prototype_matches": weight,
        "false_prototype": weight * (1.0 - pm) * prototype,
        "false_other": weight * others,
        "own": weight * own,
        "class_accuracy": law.class_accuracy(p),
        "code_overlap": law.member_overlap(p),
        "false_prototype_given": prototype,
        "false_other_given": other,
        "own_given": own,
        "instance_bound": weight @ (own - 0.5 * ((1.0 - pm) * prototype + others)),
        "valid": np.isfinite(prototype + other).all(),
    }
    return {name: np.asarray(value) for name, value in values.items()}


def predict(batch: Batch) -> Rows:
    """Every observable but the instance accuracy, which has no closed form; of the own unit where
    the cue is stored. Not valid where many cue modules make the sums cancel.
    """
    return stacked([predicted(row) for row in batch.rows()])
