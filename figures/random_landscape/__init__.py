"""Random landscapes: ultra-slow diffusion, and what the batch size has to do with it."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "arXiv:1705.08741, on a line"

REPRODUCTION = Reproduction(
    name="random_landscape",
    paper="Hoffer, Hubara and Soudry: Train longer, generalize better, arXiv:1705.08741",
    title="Random walks on random landscapes, and batch sizes",
    figures=(
        Recipe(
            "growth",
            "Root of the mean distance over many landscapes, with Kesten's slopes (dashed); "
            "walkers on four landscapes with the exact distribution on each (lines)."
            " Bars: standard errors.",
            _SOURCE,
            ("growth", "walkers"),
            panels.growth,
        ),
        Recipe(
            "batches",
            "Mean distance after 4,000 updates by batch size, at equal and at growing rates; with "
            "rates ~ B, after 4,000/B updates.",
            _SOURCE,
            ("batch", "batch_linear"),
            panels.batches,
        ),
    ),
    claims=(
        Claim(
            name="ultra_slow_diffusion",
            sentence="A walk on a random landscape diffuses ultra-slowly, as a power of ln t.",
            source=_SOURCE,
            sweeps=("growth",),
            check=evidence.ultra_slow,
            spoilers=(Spoiler("growth", "distance", evidence.squared),),
            expected_verdict=Verdict.LIMITED,
            limits="times from 1,000 updates on; before, weak disorder is more than 30 % below "
            "the limit",
        ),
        Claim(
            name="distance_like_ln",
            sentence="The distance grows like ln t itself.",
            source="arXiv:1705.08741, of networks",
            sweeps=("roughness",),
            check=evidence.grows_like_ln,
            spoilers=(Spoiler("roughness", "distance", lambda v: v**0.4),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="batches_differ",
            sentence="Different batch sizes, different distances at equal updates.",
            source=_SOURCE,
            sweeps=("batch",),
            check=evidence.batches_differ,
            spoilers=(Spoiler("batch", "distance", evidence.of_batch_one),),
        ),
        Claim(
            name="root_rule_closes_the_gap",
            sentence="At equal updates, rates that grow as sqrt B close the gap.",
            source="arXiv:1705.08741; the rule recalled",
            sweeps=("batch",),
            check=evidence.root_closes_the_gap,
            spoilers=(Spoiler("batch", "distance", evidence.of_batch_one),),
            expected_verdict=Verdict.LIMITED,
            limits="no landscape; barriers feel the temperature eta/B",
        ),
        Claim(
            name="temperature_and_steps",
            sentence="What counts is eta/B and the sum of eta^2/B.",
            source="derived",
            sweeps=("batch_linear",),
            check=evidence.temperature_and_steps,
            spoilers=(Spoiler("batch_linear", "distance", evidence.by_its_size),),
        ),
    ),
)
