"""A measured curve under a model's theory, point by point, with a verdict.

``z`` of a point is (measured - theory) / error. The curve agrees where no |z| exceeds five and
chi-square is not improbably large, and where the errors are small enough to see a theory three per
cent off (its distance, over all points, at five standard errors); else it is undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import chi2 as chi_square

from toysim.comparison.tolerances import Z
from toysim.comparison.verdicts import RESOLUTION
from toysim.measuring.answers import Said, says
from toysim.measuring.curves import Curve, read_curves
from toysim.measuring.picture import draw_measured
from toysim.model import Model
from toysim.outcomes import Agreement
from toysim.shown import shown

IMPROBABLE = 1e-6  # of chi-square: about five standard errors of one point


@dataclass(frozen=True)
class MeasuredVerdict:
    """One observable of a table; ``worst`` is the point of the largest |z|, or difference."""

    observable: str
    verdict: Agreement
    points: int
    outside: int
    chi2: float | None
    p_value: float | None
    z: float | None
    worst: dict[str, Any]
    measured: float
    theory: float
    reason: str = ""


class Measured(list[MeasuredVerdict]):
    """The verdicts of a table's observables; ``table`` has every point, ``plot()`` a picture."""

    def __init__(self, verdicts: Iterable[MeasuredVerdict], table: pd.DataFrame, id: str) -> None:
        super().__init__(verdicts)
        self.table = table
        self.id = id

    @property
    def ok(self) -> bool:
        return all(v.verdict != Agreement.DIFFERS for v in self)

    def as_dicts(self) -> list[dict[str, Any]]:
        return [asdict(v) for v in self]

    def __repr__(self) -> str:
        head = (
            f"{'observable':<22}{'verdict':<18}{'points':>7}{'outside':>9}{'chi2':>10}{'p':>10}"
            f"{'z':>8}{'measured':>13}{'theory':>13}  worst point"
        )
        return "\n".join([head, *map(_line, self)])

    def plot(self, file: str | Path | None = None) -> Figure:
        """Points with their errors on theory's line, and z below; written to ``file`` if given."""
        return draw_measured(self.table, self.id, None if file is None else Path(file))


def _line(v: MeasuredVerdict) -> str:
    numbers = [f"{x:.3g}" if x is not None else "" for x in (v.chi2, v.p_value, v.z)]
    worst = ", ".join(f"{k}={shown(x)}" for k, x in v.worst.items())
    told = f"  ({v.reason})" if v.reason else ""
    return (
        f"{v.observable:<22}{v.verdict:<18}{v.points:>7}{v.outside:>9}{numbers[0]:>10}"
        f"{numbers[1]:>10}{numbers[2]:>8}{v.measured:>13.6g}{v.theory:>13.6g}  {worst}{told}"
    )


def compare_measured(data: Any, model: Model, parameters: Mapping[str, Any]) -> Measured:
    """Verdicts of measured curves, point by point, under the theory at ``parameters``."""
    model.refuse_unknown(parameters)
    curves = read_curves(data, model)
    tables = [table_of(curve, says(curve, parameters)) for curve in curves]
    verdicts = [_verdict(curve, table) for curve, table in zip(curves, tables, strict=True)]
    return Measured(verdicts, pd.concat(tables, ignore_index=True), model.id)


def table_of(curve: Curve, said: Said) -> pd.DataFrame:
    """A row a point: where, measured, error, theory, valid, z."""
    told = pd.DataFrame({"observable": curve.observable.name, **curve.points})
    told["measured"], told["error"] = curve.values, np.nan
    if curve.errors is not None:
        told["error"] = curve.errors
    told["theory"], told["valid"] = said.values, said.valid
    told["z"] = ((told["measured"] - told["theory"]) / told["error"]).where(told["valid"])
    return told


def _verdict(curve: Curve, table: pd.DataFrame) -> MeasuredVerdict:
    there = table[table["valid"]]
    outside = len(table) - len(there)
    if there.empty:
        return _told(curve, table, Agreement.OUTSIDE, outside, None, None)
    if curve.errors is None:
        reason = f"no errors: give a column {curve.observable.name}_error"
        return _told(curve, there, Agreement.UNDECIDED, outside, None, None, reason)
    chi2 = float((there["z"] ** 2).sum())
    p_value = float(chi_square.sf(chi2, len(there)))
    seen = RESOLUTION * np.linalg.norm(there["theory"] / there["error"]) >= Z
    if there["z"].abs().max() > Z or p_value < IMPROBABLE:
        word, reason = Agreement.DIFFERS, ""
    elif seen:
        word, reason = Agreement.AGREES, ""
    else:
        word, reason = Agreement.UNDECIDED, "errors too large to see a theory 3 % off"
    return _told(curve, there, word, outside, chi2, p_value, reason)


def _told(
    curve: Curve,
    table: pd.DataFrame,
    word: Agreement,
    outside: int,
    chi2: float | None,
    p_value: float | None,
    reason: str = "",
) -> MeasuredVerdict:
    off = table["z"] if table["z"].notna().any() else table["measured"] - table["theory"]
    worst = table.loc[off.abs().fillna(0.0).idxmax()]
    z = None if np.isnan(worst["z"]) else float(worst["z"])
    return MeasuredVerdict(
        curve.observable.name,
        word,
        len(curve),
        outside,
        chi2,
        p_value,
        z,
        {name: worst[name] for name in curve.points},
        float(worst["measured"]),
        float(worst["theory"]),
        reason,
    )
