"""Anchors: one objective, its fronts, what importances are worth, and refresh learning."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

ROTATIONS = ("rotation_4", "rotation_16", "rotation_64")

REPRODUCTION = Reproduction(
    name="anchored_learning",
    paper="Unified frameworks of continual learning, arXiv:2403.13249, arXiv:2105.00157",
    title="Quadratic anchors: one objective and its fronts",
    figures=(
        Recipe(
            "fronts",
            "Mean old against mean new loss as the strength goes from nothing to all, by the "
            "anchor's matrix; exact.",
            "arXiv:2403.13249",
            ("fronts", "long"),
            pictures.fronts,
        ),
        Recipe(
            "excess",
            "Old loss over that of the joint front at equal new loss, by the number of weights; "
            "full lines: only the second task's inputs are turned, dashed: both.",
            "derived",
            ROTATIONS,
            pictures.excess,
        ),
        Recipe(
            "refresh",
            "Exact loss against the learning rate, when each sample is first unlearned by gamma.",
            "arXiv:2403.13249",
            ("refresh",),
            pictures.refresh,
        ),
    ),
    claims=(
        Claim(
            name="one_objective",
            sentence="The methods are special cases of one objective.",
            source="arXiv:2403.13249",
            sweeps=("objective",),
            check=evidence.one_objective,
            spoilers=(Spoiler("objective", "old_loss", evidence.of_another),),
        ),
        Claim(
            name="importance_helps",
            sentence="An importance for every weight is better than an equal penalty.",
            source="arXiv:1910.02718",
            sweeps=("fronts", *ROTATIONS),
            check=evidence.importance_helps,
            spoilers=(Spoiler(("fronts", *ROTATIONS), "front_excess", evidence.swapped),),
            expected_verdict=Verdict.LIMITED,
            limits="curvature that is aligned with the weights; a curvature turned at random has "
            "a diagonal that tends to a multiple of 1",
        ),
        Claim(
            name="one_penalty_many_behaviours",
            sentence="One penalty a weight gives many behaviours by its strength: forgetting, "
            "refusal to learn, and what lies between.",
            source="arXiv:2105.00157",
            sweeps=("fronts",),
            check=evidence.one_penalty_many_behaviours,
            spoilers=(
                Spoiler(
                    "fronts", "old_loss", lambda v: v.isel(strength=slice(None, None, -1)).values
                ),
            ),
        ),
        Claim(
            name="refresh_helps",
            sentence="To unlearn a sample before relearning it lowers the loss.",
            source="arXiv:2403.13249",
            sweeps=("refresh", "refresh_runs"),
            check=evidence.refresh_helps,
            spoilers=(
                Spoiler(
                    "refresh",
                    "loss",
                    lambda v: v.isel(unlearning_rate=slice(None, None, -1)).values,
                ),
            ),
            expected_verdict=Verdict.REFUTED,
        ),
    ),
)
