"""Training that goes on with other data: re-warming, replay, and schedules without an end."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

REPRODUCTION = Reproduction(
    name="continual_pretraining",
    paper="arXiv:2503.02844, 2403.08763",
    title="Going on with other data: re-warming, replay and infinite schedules",
    figures=(
        Recipe(
            "courses",
            "Losses on an old and a new source, with replay.",
            "arXiv:2403.08763",
            ("runs",),
            pictures.courses,
        ),
        Recipe(
            "trade",
            "What replay gives on the old source and takes on the new one.",
            "arXiv:2403.08763",
            ("replay", "scratch"),
            pictures.trade,
        ),
        Recipe(
            "spikes",
            "Loss before a restart on the same data and the largest after it, over the peak rate; "
            "line: the loss that this rate keeps up.",
            "arXiv:2403.08763, 2503.02844",
            ("same_data", "stationary"),
            pictures.spikes,
        ),
        Recipe(
            "continued",
            "The best way on from a decayed checkpoint at four budgets: rates, and losses over "
            "that of the checkpoint.",
            "derived",
            ("continued",),
            pictures.continued,
        ),
        Recipe(
            "infinite",
            "One schedule over four sources against a cosine for each, both tuned.",
            "arXiv:2503.02844",
            ("infinite", "repeated"),
            pictures.infinite,
        ),
    ),
    claims=(
        Claim(
            name="rewarming_spike",
            sentence="Warming the rate up again raises the loss, on the same data too.",
            source="arXiv:2403.08763, 2503.02844",
            sweeps=("same_data", "stationary"),
            check=evidence.rewarming_spike,
            spoilers=(Spoiler("same_data", "peak_old", lambda v: v * 0 + 0.0097),),
        ),
        Claim(
            name="no_rewarming",
            sentence="Training that goes on best from a decayed checkpoint does not warm up again.",
            source="derived",
            sweeps=("continued",),
            check=evidence.no_rewarming,
            spoilers=(Spoiler("continued", "loss", evidence.no_rise),),
            expected_verdict=Verdict.LIMITED,
            limits="new budgets up to a tenth of the old one; longer ones re-warm the more the "
            "longer they are",
        ),
        Claim(
            name="rewarm_adapts",
            sentence="Re-warming lets the new source be learned.",
            source="arXiv:2403.08763",
            sweeps=("replay",),
            check=evidence.rewarm_adapts,
            spoilers=(
                Spoiler(
                    "replay",
                    "final_loss",
                    lambda v: v.isel(rewarm=slice(None, None, -1)).values,
                ),
            ),
        ),
        Claim(
            name="replay_reduces_forgetting",
            sentence="Replay of little old data keeps much of the old source, at little cost on "
            "the new.",
            source="arXiv:2403.08763",
            sweeps=("replay",),
            check=evidence.replay_reduces_forgetting,
            spoilers=(
                Spoiler(
                    "replay",
                    "final_loss",
                    lambda v: v.isel(replay=slice(None, None, -1)).values,
                ),
            ),
        ),
        Claim(
            name="matches_scratch",
            sentence="Re-warming, re-decaying and replay match training on all data from scratch.",
            source="arXiv:2403.08763",
            sweeps=("replay", "scratch"),
            check=evidence.matches_scratch,
            spoilers=(Spoiler("scratch", "mean_loss", lambda v: 0.8 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="labels shifted and half of the samples replayed",
        ),
        Claim(
            name="infinite_better",
            sentence="A schedule that never decays fully beats the cosine repeated for each "
            "source.",
            source="arXiv:2503.02844",
            sweeps=("infinite", "repeated"),
            check=evidence.infinite_better,
            spoilers=(Spoiler("infinite", "mean_loss", lambda v: 1.0 / v),),
            expected_verdict=Verdict.LIMITED,
            limits="the labels conflict, or the last anneal is 40 % of a stage or longer (20 % "
            "where the inputs shift and nothing is replayed)",
        ),
    ),
)
