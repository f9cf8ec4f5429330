"""Hyperparameters tuned on one sequence of tasks and used on others."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Expected, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

_SOURCE = "arXiv:2403.09066"

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
            ("tune",),
            pictures.transfer,
        ),
    ),
    claims=(
        Claim(
            name="overestimates",
            sentence="Scored on the scenario that was tuned on, algorithms look better than they "
            "are on others.",
            source=_SOURCE,
            sweeps=("tune",),
            check=evidence.overestimates,
            spoilers=(
                Spoiler("tune", "best_plasticity", lambda v: v.roll(teacher_draw=1).values),
                Spoiler("tune", "best_plasticities", lambda v: v.roll(teacher_draw=1).values),
            ),
        ),
        Claim(
            name="ranking_reverses",
            sentence="The algorithm that is better under the usual protocol is the worse one when "
            "its hyperparameters are transferred.",
            source=_SOURCE,
            sweeps=("tune",),
            check=evidence.ranking_reverses,
            spoilers=(Spoiler("tune", "best_plasticities", lambda v: 1.0 + 0.0 * v.values),),
            expected_verdict=Verdict.LIMITED,
            limits="scenarios that have no direction in common",
            at={
                "paper": Expected(
                    Verdict.REPRODUCED,
                    "four times the scenarios tell the small loss with a common direction from 0",
                )
            },
        ),
    ),
)
