"""A learner that weighs the evidence: it memorises once that has gained more than a penalty.

Sequence after sequence S grows by ln P_M/P_G; the switch comes when S reaches K. Its mean time and
overshoot are those of a random walk whose increments take C + 1 values.
"""

from toysim.model import Check, Landmark, Model, Observable
from toysim.models.bayes_icl.evidence.parameters import EvidenceParameters

EVIDENCE = Model(
    id="bayes_icl.evidence",
    title="sequences until the evidence for memorising passes a penalty",
    parameters_class=EvidenceParameters,
    observables=(
        Observable("switch_time", "sequences until the switch", "seq."),
        Observable("overshoot", "evidence above the penalty then", "nats"),
    ),
    diagnostics=(
        Observable("gain", "mean evidence ln P_M/P_G of a sequence", "nats"),
        Observable("variance", "variance of the evidence of a sequence", "nats^2"),
        Observable("switch_time_lower", "mean switch time is at least K/gain", "seq."),
        Observable(
            "switch_time_upper",
            "mean switch time is at most (K + E (x+)^2/gain)/gain, x of a sequence",
            "seq.",
        ),
        Observable(
            "switch_time_deviation",
            "standard deviation of the switch time, sqrt(K variance/gain^3)",
            "seq.",
        ),
    ),
    version=2,
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations="S <- S + ln P_M/P_G of a sequence of a seen urn, until S >= K\n"
    "E T = (K + rho)/mu,  rho = E S_tau^2/(2 E S_tau) of the ladder height, by Spitzer's sum",
    sources=("derived", "arXiv:2506.17859"),
    seconds=lambda p: (
        1e-3
        + 1e-7 * min(p.max_sequences, 100.0 * p.penalty * p.n_tasks + 100.0)
        + p.n_tasks * (5e-7 + 5e-9 * p.context_length)
    ),
    theory_seconds=lambda p: 0.05 + p.n_tasks * (1e-6 + 1e-8 * p.context_length**2),
    checks=(
        Check(
            {"urn_shares": (0.15, 0.35, 0.6, 0.9), "n_tasks": 4, "context_length": 20},
            {"penalty": [5.0, 10.0]},
            replicas=40_000,
        ),
    ),
    landmarks=(
        Landmark(
            "switch_time",
            "mean number of sequences until the switch, urns of urn_shares",
            "toysim.models.bayes_icl.evidence.theory:switch_time_of",
            ("n_tasks", "context_length", "concentration", "urn_shares", "penalty"),
            "sequences",
            digits=5,
            where="urn_shares given; penalty of ten rms of a sequence; below 1e6 sequences",
        ),
    ),
)
