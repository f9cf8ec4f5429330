"""SGD on one sample that carries a strong and a weak feature: oscillation teaches the weak one.

The two-layer network with squared ReLU of arXiv:2310.17074, trained on one sample without noise.
All filters of a sign share one factor per update, so the two features' outputs F and V are all
there is. Below gamma = 1 the strong feature fits the label and the weak one stays where it started.
Above, the fit is unstable: F oscillates around 1, the residual is positive on average, and V grows
until it has taken over so much of the label that the rest is stable again.
"""

from typing import Any

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.oscillation.declarations import UPDATES
from toysim.models.oscillation.single_datum.parameters import SingleDatumParameters
from toysim.records import course

_EQUATIONS = """\
e = 1 - F - V                              residual of the label 1
F <- F (1 + gamma e)^2,  V <- V (1 + r gamma e)^2
a factor 1 + gamma e < 0 turns all filters away from the feature: its output is 0 from then on
eta * sharpness = 2 gamma (F + r V);  fitted points F + V = 1 are stable if gamma (F + r V) < 1"""

# Exact on the attractor; a sum over the window rounds at 1e-13 or so, near zero measured against 1.
_ON_THE_ORBIT: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-10, "scale": 1.0}

SINGLE_DATUM = Model(
    id="oscillation.single_datum",
    title="one sample with a strong and a weak feature at large learning rate",
    parameters_class=SingleDatumParameters,
    clock=UPDATES,
    version=3,
    dims=(Dim("sample", "sample of the attractor", lambda p: p.n_samples),),
    observables=(
        course("strong", "strong output F", rtol=1e-9),
        # From 1e-30 on: the floor must not cover it.
        course("weak", "weak output V", rtol=1e-9, atol=0.0),
        course("residual_sum", "sum of the residuals so far", rtol=1e-9, atol=1e-9),
        Observable("strong_samples", "strong output F at the last updates", dims=("sample",)),
        Observable("mean_residual", "residual averaged over the last updates", **_ON_THE_ORBIT),
        Observable("strong_low", "smallest F over the last updates", **_ON_THE_ORBIT),
        Observable("strong_high", "largest F over the last updates", **_ON_THE_ORBIT),
        Observable(
            "lyapunov",
            "Lyapunov exponent per update over the last updates, of a change in F",
            **_ON_THE_ORBIT,
        ),
        Observable(
            "weak_growth",
            "log-growth of the weak overlap per update, last updates",
            rtol=1e-9,
            atol=1e-14,
        ),
        # Neglected: order r^2, r gamma^2 and, in the time, 2 r over a logarithm: below the
        # tolerance where given.
        Observable("final_weak", "weak output V at the end", rtol=5e-3, atol=0.0),
        Observable("final_strong", "strong output F at the end", rtol=5e-3),
        Observable("final_residual", "residual at the end", atol=1e-9, scale=1.0),
        Observable(
            "eta_sharpness", "learning rate times sharpness at the end; stable below 2", rtol=5e-3
        ),
        Observable(
            "acquisition_time",
            "first update with V above half its limit (gamma - 1)/(gamma (1 - r))",
            rtol=5e-3,
        ),
        # At rest every update may round in the same direction, by 4e-16.
        Observable("identity_gap", "sum log|1 + gamma e| - log(F_T/F_0)/2", atol=1e-6, scale=1.0),
        Observable(
            "accumulation_slack",
            "sum of residuals less its lower bound, while no factor is negative",
        ),
    ),
    diagnostics=(
        Observable(
            "regime",
            "0 lazy, 1 period 2, 2 doublings, 3 chaos and windows, 4 sign flips",
            dtype="int8",
        ),
        Observable(
            "multiplier",
            "factor on a small change of F in an update at the fitted point (gamma < 1), in two of "
            "the orbit above; it alternates where negative",
        ),
        Observable(
            "weak_limit", "V at which the fitted point is marginally stable, 0 for gamma < 1"
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    theory_omits=("strong_samples", "accumulation_slack"),
    equations=_EQUATIONS,
    sources=("arXiv:2310.17074",),
    # Alone a row takes five times as long, with 127 others a third of it.
    seconds=lambda p: 2e-6 + 4e-9 * p.n_steps + 8e-9 * p.n_average,
    checks=(
        Check({"weak_start": 0.0, "n_steps": 40_000}, {"gamma": [0.2, 0.9, 1.05, 1.1, 1.2]}),
        Check({"n_steps": 400_000}, {"gamma": [1.05, 1.1, 1.2]}),
        Check(
            {"n_steps": 40_000, "weak_start": 1e-3},
            {"gamma": [0.02, 0.1, 0.3], "weak_ratio": [0.01, 0.02]},
        ),
        Check(
            {"start": "orbit", "weak_start": 1e-30, "n_steps": 2001, "n_records": 6},
            {"gamma": [1.05, 1.12, 1.2]},
            shifted=UPDATES.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "fit_unstable",
            "gamma above which the fitted point without the weak feature is unstable",
            "toysim.models.oscillation.landmarks:fit_unstable",
            source="arXiv:2310.17074",
            along="gamma",
        ),
        Landmark(
            "orbit_superstable",
            "gamma at which the period-2 orbit attracts fastest, its multiplier 0",
            "toysim.models.oscillation.landmarks:orbit_superstable",
            along="gamma",
        ),
        Landmark(
            "orbit_multiplier",
            "factor on a small change of F in two updates of the period-2 orbit, with its sign",
            "toysim.models.oscillation.landmarks:orbit_multiplier",
            ("gamma",),
            where="gamma above 1; the orbit is stable while the factor is above -1",
        ),
        Landmark(
            "orbit_unstable",
            "gamma above which the period-2 orbit gives way to period 4",
            "toysim.models.oscillation.landmarks:orbit_unstable",
            along="gamma",
        ),
        Landmark(
            "chaos",
            "gamma at which the period doublings accumulate",
            "toysim.models.oscillation.landmarks:chaos",
            along="gamma",
        ),
        Landmark(
            "sign_flips",
            "gamma above which an update can turn the filters away",
            "toysim.models.oscillation.landmarks:sign_flips",
            along="gamma",
        ),
        Landmark(
            "weak_limit",
            "weak output V* at which the oscillation ends by itself",
            "toysim.models.oscillation.landmarks:weak_limit",
            ("gamma", "weak_ratio"),
            where="gamma above 1",
        ),
        Landmark(
            "weak_factor",
            "factor on a small weak overlap in two updates of the orbit",
            "toysim.models.oscillation.landmarks:weak_factor",
            ("gamma", "weak_ratio"),
            where="gamma above 1; the orbit is stable up to sqrt(5) - 1",
        ),
    ),
)
