"""Critical periods of deep matrix completion (arXiv:2308.12221, its matrix completion experiments;
arXiv:2603.04703).

The numbers of the figures were not at hand: claims are held against the paper's sentences. The
quick sweeps have size 60 and ranks 3 and 6 in place of 100, 5 and 10, at the same observed share
and entries per degree of freedom.
"""

from typing import Any

from toysim.outcomes import Verdict
from toysim.paper import Claim, Expected, Recipe, Reproduction, Spoiler, undecided_at_ci
from toysim.references import parts

courses, curves, evidence = parts(__name__, "courses", "curves", "evidence")

PAPER = "arXiv:2308.12221, matrix completion"
DAMAGE = "relative_test_loss"  # with its sign turned


def one_draw_unhurt(loss: Any) -> Any:
    return loss.where(loss.replica != 2, 0.0)


def only_above_the_second_rank(loss: Any) -> Any:
    return 0 * loss - (loss["rank_before"] > loss["rank"])


SMALL = "matrices of size 30 in two draws: their damage changes sign with the draw"
UNDECIDED = undecided_at_ci(SMALL)


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
            ("depth",),
            courses.depth,
        ),
        Recipe("rank", "The rank of the first task.", PAPER, ("rank",), curves.rank),
        Recipe("entries", "How many entries are observed.", PAPER, ("observed",), curves.entries),
        Recipe(
            "subset", "Fewer entries of the same task first.", PAPER, ("subset",), curves.subset
        ),
        Recipe("subset_depth", "The same by depth.", PAPER, ("subset_depth",), curves.subset_depth),
        Recipe("start", "The scale of the start.", PAPER, ("start",), curves.start),
        Recipe("seeds", "Depth 3 in many draws.", PAPER, ("seeds",), curves.seeds),
        Recipe(
            "analytic",
            "Largest singular values through a switch: gradient descent (colours), flow of the "
            "product (dashed).",
            f"{PAPER}; flow of arXiv:1905.13655",
            ("analytic",),
            courses.analytic,
        ),
        Recipe(
            "decoupled",
            "Entries of two diagonal blocks first, all observed entries later.",
            "after the abstract of arXiv:2603.04703",
            ("decoupled",),
            curves.decoupled,
        ),
    ),
    claims=(
        Claim(
            name="late_switch_hurts",
            sentence="A deep network that has learned a task of higher rank first completes the "
            "second task badly.",
            source=PAPER,
            sweeps=("seeds",),
            check=evidence.every_draw_is_hurt,
            spoilers=(Spoiler("seeds", DAMAGE, one_draw_unhurt),),
        ),
        Claim(
            name="depth_one_has_none",
            sentence="A network of depth 1 has no critical period.",
            source=PAPER,
            sweeps=("depth",),
            check=evidence.depth_one_is_not,
            spoilers=(Spoiler("depth", DAMAGE, lambda v: v - 2e-3),),
        ),
        Claim(
            name="deeper_is_hurt_more",
            sentence="The deeper the network, the larger the damage by a switch of task.",
            source=PAPER,
            sweeps=("depth",),
            check=evidence.deeper_is_hurt_more,
            spoilers=(Spoiler("depth", DAMAGE, lambda v: -v, preset="quick"),),
            at=UNDECIDED
            | {
                "paper": Expected(
                    Verdict.REFUTED,
                    "at T_c = 4000 the deepest has 5.5 % of its train loss left, and depth 2 "
                    "is hurt more; from 8000 on the order is as claimed",
                )
            },
            expected_verdict=Verdict.LIMITED,
            limits="switches after the deepest network has learned nine tenths of its first task. "
            "Before, it is on its "
            "plateau, has nothing to unlearn, and shallower networks, which learn earlier, are "
            "hurt more",
        ),
        Claim(
            name="lower_rank_is_harmless",
            sentence="The damage depends on the ranks: only a first task of higher rank does any.",
            source=PAPER,
            sweeps=("rank",),
            check=evidence.lower_rank_is_harmless,
            spoilers=(Spoiler("rank", DAMAGE, only_above_the_second_rank),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="higher_rank_hurts_more",
            sentence="A first task of higher rank than the second does more damage than one of "
            "lower rank.",
            source=PAPER,
            sweeps=("rank",),
            check=evidence.higher_rank_hurts_more,
            spoilers=(Spoiler("rank", DAMAGE, lambda v: -v),),
        ),
        Claim(
            name="more_entries_heal",
            sentence="With more observed entries the damage vanishes.",
            source=PAPER,
            sweeps=("observed",),
            check=evidence.more_entries_heal,
            spoilers=(Spoiler("observed", DAMAGE, lambda v: v - 0.11),),
            expected_verdict=Verdict.LIMITED,
            limits="at least three observed entries for each degree of freedom of the target",
        ),
        Claim(
            name="subset_hurts",
            sentence="To begin with a part of the data hurts a deep network, though the rest "
            "comes later.",
            source=PAPER,
            sweeps=("subset", "subset_depth"),
            check=evidence.subset_hurts,
            spoilers=(Spoiler("subset", DAMAGE, lambda v: -v, preset="quick"),),
            at=UNDECIDED,
        ),
        Claim(
            name="subset_hurts_deeper_more",
            sentence="To begin with a part of the data hurts a deeper network more.",
            source=PAPER,
            sweeps=("subset_depth",),
            check=evidence.subset_hurts_deeper_more,
            spoilers=(Spoiler("subset_depth", DAMAGE, lambda v: -v, preset="quick"),),
            at=UNDECIDED,
        ),
        Claim(
            name="every_start_is_hurt",
            sentence="The damage is there at every scale of the start.",
            source=PAPER,
            sweeps=("start",),
            check=evidence.every_start_is_hurt,
            spoilers=(Spoiler("start", DAMAGE, lambda v: 0.1 * v),),
        ),
        Claim(
            name="descent_follows_the_flow",
            sentence="The singular values of gradient descent follow their flow through the "
            "switch.",
            source=f"{PAPER}; arXiv:1905.13655",
            sweeps=("analytic",),
            check=evidence.descent_follows_the_flow,
            spoilers=(Spoiler("analytic", "singular_values", lambda v: 1.03 * v),),
        ),
        Claim(
            name="decoupled_raises_shallow_rank",
            sentence="After decoupled observations a network of depth 2 does not return to low "
            "rank; deeper ones do.",
            source="arXiv:2603.04703, abstract",
            sweeps=("decoupled",),
            check=evidence.decoupled_raises_shallow_rank,
            spoilers=(Spoiler("decoupled", "effective_rank", lambda v: v.values[[0, 2, 1]]),),
        ),
    ),
)
