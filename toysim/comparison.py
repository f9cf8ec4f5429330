"""Simulation held against theory, cell by cell, with a verdict per observable.

Tolerances come from the data or from the order of the method, never from a fit to what came out:

* stochastic, theory of the mean: 5 standard errors over replicas + the declared finite-size bound. With few replicas
  the error is uncertain itself: Student's t says how many are then as rare as 5 (5.3 at 100, 7.4 at 20, 157 at 4);
* a step of order p: the rows are run again at half and a quarter of the step, extrapolated to step 0,
      R(h) = y(h/2) + (y(h/2) - y(h)) / (2^p - 1),
  and theory must meet R(h/2) within |R(h) - R(h/2)| + (y(h) - y(h/2))^2 / scale. Both terms are of higher order
  than the error of one step, so a theory that is one update off is seen;
* else the observable's declared rtol and atol.

Where the tolerance exceeds RESOLUTION of the observable's scale a cell decides nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.errors import ToysimError
from toysim.model import Batch, Model, Observable, Rows
from toysim.registry import load_model
from toysim.runner.work import compute, one_blas_thread

Z = 5.0
ONE_SIDED = 2.866515718791939e-07  # probability above Z of a normal number
RESOLUTION = 0.03  # a comparison that could not see a theory 3 % off has not been made
MAX_RERUN_ROWS = 200  # rows run again at smaller steps, spread evenly over the sweep

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Verdict:
    """One observable of a comparison. ``worst`` names the cell of the largest ``z`` = difference / tolerance * 5.

    ``simulation`` is the mean over replicas, or the value extrapolated to step 0; ``discretisation`` the largest
    distance of the simulation as it was run (not extrapolated) from theory, where a step order applies.
    """

    observable: str
    verdict: str
    worst: dict[str, Any]
    simulation: float
    theory: float
    tolerance: float
    z: float
    compared: int
    undecided: int
    outside: int
    discretisation: float | None


class Comparison(list[Verdict]):
    """The verdicts of all observables; prints as a table, true in ``ok`` when none differs."""

    @property
    def ok(self) -> bool:
        return all(v.verdict != "differs" for v in self)

    def as_dicts(self) -> list[dict[str, Any]]:
        return [asdict(v) for v in self]

    def __repr__(self) -> str:
        head = (
            f"{'observable':<22}{'verdict':<18}{'z':>9}  {'simulation':>13}{'theory':>13}{'tolerance':>11}  worst cell"
        )
        lines = [head]
        for v in self:
            cell = ", ".join(f"{k}={_short(x)}" for k, x in v.worst.items())
            lines.append(
                f"{v.observable:<22}{v.verdict:<18}{v.z:>9.3g}  {v.simulation:>13.6g}{v.theory:>13.6g}"
                f"{v.tolerance:>11.2g}  {cell}"
            )
        return "\n".join(lines)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def comparison_dataset(tree: xr.DataTree) -> xr.Dataset:
    """Differences simulation - theory and standard errors, on the grid; what ``/comparison`` shows."""
    import toysim.runner.dataset  # noqa: F401  registers the accessor

    simulation, theory = tree["simulation"].to_dataset(), tree["theory"].to_dataset()
    names = [n for n in theory.data_vars if n in simulation and theory[n].dtype.kind == "f"]
    paired = "replica" in theory.dims
    mean = simulation if paired else simulation.toysim.mean()
    data = {}
    for name in names:
        data[name] = (mean[name] - theory[name]).assign_attrs(
            long_name=f"simulation - theory: {theory[name].attrs['long_name']}",
            units=theory[name].attrs["units"],
        )
        if not paired and simulation.sizes["replica"] > 1:
            data[f"{name}_standard_error"] = simulation.toysim.sem()[name].assign_attrs(
                long_name=f"standard error: {theory[name].attrs['long_name']}",
                units=theory[name].attrs["units"],
            )
    return xr.Dataset(data)


def compare(data: xr.DataTree | str | Path) -> Comparison:
    """Verdict table of a sweep: a DataTree of ``toysim.sweep`` or ``toysim.open_store``, or a store's path.

    Raises ToysimError where the model has no theory or the theory has not been computed.
    """
    if not isinstance(data, xr.DataTree):
        from toysim.runner.dataset import read_tree

        data = read_tree(data)
    if "theory" not in data:
        raise ToysimError(f"{data.attrs.get('model', 'this data')} has no theory to compare with")
    sides = Sides.of(data)
    if not sides.rows_ok.any():
        raise ToysimError("nothing to compare yet: no cell has both simulation and theory; run toysim sweep first")
    return compare_sides(sides)


@dataclass
class Sides:
    """Simulation and theory flattened to rows (cell, replica), with what is needed to run a row again."""

    model: Model
    batch: Batch  # one row per (cell, replica), replicas fastest
    n_replicas: int
    simulation: Rows  # (n_rows, *dims)
    theory: Rows  # (n_cells or n_rows, *dims)
    valid: Array  # like theory, bool
    rows_ok: Array  # (n_rows,) ran to an end, theory too
    paired: bool  # theory has a row per replica

    @classmethod
    def of(cls, tree: xr.DataTree) -> Sides:
        model = load_model(tree.attrs["model"])
        simulation, theory = tree["simulation"].to_dataset(), tree["theory"].to_dataset()
        grid = list(json.loads(tree.attrs["axes"]))
        n_cells = int(np.prod([simulation.sizes[d] for d in grid], dtype=np.int64))
        n_replicas = simulation.sizes["replica"]
        names = [o.name for o in model.observables if o.name in theory and theory[o.name].dtype.kind == "f"]
        names = [n for n in names if n in simulation]
        lead = 1 + len(grid)
        paired = "replica" in theory.dims
        theory_lead = lead if paired else len(grid)
        sim = {n: _rows(simulation[n].values, lead) for n in [*names, "status", "state"]}
        th = {n: _rows(theory[n].values, theory_lead) for n in [*names, "valid", "state"]}
        ok = (sim.pop("state") == 1) & (sim.pop("status") == 0)
        theory_ok = th.pop("state") == 1
        return cls(
            model=model,
            batch=_batch(tree, model, grid, n_cells, n_replicas),
            n_replicas=n_replicas,
            simulation=sim,
            valid=th.pop("valid").astype(bool),
            theory=th,
            rows_ok=ok & (theory_ok if paired else np.repeat(theory_ok, n_replicas)),
            paired=paired,
        )


def _rows(values: Array, lead: int) -> Array:
    return values.reshape(int(np.prod(values.shape[:lead], dtype=np.int64)), *values.shape[lead:])


def _batch(tree: xr.DataTree, model: Model, grid: list[str], n_cells: int, n_replicas: int) -> Batch:
    """The parameter columns of all rows, from the coordinates."""
    ds = tree["simulation"].to_dataset()
    levels = np.unravel_index(np.arange(n_cells), [ds.sizes[d] for d in grid]) if grid else ()
    columns = {}
    for d, level in zip(grid, levels, strict=True):
        for name in json.loads(tree.attrs["axes"])[d]:
            label = f"{name}_value" if f"{name}_value" in ds.coords else name
            columns[name] = np.repeat(ds.coords[label].values[level], n_replicas, axis=0)
    replica = np.tile(ds["replica"].values, n_cells)
    fixed = json.loads(tree.attrs["fixed"])
    common = bool(tree.attrs["common_random_numbers"])
    return Batch(model, columns, fixed, replica, int(tree.attrs["root_seed"]), common)


def compare_sides(sides: Sides) -> Comparison:
    """The verdicts; theories that are wrong on purpose come in here in the conformance tests."""
    stepped = _stepped(sides)
    found = Comparison()
    for o in sides.model.observables:
        if o.name in sides.theory and o.name in sides.simulation:
            found.append(_verdict(sides, o, stepped))
    return found


@dataclass
class _Stepped:
    """Rows that were run again at smaller steps: which, and their outputs at h, h/2, h/4."""

    rows: Array
    at: tuple[Rows, Rows, Rows]
    order: int


def _stepped(sides: Sides) -> _Stepped | None:
    """Run declared rows again at half and a quarter of the step, if the model declares an order that applies."""
    rule = sides.model.discretisation
    if rule is None:
        return None
    candidates = np.flatnonzero(sides.rows_ok)
    applies = np.array([rule.applies(sides.model.parameters_class(**sides.batch.row(i))) for i in _spread(candidates)])
    rows = _spread(candidates)[applies] if len(applies) else candidates[:0]
    if len(rows) == 0:
        return None
    few = sides.batch.take(rows)
    outputs = [{n: v[rows] for n, v in sides.simulation.items()}]
    parameters = sides.model.validate(sides.batch.row(int(rows[0])))
    with one_blas_thread():
        for factor in (2, 4):
            finer = Batch(
                sides.model,
                {**few.columns, rule.parameter: few[rule.parameter] / factor},
                few.fixed,
                few.replica,
                few.seed,
                few.common_random_numbers,
            )
            outputs.append(compute(sides.model, "simulation", finer, parameters).rows)
    return _Stepped(rows, (outputs[0], outputs[1], outputs[2]), rule.order)


def _spread(rows: Array) -> Array:
    """At most MAX_RERUN_ROWS of the rows, evenly spread, the first and the last among them."""
    if len(rows) <= MAX_RERUN_ROWS:
        return rows
    return rows[np.unique(np.linspace(0, len(rows) - 1, MAX_RERUN_ROWS).astype(np.int64))]


def _verdict(sides: Sides, o: Observable, stepped: _Stepped | None) -> Verdict:
    raw = None
    if stepped is not None:
        rows = stepped.rows
        value, tolerance, raw = _extrapolated(sides, o, stepped)
        theory, valid = _theory_rows(sides, o, rows)
    elif sides.model.stochastic and not sides.paired:
        rows = np.arange(0, len(sides.batch), sides.n_replicas)
        value, tolerance = _mean_and_error(sides, o)
        theory, valid = sides.theory[o.name], sides.valid
    else:
        rows = np.flatnonzero(sides.rows_ok)
        value = sides.simulation[o.name][rows]
        theory, valid = _theory_rows(sides, o, rows)
        tolerance = o.atol + o.rtol * np.abs(theory)
    return _judge(sides, o, rows, value, theory, valid, tolerance, raw)


def _theory_rows(sides: Sides, o: Observable, rows: Array) -> tuple[Array, Array]:
    index = rows if sides.paired else rows // sides.n_replicas
    return sides.theory[o.name][index], sides.valid[index]


def _scale(sides: Sides, o: Observable) -> float:
    """Largest size of the theory over the sweep, at least the observable's declared scale."""
    sizes = np.abs(sides.theory[o.name])
    top = float(np.nanmax(sizes, initial=0.0)) if sizes.size else 0.0
    return max(top, o.scale) or 1.0


def _extrapolated(sides: Sides, o: Observable, stepped: _Stepped) -> tuple[Array, Array, float | None]:
    """Value at step 0 and its tolerance: the largest over the inner dimensions of a row and a cell's replicas.

    Single changes of the extrapolated value are no bound: along a course, or between draws, they cross zero.
    """
    y0, y1, y2 = (outputs[o.name].astype(float) for outputs in stepped.at)
    gain = 2.0**stepped.order - 1.0
    first, second = y1 + (y1 - y0) / gain, y2 + (y2 - y1) / gain
    bound = np.abs(first - second) + (y1 - y0) ** 2 / _scale(sides, o)
    inner = tuple(range(1, bound.ndim))
    bound = np.nanmax(bound, axis=inner, keepdims=True, initial=0.0) if inner else bound
    _, cell = np.unique(stepped.rows // sides.n_replicas, return_inverse=True)
    largest = np.zeros((int(cell.max()) + 1, *bound.shape[1:]))
    np.fmax.at(largest, cell, bound)
    bound = largest[cell]
    theory, _ = _theory_rows(sides, o, stepped.rows)
    off = np.abs(y0 - theory)
    raw = float(np.nanmax(off)) if np.isfinite(off).any() else None
    return second, np.broadcast_to(bound + o.atol + o.rtol * np.abs(theory), second.shape), raw


def _mean_and_error(sides: Sides, o: Observable) -> tuple[Array, Array]:
    """Mean over replicas and its tolerance per cell: standard errors as rare as Z, plus the finite-size bound."""
    from scipy.special import stdtrit

    values = sides.simulation[o.name].astype(float)
    ok = sides.rows_ok.reshape(-1, *[1] * (values.ndim - 1))
    values = np.where(ok, values, np.nan).reshape(-1, sides.n_replicas, *values.shape[1:])
    n = np.sum(np.isfinite(values), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=1) / n, np.nan)
        variance = np.nansum((values - mean[:, None]) ** 2, axis=1) / (n - 1)
        error = np.where(n > 1, np.sqrt(variance / n), np.inf)
    bound: Any = 0.0
    if o.finite_size is not None:
        size = sides.batch[o.finite_size.parameter][:: sides.n_replicas].astype(float)
        bound = o.finite_size.constant * size.reshape(-1, *[1] * (mean.ndim - 1)) ** -o.finite_size.power
    with np.errstate(invalid="ignore"):
        enough = np.where(n > 1, -stdtrit(np.maximum(n - 1, 1), ONE_SIDED), np.inf)
        return mean, np.where(n > 1, enough * error, np.inf) + bound + o.atol


def _judge(
    sides: Sides,
    o: Observable,
    rows: Array,
    value: Array,
    theory: Array,
    valid: Array,
    tolerance: Array,
    raw: float | None,
) -> Verdict:
    """One word for all cells, and the worst of them."""
    inside = np.isfinite(theory) & valid.reshape(-1, *[1] * (theory.ndim - 1))
    with np.errstate(invalid="ignore"):
        z = np.where(inside, Z * np.abs(value - theory) / tolerance, -1.0)
        z = np.where(inside & ~np.isfinite(value) & np.isfinite(tolerance), np.inf, z)
        differs = inside & ~(np.abs(value - theory) <= tolerance) & ~np.isposinf(tolerance)
        blind = inside & ~differs & ~(tolerance <= RESOLUTION * _scale(sides, o))
    compared, n_blind = int(inside.sum()), int(blind.sum())
    if compared == 0:
        verdict = "outside validity"
    elif differs.any():
        verdict = "differs"
    else:
        verdict = "undecided" if n_blind == compared else "agrees"
    at = np.unravel_index(int(np.argmax(np.where(differs | ~blind, z, -0.5))), z.shape) if z.size else None
    return Verdict(
        observable=o.name,
        verdict=verdict,
        worst=_cell(sides, int(rows[at[0]]), o, at[1:]) if at else {},
        simulation=float(value[at]) if at else np.nan,
        theory=float(theory[at]) if at else np.nan,
        tolerance=float(np.broadcast_to(tolerance, z.shape)[at]) if at else np.nan,
        z=float(z[at]) if at and compared else np.nan,
        compared=compared,
        undecided=n_blind,
        outside=int(z.size - compared),
        discretisation=raw,
    )


def _cell(sides: Sides, row: int, o: Observable, inner: tuple[Any, ...]) -> dict[str, Any]:
    cell = {name: column[row].tolist() for name, column in sides.batch.columns.items()}
    if sides.paired and sides.n_replicas > 1:
        cell["replica"] = int(sides.batch.replica[row])
    return cell | {d: int(i) for d, i in zip(o.dims, inner, strict=True)}
