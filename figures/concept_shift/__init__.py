"""Concept shift: when a learning rate that follows one's own errors beats a fixed one."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "arXiv:2205.08645 abstract"

REPRODUCTION = Reproduction(
    name="concept_shift",
    paper="Man, Damasio and Neven: Need is all you need: homeostatic neural networks adapt to "
    "concept shift, arXiv:2205.08645",
    title="Concept shift: a regulated learning rate against fixed ones",
    figures=(
        Recipe(
            "regulation",
            "Excess error of a regulated gain on a walking target (bars: standard errors; lines: "
            "law of slow regulation), and its error where concepts jump, against a fixed gain "
            "tuned for rare jumps and the exact Bayesian filter.",
            _SOURCE,
            ("walk", "rates"),
            panels.regulation,
        ),
        Recipe(
            "boundary",
            "Error of the best regulated over that of the best fixed gain: below 1 (dots) from "
            "jumps as large as the noise on; with seasons, from large changes on.",
            "derived",
            ("switching", "seasons", "seasons_fixed"),
            panels.boundary,
        ),
    ),
    claims=(
        Claim(
            name="helps_under_shift",
            sentence="A self-regulated rate helps under concept shift, most at the highest rates.",
            source=_SOURCE,
            sweeps=("rates",),
            check=evidence.helps_under_shift,
            spoilers=(
                Spoiler("rates", "mean_square_error", lambda v: evidence.thrice(v, "regulated")),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="shifts at p = 0.01 an update or more; at the rate that the fixed gain was "
            "tuned for it loses",
        ),
        Claim(
            name="beats_the_best_fixed",
            sentence="A self-regulated rate helps against the best fixed gain of each rate, too.",
            source="arXiv:2205.08645, sharper",
            sweeps=("walk", "switching"),
            check=evidence.beats_best_fixed,
            spoilers=(Spoiler("switching", "mean_square_error", lambda v: 3.0 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="targets that jump by twice the noise's variance or more; never for a walk",
        ),
        Claim(
            name="need_not_impair",
            sentence="Self-regulation need not impair performance where nothing shifts suddenly.",
            source=_SOURCE,
            sweeps=("walk",),
            check=evidence.need_not_impair,
            spoilers=(Spoiler("walk", "mean_square_error", lambda v: 1.25 * v),),
        ),
        Claim(
            name="where_change_changes",
            sentence="A self-regulated rate is superior where the rate of shift itself changes.",
            source=_SOURCE,
            sweeps=("seasons", "seasons_fixed"),
            check=evidence.where_change_changes,
            spoilers=(Spoiler("seasons", "mean_square_error", lambda v: 2.0 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="steps whose variance changes a thousandfold or more",
        ),
    ),
)
