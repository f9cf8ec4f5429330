"""Two-layer network on a strong feature, a weak feature and noise, trained with large steps.

Every sample carries a weak feature v and a noise patch, most carry a strong feature u besides.
Small steps fit the training set by u and by memorising noise, and v stays where it started. At
gamma_u > 1 the fitted point of the strong feature is unstable: residuals oscillate, the oscillation
pushes the weights steadily along v, and it ends by itself once v takes a share V* of the output.
That is the benign oscillation of arXiv:2310.17074. For patches orthogonal to each other the whole
training reduces exactly to a recursion of a few sums of squares, whatever the width and the
dimension.
"""

from typing import Any

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.oscillation.feature_noise.parameters import FeatureNoiseParameters
from toysim.records import Clock, course

_EQUATIONS = """\
f(x) = sum_(j = +-1) (j/m) sum_r sum_patches max(<w_jr, x>, 0)^2
    loss of a sample: kappa (f - y)^2
strong sample: patches y u, y v, xi_i;  weak sample: y v, xi_i;
    xi_i ~ N(0, |xi|^2/d), projected off u and v
w_jr <- w_jr + (4 kappa eta / m) j y e sum_patches max(<w_jr, x>, 0) x,
    e = 1 - y f(x), one sample an update
gamma_u = 4 kappa eta |u|^2 / m, |u| = 1;  gamma_v = gamma_u |v|^2;  gamma_xi = gamma_u |xi_i|^2
theory, all patches orthogonal: A[j,s] = (1/m) sum_(r: sign<w_jr,u> = s) <w_jr,u>^2, B with v,
    C[j,i] with xi_i;
A[j,y] <- (1 + j y gamma_u e)^2 A[j,y] at a strong sample, B by gamma_v, C[j,i] by gamma_xi;
where the factor is negative the group changes sign: A[j,-y] takes it over, C[j,i] becomes 0"""


def _seconds(p: FeatureNoiseParameters) -> float:
    visits, filters, rows = p.n_steps * p.batch_size, 2 * p.n_filters, p.n_samples + 2
    look = 1.3e-9 * filters * p.dimension if p.kernel == "weights" else 2e-10 * filters * rows
    setup = 1e-3 + 1.5e-8 * (p.n_samples + filters) * (p.dimension + p.n_test) + 5e-9 * rows**2
    return setup + visits * (5e-8 + look) + p.n_records * rows * look


_CLOCK = Clock("time", "updates", end=lambda p: p.n_steps, whole=True)

_LABEL, _KIND = ("label",), ("kind",)

# Exact up to rounding, where that does not grow.
_EXACT: dict[str, Any] = {"rtol": 1e-9, "scale": 1.0}

FEATURE_NOISE = Model(
    id="oscillation.feature_noise",
    title="two-layer network on a strong feature, a weak feature and noise, trained with large "
    "steps",
    parameters_class=FeatureNoiseParameters,
    clock=_CLOCK,
    version=3,
    dims=(
        Dim("label", "label: 0 for +1, 1 for -1", lambda p: 2),
        Dim("kind", "kind of sample: 0 strong, 1 weak", lambda p: 2),
        Dim(
            "role", "group of filters: 0 right (adds to y f), 1 wrong (takes from it)", lambda p: 2
        ),
    ),
    observables=(
        course(
            "strong_groups",
            "sums of squares A of overlaps with u",
            dims=("role", "label"),
            **_EXACT,
        ),
        course(
            "weak_groups",
            "sums of squares B of overlaps with v",
            dims=("role", "label"),
            **_EXACT,
        ),
        course(
            "noise_groups",
            "sums of squares C of overlaps with a sample's noise",
            dims=("role", "kind"),
            **_EXACT,
        ),
        course("loss", "mean loss of the training samples", **_EXACT),
        course(
            "residual_sum",
            "sum of residuals 1 - y f over strong visits so far",
            dims=_LABEL,
            **_EXACT,
        ),
        course(
            "eta_sharpness",
            "step times curvature of a sample's loss; unstable above 2",
            dims=_KIND,
            **_EXACT,
        ),
        Observable(
            "strong_output", "strong feature's part of y f at the end", dims=_LABEL, **_EXACT
        ),
        Observable("weak_output", "weak feature's part of y f at the end", dims=_LABEL, **_EXACT),
        Observable(
            "noise_output", "memorised noise's part of y f at the end", dims=_KIND, **_EXACT
        ),
        Observable("final_loss", "mean loss of the training samples at the end", **_EXACT),
        Observable(
            "final_residual_sum",
            "sum of residuals 1 - y f over strong visits",
            dims=_LABEL,
            **_EXACT,
        ),
        Observable(
            "final_eta_sharpness",
            "step times curvature of a sample's loss at the end",
            dims=_KIND,
            **_EXACT,
        ),
        Observable("late_residual", "mean |1 - y f| over the visits of the last tenth", **_EXACT),
        Observable(
            "accumulation_slack",
            "sum of residuals less its lower bound; >= 0 without a flip",
            dims=_LABEL,
            atol=1e-9,
            **_EXACT,
        ),
        Observable(
            "right_flip",
            "first update at which the right strong group changes sign",
            "updates",
            _LABEL,
        ),
        Observable(
            "weak_accuracy", "share of fresh points without the strong feature classified rightly"
        ),
        Observable(
            "strong_accuracy", "share of fresh points with both features classified rightly"
        ),
        Observable(
            "mixed_accuracy",
            "share of fresh points, kinds mixed as in training, classified rightly",
        ),
        Observable("learning_rate", "step eta = gamma_u m / (4 kappa |u|^2)", "1/|u|^2"),
        Observable("gamma_v", "step in units of the weak feature's curvature"),
        Observable("gamma_xi", "step in units of a noise patch's curvature, mean over samples"),
        Observable(
            "regime",
            "strong feature's map: 0 lazy, 1 period two, 2 doubling and chaos, 3 sign flips; 4 "
            "the run diverged",
            dtype="int8",
        ),
    ),
    diagnostics=(
        Observable(
            "weak_ceiling", "weak output V* at which oscillation ends, one label without noise"
        ),
        Observable(
            "twin_distance",
            "largest change of any observable, over .001 + its size, by 1e-13 of the start; NaN "
            "where patches overlap or the run diverged",
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    paired=True,
    theory_ignores=("kernel", "n_test"),
    theory_omits=("weak_accuracy", "strong_accuracy", "mixed_accuracy"),
    equations=_EQUATIONS,
    sources=("arXiv:2310.17074",),
    seconds=_seconds,
    checks=(
        Check(
            {"noise": "orthogonalised", "n_steps": 2000, "n_records": 5, "start_scale": 0.05},
            {"gamma_u": [0.5, 1.1, 1.2], "order": ["reshuffled", "cyclic", "with_replacement"]},
            replicas=2,
            shifted=_CLOCK.one_more,
        ),
        Check(
            {"noise": "orthogonalised", "n_steps": 1000, "n_records": 3, "strong_fraction": 0.75},
            {"gamma_u": [0.9, 1.2], "batch_size": [4, 16], "loss_scale": [0.5]},
            replicas=2,
            shifted=_CLOCK.one_more,
        ),
    ),
    landmarks=(
        Landmark(
            "weak_ceiling",
            "weak output V* at which oscillation ends, one label without noise",
            "toysim.models.oscillation.landmarks:weak_ceiling",
            ("gamma_u", "weak_norm"),
            where="gamma_u above 1, weak_norm below 1",
        ),
    ),
)
