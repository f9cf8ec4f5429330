"""Activation patterns as hash codes, at random weights; training is not part of it."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "arXiv:2101.05490 abstract, at random weights"

REPRODUCTION = Reproduction(
    name="hash_codes",
    paper="He et al.: Neural networks behave as hash encoders, arXiv:2101.05490",
    title="Activation codes: one for each point, and what they tell",
    figures=(
        Recipe(
            "regimes",
            "Share of points whose code an earlier one has, over units and points, with the width "
            "at which pairs put a tenth; accuracy of the nearest prototype by code and its law."
            " Bars: standard errors.",
            _SOURCE,
            ("chart", "prototypes"),
            panels.regimes,
        ),
    ),
    claims=(
        Claim(
            name="one_point_each",
            sentence="Almost every region that the units cut out holds at most one example.",
            source=_SOURCE,
            sweeps=("chart",),
            check=evidence.one_each,
            spoilers=(Spoiler("chart", "redundancy", evidence.transposed),),
            expected_verdict=Verdict.LIMITED,
            limits="widths from the one on at which pairs put the redundancy at 0.01",
        ),
        Claim(
            name="width_and_samples_rule",
            sentence="The regimes are ruled by width and sample size.",
            source=_SOURCE,
            sweeps=("chart",),
            check=evidence.regimes,
            spoilers=(Spoiler("chart", "redundancy", evidence.transposed),),
        ),
        Claim(
            name="codes_carry_the_category",
            sentence="Codes carry the category of a point.",
            source=_SOURCE,
            sweeps=("prototypes",),
            check=evidence.carry_the_category,
            spoilers=(Spoiler("prototypes", "accuracy_excess", lambda v: v - 0.02),),
        ),
    ),
)
