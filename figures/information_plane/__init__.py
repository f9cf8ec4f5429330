"""The information plane of a linear network, which does not show a compression phase."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "arXiv:1703.00810 abstract, in a linear network with Gaussian noise"

REPRODUCTION = Reproduction(
    name="information_plane",
    paper="Shwartz-Ziv and Tishby: Opening the black box of deep neural networks via information, "
    "arXiv:1703.00810",
    title="The information plane: no compression without large starts, saturation or bins",
    figures=(
        Recipe(
            "plane",
            "Courses by the strength of the start, under the bound of the information bottleneck "
            "(dashed). I(X;T) over time: it falls from large balanced starts alone. Thin lines: "
            "exact.",
            _SOURCE,
            ("course",),
            panels.plane,
        ),
        Recipe(
            "unit",
            "Entropy of the bin of one unit over its weight; points: samples, lines: exact, dots: "
            "where tanh tells most."
            " Bars: standard errors.",
            "elementary",
            ("unit",),
            panels.unit,
        ),
    ),
    claims=(
        Claim(
            name="layers_compress",
            sentence="After fitting, layers compress their input.",
            source=_SOURCE,
            sweeps=("course",),
            check=evidence.compresses,
            spoilers=(Spoiler("course", "compression", evidence.halved_at_the_end),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="near_the_bound",
            sentence="Converged layers lie close to the information bound.",
            source=_SOURCE,
            sweeps=("course",),
            check=evidence.near_bound,
            spoilers=(Spoiler("course", "gap", lambda v: 5.0 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="balanced starts; with a readout at zero irrelevant inputs are never forgotten",
        ),
        Claim(
            name="saturation_and_bins",
            sentence="Compression, where it is seen, comes from saturation and bins.",
            source="the reply of 2018, recalled",
            sweeps=("unit",),
            check=evidence.saturation,
            spoilers=(Spoiler("unit", "information", evidence.backwards),),
            expected_verdict=Verdict.LIMITED,
            limits="tanh; linear and rectified units tell ever more",
        ),
        Claim(
            name="large_starts_forget",
            sentence="Large balanced starts forget irrelevant inputs: I(X;T) falls at first iff "
            "the start is above the mean strength.",
            source="derived",
            sweeps=("starts",),
            check=evidence.large_starts_forget,
            spoilers=(Spoiler("starts", "information_input", lambda v: -v),),
        ),
    ),
)
