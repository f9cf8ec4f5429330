"""Simulation held against theory, cell by cell, with a verdict per observable.

``tolerances`` says how far they may differ. Where the tolerance exceeds RESOLUTION of the
observable's scale a cell decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.comparison.sides import Sides
from toysim.comparison.tolerances import Measured, Z, measured, run_again
from toysim.errors import ToysimError
from toysim.model import Observable

RESOLUTION = 0.03  # a comparison that could not see a theory 3 % off has not been made

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Verdict:
    """One observable of a comparison. ``worst`` names the cell of the largest ``z`` = difference /
    tolerance * 5.

    ``simulation`` is the mean over replicas, or the value extrapolated to step 0;
    ``discretisation`` the largest distance of the simulation as it was run (not extrapolated) from
    theory, where a step order applies.
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
    """The verdicts of all observables; prints as a table, true in ``ok`` when none differs.

    ``left_out`` counts rows that have not run, failed, or ended with a status other than ok.
    """

    def __init__(self, verdicts: Iterable[Verdict] = (), left_out: int = 0) -> None:
        super().__init__(verdicts)
        self.left_out = left_out

    @property
    def ok(self) -> bool:
        return all(v.verdict != "differs" for v in self)

    def as_dicts(self) -> list[dict[str, Any]]:
        return [asdict(v) for v in self]

    def __repr__(self) -> str:
        head = (
            f"{'observable':<22}{'verdict':<18}{'z':>9}  {'simulation':>13}{'theory':>13}"
            f"{'tolerance':>11}  worst cell"
        )
        lines = [head]
        for v in self:
            cell = ", ".join(f"{k}={_short(x)}" for k, x in v.worst.items())
            lines.append(
                f"{v.observable:<22}{v.verdict:<18}{v.z:>9.3g}  "
                f"{v.simulation:>13.6g}{v.theory:>13.6g}"
                f"{v.tolerance:>11.2g}  {cell}"
            )
        if self.left_out:
            lines.append(
                f"{self.left_out} rows left out: not run, failed, or of a status other than ok"
            )
        return "\n".join(lines)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def comparison_dataset(tree: xr.DataTree) -> xr.Dataset:
    """Differences simulation - theory and standard errors, on the grid; what ``/comparison``
    shows.
    """
    import toysim.store.dataset  # noqa: F401  registers the accessor

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
    """Verdict table of a sweep: a DataTree of ``toysim.sweep`` or ``toysim.open_store``, or a
    store's path.

    Raises ToysimError where the model has no theory or the theory has not been computed.
    """
    if not isinstance(data, xr.DataTree):
        from toysim.store.dataset import read_tree

        data = read_tree(data)
    if "theory" not in data:
        raise ToysimError(f"{data.attrs.get('model', 'this data')} has no theory to compare with")
    if "simulation" not in data:
        raise ToysimError(
            "this sweep is of theory alone (simulation = false): there is nothing to compare it "
            "with"
        )
    sides = Sides.of(data)
    if not sides.rows_ok.any():
        raise ToysimError(
            "nothing to compare yet: no cell has both simulation and theory; run toysim sweep first"
        )
    return compare_sides(sides)


def compare_sides(sides: Sides) -> Comparison:
    """The verdicts; theories that are wrong on purpose come in here in the conformance tests."""
    stepped = run_again(sides)
    found = Comparison(left_out=int((~sides.rows_ok).sum()))
    for o in sides.model.observables:
        if o.name in sides.theory and o.name in sides.simulation:
            found.append(_judge(sides, o, measured(sides, o, stepped)))
    return found


def _judge(sides: Sides, o: Observable, found: Measured) -> Verdict:
    """One word for all cells, and the worst of them."""
    rows, value, tolerance = found.rows, found.value, found.tolerance
    theory, valid = sides.theory_at(o, rows)
    inside = np.isfinite(theory) & valid.reshape(-1, *[1] * (theory.ndim - 1))
    with np.errstate(invalid="ignore"):
        z = np.where(inside, Z * np.abs(value - theory) / tolerance, -1.0)
        z = np.where(inside & ~np.isfinite(value) & np.isfinite(tolerance), np.inf, z)
        differs = inside & ~(np.abs(value - theory) <= tolerance) & ~np.isposinf(tolerance)
        blind = inside & ~differs & ~(tolerance <= RESOLUTION * sides.scale(o))
    compared, n_blind = int(inside.sum()), int(blind.sum())
    if compared == 0:
        verdict = "outside validity"
    elif differs.any():
        verdict = "differs"
    else:
        verdict = "undecided" if n_blind == compared else "agrees"
    at = (
        np.unravel_index(int(np.argmax(np.where(differs | ~blind, z, -0.5))), z.shape)
        if z.size
        else None
    )
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
        outside=int(z.size - compared) + found.beyond * int(np.prod(z.shape[1:], dtype=np.int64)),
        discretisation=found.discretisation,
    )


def _cell(sides: Sides, row: int, o: Observable, inner: tuple[Any, ...]) -> dict[str, Any]:
    cell = {name: column[row].tolist() for name, column in sides.batch.columns.items()}
    if sides.paired and sides.n_replicas > 1:
        cell["replica"] = int(sides.batch.replica[row])
    return cell | {d: int(i) for d, i in zip(o.dims, inner, strict=True)}
