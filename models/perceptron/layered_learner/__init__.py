"""A layered network of binary weights that learns tasks in sequence through its fields.

The layered learner of arXiv:2212.02846: the input of every unit is a Gaussian with the mean and
variance that independent random weights give it, and the gradient passes through both. A divergence
from the field learned before, or from that before the last update, resists forgetting. Its rivals
are EWC, the variance factor by itself, and binarised weights with metaplasticity (arXiv:2003.03533)
or without. Tasks are made by a teacher; none is downloaded.
"""

from itertools import pairwise

from toysim.model import Dim, Model, Observable
from toysim.models.perceptron.layered_learner.parameters import LayeredLearnerParameters
from toysim.records import Clock, course

_EQUATIONS = """\
z_k = sum_j mu_kj a_j/sqrt(n) + eps_k v_k, v_k^2 = sum_j s_kj a_j^2/n, a = relu(z),
    mu = tanh(b theta), s = 1 - mu^2
C = cross-entropy of softmax(z) of the last layer, summed over a minibatch; K = dC/dz
dL/dtheta_kj = b s_kj [K_k a_j/sqrt(n) - mu_kj a_j^2 K_k eps_k/(n v_k)] + gamma b^2 s_kj
    (theta_kj - theta'_kj)
theta' of the task before: times B/P in a minibatch,
    none in the first task; of the last step: in full every update
ewc: s of theta' in the last term; variance_modulated: without it
plain: w = sign(theta),
    dC/dw = K_k a_j/sqrt(n); metaplastic: a step towards 0 times 1 - tanh(mu_m theta)^2
b = b1 tanh(a + c e/E) in epoch e of E in all; theta ~ N(0, sigma0^2) at the start"""


def _seconds(p: LayeredLearnerParameters) -> float:
    examples = p.n_tasks * p.epochs * p.n_train
    updates = p.n_tasks * p.epochs * -(-p.n_train // p.batch_size)
    tests = p.n_tasks * p.n_test * (2 * p.n_tasks + p.n_records)
    units = sum(n for _, n in pairwise(p.sizes))
    per_update = 1.5e-4 + 2e-8 * p.n_weights
    return (
        1e-2
        + updates * per_update
        + examples * (2.5e-10 * p.n_weights + 4e-8 * units)
        + tests * 1e-10 * p.n_weights
    )


LAYERED_LEARNER = Model(
    id="perceptron.layered_learner",
    title="layered network of binary weights learning tasks in sequence",
    parameters_class=LayeredLearnerParameters,
    clock=Clock("epoch", "epochs", end=lambda p: p.n_tasks * p.epochs, whole=True),
    dims=(
        Dim("trained", "task trained last", lambda p: p.n_tasks),
        Dim("tested", "task tested", lambda p: p.n_tasks),
        Dim("layer", "layer of weights, the first at the inputs", lambda p: p.n_hidden + 1),
    ),
    observables=(
        course("accuracy_course", "test accuracy with the mean weights", dims=("tested",)),
        course("uncertainty", "mean variance 1 - mu^2 of a layer's weights", dims=("layer",)),
        course(
            "divergence",
            "KL per weight from the field at the start of the task; NaN if binarised",
            dims=("layer",),
        ),
        Observable(
            "accuracy",
            "test accuracy with the mean weights after a task",
            dims=("trained", "tested"),
        ),
        Observable(
            "sampled_accuracy",
            "the same with one draw of the binary weights",
            dims=("trained", "tested"),
        ),
        Observable("mean_accuracy", "test accuracy at the end, averaged over tasks"),
        Observable("mean_sampled_accuracy", "the same with one draw of the binary weights"),
    ),
    simulate=f"{__name__}.simulation:simulate",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2212.02846", "arXiv:2003.03533", "arXiv:1909.11500"),
    seconds=_seconds,
    version=2,
)
