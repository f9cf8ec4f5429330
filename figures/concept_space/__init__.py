"""Concept space: the order of concepts, the swing of a held-out prompt, and what prompts lack."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "arXiv:2406.19370 abstract, in a two-layer linear network"

REPRODUCTION = Reproduction(
    name="concept_space",
    paper="Park et al.: Emergence of hidden capabilities, arXiv:2406.19370; Yang et al., "
    "arXiv:2410.08309",
    title="Concept space: signals, a held-out combination, hidden capabilities",
    figures=(
        Recipe(
            "held_out",
            "The held-out prompt in concept space from several starts (circles: descent, lines: "
            "flow) with the plateau of vanishing ones; the weak concept with all classes, and its "
            "reach with the hidden layer set by hand (dashed).",
            _SOURCE,
            ("heldout", "signals"),
            panels.held_out,
        ),
        Recipe(
            "mask",
            "Learning times with masked prompts, all classes seen (lines: flow); coordinates at "
            "the end with one class held out, and their law (dotted: 1).",
            _SOURCE,
            ("mask",),
            panels.mask,
        ),
    ),
    claims=(
        Claim(
            name="signal_sets_speed",
            sentence="The concept signal sets the speed and the order of learning.",
            source=_SOURCE,
            sweeps=("signals",),
            check=evidence.signal_sets_speed,
            spoilers=(Spoiler("signals", "learning_time", lambda v: 1.2 * v),),
        ),
        Claim(
            name="goes_to_the_seen_first",
            sentence="The held-out prompt first goes to a seen combination, then turns.",
            source="arXiv:2406.19370; 2410.08309",
            sweeps=("mixture",),
            check=evidence.swings,
            spoilers=(Spoiler("mixture", "lowest_coordinate", evidence.monotone),),
            expected_verdict=Verdict.LIMITED,
            limits="correlation m < 0: class 00 weighs less than 01 and 10 together",
        ),
        Claim(
            name="capability_before_behaviour",
            sentence="Capabilities exist before prompts elicit them.",
            source=_SOURCE,
            sweeps=("signals",),
            check=evidence.reach_comes_first,
            spoilers=(Spoiler("signals", "latent_time", lambda v: 1.2 * v),),
        ),
        Claim(
            name="hidden_for_long",
            sentence="Capabilities stay hidden for a long part of training.",
            source=_SOURCE,
            sweeps=("signals",),
            check=evidence.stays_hidden_long,
            spoilers=(Spoiler("signals", "latent_time", lambda v: 0.5 * v),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="vague_prompts",
            sentence="Underspecified prompts slow learning, and bias it to what was seen.",
            source=_SOURCE,
            sweeps=("mask",),
            check=evidence.vague_prompts,
            spoilers=(Spoiler("mask", "learning_time", evidence.unscaled),),
        ),
    ),
)
