"""The superposed memory exactly, given how many of the cue's units are the prototype's."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binom

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.memory.superposed import law

SEEN = 0.05  # events a run, below which means over runs say nothing yet


def seen(value: Any, events: Any) -> Any:
    """The value where so many events are expected, and where there are none for certain."""
    return np.where((events == 0.0) | (events >= SEEN), value, np.nan)


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
    wrong, rest_modules = weight * (1.0 - pm) * prototype, p.n_modules - p.cue_modules
    accuracy = law.class_accuracy(p)
    values = {
        "prototype_matches": seen(weight, np.minimum(weight, 1.0 - weight)),
        "false_prototype": seen(wrong, np.minimum(weight, rest_modules * wrong)),
        "false_other": seen(weight * others, weight * np.minimum(rest_modules * others, 1.0)),
        "own": seen(weight * own, weight * np.minimum(own * rest_modules, 1.0)),
        "class_accuracy": seen(accuracy, 1.0 - accuracy),
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
