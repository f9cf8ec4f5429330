"""A predictor that weighs strategies by loss and complexity: uniform, generalising, memorising.

Weights are exp(-ln 2 K^beta - gamma N^(1 - alpha) L) after N updates, K a strategy's bits and L its
mean loss. Generalising emerges, then memorising takes over; how the second time grows with the
number of tasks follows from the gain of memorising. Bits are counted, 32 a stored number and the
code's, not compressed.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.bayes_icl.strategies.parameters import StrategiesParameters
from toysim.records import Clock, course

UPDATES = Clock(
    "update",
    "updates",
    end=lambda p: p.training_stop,
    spacing="geometric",
    begin=lambda p: p.training_start,
)

_EQUATIONS = """\
weight of s in {U, G, M} ~ exp(-ln 2 K_s^beta - gamma N^(1 - alpha) L_s), L_s a ball on seen tasks
N_GM = [ln 2 (K_M^beta - K_G^beta)/(gamma (L_G - L_M))]^(1/(1 - alpha)),  N_UG alike
relative distance (r + 1)/2, r = (d(T,G) - d(T,M))/d(M,G), r cut to [-1, 1],
d(P,Q) = KL(P|Q) + KL(Q|P)"""
_TASKS = ("n_tasks", "context_length", "concentration", "urn_shares")
_LAW = ("alpha", "beta", "gamma", "code_bits", "bits_per_task")

STRATEGIES = Model(
    id="bayes_icl.strategies",
    title="loss against complexity: uniform, generalising and memorising predictions",
    parameters_class=StrategiesParameters,
    clock=UPDATES,
    dims=(Dim("strategy", "uniform, generalising, memorising", lambda p: 3),),
    observables=(
        course("weight", "weight of the strategy", dims=("strategy",)),
        course(
            "loss_seen", "loss a ball of the weighed prediction on seen tasks", "nats", span=30.0
        ),
        course(
            "loss_fresh", "loss a ball of the weighed prediction on fresh tasks", "nats", span=30.0
        ),
        course(
            "relative_distance",
            "(r + 1)/2 on seen tasks: 0 generalising, 1 memorising",
            scale=1.0,
            span=30.0,
        ),
        Observable("transition", "N_GM, where memorising takes over", "updates"),
        Observable(
            "emergence",
            "N_UG, where generalising takes over; NaN without the uniform one",
            "updates",
        ),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    theory_ignores=("n_sequences",),
    equations=_EQUATIONS,
    sources=("arXiv:2506.17859",),
    seconds=lambda p: (
        1e-3
        + 2e-8 * p.n_tasks * p.context_length**2
        + p.n_sequences * p.context_length * (4e-9 * p.n_tasks + 1e-7 * (p.n_records + 1))
    ),
    theory_seconds=lambda p: (
        0.01 + p.context_length**2 * (2e-8 * p.n_tasks + 1e-7 * (p.n_records + 1))
    ),
    checks=(
        Check(
            {
                "urn_shares": (0.15, 0.35, 0.6, 0.9),
                "n_tasks": 4,
                "context_length": 20,
                "n_records": 6,
                "n_sequences": 200,
            },
            replicas=400,
            shifted=lambda values: {**values, "training_start": 12.0, "training_stop": 1.2e7},
        ),
    ),
    landmarks=(
        Landmark(
            "memorising_time",
            "N*(D) = N_GM: updates at which memorising D urns takes over, sets of urns averaged",
            "toysim.models.bayes_icl.strategies.landmarks:memorising_time",
            (*_TASKS[:3], *_LAW),
            "updates",
            digits=6,
            where="a = 1 and up to 256 balls",
            seconds=lambda p: 5e-3 * min(p.context_length, 256),
        ),
        Landmark(
            "distinguishable_tasks",
            "N_eff: urns of two colours that a sequence can tell apart",
            "toysim.models.bayes_icl.strategies.landmarks:two_colour_tasks",
            ("context_length", "concentration"),
        ),
        Landmark(
            "transition_exponent",
            "d ln N_GM/d ln D, sets of urns averaged; superlinear above 1",
            "toysim.models.bayes_icl.strategies.landmarks:transition_exponent",
            (*_TASKS[:3], *_LAW),
            digits=5,
            where="a = 1 and up to 256 balls",
            seconds=lambda p: 1e-2 * min(p.context_length, 256),
        ),
    ),
)
