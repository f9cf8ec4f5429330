"""Online perceptron whose examples differ in the variance of their irrelevant inputs.

Three numbers describe a run, and their law closes at every dimension: a run is simulated as a
Markov chain of three numbers, at a cost that does not grow with the dimension, and its mean follows
a recursion. What the order of easy and hard examples does, and which order is best, are numbers.
With a free share of hard examples, clean easy ones and no irrelevant start weights the best
curriculum is trivial: never show a hard example.
"""

from collections.abc import Mapping
from typing import Any

from toysim.model import Check, FiniteSize, Landmark, Model, Observable
from toysim.models.curriculum.relevance.parameters import RelevanceParameters
from toysim.records import Clock, course

UPDATES = Clock(
    "update",
    "updates",
    end=lambda p: p.examples_per_dimension * (p.n_relevant + p.n_irrelevant) * (1.0 + 1e-12) // 1.0,
    whole=True,
)

_EQUATIONS = """\
y = sign(x.teacher), w <- w + (eta/sqrt d)(y - w.x/sqrt d) x, irrelevant inputs of variance Delta
R = w.teacher/sqrt d, Q_r, Q_i = |w|^2/d of the relevant and of the irrelevant weights
error = arccos(R/sqrt(Q_r + Delta Q_i))/pi
means: R += g (c0 - R),  c0 = sqrt(2/pi), g = eta/d, S1 = 1 - 2 c0 R + Q_r, D_k = E Delta^k
Q_r += 2g (c0 R - Q_r) + g^2 [n_r (S1 + D_1 Q_i) + 2 (Q_r - c0 R)]
Q_i += -2g D_1 Q_i + g^2 [n_i (D_1 S1 + D_2 Q_i) + 2 D_2 Q_i]"""

_TASK = (
    *("n_relevant", "n_irrelevant", "examples_per_dimension", "easy_variance", "hard_variance"),
    *("test_variance", "hard_share", "start_relevant", "start_irrelevant"),
)
_START = {"easy_variance": 0.1, "start_relevant": 0.3, "start_irrelevant": 0.2}
_SHORT = {"n_relevant": 2, "n_irrelevant": 6, "examples_per_dimension": 0.625, "n_records": 3}
_LONG = {"n_relevant": 20, "n_irrelevant": 80, "examples_per_dimension": 4.0, "n_records": 5}


def _one_more(values: Mapping[str, Any]) -> dict[str, Any]:
    """A run one update longer."""
    d = values["n_relevant"] + values["n_irrelevant"]
    return {**values, "examples_per_dimension": values["examples_per_dimension"] + 1.0 / d}


RELEVANCE = Model(
    id="curriculum.relevance",
    title="online perceptron with relevant and irrelevant inputs, in any order of difficulty",
    parameters_class=RelevanceParameters,
    clock=UPDATES,
    observables=(
        course("overlap", "R = w.teacher/sqrt d, the teacher of norm 1; no cosine"),
        course("relevant_norm", "squared relevant weights per dimension"),
        course("irrelevant_norm", "squared irrelevant weights per dimension"),
        course(
            "error_hard",
            "test error on hard examples",
            finite_size=FiniteSize(0.6, "n_irrelevant", 2),
        ),
        *(
            course(name, f"test error on {what}", finite_size=FiniteSize(6.0, "n_irrelevant", 2))
            for name, what in (
                ("error_easy", "easy examples"),
                ("error_mixture", "the mixture with a share hard_share of hard ones"),
                ("error_test", "examples of the variance test_variance"),
            )
        ),
        Observable("share_shown", "share of hard examples that were shown", span=1.0),
    ),
    diagnostics=(
        course("error_limit", "error_test as d goes to infinity"),
        Observable(
            "rate_limit", "learning rate from which on hard examples alone diverge, d infinite"
        ),
        Observable(
            "easy_first_is_optimal",
            "1 if no exchange of easy-first's examples lowers error_test at once, d infinite",
        ),
        Observable("hard_first_is_optimal", "the same of hard first"),
        course(
            "switching_function",
            "slope of Q_r + Delta_t Q_i at the end in h, per unit of eta t/d, d infinite",
        ),
    ),
    simulate=f"{__name__}.simulation:simulate",
    theory=f"{__name__}.theory:predict",
    stochastic=True,
    equations=_EQUATIONS,
    sources=("arXiv:2106.08068", "arXiv:2507.07907", "recursion derived"),
    seconds=lambda p: 3e-5 + 2.5e-7 * p.n_updates + 0.3 * (p.order == "optimal"),
    theory_seconds=lambda p: 0.15 + 1e-7 * p.n_updates + 0.3 * (p.order == "optimal"),
    checks=(
        Check(
            _START | _SHORT,
            {"order": ["easy_first", "mixed"]},
            replicas=20_000,
            shifted=_one_more,
        ),
        Check(_START | _LONG, {"order": ["easy_first", "cyclic"]}, replicas=4000),
    ),
    landmarks=(
        Landmark(
            "largest_rate_of_easy_first",
            "learning rate eta_c up to which easy first is the best order of its share, d infinite",
            "toysim.models.curriculum.relevance.landmarks:largest_rate_of_easy_first",
            _TASK,
            digits=3,
            where="a share of hard examples between 0 and 1; best at small rates",
            along="learning_rate",
        ),
        Landmark(
            "switch_of_best_order",
            "share of the run before the best order shows more hard than easy ones, d infinite",
            "toysim.models.curriculum.relevance.landmarks:switch_of_best_order",
            (*_TASK, "learning_rate"),
            digits=2,
            seconds=lambda p: 0.3,
            where="a share of hard examples between 0 and 1",
        ),
    ),
)
