"""Critical periods of deep matrix completion (arXiv:2308.12221, its matrix completion experiments;
arXiv:2603.04703).

The numbers of the figures were not at hand: claims are held against the paper's sentences. The
quick sweeps have size 60 and ranks 3 and 6 in place of 100, 5 and 10, at the same observed share
and entries per degree of freedom.
"""

from toysim.figures.matrix_completion import courses, curves, evidence
from toysim.papers.claims import LIMITED, REFUTED, Claim
from toysim.papers.drawing import Recipe
from toysim.papers.reproduction import Reproduction

DEPTH, RANK, OBSERVED = (
    "matrix_completion.depth",
    "matrix_completion.rank",
    "matrix_completion.observed",
)
SUBSET, SUBSET_DEPTH = "matrix_completion.subset", "matrix_completion.subset_depth"
START, SEEDS = "matrix_completion.start", "matrix_completion.seeds"
ANALYTIC, DECOUPLED = "matrix_completion.analytic", "matrix_completion.decoupled"

PAPER = "arXiv:2308.12221, matrix completion"

REPRODUCTION = Reproduction(
    name="matrix_completion",
    paper="Kleinman, Achille, Soatto: Critical Learning Periods Emerge Even in Deep Linear "
    "Networks. arXiv:2308.12221",
    title="Critical periods in deep matrix completion",
    figures=(
        Recipe(
            "depth",
            "A task of higher rank before the one that counts. Left: damage against the time of "
            "the switch. Middle and "
            "right: the spectrum of one deep network without a deficit and with one.",
            PAPER,
            (DEPTH,),
            courses.depth,
        ),
        Recipe("rank", "The rank of the first task.", PAPER, (RANK,), curves.rank),
        Recipe("entries", "How many entries are observed.", PAPER, (OBSERVED,), curves.entries),
        Recipe("subset", "Fewer entries of the same task first.", PAPER, (SUBSET,), curves.subset),
        Recipe("subset_depth", "The same by depth.", PAPER, (SUBSET_DEPTH,), curves.subset_depth),
        Recipe("start", "The scale of the start.", PAPER, (START,), curves.start),
        Recipe("seeds", "Depth 3 in many draws.", PAPER, (SEEDS,), curves.seeds),
        Recipe(
            "analytic",
            "Largest singular values through a switch: gradient descent (colours), flow of the "
            "product (dashed).",
            f"{PAPER}; flow of arXiv:1905.13655",
            (ANALYTIC,),
            courses.analytic,
        ),
        Recipe(
            "decoupled",
            "Entries of two diagonal blocks first, all observed entries later.",
            "after the abstract of arXiv:2603.04703",
            (DECOUPLED,),
            curves.decoupled,
        ),
    ),
    claims=(
        Claim(
            name="late_switch_hurts",
            sentence="A deep network that has learned a task of higher rank first completes the "
            "second task badly.",
            source=PAPER,
            sweeps=(SEEDS,),
            check=lambda data: evidence.every_draw_is_hurt(data[SEEDS]),
        ),
        Claim(
            name="depth_one_has_none",
            sentence="A network of depth 1 has no critical period.",
            source=PAPER,
            sweeps=(DEPTH,),
            check=lambda data: evidence.depth_one_is_not(data[DEPTH]),
        ),
        Claim(
            name="deeper_is_hurt_more",
            sentence="The deeper the network, the larger the damage by a switch of task.",
            source=PAPER,
            sweeps=(DEPTH,),
            check=lambda data: evidence.deeper_is_hurt_more(data[DEPTH]),
            expected_verdict=LIMITED,
            limits="switches after the deepest network has learned nine tenths of its first task. "
            "Before, it is on its "
            "plateau, has nothing to unlearn, and shallower networks, which learn earlier, are "
            "hurt more",
        ),
        Claim(
            name="lower_rank_is_harmless",
            sentence="The damage depends on the ranks: only a first task of higher rank does any.",
            source=PAPER,
            sweeps=(RANK,),
            check=lambda data: evidence.lower_rank_is_harmless(data[RANK]),
            expected_verdict=REFUTED,
        ),
        Claim(
            name="higher_rank_hurts_more",
            sentence="A first task of higher rank than the second does more damage than one of "
            "lower rank.",
            source=PAPER,
            sweeps=(RANK,),
            check=lambda data: evidence.higher_rank_hurts_more(data[RANK]),
        ),
        Claim(
            name="more_entries_heal",
            sentence="With more observed entries the damage vanishes.",
            source=PAPER,
            sweeps=(OBSERVED,),
            check=lambda data: evidence.more_entries_heal(data[OBSERVED]),
            expected_verdict=LIMITED,
            limits="at least three observed entries for each degree of freedom of the target",
        ),
        Claim(
            name="subset_hurts",
            sentence="To begin with a part of the data hurts a deep network, though the rest "
            "comes later.",
            source=PAPER,
            sweeps=(SUBSET, SUBSET_DEPTH),
            check=lambda data: evidence.subset_hurts(data[SUBSET], data[SUBSET_DEPTH]),
        ),
        Claim(
            name="subset_hurts_deeper_more",
            sentence="To begin with a part of the data hurts a deeper network more.",
            source=PAPER,
            sweeps=(SUBSET_DEPTH,),
            check=lambda data: evidence.subset_hurts_deeper_more(data[SUBSET_DEPTH]),
        ),
        Claim(
            name="every_start_is_hurt",
            sentence="The damage is there at every scale of the start.",
            source=PAPER,
            sweeps=(START,),
            check=lambda data: evidence.every_start_is_hurt(data[START]),
        ),
        Claim(
            name="descent_follows_the_flow",
            sentence="The singular values of gradient descent follow their flow through the "
            "switch.",
            source=f"{PAPER}; arXiv:1905.13655",
            sweeps=(ANALYTIC,),
            check=lambda data: evidence.descent_follows_the_flow(data[ANALYTIC]),
        ),
        Claim(
            name="decoupled_raises_shallow_rank",
            sentence="After decoupled observations a network of depth 2 does not return to low "
            "rank; deeper ones do.",
            source="arXiv:2603.04703, abstract",
            sweeps=(DECOUPLED,),
            check=lambda data: evidence.decoupled_raises_shallow_rank(data[DECOUPLED]),
        ),
    ),
)
