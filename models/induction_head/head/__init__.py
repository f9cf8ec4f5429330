"""The minimal induction head: two attention layers with three trained numbers, and a classifier.

Layer 1 lets every token look at the one before it (beta1), layer 2 lets the target look at tokens
whose buffer resembles it (alpha) and at labels (beta2); the classifier names the label that comes
out. Trained by SGD on fresh sequences, its in-context accuracy creeps up from 1/L and then jumps
(after arXiv:2312.03002; the equations are a reconstruction). The mean field at large dimension,
which keeps the position of every token, predicts the whole course without a fitted constant.
"""

from toysim.model import Check, Dim, FiniteSize, Model, Observable
from toysim.models.induction_head.accuracies import ACCURACIES
from toysim.models.induction_head.declarations import AT_RANDOM
from toysim.models.induction_head.head.parameters import HeadParameters
from toysim.records import Clock, course

_EQUATIONS = """\
M_ij = e^(beta1 [j = i-1])/(e^beta1 + i),  j <= i         layer 1; b_i = sum_j M_ij c_j
a = softmax_j(alpha c_T.b_j + beta2 [j odd]),  o = sum_j a_j c_j       layer 2, target only
logits = classifier(z),  z = o, c_T + o or [c_T; o];  loss = cross-entropy;  SGD on fresh sequences
theory: D -> infinity, c_j.c_k = 0 but for copies; W = xi times the label vectors,
    dxi from 1/(L - 1) of the samples"""


def _seconds(p: HeadParameters) -> float:
    numbers = (p.n_pairs + 1) * p.dimension
    width = (p.hidden_width or 4 * p.dimension) * p.n_hidden * (2 * p.dimension + p.hidden_width)
    sequence = 1e-6 + 2e-8 * numbers + 1e-10 * (p.n_labels * p.dimension + width)
    sets = 4 if p.n_classes else 1
    return (
        2e-3
        + p.n_steps * (2e-4 + p.batch_size * sequence)
        + p.n_records * sets * (2e-4 + p.n_test * sequence)
    )


def _course(name: str, long_name: str, per_batch: float) -> Observable:
    """Noise of size 1/sqrt(S) moves means by O(1/S): bounds twice what was seen for N <= 8 at S = 8
    and 32.
    """
    bound = FiniteSize(per_batch, "batch_size", 1)
    return course(name, long_name, atol=1e-6, finite_size=bound)


def _time(name: str, long_name: str) -> Observable:
    """Crossing times move by less than 0.07/S of themselves."""
    return Observable(name, long_name, "updates", finite_size=FiniteSize(60.0, "batch_size", 1))


_CLOCK = Clock("time", "updates", end=lambda p: p.n_steps, whole=True)

HEAD = Model(
    id="induction_head.head",
    version=2,
    title="minimal induction head of two or three parameters, trained by SGD",
    parameters_class=HeadParameters,
    clock=_CLOCK,
    observables=(
        _course("loss", "cross-entropy on sequences as in training", 2.0),
        _course("p_right", "probability of the right label, novel classes", 0.2),
        *ACCURACIES,
        _course("ila1", "ILA1: layer-1 attention of labels to the item before them", 0.6),
        _course("tila2", "TILA2: layer-2 attention of the target to the labels of its class", 1.5),
        _course("tla2", "TLA2: layer-2 attention of the target to all labels", 1.0),
        _course("beta1", "previous-token logit of layer 1", 5.0),
        _course("alpha", "matching strength of layer 2", 6.0),
        _course("beta2", "label logit of layer 2", 0.3),
        _course("xi", "excess of right over wrong label overlaps in a linear classifier", 1.0),
        _time("t10", "time at which p_right rises through 0.1, between records"),
        _time("t50", "time at which p_right rises through 1/2"),
        _time("t90", "time at which p_right rises through 0.9"),
        Observable("width", "(t90 - t10)/t50", finite_size=FiniteSize(0.2, "batch_size", 1)),
        Observable("leave_time", "time at which the loss falls to 0.05 below log L", "updates"),
        Observable("crossed", "1 if p_right passed 1/2 between records, else 0"),
        Observable(
            "score_gradient",
            "gradient of the first update in beta1, alpha and beta2, if kept",
            dims=("score",),
        ),
        Observable(
            "gradient", "gradient of the first update in the classifier's weights", dims=("weight",)
        ),
    ),
    dims=(
        Dim("score", "beta1, alpha, beta2", lambda p: 3 * p.keep_gradient),
        Dim("weight", "weight of the classifier", lambda p: p.n_weights * p.keep_gradient),
    ),
    diagnostics=(
        Observable("mean_field_t50", "t50 of the mean field, for Gaussian contents too", "updates"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    theory_omits=(*(o.name for o in ACCURACIES), "leave_time", "score_gradient", "gradient"),
    theory_ignores=("batch_size", "n_test", "classifier_input"),
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2312.03002",),
    seconds=_seconds,
    checks=(
        Check(
            {
                "contents": "orthonormal",
                "dimension": 32,
                "batch_size": 128,
                "n_steps": 330,
                "n_records": 16,
                "n_test": 100,
            },
            {"learn_beta2": [True, False]},
            replicas=12,
            shifted=_CLOCK.one_more,
        ),
    ),
    landmarks=AT_RANDOM,
)
