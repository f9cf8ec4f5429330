"""Learning rate and batch size: where runs are stable, what rules their loss, and how many updates
a batch is worth.
"""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

SENSITIVITY = ("sensitivity_16", "sensitivity_256")

REPRODUCTION = Reproduction(
    name="batch_and_stability",
    paper="arXiv:2309.14322, 2403.06563; phases of the plane of rate and batch",
    title="Learning rate and batch size: stability, noise and the critical batch",
    figures=(
        Recipe(
            "phase",
            "The plane of rate and batch after 1,000 updates, with its exact limits.",
            "derived",
            ("phase",),
            pictures.phase,
        ),
        Recipe(
            "tails",
            "Toward the mean-square limit the mean over runs comes from rare ones.",
            "derived",
            ("heavy_tail",),
            pictures.tails,
        ),
        Recipe(
            "momentum",
            "Largest mean-square stable rate over 1 - momentum, over the batch size.",
            "derived",
            ("momentum",),
            pictures.momentum,
        ),
        Recipe(
            "peaks",
            "Final loss over the peak rate, with warm-ups that begin the decay where they end.",
            "arXiv:2309.14322",
            SENSITIVITY,
            pictures.peaks,
        ),
        Recipe(
            "hyperbolas",
            "Updates to a loss over the batch size, and the critical batch over the loss.",
            "arXiv:2403.06563",
            ("steps", "budgets"),
            pictures.hyperbolas,
        ),
    ),
    claims=(
        Claim(
            name="phases",
            sentence="Each phase of the plane of rate and batch has one boundary, and crossing it "
            "changes what the moments do.",
            source="derived",
            sweeps=("edges",),
            check=evidence.phases,
            spoilers=(
                Spoiler("edges", "share_of_limit", lambda v: 1.05 * v),
                Spoiler("edges", "share_of_fourth", lambda v: 1.05 * v),
            ),
        ),
        Claim(
            name="heavy_tail",
            sentence="Toward the mean-square limit the median falls below the mean and the spread "
            "grows, smoothly at finite length.",
            source="derived",
            sweeps=("heavy_tail",),
            check=evidence.heavy_tail,
            spoilers=(Spoiler("heavy_tail", "final_loss", lambda v: v.values[::-1]),),
        ),
        Claim(
            name="momentum",
            sentence="The largest stable rate over 1 - beta is proportional to the batch size.",
            source="derived",
            sweeps=("momentum",),
            check=evidence.momentum,
            spoilers=(Spoiler("momentum", "share_of_limit", evidence.saturated),),
            expected_verdict=Verdict.LIMITED,
            limits="momentum close to 1; without it the limit saturates at 2",
        ),
        Claim(
            name="sharp_threshold",
            sentence="Small models show the same instability at high rates.",
            source="arXiv:2309.14322",
            sweeps=SENSITIVITY,
            check=evidence.sharp_threshold,
            spoilers=(Spoiler(SENSITIVITY, "share_of_limit", lambda v: 1.5 * v),),
        ),
        Claim(
            name="warmup_sensitivity",
            sentence="Warm-up lowers the sensitivity to the learning rate.",
            source="arXiv:2309.14322",
            sweeps=SENSITIVITY,
            check=evidence.warmup_sensitivity,
            spoilers=(
                Spoiler(
                    SENSITIVITY,
                    "final_loss",
                    lambda v: v.where(v["warmup_steps"] < 500, 0.5 * v.min("learning_rate")),
                ),
            ),
            expected_verdict=Verdict.REFUTED,
            limits="least squares, where noise and not the start diverges above the limit",
        ),
        Claim(
            name="hyperbola",
            sentence="The updates to a loss are S_min (1 + B_c/B).",
            source="arXiv:2403.06563",
            sweeps=("steps", "budgets"),
            check=evidence.on_hyperbola,
            spoilers=(
                Spoiler(
                    "steps",
                    "steps_to_target",
                    lambda v: v.where(v["batch_size"] < 256, 1.2 * v),
                ),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="constant rates; under the best schedule large batches gain more",
        ),
        Claim(
            name="critical_batch_law",
            sentence="The critical batch grows as a power of the falling loss.",
            source="arXiv:2403.06563",
            sweeps=("steps",),
            check=evidence.critical_batch_law,
            spoilers=(
                Spoiler(
                    "steps",
                    "steps_to_target",
                    lambda v: v * 0 + v.isel(target=0, drop=True),
                ),
            ),
        ),
    ),
    beyond_theory={
        "heavy_tail": "rates up to the limit, whose means over runs miss the rare ones",
    },
)
