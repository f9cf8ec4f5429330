"""Simulation held against theory, cell by cell, with a verdict per observable.

``tolerances`` says how far they may differ. Where the tolerance exceeds RESOLUTION of the
observable's scale a cell decides nothing; a verdict is of the cells that were decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import reduce
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.comparison import pieces
from toysim.comparison.realised import at_realised
from toysim.comparison.tolerances import Measured, measured
from toysim.errors import ToysimError, suggest
from toysim.model import Observable
from toysim.outcomes import Agreement
from toysim.shown import shown
from toysim.store import later
from toysim.store.dataset import read_tree
from toysim.store.sides import Sides

if TYPE_CHECKING:
    import pandas as pd

RESOLUTION = 0.03  # a comparison that could not see a theory 3 % off has not been made

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class ObservableVerdict:
    """One observable of a comparison; its numbers are those of the worst cell.

    ``share`` is |difference| / tolerance, above 1 where they differ; ``z`` is |difference| in
    standard errors, where there are any. ``stored`` is the simulation as it was run (its mean over
    replicas), ``extrapolated`` its value at step 0 where a step's order is the tolerance: then that
    is what is compared. ``step_error`` is the largest distance of a stored value from theory there.
    """

    observable: str
    verdict: Agreement
    worst: dict[str, Any]
    stored: float
    extrapolated: float | None
    theory: float
    tolerance: float
    share: float
    z: float | None
    decided: int
    undecided: int
    outside: int
    step_error: float | None


class Comparison(list[ObservableVerdict]):
    """The verdicts of all observables; prints as a table, true in ``ok`` when none differs.

    ``left_out`` counts rows that have not run, failed, or ended with a status other than ok;
    ``unrefined`` rows whose verdict waits for runs at smaller steps, and ``advice`` says how;
    ``survivors`` cells whose means are of the replicas that did not drop out.
    """

    def __init__(
        self,
        verdicts: Iterable[ObservableVerdict] = (),
        left_out: int = 0,
        unrefined: int = 0,
        advice: str = "",
        survivors: int = 0,
    ) -> None:
        super().__init__(verdicts)
        self.left_out = left_out
        self.survivors = survivors
        self.unrefined = unrefined
        self.advice = advice

    @property
    def ok(self) -> bool:
        return all(v.verdict != Agreement.DIFFERS for v in self)

    def __getitem__(self, which: Any) -> Any:
        """A verdict by its place, or by the name of its observable."""
        if not isinstance(which, str):
            return super().__getitem__(which)
        found = {v.observable: v for v in self}
        if which not in found:
            raise ToysimError(f"no verdict on {which!r}: {suggest(which, found)}")
        return found[which]

    def as_dicts(self) -> list[dict[str, Any]]:
        return [asdict(v) for v in self]

    def to_dataframe(self) -> pd.DataFrame:
        """A row an observable, with every number of its verdict."""
        import pandas as pd

        rows = [{**asdict(v), "verdict": str(v.verdict)} for v in self]
        return pd.DataFrame(rows).set_index("observable") if rows else pd.DataFrame()

    def _repr_html_(self) -> str:
        notes = "".join(f"<div>{escape(note)}</div>" for note in self.notes)
        table = self.to_dataframe()
        shown = table.drop(columns=[c for c in table.columns if table[c].isna().all()])
        return f"{shown.to_html(float_format='{:.6g}'.format)}{notes}"

    @property
    def notes(self) -> list[str]:
        """What a reader of the table must know."""
        said = []
        if self.unrefined:
            rows = f"{self.unrefined} rows wait for runs at smaller steps"
            said.append(f"{rows}: undecided; {self.advice}")
        if self.left_out:
            what = "rows left out: not run, failed, or of a status other than ok"
            said.append(f"{self.left_out} {what}")
        if self.survivors:
            what = "cells with replicas that dropped out: means of survivors decide nothing"
            said.append(f"{self.survivors} {what}")
        return said

    def __repr__(self) -> str:
        head = (
            f"{'observable':<22}{'verdict':<18}{'share':>9}{'decided':>9}{'undecided':>11}"
            f"{'stored':>14}{'extrapolated':>14}{'theory':>14}{'tolerance':>11}  worst cell"
        )
        return "\n".join([head, *map(_line, self), *self.notes])


def _line(v: ObservableVerdict) -> str:
    cell = ", ".join(f"{k}={shown(x)}" for k, x in v.worst.items())
    extrapolated = "" if v.extrapolated is None else f"{v.extrapolated:.6g}"
    return (
        f"{v.observable:<22}{v.verdict:<18}{v.share:>9.3g}{v.decided:>9}{v.undecided:>11}"
        f"{v.stored:>14.6g}{extrapolated:>14}{v.theory:>14.6g}{v.tolerance:>11.2g}  {cell}"
    )


def compare(data: xr.DataTree | str | Path) -> Comparison:
    """Verdict table of a sweep: a DataTree of ``toysim.sweep`` or ``toysim.open_store``, or a
    store's path. Nothing is run: rows that were not refined yet are undecided.

    Raises ToysimError where the model has no theory or the theory has not been computed.
    """
    tree = data if isinstance(data, xr.DataTree) else read_tree(data)
    _refuse_incomparable(tree)
    cut = pieces.can_be_cut(tree) and pieces.rows_of(tree) > later.PIECE
    parts = pieces.in_pieces(tree) if cut else [at_realised(Sides.of(tree))]
    advice, ran, found = _advice(tree), False, []
    for sides in parts:
        ran |= bool(sides.rows_ok.any())
        found.append(compare_sides(sides, advice))
    if not ran:
        raise ToysimError(
            "nothing to compare yet: no cell has both simulation and theory; run toysim sweep first"
        )
    return reduce(_with, found)


def _refuse_incomparable(tree: xr.DataTree) -> None:
    if "theory" not in tree:
        raise ToysimError(f"{tree.attrs.get('model', 'this data')} has no theory to compare with")
    if "simulation" not in tree:
        raise ToysimError(
            "this sweep is of theory alone (simulation = false): there is nothing to compare it "
            "with"
        )


def _advice(tree: xr.DataTree) -> str:
    name = tree.attrs["sweep"]
    if tree.attrs["store_format"] == 1:
        return f"toysim sweep {name} --store NEW.zarr runs them, into a new store"
    return f"toysim sweep {name} runs them"


def compare_sides(sides: Sides, advice: str = "run the sweep again") -> Comparison:
    """The verdicts; theories that are wrong on purpose come in here in the conformance tests."""
    names = [o for o in sides.model.observables if o.name in sides.theory]
    names = [o for o in names if o.name in sides.simulation]
    unrefined = len(np.setdiff1d(sides.chosen.refine, sides.refined.rows))
    left_out = int((sides.asked & ~sides.rows_ok).sum())
    verdicts = [_judge(sides, o, measured(sides, o)) for o in names]
    return Comparison(verdicts, left_out, unrefined, advice, _cells_of_survivors(sides))


def _with(one: Comparison, other: Comparison) -> Comparison:
    """The verdicts of two parts of a sweep as one."""
    return Comparison(
        map(_of_both, one, other),
        one.left_out + other.left_out,
        one.unrefined + other.unrefined,
        one.advice,
        one.survivors + other.survivors,
    )


def _of_both(one: ObservableVerdict, other: ObservableVerdict) -> ObservableVerdict:
    """The numbers of the worse of their worst cells, the first where they are equal."""
    worse = other if _badness(other) > _badness(one) else one
    step_errors = [v.step_error for v in (one, other) if v.step_error is not None]
    return replace(
        worse,
        verdict=min((one.verdict, other.verdict), key=GRAVEST.index),
        decided=one.decided + other.decided,
        undecided=one.undecided + other.undecided,
        outside=one.outside + other.outside,
        step_error=max(step_errors, default=None),
    )


GRAVEST = (Agreement.DIFFERS, Agreement.AGREES, Agreement.UNDECIDED, Agreement.OUTSIDE)


def _badness(v: ObservableVerdict) -> float:
    """Orders worst cells as within one part: by share, those that decide nothing last."""
    if v.decided:
        return v.share if v.share == v.share else np.inf
    return -0.5 if v.undecided else -1.0


def _cells_of_survivors(sides: Sides) -> int:
    if not sides.model.of_means:
        return 0
    return int(sides.dropped.reshape(-1, sides.n_replicas).any(axis=1).sum())


@dataclass(frozen=True)
class _Cells:
    """Every number of an observable (n, *dims) held against theory."""

    theory: Array
    share: Array  # -1 outside validity
    differs: Array
    blind: Array  # decides nothing
    inside: Array  # theory is valid

    @classmethod
    def of(cls, sides: Sides, o: Observable, found: Measured) -> _Cells:
        theory, valid = sides.theory_at(o, found.rows)
        value, tolerance = found.value, found.tolerance
        inside = np.isfinite(theory) & valid.reshape(-1, *[1] * (theory.ndim - 1))
        with np.errstate(invalid="ignore"):
            off = np.abs(value - theory)
            share = np.where(inside, off / tolerance, -1.0)
            lost = inside & ~np.isfinite(value) & np.isfinite(tolerance)
            share = np.where(lost, np.inf, share)
            differs = inside & ~(off <= tolerance) & ~np.isposinf(tolerance)
            blind = inside & ~differs & ~(tolerance <= RESOLUTION * sides.scale(o))
        return cls(theory, share, differs, blind, inside)

    @property
    def verdict(self) -> Agreement:
        if not self.inside.any():
            return Agreement.OUTSIDE
        if self.differs.any():
            return Agreement.DIFFERS
        return Agreement.UNDECIDED if self.blind[self.inside].all() else Agreement.AGREES

    def worst(self) -> tuple[int, ...] | None:
        """The cell of the largest share, among those that decide something if there are any."""
        if self.share.size == 0:
            return None
        shown = np.where(self.differs | ~self.blind, self.share, -0.5)
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(shown)), shown.shape))


def _judge(sides: Sides, o: Observable, found: Measured) -> ObservableVerdict:
    """One word for all cells, and the worst of them."""
    cells = _Cells.of(sides, o, found)
    at = cells.worst()
    undecided, inside = int(cells.blind.sum()), int(cells.inside.sum())
    inner = int(np.prod(cells.share.shape[1:], dtype=np.int64))
    judged = int(sides.asked[found.rows].sum()) + found.beyond
    extrapolated = at is not None and bool(found.extrapolated[at[0]])
    return ObservableVerdict(
        observable=o.name,
        verdict=cells.verdict,
        worst=_cell(sides, int(found.rows[at[0]]), o, at[1:]) if at else {},
        stored=_number(found.stored, at),
        extrapolated=_number(found.value, at) if extrapolated else None,
        theory=_number(cells.theory, at),
        tolerance=_number(found.tolerance, at),
        share=_number(cells.share, at) if inside else np.nan,
        z=_z(found, cells, at),
        decided=inside - undecided,
        undecided=undecided,
        outside=judged * inner - inside,
        step_error=_step_error(found, cells),
    )


def _number(values: Array, at: tuple[int, ...] | None) -> float:
    return np.nan if at is None else float(values[at])


def _z(found: Measured, cells: _Cells, at: tuple[int, ...] | None) -> float | None:
    """Standard errors between the mean and theory, where there is an error."""
    if at is None or not 0.0 < found.error[at] < np.inf:
        return None
    return float(abs(found.value[at] - cells.theory[at]) / found.error[at])


def _step_error(found: Measured, cells: _Cells) -> float | None:
    off = np.abs(found.stored - cells.theory)[found.extrapolated]
    return float(np.nanmax(off)) if np.isfinite(off).any() else None


def _cell(sides: Sides, row: int, o: Observable, inner: tuple[int, ...]) -> dict[str, Any]:
    cell = {name: column[row].tolist() for name, column in sides.batch.columns.items()}
    if sides.model.paired and sides.n_replicas > 1:
        cell["replica"] = int(sides.batch.replica[row])
    return cell | dict(zip(o.dims, inner, strict=True))
