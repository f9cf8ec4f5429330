"""The theory by itself: branches, transitions and stability of one task and of the second,
arXiv:2212.02846.
"""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.binary_continual_learning import phases_evidence as evidence
from toysim.figures.binary_continual_learning.reading import both_present, crossing
from toysim.outcomes import Verdict
from toysim.paper import Claim, Recipe, Spoiler
from toysim.papers.drawing import name_axes, new_figure
from toysim.papers.reading import observable, parameter

ORDER_PARAMETERS = {
    "overlap": "r, with the teacher",
    "replica_overlap": "q, of two replicas",
    "self_overlap": "Q",
}


def phases(one_task: xr.DataTree, strong: xr.DataTree, weak: xr.DataTree) -> Figure:
    """Figure 2a with its stability, and the branches of the second task."""
    figure = new_figure()
    panels = figure.subplots(2, 2)
    draw_order_parameters(panels[0, 0], one_task)
    draw_stability(panels[0, 1], one_task)
    for axes, tree in zip(panels[1], (strong, weak), strict=True):
        draw_second_task(axes, tree)
    return figure


def split(values: xr.DataArray, both: xr.DataArray, branch: str) -> xr.DataArray:
    """The part of a curve that belongs to one branch: the low one ends where the last, the high one
    begins where the first two coexist."""
    at = values[values.dims[0]].values
    loads = at[both.values]
    return values[at <= loads.max()] if branch == "low" else values[at >= loads.min()]


def draw_order_parameters(axes: Any, tree: xr.DataTree) -> None:
    """Overlaps on both branches of one task, and where the free entropies of these cross."""
    for k, (name, label) in enumerate(ORDER_PARAMETERS.items()):
        draw_branch(axes, tree, name, "low", f"C{k}", label)
        draw_branch(axes, tree, name, "high", f"C{k}", None)
    cross = crossing(tree, "alpha")
    axes.axvline(cross, color="0.5", lw=0.8, ls="--", label="free entropies cross")
    axes.plot([0.1, 0.1], [0.1, 0.1], "k:", label="replica symmetry broken")
    name_axes(axes, "$\\alpha$", "overlap", "One task: order parameters, both branches")


def draw_branch(
    axes: Any, tree: xr.DataTree, name: str, branch: str, color: str, label: str | None
) -> None:
    """An order parameter on one branch: dotted where replica symmetry is broken."""
    both = both_present(tree)
    values = split(observable(tree, name, "theory").sel(branch=branch), both, branch)
    stability = split(observable(tree, "stability", "theory").sel(branch=branch), both, branch)
    stable = stability.values < 1
    for kept, line, word in ((stable, "-", label), (~stable, ":", None)):
        if kept.any():
            axes.plot(values["alpha"][kept], values[kept], line, color=color, label=word)


def draw_stability(axes: Any, tree: xr.DataTree) -> None:
    """Replicon value of one task on both branches."""
    stability, both = observable(tree, "stability", "theory"), both_present(tree)
    for branch, color in (("low", "C0"), ("high", "C3")):
        one = split(stability.sel(branch=branch), both, branch)
        label = f"{branch} overlap"
        axes.semilogy(one["alpha"], one, ".-", ms=4, lw=1, color=color, label=label, gid=branch)
    axes.axhline(1.0, color="0.5", lw=0.8)
    name_axes(axes, "$\\alpha$", "replicon (AT) value", "One task: stable below 1")


def draw_second_task(axes: Any, tree: xr.DataTree) -> None:
    """Overlap with the second teacher on both branches, and where their free entropies cross."""
    overlap, both = observable(tree, "branch_overlap", "theory"), both_present(tree)
    for k, r0 in enumerate(overlap["task_overlap"].values):
        values, here = overlap.sel(task_overlap=r0), both.sel(task_overlap=r0)
        low = split(values.isel(saddle=0), here, "low")
        high = split(values.isel(saddle=1), here, "high")
        label = f"$r_0$ = {r0:g}"
        axes.plot(low["alpha_2"], low, ".-", ms=4, lw=1, color=f"C{k}", label=label)
        axes.plot(high["alpha_2"], high, ".--", ms=4, lw=1, color=f"C{k}")
        cross = crossing(tree, "alpha_2", task_overlap=r0)
        if cross > 0:
            axes.axvline(cross, color=f"C{k}", lw=0.8, ls=":")
    title = f"Second task, $\\gamma$ = {parameter(tree, 'gamma'):g}"
    name_axes(axes, "$\\alpha_2$", "overlap with teacher 2", title)


FIGURES = (
    Recipe(
        "phases",
        "Top: one task at beta = 20, its order parameters on both branches (dotted: replica "
        "symmetry broken) and their replicon value. Bottom: the second task, reached from overlap "
        "0 (solid) and from the teacher (dashed); dotted lines: free entropies cross.",
        "arXiv:2212.02846, figure 2a; stability and the branches of task 2 are ours",
        ("theory_one_task", "second_branches", "second_branches_fast"),
        phases,
    ),
)
CLAIMS = (
    Claim(
        name="learning_jumps",
        sentence="At beta = 20 the overlap with the teacher jumps: two branches coexist from alpha "
        "= 1.499 to 1.906, and their free entropies cross at 1.650.",
        source="arXiv:2212.02846, figure 2a; numbers derived",
        sweeps=("theory_one_task",),
        check=evidence.flat_jumps,
        spoilers=(
            Spoiler("theory_one_task", "branch_present", lambda v: v | (v.alpha < 9)),
            Spoiler("theory_one_task", "branch_free_entropy", lambda v: v + 0.1 * v.saddle),
        ),
    ),
    Claim(
        name="replica_symmetry_holds",
        sentence="The replica-symmetric curves of one task at beta = 20 are stable.",
        source="arXiv:2212.02846, figures 2a and 2b, which draw them without a check",
        sweeps=("theory_one_task",),
        check=evidence.replica_symmetry_holds,
        spoilers=(Spoiler("theory_one_task", "stability", lambda v: 1.2 * v),),
        expected_verdict=Verdict.LIMITED,
        limits="the high branch, and the low one below alpha = 0.729",
    ),
    Claim(
        name="learning_with_a_prior_jumps",
        sentence="With the prior, at beta = 100, the overlap jumps as well: two branches coexist "
        "from alpha = 1.500 to 2.216, and their free entropies cross at 2.004.",
        source="derived; behind arXiv:2212.02846, figure A1a",
        sweeps=("theory_prior",),
        check=evidence.prior_jumps,
        spoilers=(
            Spoiler(
                "theory_prior",
                "branch_present",
                lambda v: v & (v.saddle == 0) | (v.alpha == v.alpha[7]),
            ),
            Spoiler("theory_prior", "branch_free_entropy", lambda v: v + 0.1 * v.saddle),
        ),
    ),
    Claim(
        name="prior_keeps_replica_symmetry",
        sentence="Learned with the prior, even at beta = 100, both branches of one task are "
        "replica-symmetric.",
        source="derived; behind arXiv:2212.02846, figure A1a",
        sweeps=("theory_prior",),
        check=evidence.prior_is_stable,
        spoilers=(Spoiler("theory_prior", "stability", lambda v: 6 * v),),
    ),
    Claim(
        name="replica_symmetry_holds_in_the_second_task",
        sentence="The replica-symmetric curves of learning and forgetting are stable.",
        source="arXiv:2212.02846, figures 3 and A1, which draw them without a check",
        sweeps=("theory_forgetting", "theory_forgetting_fast", "theory_forgetting_prior"),
        check=evidence.second_task_is_stable,
        spoilers=(
            Spoiler("theory_forgetting", "stability", lambda v: 10 * v),
            Spoiler("theory_forgetting_fast", "stability", lambda v: 0.1 * v),
        ),
        expected_verdict=Verdict.LIMITED,
        limits="a divergence of weight 1; at 0.1 the low branch below alpha_2 = 0.70 to 0.76, and "
        "the high branch",
    ),
    Claim(
        name="error_falls_steeply",
        sentence="Beyond the jump the error falls like a power of alpha, about -13.",
        source="arXiv:2212.02846, figure 2b (-13.1)",
        sweeps=("theory_one_task",),
        check=evidence.error_falls_steeply,
        spoilers=(Spoiler("theory_one_task", "error", lambda v: v**0.8),),
    ),
    Claim(
        name="second_task_jumps",
        sentence="The second task has a first-order transition of its own, the later the less the "
        "teachers agree.",
        source="derived; behind arXiv:2212.02846, figure 3",
        sweeps=("second_branches", "second_branches_fast"),
        check=evidence.second_task_jumps,
        spoilers=(
            Spoiler("second_branches", "branch_present", lambda v: v & (v.saddle == 0)),
            Spoiler("second_branches_fast", "branch_present", lambda v: v[::-1]),
        ),
    ),
)
