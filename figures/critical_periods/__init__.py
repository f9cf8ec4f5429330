"""Critical learning periods emerge even in deep linear networks (arXiv:2308.12221): figures and
claims.

Pathway a is open throughout, pathway b is frozen during the deficit; S is the mode's strength in
the task.
"""

from toysim.figures.critical_periods import (
    evidence,
    network_evidence,
    networks,
    portraits,
    shares,
    windows,
)
from toysim.papers.claims import LIMITED, REFUTED, Claim
from toysim.papers.drawing import Recipe
from toysim.papers.reproduction import Reproduction

DEPTH, PRODUCT, LATE = (
    "critical_periods.depth",
    "critical_periods.fixed_product",
    "critical_periods.late",
)
PORTRAIT, WAYS = "critical_periods.phase_portrait", "critical_periods.trajectories"
NOISE_FREE, SMALL = "critical_periods.noise_free", "critical_periods.small_start"
WINNER = "critical_periods.winner"
NETWORK, EVEN, MODES = (
    "critical_periods.network",
    "critical_periods.network_even",
    "critical_periods.network_modes",
)
UNALIGNED = "critical_periods.unaligned"
LESION, NONLINEAR = "critical_periods.lesion", "critical_periods.nonlinear"
WINDOW, WINDOW_SMALL = "critical_periods.window", "critical_periods.window_small"

REPRODUCTION = Reproduction(
    name="critical_periods",
    paper="Kleinman, Achille, Soatto: Critical Learning Periods Emerge Even in Deep Linear "
    "Networks. arXiv:2308.12221",
    title="Critical learning periods in deep linear networks",
    figures=(
        Recipe(
            "phase_portrait",
            "Strengths of the two pathways from large noisy starts, pathway b frozen early (top) "
            "and late (bottom). "
            "Dots: end states of all draws; lines: the first draws' ways; arrows: the flow "
            "without a deficit.",
            "arXiv:2308.12221 figure 1",
            (PORTRAIT, WAYS),
            portraits.phase_portrait,
        ),
        Recipe(
            "network",
            "Strengths of the eight modes in the open (top) and the deprived pathway (bottom) of "
            "one network, pathway "
            "b frozen in the shaded time. Points: network, lines: gradient flow of each mode.",
            "arXiv:2308.12221 figure 2",
            (NETWORK,),
            networks.network,
        ),
        Recipe(
            "lesion",
            "The second mode is cut out of pathway a for good, pathway b is frozen early. Left: "
            "the first five modes "
            "(points: network, lines: flow); right: the maps that the pathways end with, in the "
            "task's modes.",
            "arXiv:2308.12221 figure 3",
            (LESION,),
            networks.lesion,
        ),
        Recipe(
            "noise_free",
            "The same without noise and without a step: gradient flow from p = 0.",
            "counterpart of arXiv:2308.12221 figure 1",
            (NOISE_FREE,),
            portraits.noise_free,
        ),
        Recipe(
            "small_start",
            "End states after a million updates from small starts (dots), the flow's end states "
            "(crosses) and the "
            "curves of constant invariant that lead to them.",
            "arXiv:2308.12221 figure 7",
            (SMALL,),
            portraits.small_start,
        ),
        Recipe(
            "tanh",
            "As the second figure, with a tanh after every weight matrix, depth 3; there is no "
            "theory.",
            "arXiv:2308.12221 figure 11",
            (NONLINEAR,),
            networks.tanh,
        ),
        Recipe(
            "relu",
            "The same with rectified linear units.",
            "arXiv:2308.12221 figure 12",
            (NONLINEAR,),
            networks.relu,
        ),
        Recipe(
            "end_share",
            "Share of the mode that the deprived pathway ends with. Left and middle: points are "
            "gradient descent, "
            "lines the algebraic law. Right: the map over depth and deficit, the law's contours "
            "drawn over it.",
            "law derived from arXiv:2308.12221 equations; no fit",
            (DEPTH, PRODUCT),
            shares.end_share,
        ),
        Recipe(
            "timing",
            "The same deficit moved through training: the critical period closes when the "
            "residual is learned away. "
            "Points: gradient descent, lines: the algebraic law, dotted: half-learning time "
            "without a deficit.",
            "critical-period curve after arXiv:2308.12221",
            (LATE,),
            shares.timing,
        ),
        Recipe(
            "winner",
            "Without a deficit. Left: share of the pathway that starts 5 % below p0 while the "
            "other starts 5 % above. "
            "Points: integrated flow, lines: the invariant's end state. Right: networks with "
            "Gaussian weights.",
            "invariant derived from the flow of arXiv:2308.12221",
            (WINNER, UNALIGNED),
            shares.winner,
        ),
        Recipe(
            "window",
            "Distance from the published end strengths of the deprived pathway against the number "
            "of frozen updates; "
            "dotted: the number that the published settings name.",
            "arXiv:2308.12221 figures 1 and 7, top rows",
            (WINDOW, WINDOW_SMALL),
            windows.window,
        ),
    ),
    claims=(
        Claim(
            name="deeper_is_hurt_more",
            sentence="The same early deficit hurts a deeper network more.",
            source="arXiv:2308.12221 abstract, figure 1",
            sweeps=(DEPTH, PRODUCT),
            check=lambda data: evidence.deeper_is_hurt_more(data[DEPTH], data[PRODUCT]),
            expected_verdict=LIMITED,
            limits="deficits shorter than the first crossing of the law's curves for neighbouring "
            "depths. While "
            "nothing is learned the share falls like exp(-2 S tau) at depth 2 but only like (S "
            "tau)^(-D/(D-2)) at "
            "depth D > 2, so a long deficit reverses the order even before the open pathway has "
            "learned half",
        ),
        Claim(
            name="late_is_harmless",
            sentence="A late deficit does no harm, at any depth: under 5 % of the early one's.",
            source="arXiv:2308.12221 figure 1, bottom row",
            sweeps=(PORTRAIT, NOISE_FREE),
            check=lambda data: evidence.late_is_harmless(data[PORTRAIT], data[NOISE_FREE]),
            expected_verdict=REFUTED,
        ),
        Claim(
            name="harmless_after_learning",
            sentence="A deficit that opens after the mode has been learned does no harm, at any "
            "depth.",
            source="arXiv:2308.12221; residual law",
            sweeps=(LATE,),
            check=lambda data: evidence.harmless_after_learning(data[LATE]),
        ),
        Claim(
            name="residual_law",
            sentence="The pathways' distance changes in the deficit alone, by the integral of the "
            "residual over it; "
            "with the strengths' sum S this fixes the end state.",
            source="derived from the flow of arXiv:2308.12221",
            sweeps=(NOISE_FREE, DEPTH),
            check=lambda data: evidence.residual_law(data[NOISE_FREE], data[DEPTH]),
        ),
        Claim(
            name="early_deficit_decides",
            sentence="After an early deficit the undisturbed pathway wins in every draw, at every "
            "depth, and the "
            "deprived one's mean strength is that of figure 1.",
            source="arXiv:2308.12221 figure 1, top row",
            sweeps=(PORTRAIT,),
            check=lambda data: evidence.early_deficit_decides(data[PORTRAIT]),
        ),
        Claim(
            name="small_starts",
            sentence="From small starts a few frozen updates at the beginning suppress the "
            "deprived pathway, the more "
            "the deeper, and ten thousand frozen updates after learning leave the pathways even.",
            source="arXiv:2308.12221 figure 7",
            sweeps=(SMALL,),
            check=lambda data: evidence.small_starts(data[SMALL]),
        ),
        Claim(
            name="winner_takes_all",
            sentence="The smaller the start, the more of the mode goes to a pathway with a small "
            "head start.",
            source="invariant derived from the flow of arXiv:2308.12221",
            sweeps=(WINNER,),
            check=lambda data: evidence.winner_takes_all(data[WINNER]),
            expected_verdict=LIMITED,
            limits="depth above 2; at depth 2 the pathways keep the ratio they start with",
        ),
        Claim(
            name="winner_unaligned",
            sentence="So it is for networks that start unaligned with the task: from smaller "
            "Gaussian weights one "
            "pathway takes more of the strongest mode.",
            source="arXiv:2308.12221; no theory for these starts",
            sweeps=(UNALIGNED,),
            check=lambda data: network_evidence.winner_unaligned(data[UNALIGNED]),
            expected_verdict=LIMITED,
            limits="depth above 2",
        ),
        Claim(
            name="windows_as_named",
            sentence="The pathway is frozen for the 15 (figure 1) and 5 (figure 7) updates that "
            "the settings name.",
            source="arXiv:2308.12221 figures 1 and 7, top rows",
            sweeps=(WINDOW, WINDOW_SMALL),
            check=lambda data: windows.windows_as_named(data[WINDOW], data[WINDOW_SMALL]),
            expected_verdict=REFUTED,
        ),
        Claim(
            name="analytic_is_the_map",
            sentence="The analytic curves beside the networks are gradient descent itself, one "
            "number a mode and layer "
            "at the network's own step: their agreement says nothing of gradient flow.",
            source="arXiv:2308.12221 figure 2",
            sweeps=(EVEN, MODES),
            check=lambda data: network_evidence.analytic_is_the_map(data[EVEN], data[MODES]),
        ),
        Claim(
            name="figure_2",
            sentence="Frozen early, a pathway loses every mode; frozen in between, those that are "
            "learned meanwhile; "
            "frozen late, none.",
            source="arXiv:2308.12221 figure 2",
            sweeps=(NETWORK,),
            check=lambda data: network_evidence.figure_2(data[NETWORK]),
        ),
        Claim(
            name="lesioned_feature",
            sentence="A mode that the undisturbed pathway cannot see is learned by the deprived "
            "one alone, in full.",
            source="arXiv:2308.12221 figure 3",
            sweeps=(LESION,),
            check=lambda data: network_evidence.lesioned_feature(data[LESION]),
        ),
        Claim(
            name="nonlinear_too",
            sentence="Networks with tanh and rectified linear units have the same critical period.",
            source="arXiv:2308.12221 figures 11 and 12",
            sweeps=(NONLINEAR,),
            check=lambda data: network_evidence.nonlinear_too(data[NONLINEAR]),
        ),
    ),
)
