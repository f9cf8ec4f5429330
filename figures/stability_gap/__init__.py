"""The stability gap: what is seen of it, what deepens it, and which methods have it."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, pictures = parts(__name__, "evidence", "pictures")

_SOURCE = "arXiv:2205.13452"

REPRODUCTION = Reproduction(
    name="stability_gap",
    paper="De Lange et al.: Continual evaluation for lifelong learning: identifying the stability "
    "gap, arXiv:2205.13452",
    title="The stability gap in linear tasks",
    figures=(
        Recipe(
            "course",
            "Loss of the old task while the new one is learned with replay of all old data, cosine "
            "0.5, residual 1.3. Dots: what is seen at the ends of tasks.",
            _SOURCE,
            ("course",),
            pictures.course,
        ),
        Recipe(
            "overlap",
            "Largest old loss over the cosine of the tasks, with a fixed residual and with equal "
            "labels (lines: gradient flow, circles: steps), and over cosine and replay weight.",
            _SOURCE,
            ("overlap", "replay_weight"),
            pictures.overlap,
        ),
        Recipe(
            "methods",
            "Old residual by what is held of the old task, ewc with the angle of its axes; "
            "worst-case score against the score at the end, in the same colours.",
            _SOURCE,
            ("methods",),
            pictures.methods,
        ),
    ),
    claims=(
        Claim(
            name="transient_with_full_replay",
            sentence="Even with all old data replayed, the old loss rises at a switch and is won "
            "back.",
            source=_SOURCE,
            sweeps=("course",),
            check=evidence.transient_with_full_replay,
            spoilers=(Spoiler("course", "old_loss", evidence.held),),
        ),
        Claim(
            name="hidden_by_sparse_evaluation",
            sentence="Evaluation at the ends of tasks shows nothing of it.",
            source=_SOURCE,
            sweeps=("course",),
            check=evidence.hidden_by_sparse_evaluation,
            spoilers=(Spoiler("course", "old_loss", evidence.with_dip),),
        ),
        Claim(
            name="more_dissimilar_larger",
            sentence="The gap is larger the less alike the tasks are.",
            source=_SOURCE,
            sweeps=("overlap",),
            check=evidence.more_dissimilar_larger,
            spoilers=(
                Spoiler("overlap", "gap", lambda v: v.isel(overlaps=slice(None, None, -1)).values),
            ),
            expected_verdict=Verdict.LIMITED,
            limits="equal labels and cosines above c* = 0.526; below, the gap falls to 0 at "
            "orthogonal tasks, and at a fixed residual it grows with the cosine",
        ),
        Claim(
            name="all_methods",
            sentence="All methods of continual learning show the gap.",
            source=_SOURCE,
            sweeps=("methods",),
            check=evidence.all_methods,
            spoilers=(Spoiler("methods", "old_residual", evidence.as_replay),),
            expected_verdict=Verdict.LIMITED,
            limits="replay and elastic penalties; a corrected gradient dips by one step and "
            "stays, an l2 penalty forgets without a way back, projection does neither",
        ),
        Claim(
            name="momentum_deepens",
            sentence="Momentum deepens the gap.",
            source="derived",
            sweeps=("step",),
            check=evidence.momentum_deepens,
            spoilers=(
                Spoiler("step", "gap", lambda v: v.isel(momentum=slice(None, None, -1)).values),
            ),
        ),
    ),
)
