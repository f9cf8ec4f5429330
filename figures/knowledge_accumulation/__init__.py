"""Knowledge accumulation: recurring tasks are learned although every switch forgets."""

from toysim.paper import Claim, Recipe, Reproduction, Spoiler, backwards
from toysim.references import parts

evidence, panels = parts(__name__, "evidence", "panels")

SCOLE, ALTERNATING = "arXiv:2207.04543", "arXiv:2205.09588"

REPRODUCTION = Reproduction(
    name="knowledge_accumulation",
    paper=f"{SCOLE}, {ALTERNATING}",
    title="Knowledge accumulates in a pool of recurring tasks",
    figures=(
        Recipe(
            "accumulation",
            "Loss of the pool, as a share of the start, over random visits: one run, means over "
            "runs (points) and theory (line); dashed: forgetting at a switch.",
            SCOLE + ", in linear regression",
            ("accumulation",),
            panels.accumulation,
        ),
        Recipe(
            "size",
            "Late rate of learning over the rows of the pool a weight: exact (points, every pool) "
            "and least eigenvalue of a large pool's mean projector (line), both per visit.",
            "derived",
            ("size",),
            panels.size,
        ),
        Recipe(
            "capacity",
            "Loss of pools with as many rows as weights, and twice as many, means over pools; "
            "dashed: t^-3/2.",
            "derived",
            ("capacity",),
            panels.capacity,
        ),
        Recipe(
            "frequency",
            "Loss of every task after 200 visits over its frequency, by imbalance. Points: runs; "
            "lines: theory.",
            SCOLE + ", in linear regression",
            ("frequency",),
            panels.frequency,
        ),
    ),
    claims=(
        Claim(
            name="accumulates",
            sentence="The loss of the pool falls steadily although every switch forgets.",
            source=SCOLE,
            sweeps=("accumulation",),
            check=evidence.accumulates,
            spoilers=(Spoiler("accumulation", "pool_loss", backwards("record")),),
        ),
        Claim(
            name="sparse_recurrence",
            sentence="Tasks that rarely recur are learned too.",
            source=SCOLE,
            sweeps=("frequency",),
            check=evidence.sparse_recurrence,
            spoilers=(
                Spoiler("frequency", "task_loss", lambda v: 0 * v + v.isel(record=0, drop=True)),
            ),
        ),
        Claim(
            name="slowest_at_capacity",
            sentence="Learning is slowest where the tasks have as many rows as there are weights: "
            "there as a power of time, elsewhere exponential.",
            source="derived",
            sweeps=("capacity", "size"),
            check=evidence.slowest_at_capacity,
            spoilers=(Spoiler("capacity", "pool_loss", lambda v: v + 0.01),),
        ),
        Claim(
            name="intermediate_similarity",
            sentence="Of two tasks in turn, those of intermediate similarity make each other "
            "forgotten most.",
            source=ALTERNATING,
            sweeps=("alternating",),
            check=evidence.intermediate_similarity,
            spoilers=(Spoiler("alternating", "task_loss", backwards("rows")),),
        ),
    ),
)
