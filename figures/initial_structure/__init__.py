"""The structure of the start: rank, alignment, and when fresh directions are recruited."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

_SOURCE = "arXiv:2310.08513 abstract, in a two-layer linear network"

REPRODUCTION = Reproduction(
    name="initial_structure",
    paper="Liu et al.: How connectivity structure shapes rich and lazy learning in neural "
    "circuits, arXiv:2310.08513",
    title="The structure of the start: rank and laziness",
    figures=(
        Recipe(
            "rank",
            "Rms change of the tangent kernel over random tasks by the rank of the start; line: "
            "closed form for flat spectra; squares: task aligned with the start."
            " Bars: standard errors.",
            _SOURCE,
            ("rank", "aligned"),
            panels.rank,
        ),
        Recipe(
            "recruitment",
            "Share of the output carried by hidden directions outside the start's, and where both "
            "times are equal (dashed).",
            "derived",
            ("recruitment",),
            panels.recruitment,
        ),
    ),
    claims=(
        Claim(
            name="higher_rank_less_change",
            sentence="The higher the rank of the start, the less the kernel changes.",
            source=_SOURCE,
            sweeps=("rank",),
            check=evidence.higher_rank_less_change,
            spoilers=(Spoiler("rank", "kernel_change", evidence.reversed_ranks),),
            expected_verdict=Verdict.LIMITED,
            limits="ranks up to the one at which the closed form is least: at equal norm higher "
            "ranks leave every direction weak",
        ),
        Claim(
            name="aligned_is_lazy",
            sentence="A low-rank start that is aligned with the task is lazy.",
            source=_SOURCE,
            sweeps=("aligned", "rank"),
            check=evidence.aligned_is_lazy,
            spoilers=(Spoiler("aligned", "kernel_change", lambda v: 100.0 * v),),
            expected_verdict=Verdict.LIMITED,
            limits="strong starts, F^2 = 12; at F^2 = 3 the change is lower, and not lazy",
        ),
        Claim(
            name="closed_form",
            sentence="Every flat start ends as the closed form says.",
            source="derived",
            sweeps=("rank",),
            check=evidence.closed_form,
            spoilers=(Spoiler("rank", "kernel_change", lambda v: 1.2 * v),),
        ),
        Claim(
            name="low_rank_recruits",
            sentence="Where the start's own direction is slow, fresh directions learn first.",
            source="derived",
            sweeps=("recruitment",),
            check=evidence.recruited,
            spoilers=(Spoiler("recruitment", "recruited_share", lambda v: 1.0 - v),),
        ),
    ),
)
