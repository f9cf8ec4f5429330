"""Sequences of balls from one of D urns: a Bayesian memoriser of the urns beside a generaliser.

Both predict the next ball. The memoriser knows the D urns and weighs them by the balls seen; the
generaliser knows the distribution of urns. What the memoriser gains is bounded at every D by what a
sequence tells of its urn, and its mean over sets of urns is known exactly for two colours.
"""

from toysim.model import Check, Dim, Landmark, Model, Observable
from toysim.models.bayes_icl.urns.parameters import UrnsParameters

_EQUATIONS = """\
p_d ~ Dirichlet(a), d = 1..D; a sequence: one urn, C balls; n_v balls of colour v so far
M: sum_d w_d p_dv, w_d ~ prod_v p_dv^(n_v);  G: (n_v + a)/(n + V a)
gain = ln P_M/P_G of a sequence;  i = ln P(sequence | own urn)/P_G, I = E i
on seen tasks max(0, I - ln D) <= E gain <= E ln(1 + (e^i - 1)/D),  D E gain -> (N_eff - 1)/2"""

URNS = Model(
    id="bayes_icl.urns",
    title="Bayesian memoriser and generaliser of urns, in context",
    parameters_class=UrnsParameters,
    dims=(Dim("context", "balls seen before the prediction", lambda p: p.context_length),),
    observables=(
        Observable(
            "loss_memorising", "-ln of M's chance of the next ball", "nats", ("context",), atol=1e-9
        ),
        Observable(
            "loss_generalising",
            "-ln of G's chance of the next ball",
            "nats",
            ("context",),
            atol=1e-9,
        ),
        Observable("gain", "mean of ln P_M/P_G over sequences", "nats", scale=0.1),
    ),
    diagnostics=(
        Observable("task_information", "I: what a sequence tells of its urn", "nats"),
        Observable("distinguishable_tasks", "N_eff: urns that a sequence can tell apart"),
        Observable("gain_lower", "max(0, I - ln D), at most the mean gain on seen tasks", "nats"),
        Observable(
            "gain_upper", "E ln(1 + (e^i - 1)/D), at least the mean gain on seen tasks", "nats"
        ),
        Observable(
            "gain_many_tasks", "(N_eff - 1)/(2 D), mean gain on seen tasks where D is large", "nats"
        ),
        Observable(
            "gain_mean", "mean of the gain over sets of urns, exact; NaN if not known", "nats"
        ),
        Observable("divergence", "KL(P_M || P_G) of sequences of the urns; NaN if drawn", "nats"),
    ),
    version=4,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2506.17859", "bounds and means derived"),
    theory_ignores=("n_sequences",),
    seconds=lambda p: (
        1e-4
        + 2e-8 * p.n_tasks * p.n_colours
        + p.n_sequences
        * p.context_length
        * (3e-8 + 1e-9 * p.n_tasks * p.by_context + 8e-9 * p.n_colours)
        + p.n_sequences * p.n_tasks * (1e-8 + 1e-9 * p.n_colours)
    ),
    theory_seconds=lambda p: p.theory_seconds,
    checks=(
        Check(
            {"n_colours": 2, "context_length": 4, "n_tasks": 3, "urn_set": 1},
            {"evaluate_on": ["seen", "fresh"]},
            replicas=2000,
        ),
        Check({"context_length": 8, "n_tasks": 2, "n_sequences": 200}, replicas=16_000),
        Check(
            {"n_colours": 3, "context_length": 5, "n_tasks": 3, "urn_set": 2, "concentration": 0.5},
            replicas=400,
        ),
    ),
    landmarks=(
        Landmark(
            "distinguishable_tasks",
            "N_eff: urns that a sequence can tell apart",
            "toysim.models.bayes_icl.landmarks:distinguishable_tasks",
            ("n_colours", "context_length", "concentration"),
        ),
    ),
)
