"""Three nested logits: the induction head's loss as a function of three numbers, and four.

A label attends to the item before it (beta1), the target to the label whose buffer it matches
(alpha), the classifier prefers the label attended to (xi): three softmaxes, one inside the other.
From the origin xi alone has a slope, that of picking any label shown; once it has grown, alpha and
beta1 lift each other, and the loss falls off a cliff. For L = N that slope is gone and the origin
is a saddle. The form is a reconstruction from the description of the phenomenological model of
arXiv:2312.03002, whose equations were not at hand; what follows from it is derived. The fourth
logit (beta2) lets the target tell labels from items.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.induction_head.logits.parameters import LogitsParameters
from toysim.records import Clock, course

_EQUATIONS = """\
p = e^b/(e^b + m)                                      b = beta1
q = e^(alpha p)/Z2,  r = 1/Z2                          Z2 = e^(alpha p) + N - 1
    [+ (N + 1) e^-beta2, four logits]
p(right) = e^(xi q)/Z,  Z = e^(xi q) + (N-1) e^(xi r) + L - N,   loss = -log p(right)
d(b, alpha, beta2, xi)/dt = -(mu_b, mu_alpha, mu_2, mu_xi) * gradient
theory: b + e^b/m - (mu_b/mu_alpha) alpha^2/2 is constant,
    so e^b/m = omega(const + (mu_b/mu_alpha) alpha^2/2)"""


def _course(name: str, long_name: str) -> Observable:
    """Local errors of 1e-10 grow along the cliff by less than 1e3 for N up to 64."""
    return course(name, long_name, rtol=1e-6, atol=1e-7, scale=1.0)


def _time(name: str, long_name: str) -> Observable:
    return Observable(name, long_name, "t", rtol=1e-6)


_BRACKETED = (
    "from the origin, equal mobilities of 1; n_labels from 2 to 64 n_pairs, for less than 8 pairs "
    "from n_pairs + 1, of the upper one to 6, 7, 16, 55, 170, 425"
)

LOGITS = Model(
    id="induction_head.logits",
    version=4,
    title="three or four nested logits of an induction head: a cliff after a plateau",
    parameters_class=LogitsParameters,
    clock=Clock("time", "t", end=lambda p: p.duration),
    observables=(
        _course("loss", "cross-entropy"),
        _course("p_right", "probability of the right label"),
        _course("beta1", "previous-token logit of layer 1"),
        _course("alpha", "matching strength of layer 2"),
        _course("beta2", "label logit of layer 2"),
        _course("xi", "classifier's excess on the right label"),
        _course("previous_token", "attention p of a label to the item before it"),
        _course("right_attention", "attention q of the target to the right label"),
        _time("t10", "first time with p(right) at 0.1, coming from below"),
        _time("t50", "first time with p(right) at 1/2: the cliff"),
        _time("t90", "first time with p(right) at 0.9"),
        Observable("width", "(t90 - t10)/t50", rtol=1e-5),
        _time("leave_time", "first time with the loss 0.05 below log L"),
        Observable(
            "invariant_drift",
            "largest change of mu_alpha (b + e^b/m) - mu_b alpha^2/2, as a share of its terms",
            atol=1e-6,
            scale=1.0,
        ),
    ),
    diagnostics=(
        Observable("invariant", "mu_alpha (b + e^b/m) - mu_b alpha^2/2, at the start"),
        course("loss_by_beta1", "gradient of the loss in beta1"),
        course("loss_by_alpha", "gradient of the loss in alpha"),
        course("loss_by_beta2", "gradient of the loss in beta2"),
        course("loss_by_xi", "gradient of the loss in xi"),
        Observable("action_lower", "lower estimate of int xi dt over the plateau", "t"),
        Observable("action_upper", "int xi dt until p = 1/2 with attention even", "t"),
        Observable("cliff_lower", "lower estimate of t50, from the origin", "t"),
        Observable("cliff_upper", "upper estimate of t50, from the origin", "t"),
        Observable("cliff_law", "leading law of t50, N^(3/2) sqrt(L/(L - N))", "t"),
        Observable("saddle_rate", "rate of leaving the origin for L = N", "1/t"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    equations=_EQUATIONS,
    sources=("arXiv:2312.03002",),
    seconds=lambda p: 1e-5 if p.duration == 0 else 1e-3 + 5e-5 * p.n_records,
    checks=(
        Check(
            {"n_records": 5},
            {
                "n_pairs": [4, 8, 12],
                "form": ["three", "four"],
                "xi_mobility": [1.0, 10.0],
                "beta1_mobility": [0.5],
            },
        ),
        Check(
            {"alpha_mobility": 0.0, "beta1_mobility": 0.0, "n_records": 5, "duration": 200.0},
            {"n_labels": [12, 32], "xi_start": [0.0, 0.5]},
        ),
        Check(
            {"n_pairs": 12, "n_labels": 12, "duration": 1200.0, "n_records": 4},
            {"alpha_start": [0.1, -0.2], "xi_start": [0.05], "beta1_start": [0.5]},
        ),
    ),
    landmarks=(
        Landmark(
            "plateau_loss",
            "loss while attention is even over the labels shown",
            "toysim.models.induction_head.landmarks:plateau_loss",
            ("n_pairs",),
            unit="nat",
        ),
        Landmark(
            "cliff_lower",
            "time that the cliff t50 of three logits comes after, checked, not proven",
            "toysim.models.induction_head.landmarks:cliff_lower",
            ("n_pairs", "n_labels"),
            unit="t",
            source="after arXiv:2312.03002",
            where=_BRACKETED,
        ),
        Landmark(
            "cliff_upper",
            "time that the cliff t50 of three logits comes before, checked, not proven",
            "toysim.models.induction_head.landmarks:cliff_upper",
            ("n_pairs", "n_labels"),
            unit="t",
            source="after arXiv:2312.03002",
            where=_BRACKETED,
        ),
        Landmark(
            "saddle_rate",
            "rate at which the origin is left where all labels are shown",
            "toysim.models.induction_head.landmarks:saddle_rate",
            ("n_pairs", "n_labels", "competitors"),
            unit="1/t",
            where="n_labels = n_pairs; equal mobilities of 1",
        ),
    ),
)
