"""The order of training: what it changes, how it can be told, and how much fits into one run."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

ORDER, INTERVENTIONS = "arXiv:2505.22042", "arXiv:2509.23383"

REPRODUCTION = Reproduction(
    name="training_order",
    paper=f"{ORDER}, {INTERVENTIONS}",
    title="The order of training, without training again",
    figures=(
        Recipe(
            "effect",
            "Variance of the end point over orders, by data set. Points: runs; lines: leading "
            "order in the step.",
            "derived",
            ("effect",),
            panels.effect,
        ),
        Recipe(
            "estimates",
            "Distance of estimates from the run in the new order; dashed: the square and the cube "
            "of the step. The estimate with the whole Hessian is exact and not shown.",
            ORDER + ", in linear regression",
            ("estimates",),
            panels.estimates,
        ),
        Recipe(
            "position",
            "Test loss less own loss at the end, by position in the order. Points: runs; lines: "
            "theory.",
            ORDER + ", in linear regression",
            ("position",),
            panels.position,
        ),
        Recipe(
            "crosstalk",
            "Root mean square read-out of facts not injected. Points: runs; lines: theory; dotted: "
            "limit of many; dashed: kappa sqrt(M/d).",
            INTERVENTIONS + ", in linear regression",
            ("crosstalk",),
            panels.crosstalk,
        ),
    ),
    claims=(
        Claim(
            name="order_enters_squared",
            sentence="The order of samples changes the end point at the square of the step.",
            source="derived",
            sweeps=("effect",),
            check=evidence.order_enters_squared,
            spoilers=(Spoiler("effect", "order_square", lambda v: v / v["learning_rate"]),),
        ),
        Claim(
            name="estimate_reproduces_retraining",
            sentence="A first-order estimate from checkpoints tells the end of another order.",
            source=ORDER,
            sweeps=("estimates",),
            check=evidence.estimate_reproduces_retraining,
            spoilers=(Spoiler("estimates", "estimate_error", backwards("estimate")),),
            expected_verdict=Verdict.LIMITED,
            limits="with the Hessian, whole or at the start; without it, or with its diagonal "
            "alone, worse than no estimate",
        ),
        Claim(
            name="later_samples_are_memorised",
            sentence="Samples seen later are memorised more.",
            source=ORDER,
            sweeps=("position",),
            check=evidence.later_samples_are_memorised,
            spoilers=(Spoiler("position", "memorisation", backwards("position")),),
        ),
        Claim(
            name="many_experiments_one_run",
            sentence="Many interventions in one run hardly disturb each other.",
            source=INTERVENTIONS,
            sweeps=("crosstalk",),
            check=evidence.many_experiments_one_run,
            spoilers=(
                Spoiler(
                    "crosstalk",
                    "crosstalk_square",
                    lambda v: v.where(v["n_interventions"] < v["dimension"], 0.0),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="far fewer interventions than (tolerance/strength)^2 times the weights",
        ),
    ),
)
