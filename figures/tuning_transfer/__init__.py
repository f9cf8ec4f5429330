"""Hyperparameters tuned on one sequence of tasks and used on others."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

_SOURCE = "arXiv:2403.09066"
BOTH = ("tune", "common")

REPRODUCTION = Reproduction(
    name="tuning_transfer",
    paper="Hyperparameters in continual learning, tuned and evaluated, arXiv:2403.09066",
    title="Tune on one scenario, score on another",
    figures=(
        Recipe(
            "transfer",
            "Final errors of plasticities tuned on the scenario itself and on the others; in the "
            "mean by kind of scenario. All exact.",
            _SOURCE,
            BOTH,
            pictures.transfer,
        ),
    ),
    claims=(
        Claim(
            name="overestimates",
            sentence="Scored on the scenario that was tuned on, algorithms look better than they "
            "are on others.",
            source=_SOURCE,
            sweeps=BOTH,
            check=evidence.overestimates,
            spoilers=tuple(
                Spoiler(BOTH, name, lambda v: v.roll(teacher_draw=1).values)
                for name in ("best_plasticity", "best_plasticities")
            ),
        ),
        Claim(
            name="ranking_reverses",
            sentence="The algorithm that is better under the usual protocol is the worse one when "
            "its hyperparameters are transferred.",
            source=_SOURCE,
            sweeps=BOTH,
            check=evidence.ranking_reverses,
            spoilers=(Spoiler(BOTH, "best_plasticities", lambda v: 1.0 + 0.0 * v.values),),
            expected_verdict=Verdict.LIMITED,
            limits="scenarios that have no direction in common, or a short vector: with a long one "
            "courses of plasticities are of use elsewhere",
        ),
    ),
)
