"""The Hopfield model: what random patterns it keeps, and what else it keeps."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "Amit, Gutfreund and Sompolinsky 1985, recalled"

REPRODUCTION = Reproduction(
    name="hopfield",
    paper="Hopfield 1982; Amit, Gutfreund and Sompolinsky 1985 (recalled, no arXiv number)",
    title="The Hopfield model: capacity, melting and spurious states",
    figures=(
        Recipe(
            "retrieval",
            "Overlap with the stored pattern over the load without noise, and over temperature. "
            "Points: means with standard errors; lines: replica-symmetric theory, as far as there "
            "is a retrieval state; dots: where it ends.",
            _SOURCE,
            ("load", "temperature"),
            panels.retrieval,
        ),
        Recipe(
            "phases",
            "Replica-symmetric phases; where runs end at load 0.01 without noise, by their start.",
            _SOURCE,
            ("spurious",),
            panels.phases,
        ),
    ),
    claims=(
        Claim(
            name="retrieval_ends_with_a_jump",
            sentence="Patterns are retrieved almost without error up to 0.138 patterns a neuron, "
            "and then not at all.",
            source=_SOURCE,
            sweeps=("load",),
            check=evidence.ends_with_a_jump,
            spoilers=(Spoiler("load", "mean_overlap", backwards("alpha")),),
            expected_verdict=Verdict.LIMITED,
            limits="loads below 0.1379, which is replica symmetric: breaking the symmetry moves "
            "the fourth digit",
        ),
        Claim(
            name="retrieval_melts",
            sentence="A pattern melts at a temperature that theory knows.",
            source=_SOURCE,
            sweeps=("temperature",),
            check=evidence.melts,
            spoilers=(Spoiler("temperature", "mean_overlap", lambda v: 0.5 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="temperatures below T_M = 0.542 at load 0.05",
        ),
        Claim(
            name="spurious_states",
            sentence="Mixtures of stored patterns are stable too, and runs end there.",
            source="Hopfield 1982, recalled",
            sweeps=("spurious",),
            check=evidence.spurious,
            spoilers=(Spoiler("spurious", "largest_overlap", lambda v: 0.0 * v + 1.0),),
        ),
        Claim(
            name="sizes_round_the_jump",
            sentence="Finite sizes round the jump: small ones keep patterns beyond the capacity.",
            source="derived",
            sweeps=("sizes",),
            check=evidence.sizes_round,
            spoilers=(Spoiler("sizes", "mean_overlap", backwards("size")),),
        ),
    ),
)
