"""Critical learning periods emerge even in deep linear networks (arXiv:2308.12221): figures and
claims.

Pathway a is open throughout, pathway b is frozen during the deficit; S is the mode's strength in
the task.
"""

from typing import Any

from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Reproduction, Spoiler, undecided_at_ci
from toysim.references import parts

evidence, network_evidence, networks, portraits, shares, windows = parts(
    __name__, "evidence", "network_evidence", "networks", "portraits", "shares", "windows"
)


def _swap_pathways(values: Any) -> Any:
    return values.isel(pathway=[1, 0]).values


def _one_update_more(values: Any) -> Any:
    return values.roll(deficit_length=1).values


def _late_ends_even(values: Any) -> Any:
    return values.where(values.timing != 1, 5.0)


REPRODUCTION = Reproduction(
    name="critical_periods",
    paper="Kleinman, Achille, Soatto: Critical Learning Periods Emerge Even in Deep Linear "
    "Networks. arXiv:2308.12221",
    title="Critical learning periods in deep linear networks",
    figures=(
        Recipe(
            "phase_portrait",
            "Strengths of the two pathways from large noisy starts, pathway b frozen early "
            "(top) and late (bottom). Dots: end states of all draws; lines: the first draws' "
            "ways; arrows: the flow without a deficit.",
            "arXiv:2308.12221 figure 1",
            ("phase_portrait", "trajectories"),
            portraits.phase_portrait,
        ),
        Recipe(
            "network",
            "Strengths of the eight modes in the open (top) and the deprived pathway (bottom) "
            "of one network, pathway b frozen in the shaded time. Points: network, lines: "
            "gradient flow of each mode.",
            "arXiv:2308.12221 figure 2",
            ("network",),
            networks.network,
        ),
        Recipe(
            "lesion",
            "The second mode is cut out of pathway a for good, pathway b is frozen early. Left: "
            "the first five modes (points: network, lines: flow); right: the maps that the "
            "pathways end with, in the task's modes.",
            "arXiv:2308.12221 figure 3",
            ("lesion",),
            networks.lesion,
        ),
        Recipe(
            "noise_free",
            "The same without noise and without a step: gradient flow from p = 0.",
            "counterpart of arXiv:2308.12221 figure 1",
            ("noise_free",),
            portraits.noise_free,
        ),
        Recipe(
            "small_start",
            "End states from small starts after the updates named (dots), the flow's end states "
            "(crosses) and the curves of constant invariant that lead to them.",
            "arXiv:2308.12221 figure 7",
            ("small_start",),
            portraits.small_start,
        ),
        Recipe(
            "tanh",
            "As the second figure, with a tanh after every weight matrix, depth 3; there is no "
            "theory.",
            "arXiv:2308.12221 figure 11",
            ("nonlinear",),
            networks.tanh,
        ),
        Recipe(
            "relu",
            "The same with rectified linear units.",
            "arXiv:2308.12221 figure 12",
            ("nonlinear",),
            networks.relu,
        ),
        Recipe(
            "end_share",
            "Share of the mode that the deprived pathway ends with. Left and middle: points are "
            "gradient descent, lines the algebraic law. Right: the map over depth and deficit, "
            "the law's contours drawn over it.",
            "law derived from arXiv:2308.12221 equations; no fit",
            ("depth", "fixed_product"),
            shares.end_share,
        ),
        Recipe(
            "timing",
            "The same deficit moved through training: the critical period closes when the "
            "residual is learned away. Points: gradient descent, lines: the algebraic law, "
            "dotted: half-learning time without a deficit.",
            "critical-period curve after arXiv:2308.12221",
            ("late",),
            shares.timing,
        ),
        Recipe(
            "winner",
            "Without a deficit. Left: share of the pathway that starts 5 % below p0 while the "
            "other starts 5 % above. Points: integrated flow, lines: the invariant's end state. "
            "Right: networks with Gaussian weights."
            " Bars: standard errors.",
            "invariant derived from the flow of arXiv:2308.12221",
            ("winner", "unaligned"),
            shares.winner,
        ),
        Recipe(
            "window",
            "Distance from the published end strengths of the deprived pathway against the "
            "number of frozen updates; dotted: the number that the published settings name.",
            "arXiv:2308.12221 figures 1 and 7, top rows",
            ("window", "window_small"),
            windows.window,
        ),
    ),
    claims=(
        Claim(
            name="deeper_is_hurt_more",
            sentence="The same early deficit hurts a deeper network more.",
            source="arXiv:2308.12221 abstract, figure 1",
            sweeps=("depth", "fixed_product"),
            check=evidence.deeper_is_hurt_more,
            spoilers=(Spoiler("depth", "final_share", lambda v: 1 - v),),
            expected_verdict=Verdict.LIMITED,
            limits="deficits shorter than the first crossing of the law's curves for "
            "neighbouring depths. While nothing is learned the share falls like exp(-2 S tau) at "
            "depth 2 but only like (S tau)^(-D/(D-2)) at depth D > 2, so a long deficit reverses "
            "the order even before the open pathway has learned half",
        ),
        Claim(
            name="late_is_harmless",
            sentence="A late deficit does no harm, at any depth: under 5 % of the early one's.",
            source="arXiv:2308.12221 figure 1, bottom row",
            sweeps=("phase_portrait", "noise_free"),
            check=evidence.late_is_harmless,
            spoilers=(
                Spoiler(("noise_free", "phase_portrait"), "final_strength", _late_ends_even),
            ),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="harmless_after_learning",
            sentence="A deficit that opens after the mode has been learned does no harm, at any "
            "depth.",
            source="arXiv:2308.12221; residual law",
            sweeps=("late",),
            check=evidence.harmless_after_learning,
            spoilers=(Spoiler("late", "final_share", lambda v: 0.9 * v),),
        ),
        Claim(
            name="residual_law",
            sentence="The pathways' distance changes in the deficit alone, by the integral of "
            "the residual over it; with the strengths' sum S this fixes the end state.",
            source="derived from the flow of arXiv:2308.12221",
            sweeps=("noise_free", "depth"),
            check=evidence.residual_law,
            spoilers=(Spoiler("noise_free", "final_strength", lambda v: 1.001 * v),),
        ),
        Claim(
            name="early_deficit_decides",
            sentence="After an early deficit the undisturbed pathway wins in every draw, at "
            "every depth, and the deprived one's mean strength is that of figure 1.",
            source="arXiv:2308.12221 figure 1, top row",
            sweeps=("phase_portrait",),
            check=evidence.early_deficit_decides,
            spoilers=(
                Spoiler("phase_portrait", "final_strength", _swap_pathways),
                Spoiler("phase_portrait", "final_strength", lambda v: 1.02 * v),
            ),
        ),
        Claim(
            name="small_starts",
            sentence="From small starts a few frozen updates at the beginning suppress the "
            "deprived pathway, the more the deeper, and ten thousand frozen updates after "
            "learning leave the pathways even.",
            source="arXiv:2308.12221 figure 7",
            sweeps=("small_start",),
            check=evidence.small_starts,
            spoilers=(Spoiler("small_start", "final_strength", lambda v: 1.001 * v),),
        ),
        Claim(
            name="winner_takes_all",
            sentence="The smaller the start, the more of the mode goes to a pathway with a "
            "small head start.",
            source="invariant derived from the flow of arXiv:2308.12221",
            sweeps=("winner",),
            check=evidence.winner_takes_all,
            spoilers=(Spoiler("winner", "final_share", lambda v: 0 * v + 0.45),),
            expected_verdict=Verdict.LIMITED,
            limits="depth above 2; at depth 2 the pathways keep the ratio they start with",
        ),
        Claim(
            name="winner_unaligned",
            sentence="In networks that start unaligned with the task, too, from smaller "
            "Gaussian weights one pathway takes more of the strongest mode.",
            source="arXiv:2308.12221; no theory for these starts",
            sweeps=("unaligned",),
            check=network_evidence.winner_unaligned,
            spoilers=(Spoiler("unaligned", "final_share", lambda v: 0 * v + 0.5, preset="quick"),),
            expected_verdict=Verdict.LIMITED,
            limits="depth above 2",
            at=undecided_at_ci("three draws leave errors as large as the rise"),
        ),
        Claim(
            name="windows_as_named",
            sentence="The pathway is frozen for the 15 (figure 1) and 5 (figure 7) updates that "
            "the settings name.",
            source="arXiv:2308.12221 figures 1 and 7, top rows",
            sweeps=("window", "window_small"),
            check=windows.windows_as_named,
            spoilers=(Spoiler(("window", "window_small"), "final_strength", _one_update_more),),
            expected_verdict=Verdict.REFUTED,
        ),
        Claim(
            name="analytic_is_the_map",
            sentence="The analytic curves beside the networks are gradient descent itself, one "
            "number a mode and layer at the network's own step: their agreement says nothing of "
            "gradient flow.",
            source="arXiv:2308.12221 figure 2",
            sweeps=("network_even", "network_modes"),
            check=network_evidence.analytic_is_the_map,
            spoilers=(Spoiler("network_even", "mode_strength", lambda v: (1 + 1e-9) * v),),
        ),
        Claim(
            name="figure_2",
            sentence="Frozen early, a pathway loses every mode; frozen in between, those that "
            "are learned meanwhile; frozen late, none.",
            source="arXiv:2308.12221 figure 2",
            sweeps=("network",),
            check=network_evidence.figure_2,
            spoilers=(Spoiler("network", "final_strength", lambda v: 1.01 * v),),
        ),
        Claim(
            name="lesioned_feature",
            sentence="A mode that the undisturbed pathway cannot see is learned by the deprived "
            "one alone, in full.",
            source="arXiv:2308.12221 figure 3",
            sweeps=("lesion",),
            check=network_evidence.lesioned_feature,
            spoilers=(Spoiler("lesion", "mode_strength", _swap_pathways),),
        ),
        Claim(
            name="nonlinear_too",
            sentence="Networks with tanh and rectified linear units have the same critical period.",
            source="arXiv:2308.12221 figures 11 and 12",
            sweeps=("nonlinear",),
            check=network_evidence.nonlinear_too,
            spoilers=(Spoiler("nonlinear", "final_strength", _swap_pathways),),
        ),
    ),
)
