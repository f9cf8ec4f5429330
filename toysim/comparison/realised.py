"""Theory at the parameters that a row realises, where a simulation rounds what it is asked for."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.runner.work import compute_unit
from toysim.store.sides import Sides

ROUNDING = 1e-12  # of a value: a difference below it is none


def realised(batch: Batch) -> tuple[Batch, npt.NDArray[np.bool_]]:
    """The rows at the values that their simulation takes, and which of them that moves."""
    rule = batch.model.realised
    columns = rule(batch) if rule else {}
    moved = np.zeros(len(batch), bool)
    for name, values in columns.items():
        moved |= np.abs(values - batch[name]) > ROUNDING * np.abs(batch[name])
    return (batch.replacing(**columns) if moved.any() else batch), moved


def at_realised(sides: Sides) -> Sides:
    """The sides with theory solved anew where a row rounds its parameters: half a pattern is
    another load, which shows in a strong field. Valid where theory is at both.
    """
    model = sides.model
    rows = np.arange(0, len(sides.batch), 1 if model.paired else sides.n_replicas)
    batch, moved = realised(sides.batch.take(rows))
    again = np.flatnonzero(moved & sides.valid)
    if len(again) == 0:
        return sides
    few = batch.take(again)
    solved = compute_unit(model, "theory", few, model.validate(few.values(0))).rows
    theory = {name: values.copy() for name, values in sides.theory.items()}
    valid = sides.valid.copy()
    for name, values in theory.items():
        values[again] = solved[name]
    valid[again] &= solved["valid"]
    return dataclasses.replace(sides, theory=theory, valid=valid)
