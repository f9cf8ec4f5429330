"""Delayed generalization in a linear student: the delay, its law and its limits."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

REPRODUCTION = Reproduction(
    name="delayed_generalization",
    paper="Levi, Beck, Bar-Sinai: Grokking in Linear Estimators, arXiv:2310.16441",
    title="Delayed generalization of a linear student",
    figures=(
        Recipe(
            "courses",
            "Losses (left) and accuracies (right) over time of 400 samples, train dashed and test "
            "solid. Points: drawn data sets; lines: Marchenko-Pastur law; dotted: when 95 % are "
            "accurate by the law.",
            "arXiv:2310.16441, gradient flow",
            ("courses",),
            panels.courses,
        ),
        Recipe(
            "delay",
            "Times at which 95 % of the samples and of fresh inputs are accurate, over 1 - d/N. "
            "Dashed: limits as d = N.",
            "derived",
            ("delay",),
            panels.delay,
        ),
    ),
    claims=(
        Claim(
            name="grokking",
            sentence="Test accuracy follows long after train accuracy.",
            source="arXiv:2310.16441, arXiv:2601.19791",
            sweeps=("delay",),
            check=evidence.grokking,
            spoilers=(Spoiler("delay", "time_test", lambda v: 0.1 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="0.9 <= d/N <= 1; with more samples the delay is below ten times, with fewer "
            "fresh inputs are never accurate. Routing measures of networks are not carried",
        ),
        Claim(
            name="memorisation_does_not_wait",
            sentence="The time at which the samples are fitted stays finite as features become as "
            "many as samples: only generalization is delayed.",
            source="derived, in the sense of arXiv:2310.16441",
            sweeps=("delay",),
            check=evidence.memorisation_does_not_wait,
            spoilers=(Spoiler("delay", "time_train", lambda v: v * v["n_features"] / 950.0),),
        ),
        Claim(
            name="drawn_losses_follow",
            sentence="Drawn data sets follow the law while the edge of the spectrum is not "
            "resolved.",
            source="derived",
            sweeps=("courses",),
            check=evidence.drawn_losses_follow,
            spoilers=(Spoiler("courses", "test_loss", lambda v: 1.05 * v),),
        ),
    ),
)
