"""Parameters of a theory, or of a cheap simulation's mean, fitted to measured curves.

SciPy's least squares (trust region, bounds) does the work: bounds are the declared ranges, and no
further library is needed. A parameter whose range is positive is fitted in its logarithm.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.optimize import least_squares
from scipy.stats import chi2 as chi_square

from toysim.errors import ToysimError
from toysim.measuring.curves import Array, Curve, read_curves
from toysim.measuring.picture import draw_measured
from toysim.measuring.problem import FAR, Problem
from toysim.measuring.verdicts import table_of
from toysim.model import Model, Side
from toysim.registry import load_model

THEORY_STEP = 1e-5  # of a parameter's size, for central differences: they err by its square
SIMULATION_STEP = 1e-2  # its mean is smooth under common random numbers, up to rounding of steps
BLIND = 1e-8  # of the largest singular value: a direction that the data do not determine
TINY = 1e-300
SHARE = 0.1  # of a parameter in such a direction, from which it is not determined either


@dataclass(frozen=True)
class Fit:
    """Fitted parameters; ``ok`` is false, and ``message`` says why, where they mean nothing.

    ``errors`` are standard errors and ``correlations`` a table, from the curvature of chi-square at
    the minimum; without errors of the data they take the residuals' own scatter. ``residuals``: in
    errors of the data, a point each. ``p_value``: of a chi-square as large, None without errors.
    """

    model: str
    ok: bool
    message: str
    values: dict[str, float]
    errors: dict[str, float]
    correlations: pd.DataFrame
    residuals: Array
    chi2: float
    degrees: int
    p_value: float | None
    guess: dict[str, float]
    table: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """For JSON; without the table of points."""
        told = {k: v for k, v in vars(self).items() if k not in ("table", "correlations")}
        return {**told, "correlations": self.correlations.to_dict()}

    def plot(self, file: str | Path | None = None) -> Figure:
        """The points on the fitted line; written to ``file`` if given."""
        return draw_measured(self.table, self.model, None if file is None else Path(file))

    def __repr__(self) -> str:
        width = max(map(len, self.values))
        lines = [
            f"{n:<{width}}  {v:.6g} +- {self.errors[n]:.2g}  (from {self.guess[n]:.6g})"
            for n, v in self.values.items()
        ]
        p_value = "" if self.p_value is None else f", p = {self.p_value:.2g}"
        quality = f"chi2 = {self.chi2:.4g} for {self.degrees} degrees of freedom{p_value}"
        words = [f"{self.model}: {self.message}", *lines, quality]
        return "\n".join([*words, *self._pairs()])

    def _pairs(self) -> list[str]:
        """Correlations, a line a pair."""
        names = list(self.values)
        return [
            f"correlation of {a} and {b}: {self.correlations.loc[a, b]:.3f}"
            for i, a in enumerate(names)
            for b in names[i + 1 :]
        ]


def fit(
    model: str | Model,
    data: Any,
    free: Sequence[str],
    *,
    guess: Mapping[str, float] | None = None,
    beginnings: int = 1,
    simulation: bool = False,
    replicas: int = 100,
    seed: int = 0,
    **parameters: Any,
) -> Fit:
    """Fit parameters of a model to measurements of your own by least squares.

    data: as for ``compare(data, model=...)``. Without columns of errors every point weighs alike.
    free: names of the parameters to be fitted, floats; their declared ranges are the bounds.
    guess: where to begin; by default the parameters' defaults. beginnings: how many
        are tried, further ones spread around the guess; the best minimum counts.
    simulation: fit the mean over ``replicas`` of the simulation in place of the theory; every
        evaluation has the same random numbers, and their standard errors join those of the data.
    parameters: values of those that stay fixed.

    Raises ToysimError, in one line, on bad input; a fit that fails is returned with ``ok`` false.
    """
    found = load_model(model)
    found.refuse_unknown(parameters)
    _refuse_unfit(found, free, parameters, guess or {})
    curves = read_curves(data, found)
    side: Side = "simulation" if simulation else "theory"
    if side == "theory" and not found.theory:
        raise ToysimError(f"{found.id} has no theory; fit its simulation: simulation=True")
    problem = Problem(found, curves, tuple(free), parameters, side, replicas, seed)
    problem.refuse_few()
    return _best(problem, problem.beginnings(guess or {}, beginnings))


def _refuse_unfit(
    model: Model, free: Sequence[str], fixed: Mapping[str, Any], guess: Mapping[str, float]
) -> None:
    if isinstance(free, str) or not free:
        raise ToysimError("free: a list of parameters, for example free=['drift']", "free")
    model.refuse_unknown(dict.fromkeys(free))
    for name in free:
        p = model.parameters[name]
        if p.kind != "float" or p.ndim:
            raise ToysimError(f"free {name}: a {p.type}; only single floats can be fitted", "free")
        if name in fixed:
            raise ToysimError(f"{name} is free and also fixed; drop one of the two", name)
    for name in guess:
        if name not in free:
            raise ToysimError(f"guess {name}: it is not free", "guess")


def _best(problem: Problem, beginnings: list[dict[str, float]]) -> Fit:
    """The lowest minimum that is reached from any of the beginnings."""
    step = THEORY_STEP if problem.side == "theory" else SIMULATION_STEP
    slopes = functools.partial(problem.slopes, step=step)
    bounds = np.array([s.bounds for s in problem.scales]).T
    found = []
    for guess in beginnings:
        x0 = np.clip([s.of(guess[s.parameter.name]) for s in problem.scales], *bounds)
        options: dict[str, Any] = {"bounds": bounds, "x_scale": "jac", "jac": slopes}
        found.append((guess, least_squares(problem.residuals, x0, **options)))
    return _told(problem, *min(found, key=lambda one: one[1].cost))


def _told(problem: Problem, guess: dict[str, float], best: Any) -> Fit:
    names, values = list(problem.free), problem.values(best.x)
    chi2, degrees = float(best.fun @ best.fun), len(best.fun) - len(names)
    covariance, blind = _covariance(problem, best.jac, values)
    covariance = covariance * (1.0 if problem.weighted else chi2 / degrees)
    errors = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = covariance / np.outer(errors, errors)
    message = _trouble(problem, best, values, blind)
    return Fit(
        model=problem.model.id,
        ok=not message,
        message=message or "fitted",
        values=values,
        errors=dict(zip(names, errors.tolist(), strict=True)),
        correlations=pd.DataFrame(correlations, names, names),
        residuals=-best.fun,
        chi2=chi2,
        degrees=degrees,
        p_value=float(chi_square.sf(chi2, degrees)) if problem.weighted else None,
        guess=guess,
        table=pd.concat([_table(problem, c, values) for c in problem.curves], ignore_index=True),
    )


def _table(problem: Problem, curve: Curve, values: Mapping[str, float]) -> pd.DataFrame:
    return table_of(curve, problem.says(curve, values))


def _covariance(problem: Problem, jac: Array, values: dict[str, float]) -> tuple[Array, list[str]]:
    """Of the parameters themselves, infinite for those that the data do not determine; these."""
    _, sizes, axes = np.linalg.svd(jac, full_matrices=False)
    blind = sizes <= BLIND * sizes.max(initial=TINY)
    inverse = np.where(blind, 0.0, 1.0 / np.where(blind, 1.0, sizes))
    unseen = np.abs(axes[blind]).max(axis=0, initial=0.0) > SHARE
    slopes = [s.slope(values[s.parameter.name]) for s in problem.scales]
    covariance = (axes.T * inverse**2) @ axes * np.outer(slopes, slopes)
    covariance[unseen], covariance[:, unseen] = np.inf, np.inf
    return covariance, [name for name, lost in zip(problem.free, unseen, strict=True) if lost]


def _trouble(problem: Problem, best: Any, values: dict[str, float], blind: list[str]) -> str:
    """Why the numbers mean nothing, empty if they do."""
    if best.status <= 0:
        return "no minimum found within the allowed evaluations; give another guess"
    if (np.abs(best.fun) >= FAR).any():
        return "the model says nothing at some points near the best values; give another guess"
    if blind:
        return f"the data do not determine {', '.join(blind)}; fix one, or add points"
    ranges = (problem.model.parameters[name].range for name in problem.free)
    sides = zip(problem.free, ranges, best.active_mask, strict=True)
    ends = [f"{name} = {range_[int(at > 0)]:g}" for name, range_, at in sides if at]
    if ends:
        return f"the best values lie at the end of what is allowed: {', '.join(ends)}"
    return ""
