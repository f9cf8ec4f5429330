"""A multi-pathway network of full weight matrices, trained by gradient descent.

The network of arXiv:2308.12221: pathways of depth D from the same inputs to the same outputs,
summed. Started aligned with the task it falls apart into the modes of ``deep_linear.modes``,
exactly and update by update; started anywhere else its modes mix, and at small starts it still
looks like them. With a nonlinearity after every layer there is no theory, and the same competition.

Linear networks are simulated in the smallest spaces that hold their weights' motion (see
``subspace``), so an aligned network of any width costs as much as one whose hidden layers have as
many units as the task has modes.

Deficits, records and the end are taken as written: a phase between two of these that is no whole
number of steps ends in an update that counts by its share.
"""

from collections.abc import Mapping
from typing import Any

from toysim.model import Check, Dim, Discretisation, Landmark, Model
from toysim.models.deep_linear.network.parameters import NetworkParameters
from toysim.models.deep_linear.observables import (
    accurate,
    accurate_course,
    eta_sharpness,
    sharpness,
)
from toysim.models.deep_linear.pathways import CLOCK, deficit_one_update_short

_EQUATIONS = """\
F_pl = phi(W_pl F_(p,l-1)),  F_p0 = X
    layer l of pathway p; phi also after the last layer
R = Y - sum_p F_pD,  loss = |R|^2 / 2              the sum (not the mean) over examples and outputs
W_pl <- W_pl + eta g_p(n) B_pl F_(p,l-1)'           B_pl = (W_(p,l+1)' B_(p,l+1)) phi'(F_pl),
    B_pD = R phi'(F_pD)
Y X' = Sigma_yx = U S V',  X = Sigma_xx^(1/2)
    K_p = U' W_pD .. W_p1 V, strengths on its diagonal
lesion of mode m in pathway p:  W_pD .. W_p1 -> P_U W_pD .. W_p1 P_V
    without u_m, v_m, in output and gradient
aligned: W_1 = R A V', W_l = R A R', W_D = U A R', A = diag(k^(1/D)), k = K0 (1 + sigma z) sorted
balanced (D = 2): W_2' W_2 - W_1 W_1' = lambda I, random orientation
Time is flow time t = eta * updates."""


def _seconds(p: NetworkParameters) -> float:
    aligned = p.start == "aligned" and not p.start_weights
    small = p.nonlinearity == "linear" and (aligned or p.depth == 2)
    mixed = p.start == "gaussian" or p.start_weights
    side = min(p.width, p.n_in + (p.n_out if mixed else 0)) if small else p.width
    layers = side * (side * max(p.depth - 2, 0) + p.n_in + p.n_out)
    activations = (
        1e-8 * p.n_in * (side * (p.depth - 1) + p.n_out) if p.nonlinearity == "tanh" else 0.0
    )
    update = p.n_pathways * (1e-6 * p.depth + 2e-10 * p.n_in * layers + activations)
    weights = p.n_pathways * layers
    looks = p.n_records * (3e-4 + 1e-8 * weights)
    ends = (3e-8 if p.nonlinearity != "linear" else 2e-7) * weights  # a start, and a sharpness
    fixed = 2.5e-2 if p.start == "balanced" else 5e-3
    return fixed + 8e-8 * p.width**2 + looks + ends + p.duration / p.step * update


def _one_update_long(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "duration": values["duration"] + values["step"]}


_MODE = ("mode",)
_PATHWAY_MODE = ("pathway", "mode")
_MAP = ("pathway", "output_mode", "input_mode")


NETWORK = Model(
    id="deep_linear.network",
    title="multi-pathway deep network of weight matrices, with deficits",
    parameters_class=NetworkParameters,
    clock=CLOCK,
    dims=(
        Dim("pathway", "pathway from input to output", lambda p: p.n_pathways),
        Dim("mode", "singular mode of the task, strongest first", lambda p: p.n_modes),
        Dim("output_mode", "left singular vector of the task", lambda p: p.n_out),
        Dim("input_mode", "right singular vector of the task", lambda p: p.n_in),
    ),
    observables=(
        accurate_course("loss", "half the sum of squared errors"),
        accurate_course("mode_strength", "strength K of a mode in a pathway", dims=_PATHWAY_MODE),
        accurate("final_strength", "strength K at the end", dims=_PATHWAY_MODE),
        accurate(
            "final_share", "share K/S of the mode at the end, NaN where S is 0", dims=_PATHWAY_MODE
        ),
        accurate("final_map", "map U' f_p V of a pathway at the end", dims=_MAP),
        accurate("final_loss", "half the sum of squared errors at the end"),
        accurate(
            "half_learning_time",
            "flow time at which half of the mode, or level, is learned",
            "t",
            _MODE,
        ),
        accurate(
            "off_diagonal",
            "largest entry of the total map between different S, at the records and the end",
        ),
        accurate(
            "balance_drift",
            "largest Frobenius norm of the change of W_(l+1)' W_(l+1) - W_l W_l' from start to end",
        ),
        sharpness("largest Gauss-Newton eigenvalue at the end, linear networks"),
        eta_sharpness(),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    paired=True,
    version=4,
    theory_omits=("eta_sharpness",),
    theory_ignores=("step", "allow_unstable"),
    discretisation=Discretisation(
        "step", 1, lambda p: p.start != "gaussian" and p.nonlinearity == "linear"
    ),
    equations=_EQUATIONS,
    sources=("arXiv:2308.12221", "arXiv:1312.6120", "arXiv:2409.14623"),
    seconds=_seconds,
    checks=(
        Check(
            {
                "width": 12,
                "levels": 2,
                "start_strength": 0.1,
                "deficit_length": 0.2,
                "duration": 4.0,
                "step": 0.002,
                "n_records": 5,
            },
            {"depth": [2, 3, 4], "deficit_start": [0.0, 0.3]},
            shifted=deficit_one_update_short,
        ),
        Check(
            {
                "start": "balanced",
                "depth": 2,
                "n_pathways": 1,
                "levels": 1,
                "width": 2,
                "start_strength": 0.2,
                "duration": 3.0,
                "step": 0.002,
                "n_records": 4,
            },
            {"balance": [-1.0, 0.0, 0.7]},
            replicas=2,
            shifted=_one_update_long,
        ),
        Check(
            {
                "input_output": ((2.0, 0.3, -0.4), (0.1, 1.2, 0.5)),
                "n_pathways": 3,
                "lesions": ((0, 1),),
                "width": 5,
                "windows": ((2, 0.1, 0.3),),
                "start_imbalance": 0.1,
                "start_strength": 0.1,
                "duration": 4.0,
                "step": 0.002,
                "n_records": 3,
            },
            {"depth": [1, 3]},
            shifted=_one_update_long,
        ),
    ),
    landmarks=(
        Landmark(
            "stable_step",
            "largest step at which descent settles where one pathway has learned all modes",
            "toysim.models.deep_linear.landmarks:network_stable_step",
            ("depth", "levels", "input_output", "input_correlation", "balance", "nonlinearity"),
            unit="t",
            where="linear networks",
            along="step",
        ),
    ),
)
