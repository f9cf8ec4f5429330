"""Binary weights learned through their fields, and what a second task leaves of the first.

The variational learner of arXiv:2212.02846: a factorised distribution over +-1 weights, whose means
tanh(b theta) descend on the exact gradient of the loss in the central limit. On a second task a
divergence from the distribution learned first resists forgetting; its rivals are the divergence's
expansion (EWC), the variance factor of the gradient by itself, and binarised weights with
metaplasticity (arXiv:2003.03533). Both tasks have a teacher of +-1 weights, so the error of
sign(theta) is known from its overlap.
"""

from toysim.model import Model, Observable
from toysim.models.perceptron.learner.parameters import LearnerParameters
from toysim.records import Clock, course

_EQUATIONS = """\
P_t = round(alpha_t N) patterns x in {-1,1}^N, y = sign(W_t.x),
    W_2 = W_1 but for round(N (1 - r0)/2) flips
m = tanh(b theta), s = 1 - m^2, S^2 = sum_i s_i, u = y m.x/S, lambda = G/H,
    theta ~ N(0,1) at the start
L = -sum_mu ln H(-u_mu) + gamma KL(theta || theta')
dL/dtheta_i = -sum_mu lambda(-u) b s_i [y x_i/S + m_i y m.x/S^3] + gamma b^2 s_i (theta_i -
    theta'_i)
theta' = 0 in task 1 (weight gamma_1),
    the field at its end in task 2; a minibatch of B takes B/P of the divergence
ewc: s_i of theta' in the last term; variance_modulated: without it
metaplastic: w = sign(theta), dL/dw_i = -sum_mu lambda(-u) y x_i/sqrt(N) with u = y w.x/sqrt(N),
             a step towards theta_i = 0 times 1 - tanh(mu_m theta_i)^2
error_t = arccos(p_t)/pi, p_t = sum_i sign(theta_i) W_(t,i)/N"""


def _seconds(p: LearnerParameters) -> float:
    total = 2e-3
    for task, epochs in ((1, p.epochs_1), (2, p.epochs_2)):
        patterns = p.n_patterns(task)
        batches = -(-patterns // (p.batch_size or patterns)) if patterns else 0
        total += epochs * (1e-6 + batches * 1.5e-8 * p.size + patterns * (2e-8 + 1e-10 * p.size))
        total += 1e-8 * p.size * patterns
    return total


LEARNER = Model(
    id="perceptron.learner",
    title="binary perceptron learning one or two tasks in field space",
    parameters_class=LearnerParameters,
    clock=Clock("epoch", "epochs", end=lambda p: p.epochs_1 + p.epochs_2, whole=True),
    observables=(
        course("error_1_course", "generalisation error on task 1"),
        course("error_2_course", "generalisation error on task 2"),
        course("sign_overlap_1_course", "overlap p1 of sign(theta) with teacher 1"),
        course("sign_overlap_2_course", "overlap p2 of sign(theta) with teacher 2"),
        course("self_overlap_course", "self-overlap Q of the mean weights"),
        course("loss_course", "-ln H(-u) per pattern of the task in training"),
        Observable("error_1", "generalisation error on task 1 at the end"),
        Observable("error_2", "generalisation error on task 2 at the end"),
        Observable("sign_overlap_1", "overlap p1 of sign(theta) with teacher 1 at the end"),
        Observable("sign_overlap_2", "overlap p2 of sign(theta) with teacher 2 at the end"),
        Observable("overlap_1", "overlap of the mean weights with teacher 1 at the end"),
        Observable("overlap_2", "overlap of the mean weights with teacher 2 at the end"),
        Observable("self_overlap", "self-overlap Q of the mean weights at the end"),
        Observable(
            "cross_overlap",
            "overlap of the mean weights at the end with those before task 2, 0 without it",
        ),
        Observable("loss", "-ln H(-u) per pattern of the last task, at the end"),
        Observable("switch_error_1", "generalisation error on task 1 at its end"),
        Observable(
            "switch_self_overlap", "self-overlap Q of the mean weights at the end of task 1"
        ),
        Observable("switch_loss", "-ln H(-u) per pattern of task 1, at its end"),
        Observable(
            "relaxation_time", "first epoch of task 1 with a steady error behind it, NaN if none"
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2212.02846", "arXiv:2003.03533"),
    seconds=_seconds,
    version=3,
)
