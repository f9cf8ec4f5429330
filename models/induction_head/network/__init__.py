"""The two-layer attention-only network in which in-context learning comes abruptly.

The network of arXiv:2312.03002: tokens of place and content, two attention layers without output
matrices or scaling, a ReLU classifier on the target. Trained by SGD on fresh sequences it first
names a random label of the context, with accuracy B/N, and then within few updates finds the right
one. There is no theory; 1/L and B/N are the landmarks.

The simulation is exact, in a short algebraic form (see ``passes``).

A run may never begin: the biases, one number a layer, fall in the first updates, and where they
start low the last ReLU layer dies. Of six runs at the paper's sizes and rate five jumped, after
33,506 to 59,908 updates; in the other one (biases -0.10, -0.03, -0.09) 0.1 % of that layer's units
were active after 10^4 updates, its loss log L for good.
"""

from toysim.model import Dim, Model, Observable
from toysim.models.induction_head.accuracies import ACCURACIES
from toysim.models.induction_head.declarations import AT_RANDOM
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.records import Clock, course

_EQUATIONS = """\
u_j = [one-hot of place shift + j (P) | content (D)],  d = P + D,  tokens j = 0..2N, the target last
a_ij = softmax_(j <= i)((Q u_i).(K u_j)),  u_i <- u_i + V sum_j a_ij u_j        two layers
h <- max(W_k h + b_k, 0) from h = u_2N,  logits = W_o h;  loss = mean cross-entropy
w <- (1 - lambda) w - eta dloss/dw            on S fresh sequences
start: Q, K, V ~ N(0, 1/D), W_k ~ N(0, 2/d), b_k, W_o ~ N(0, 1/d)"""


def _seconds(p: NetworkParameters) -> float:
    products = 1e-11 * (40 + 8 * p.n_hidden) * p.width**2
    sequence = products + 1e-8 * p.n_tokens * (p.n_tokens + p.width)
    sets = 4 if p.n_classes else 2
    return (
        1e-3
        + p.n_steps * p.batch_size * sequence
        + p.n_records * (5e-4 + 0.5 * sets * p.n_test * sequence)
    )


NETWORK = Model(
    id="induction_head.network",
    version=2,
    title="two-layer attention-only network that learns in context or in weights",
    parameters_class=NetworkParameters,
    clock=Clock("time", "updates", end=lambda p: p.n_steps, whole=True),
    dims=(
        Dim("stage", "start and end of the run", lambda p: 2),
        Dim("token", "token that attends", lambda p: p.n_tokens),
        Dim("source", "token attended to", lambda p: p.n_tokens),
        Dim("weight", "number that is trained", lambda p: p.n_weights * p.keep_gradient),
    ),
    observables=(
        course("loss", "cross-entropy on sequences as in training"),
        *ACCURACIES,
        course("p_right", "probability of the right label, novel classes"),
        course("label_mass", "probability of all labels of the context, novel classes"),
        course("ila1", "ILA1: layer-1 attention of labels to the item before them"),
        course("tila2", "TILA2: layer-2 attention of the target to the labels of its class"),
        course("tla2", "TLA2: layer-2 attention of the target to all labels"),
        Observable(
            "t10", "update at which p_right has 0.1 of the way from B/N to 1 behind it", "updates"
        ),
        Observable("t50", "update at which p_right passes 1/2", "updates"),
        Observable(
            "t90", "update at which p_right has 0.9 of the way from B/N to 1 behind it", "updates"
        ),
        Observable("width", "(t90 - t10)/t50"),
        Observable("leave_time", "update at which the loss is 0.05 below log L", "updates"),
        Observable("plateau_accuracy", "median of ic_accuracy from leave_time to t10 or the end"),
        Observable("crossed", "1 if p_right passed 1/2 between records, else 0"),
        Observable(
            "attention1",
            "layer 1 in the first sequence of novel classes",
            "1",
            ("stage", "token", "source"),
        ),
        Observable("attention2", "layer 2 of its target", "1", ("stage", "source")),
        Observable("answer_token", "token of that sequence whose label is right"),
        Observable(
            "gradient",
            "gradient of the first update in Q, K, V of both layers, ReLU layers, biases, output",
            dims=("weight",),
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2312.03002",),
    seconds=_seconds,
    landmarks=AT_RANDOM,
)
