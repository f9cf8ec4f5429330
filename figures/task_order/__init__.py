"""The order of tasks: whether it matters, and what similarities tell of it."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Expected, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

_RULE = "arXiv:2211.15470, in linear regression"

REPRODUCTION = Reproduction(
    name="task_order",
    paper="The order in which classes or tasks are learned, arXiv:2211.15470, arXiv:2302.05836",
    title="Does the order of tasks matter, and can it be read off their similarities?",
    figures=(
        Recipe(
            "order_scores",
            "Final error of all 120 orders of five tasks over the score that similarities give "
            "them, three draws of teachers by colour. Circles: means of runs; lines: exact.",
            _RULE,
            ("orders",),
            pictures.order_scores,
        ),
        Recipe(
            "error_matrix",
            "Mean error of every task after every visit in the best and in the worst order.",
            _RULE,
            ("courses",),
            pictures.error_matrix,
        ),
        Recipe(
            "overlap",
            "Rise of old tasks' errors since they were learned, by similarity and samples.",
            "arXiv:2302.05836",
            ("overlap",),
            pictures.overlap,
        ),
        Recipe(
            "metrics",
            "Measures of continual learning of runs in three orders, on scores 1 - e/e(0); bars "
            "are standard errors.",
            "arXiv:2301.07799",
            ("courses",),
            pictures.metrics,
        ),
        Recipe(
            "plasticity",
            "Error of a task just after it was learned, what old tasks have lost since, and the "
            "final error, by plasticity.",
            "arXiv:2301.07799",
            ("plasticity",),
            pictures.plasticity,
        ),
    ),
    claims=(
        Claim(
            name="order_matters",
            sentence="The order of the tasks changes what is known at the end, consistently.",
            source="arXiv:2211.15470",
            sweeps=("orders",),
            check=evidence.order_matters,
            spoilers=(Spoiler("orders", "final_error", evidence.shuffled),),
        ),
        Claim(
            name="similarity_predicts",
            sentence="The similarities of the tasks alone rank the orders.",
            source="arXiv:2211.15470",
            sweeps=("orders",),
            check=evidence.similarity_predicts,
            spoilers=(Spoiler("orders", "centrality", lambda v: -v),),
        ),
        Claim(
            name="central_first",
            sentence="It is best to start with central tasks and to end with some that are "
            "similar to the first.",
            source="arXiv:2211.15470, the rule as retold",
            sweeps=("orders",),
            check=evidence.central_first,
            spoilers=(Spoiler("orders", "centrality", lambda v: -10.0 * v),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="typical_last",
            sentence="The best order goes from the least typical task to the most typical.",
            source="arXiv:2502.03350",
            sweeps=("orders",),
            check=evidence.typical_last,
            spoilers=(Spoiler("orders", "centrality", lambda v: -v),),
        ),
        Claim(
            name="dissimilar_neighbours",
            sentence="Tasks that follow each other should be dissimilar.",
            source="arXiv:2502.03350",
            sweeps=("orders",),
            check=evidence.dissimilar_neighbours,
            spoilers=(Spoiler("orders", "distance", evidence.arrived),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="small_steps",
            sentence="Similar tasks in a row lower forgetting.",
            source="common advice",
            sweeps=("orders",),
            check=evidence.small_steps,
            spoilers=(Spoiler("orders", "error_increase", lambda v: -v),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="stability_plasticity",
            sentence="What is gained in learning new tasks is lost on old ones.",
            source="arXiv:2301.07799; the reviews arXiv:1802.07569, arXiv:2302.00487",
            sweeps=("plasticity",),
            check=evidence.stability_plasticity,
            spoilers=(Spoiler("plasticity", "error_increase", backwards("plasticity")),),
            at={
                "paper": Expected(
                    Verdict.REFUTED,
                    "on this finer grid what is learned is best at 0.7, and little worse at 0.75",
                )
            },
        ),
    ),
)
