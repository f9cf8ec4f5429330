"""Rows deleted from a ridge fit without fitting again: exactly, and by influence.

A row's leverage says how much its own label decides its prediction. It is at once the relative
error of one inverse-Hessian step, and what retraining is more than the residual.
"""

from typing import Any

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.continual.deletion.parameters import DeletionParameters

_EQUATIONS = """\
w = A X'y, A = (X'X + lambda)^-1; rows S deleted, e = y - X w, L = X_S A X_S'
retrain: w - A X_S'(1 - L)^-1 e_S;  k steps: w - A X_S'(1 + L + ... + L^(k-1)) e_S, influence k = 1
ascent: w + c X_S'e_S, best c;  add: w + A X_S'e_S of rows that are new, L -> -L above
one row of leverage l = L: relative error l^k, trace left l^(k+1)/(1 - l) e
normal rows, lambda = 0: l ~ Beta(d/2, (n-d)/2), E 1/(1 - l) = (n-2)/(n-d-2);
new rows: E 1/(1 + l) = 1 - d/(n+1)"""

# Rounding, at the worst that theory still calls valid.
_ROUNDED: dict[str, Any] = {"rtol": 1e-7, "atol": 1e-7}

DELETION = Model(
    id="continual.deletion",
    title="rows deleted from a ridge fit, exactly and by influence",
    parameters_class=DeletionParameters,
    observables=(
        Observable("leverage", "x'A x, mean over the rows S", **_ROUNDED),
        Observable(
            "relative_error", "distance from the fit again, as a share of its move", **_ROUNDED
        ),
        Observable(
            "leftover", "norm of the rows' predictions less those of the fit again", **_ROUNDED
        ),
        Observable(
            "amplification",
            "1/(1 - leverage) of rows deleted, 1/(1 + leverage) of rows added; their mean",
            **_ROUNDED,
        ),
    ),
    version=4,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    paired=True,
    equations=_EQUATIONS,
    sources=("arXiv:2507.23257", "leave-one-out elementary", "the rest derived"),
    seconds=lambda p: (
        4e-4
        + 1e-8 * (p.n_samples + p.n_deleted + p.dimension) * p.dimension**2
        + p.iterations * (2e-5 + 6e-11 * p.dimension**3 + 2e-9 * p.n_samples * p.dimension)
    ),
    theory_seconds=lambda p: (
        4e-4 + 1e-9 * p.n_deleted**3 + 1e-9 * p.dimension**2 * (p.n_samples + p.n_deleted)
    ),
    checks=(
        Check(
            {"n_samples": 20, "dimension": 6, "n_deleted": 2, "iterations": 2},
            {"method": ["influence", "iterated", "ascent", "add"]},
            replicas=4,
            shifted=lambda values: {**values, "iterations": 3},
        ),
    ),
    landmarks=(
        Landmark(
            "mean_amplification",
            "mean of 1/(1 - leverage) over data sets of normal rows",
            f"{__name__}.closed_forms:of_parameters",
            ("n_samples", "dimension", "ridge"),
            where="ridge 0 and n_samples above dimension + 2",
        ),
    ),
)
