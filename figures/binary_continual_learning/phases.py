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
from toysim.papers.drawing import new_figure
from toysim.papers.reading import observable, parameter


def phases(one_task: xr.DataTree, strong: xr.DataTree, weak: xr.DataTree) -> Figure:
    """Figure 2a with its stability, and the branches of the second task."""
    figure = new_figure(13.5, 8.0)
    panels = figure.subplots(2, 2)
    draw_order_parameters(panels[0, 0], one_task)
    draw_stability(panels[0, 1], one_task)
    for axes, tree in zip(panels[1], (strong, weak), strict=True):
        draw_second_task(axes, tree)
    return figure


def split(values: xr.DataArray, both: xr.DataArray, load: str, branch: str) -> xr.DataArray:
    """The part of a curve that belongs to one branch: the low one ends where the last, the high one
    begins where the first two coexist."""
    loads = both[load].values[both.values]
    at = values[load].values
    return values[at <= loads.max()] if branch == "low" else values[at >= loads.min()]


def draw_order_parameters(axes: Any, tree: xr.DataTree) -> None:
    stability, both = observable(tree, "stability", "theory"), both_present(tree)
    names = (
        ("overlap", "r, with the teacher"),
        ("replica_overlap", "q, of two replicas"),
        ("self_overlap", "Q"),
    )
    for k, (name, label) in enumerate(names):
        values = observable(tree, name, "theory")
        for branch in ("low", "high"):
            one = split(values.sel(branch=branch), both, "alpha", branch)
            stable = stability.sel(branch=branch, alpha=one["alpha"]).values < 1
            for kept, line, word in ((stable, "-", label), (~stable, ":", None)):
                if kept.any():
                    part, word = one[kept], word if branch == "low" else None
                    axes.plot(part["alpha"], part, line, color=f"C{k}", label=word)
    axes.axvline(
        crossing(tree, "alpha"), color="0.5", lw=0.8, ls="--", label="free entropies cross"
    )
    axes.plot([0.1, 0.1], [0.1, 0.1], "k:", label="replica symmetry broken")
    axes.set(
        xlabel="$\\alpha$", ylabel="overlap", title="One task: order parameters, both branches"
    )
    axes.legend()


def draw_stability(axes: Any, tree: xr.DataTree) -> None:
    stability, both = observable(tree, "stability", "theory"), both_present(tree)
    for branch, color in (("low", "C0"), ("high", "C3")):
        one = split(stability.sel(branch=branch), both, "alpha", branch)
        axes.semilogy(
            one["alpha"], one, ".-", ms=4, lw=1, color=color, label=f"{branch} overlap", gid=branch
        )
    axes.axhline(1.0, color="0.5", lw=0.8)
    axes.set(xlabel="$\\alpha$", ylabel="replicon (AT) value", title="One task: stable below 1")
    axes.legend()


def draw_second_task(axes: Any, tree: xr.DataTree) -> None:
    overlap, both = observable(tree, "branch_overlap", "theory"), both_present(tree)
    for k, r0 in enumerate(overlap["task_overlap"].values):
        here = both.sel(task_overlap=r0)
        for saddle, (branch, line) in enumerate((("low", ".-"), ("high", ".--"))):
            one = split(overlap.sel(task_overlap=r0).isel(saddle=saddle), here, "alpha_2", branch)
            label = f"$r_0$ = {r0:g}" if branch == "low" else None
            axes.plot(one["alpha_2"], one, line, ms=4, lw=1, color=f"C{k}", label=label)
        cross = crossing(tree, "alpha_2", task_overlap=r0)
        if cross > 0:
            axes.axvline(cross, color=f"C{k}", lw=0.8, ls=":")
    gamma = parameter(tree, "gamma")
    axes.set(
        xlabel="$\\alpha_2$",
        ylabel="overlap with teacher 2",
        title=f"Second task, $\\gamma$ = {gamma:g}",
    )
    axes.legend()


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
