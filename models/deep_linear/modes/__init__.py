"""One singular mode of a deep linear network with several pathways.

A deep linear network that starts with aligned layers learns each singular mode of the task by
itself: every layer of every pathway holds one number of the mode, their product is the pathway's
strength K, and gradient descent on the squared error drives all pathways by the common residual
Omega = S - sum K (arXiv:1312.6120). Several pathways compete for the mode. Freezing one for a while
(its output stays) lets the other learn the residual away; at depth 3 and more the early loser never
recovers. That is the critical learning period of arXiv:2308.12221. Here the competition is exact:
the pathways' distance in the learning coordinate x changes only in a deficit, by the integral of
Omega over it, and with sum K = S that gives the end state.
"""

from collections.abc import Callable
from functools import partial

from toysim.model import Check, Dim, Discretisation, Landmark, Model, Observable
from toysim.models.deep_linear.modes.parameters import ModeParameters
from toysim.models.deep_linear.observables import (
    accurate,
    accurate_course,
    eta_sharpness,
    sharpness,
)
from toysim.models.deep_linear.pathways import CLOCK, deficit_one_update_short

_EQUATIONS = """\
da_pl/dt = g_p(t) prod_(m != l) a_pm Omega
    layer l of pathway p; gradient descent: explicit Euler, step eta
K_p = prod_l a_pl,  Omega = S - sum_q K_q
    g_p = 0 freezes pathway p, its output stays in the sum
layers p, q, ..., q with q^2 = p^2 + c:  dp/dt = g (p^2+c)^((D-1)/2) Omega,  K = p (p^2+c)^((D-1)/2)
x'(p) = (p^2+c)^(-(D-1)/2):  dx_p/dt = g_p Omega   so x_0 - x_p is constant outside deficits
lambda_max = sum_p sum_l prod_(m != l) a_pm^2
    gradient descent settles at a minimum if eta lambda_max < 2
Time is flow time t = eta * updates; the loss is the sum (not the mean) of
    squared errors over two."""


def _seconds(p: ModeParameters) -> float:
    if p.integrator == "flow":
        return p.n_pathways * (2e-4 + 2e-6 * p.n_records)
    one_number = p.integrator == "reduced_euler" or (p.layer_offset == 0 and not p.layer_starts)
    per_pathway = 3e-9 * p.depth if one_number else 6e-9 * p.depth
    return 2e-6 + p.duration / p.step * p.n_pathways * per_pathway


_PATHWAY = ("pathway",)
# Zero in the flow; a local error of 1e-13 grows by p0^(2-D) in x, so starts at p0 = 0.1 and depth 6
# pass.
_conserved: Callable[..., Observable] = partial(accurate, rtol=0.0)


MODES = Model(
    id="deep_linear.modes",
    title="one singular mode of a multi-pathway deep linear network, with deficits",
    version=5,
    parameters_class=ModeParameters,
    clock=CLOCK,
    dims=(
        Dim("pathway", "pathway from input to output", lambda p: p.n_pathways),
        Dim("layer", "layer of a pathway, smallest first", lambda p: p.depth * p.keep_layers),
    ),
    observables=(
        accurate_course("mode_strength", "strength K of the mode in a pathway", dims=_PATHWAY),
        accurate_course("residual", "what is left to learn, S - sum of strengths"),
        accurate("final_strength", "strength K at the end", dims=_PATHWAY),
        accurate("final_share", "share K/S of the mode at the end", dims=_PATHWAY),
        accurate("final_residual", "residual at the end"),
        accurate("dominance", "largest less second largest share at the end"),
        accurate(
            "half_learning_time", "flow time at which half of the mode, or level, is learned", "t"
        ),
        accurate(
            "invariant", "coordinate x of the first pathway less that of this one", dims=_PATHWAY
        ),
        _conserved(
            "invariant_drift", "change of the invariant beyond that by deficits", dims=_PATHWAY
        ),
        _conserved("balance_drift", "largest change of a_l^2 - a_1^2 from start to end"),
        accurate("final_layers", "layers at the end, if kept", dims=("pathway", "layer")),
        sharpness(
            "largest Gauss-Newton eigenvalue of the mode at the end: the Hessian's at residual 0"
        ),
        eta_sharpness(),
    ),
    diagnostics=(
        Observable("theory_residual", "largest error of K/S from inverting time", "1"),
        Observable("theory_iterations", "quadrature panels and root iterations", "1"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    paired=True,
    theory_omits=("eta_sharpness",),
    theory_ignores=("integrator", "step", "max_evaluations", "allow_unstable"),
    discretisation=Discretisation("step", 1, lambda p: p.integrator != "flow"),
    equations=_EQUATIONS,
    sources=("arXiv:2308.12221", "arXiv:1312.6120"),
    seconds=_seconds,
    checks=(
        Check(
            {"deficit_length": 0.25, "duration": 6.0, "step": 0.002, "n_records": 5},
            {"depth": [2, 3, 4], "deficit_start": [0.0, 0.5]},
            shifted=deficit_one_update_short,
        ),
        Check(
            {
                "integrator": "reduced_euler",
                "layer_offset": 1.0,
                "layer_start": 0.0,
                "start_noise": 0.05,
                "singular_value": 3.0,
                "deficit_length": 0.1,
                "duration": 2.0,
                "step": 0.001,
            },
            {"depth": [2, 3, 5]},
            replicas=4,
            shifted=deficit_one_update_short,
        ),
        Check(
            {
                "integrator": "flow",
                "n_pathways": 3,
                "start_imbalance": 0.1,
                "duration": 8.0,
                "n_records": 4,
                "windows": ((2, 0.4, 0.8),),
            },
            {"depth": [2, 3, 4], "deficit_length": [0.1, 0.3]},
        ),
        Check(
            {"n_pathways": 1, "start_strength": 0.02, "duration": 6.0, "step": 0.002},
            {"depth": [1, 2, 3, 4]},
        ),
    ),
    landmarks=(
        Landmark(
            "stable_step",
            "largest step at which descent settles where one pathway has learned the mode",
            "toysim.models.deep_linear.landmarks:stable_step",
            ("singular_value", "depth", "layer_offset"),
            unit="t",
            along="step",
        ),
        Landmark(
            "shared_stable_step",
            "largest step at which descent settles where balanced pathways share the mode evenly",
            "toysim.models.deep_linear.landmarks:shared_stable_step",
            ("singular_value", "depth", "n_pathways"),
            unit="t",
            where="layer_offset 0",
            along="step",
        ),
        Landmark(
            "half_time",
            "flow time until the mode is half learned, without a deficit",
            "toysim.models.deep_linear.landmarks:half_time",
            (
                "singular_value",
                "depth",
                "n_pathways",
                "start_strength",
                "layer_start",
                "layer_offset",
            ),
            unit="t",
            source="arXiv:1312.6120 at depth 2, else derived",
            where="positive balanced starts below half of the mode",
        ),
    ),
)
