"""Unlearning: what influence leaves behind, what it costs to forget, and what gradients can do."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

PAPER = "arXiv:2507.23257"

REPRODUCTION = Reproduction(
    name="unlearning",
    paper=PAPER,
    title="Unlearning by influence, in ridge regression",
    figures=(
        Recipe(
            "influence",
            "Relative error of one influence step over the leverage, every data set a point; the "
            "line is equality.",
            PAPER + ", in least squares",
            ("influence",),
            panels.influence,
        ),
        Recipe(
            "steps",
            "What is left of the deleted rows over the number of steps, by their number. Points: "
            "fits, means over data sets; lines: theory.",
            "derived",
            ("steps",),
            panels.steps,
        ),
        Recipe(
            "amplification",
            "Change of a row's prediction when it is deleted or added, over its residual. "
            "Points: means over data sets with standard errors; lines: closed forms.",
            "derived",
            ("amplification",),
            panels.amplification,
        ),
    ),
    claims=(
        Claim(
            name="influence_approximates_retraining",
            sentence="One influence step stands for retraining.",
            source=PAPER,
            sweeps=("influence",),
            check=evidence.influence_approximates_retraining,
            spoilers=(Spoiler("influence", "relative_error", lambda v: 0 * v + 0.5),),
            expected_verdict=Verdict.LIMITED,
            limits="far fewer weights than rows, d/n below a tenth: the error is the leverage",
        ),
        Claim(
            name="steps_remove_the_trace",
            sentence="Every further step multiplies what is left of a row by its leverage.",
            source="derived",
            sweeps=("steps",),
            check=evidence.steps_remove_the_trace,
            spoilers=(Spoiler("steps", "leftover", backwards("iterations")),),
        ),
        Claim(
            name="memorising_is_easier",
            sentence="It is easier to memorise a sample than to forget it.",
            source=PAPER,
            sweeps=("amplification",),
            check=evidence.memorising_is_easier,
            spoilers=(Spoiler("amplification", "amplification", backwards("method")),),
        ),
        Claim(
            name="gradients_suffice",
            sentence="Deletion needs gradients alone, no Hessian.",
            source=PAPER,
            sweeps=("gradients",),
            check=evidence.gradients_suffice,
            spoilers=(
                Spoiler(
                    "gradients",
                    "relative_error",
                    lambda v: 0 * v + v.isel(spectrum=0, drop=True),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="inputs of equal variances",
        ),
    ),
)
