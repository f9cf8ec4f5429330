"""Rehearsal by a power of the lag: what it mitigates, and where it does not help."""

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler
from toysim.references import parts

evidence, panels, reading = parts(__name__, "evidence", "panels", "reading")

PAPER = "arXiv:2401.10393"
WEAK = "Rehearsal by a power of the lag keeps the worst-served task better than "


def _beats(name: str, told: str, rival: str) -> Claim:
    return Claim(
        name=f"beats_{name}",
        sentence=f"{WEAK}{told}.",
        source=PAPER,
        sweeps=("retention",),
        check=lambda tree: evidence.beats(tree, rival),
        spoilers=(Spoiler("retention", "retention", lambda v: reading.swapped(v, "power", rival)),),
    )


REPRODUCTION = Reproduction(
    name="power_law_rehearsal",
    paper=PAPER,
    title="Rehearsal by a power of the lag",
    figures=(
        Recipe(
            "tasks",
            "Retention of the tasks at the end, by their arrival, at rho = 0.7.",
            PAPER + ", in linear regression",
            ("retention",),
            panels.tasks,
        ),
        Recipe(
            "exponents",
            "Left: least retention over the exponent; dashed: balanced rehearsal. Right: mean loss "
            "of compatible tasks over the exponent (share of the start), with balanced (dashed) "
            "and best exponential rehearsal (dotted).",
            PAPER + ", in linear regression",
            ("retention", "compatible"),
            panels.exponents,
        ),
    ),
    claims=(
        Claim(
            name="mean_is_conserved",
            sentence="At equal distances all rehearsals leave the same mean error.",
            source="derived",
            sweeps=("retention",),
            check=evidence.mean_is_conserved,
            spoilers=(
                Spoiler(
                    "retention",
                    "final_error",
                    lambda v: v.where(v["rehearsal"] != "uniform", 1.1 * v),
                ),
            ),
        ),
        _beats("no_rehearsal", "none", "none"),
        _beats("uniform", "uniform rehearsal", "uniform"),
        _beats("exponential", "rehearsal by an exponential", "exponential"),
        Claim(
            name="beats_all",
            sentence="Rehearsal by a power of the lag is the best there is.",
            source=PAPER,
            sweeps=("retention",),
            check=lambda tree: evidence.beats(tree, "none", "uniform", "exponential", "balanced"),
            spoilers=(
                Spoiler(
                    "retention",
                    "retention",
                    lambda v: v.where(v["rehearsal"] != "balanced", 0.5 * v),
                ),
            ),
            expected_verdict=Verdict.REFUTED,
            limits="rehearsal that keeps all tasks equally keeps the worst better",
        ),
        Claim(
            name="compatible_tasks",
            sentence="Growing sets of compatible tasks are learned better than with none, uniform "
            "or exponential rehearsal.",
            source=PAPER,
            sweeps=("compatible",),
            check=evidence.compatible_tasks,
            spoilers=(
                Spoiler("compatible", "pool_loss", lambda v: reading.swapped(v, "power", "none")),
            ),
        ),
        Claim(
            name="recency_hurts_recurring_tasks",
            sentence="Where no tasks arrive, visits by a power of the lag are worse than uniform "
            "ones: the gain belongs to growing sets.",
            source="derived",
            sweeps=("recurring",),
            check=evidence.recency_hurts_recurring_tasks,
            spoilers=(Spoiler("recurring", "pool_loss", lambda v: 1e-6 / v),),
        ),
    ),
)
