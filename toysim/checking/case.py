"""A declared check of a model, run once; theories that are wrong on purpose take theory's place."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch
from toysim.comparison.realised import realised
from toysim.comparison.tolerances import Array
from toysim.comparison.verdicts import Comparison, compare_sides
from toysim.model import Check, Model, Rows, Side
from toysim.plan import build_sweep
from toysim.runner.work import compute, compute_unit, refine
from toysim.shown import shown
from toysim.store.layout import refined
from toysim.store.sides import Refined, Sides

SEED = 12


class Case:
    """Both sides of a check's cells. Raises what the model's code raises."""

    def __init__(self, model: Model, check: Check) -> None:
        self.model, self.check = model, check
        self._again: dict[tuple[int, ...], Rows] = {}
        self.sweep = build_sweep(
            model.id, model, check.fixed, check.axes, replicas=check.replicas, seed=SEED
        )
        self.batch = self.sweep.batch(np.arange(self.sweep.n_cells), check.replicas)
        self.simulation = computed(model, "simulation", self.batch, self.sweep.parameters)
        self.theory = self.solve(self.theory_batch())

    @property
    def at(self) -> str:
        """The cells in words."""
        values = {**self.check.fixed, **self.check.axes}
        return ", ".join(f"{name}={shown(value)}" for name, value in values.items()) or "defaults"

    @property
    def every(self) -> int:
        """How many rows of simulation a row of theory speaks of."""
        return 1 if self.model.paired else self.check.replicas

    def theory_batch(self) -> Batch:
        """The rows that theory is asked for."""
        return realised(self.batch.take(np.arange(0, len(self.batch), self.every)))[0]

    def solve(self, batch: Batch) -> Rows:
        """Theory at some rows."""
        return computed(self.model, "theory", batch, self.sweep.parameters)

    def shifted(self) -> Rows:
        """Theory of the same draws with parameters one update off."""
        shift = self.check.shifted
        assert shift is not None
        batch = self.theory_batch()
        rows = [shift(batch.values(i)) for i in range(len(batch))]
        first = batch.values(0)
        moved = {name for row in rows for name, value in row.items() if value != first.get(name)}
        columns = {name: np.array([r[name] for r in rows]) for name in moved | set(batch.columns)}
        wrong = batch.replacing(**columns)
        return compute(self.model, "theory", wrong, self.sweep.parameters).rows

    def sides(self, theory: Rows) -> Sides:
        """The simulation beside some theory, with rows at smaller steps where they are needed."""
        grid = {d.name: len(d) for d in self.sweep.dimensions}
        n = self.check.replicas
        sides = Sides.in_memory(self.batch, grid, n, self.simulation, theory)
        sides.refined = self._refined(sides.chosen.refine)
        return sides

    def compare(self, theory: Rows) -> Comparison:
        """The verdicts with some theory in theory's place."""
        return compare_sides(self.sides(theory))

    def _refined(self, rows: Array) -> Refined:
        """Rows run again at smaller steps, once for all theories that are tried."""
        key, parameters = tuple(rows.tolist()), self.sweep.parameters
        if key and key not in self._again:
            few, outputs = self.batch.take(rows), refined(self.model, parameters)
            self._again[key] = refine(self.model, few, outputs, parameters).rows
        return Refined(rows, self._again.get(key, {}))


def computed(model: Model, side: Side, batch: Batch, parameters: Any) -> Rows:
    """The rows of one side; raises what the model's code raises."""
    outcome = compute_unit(model, side, batch, parameters)
    if outcome.cause is not None:
        raise outcome.cause
    return outcome.rows
