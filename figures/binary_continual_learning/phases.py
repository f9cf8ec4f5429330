"""The theory by itself: branches, transitions and stability of one task and of the second,
arXiv:2212.02846.
"""

from __future__ import annotations

from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.binary_continual_learning import phases_evidence as evidence
from toysim.papers.claims import LIMITED, Claim
from toysim.papers.drawing import Data, Recipe, new_figure, observable, parameter

PREFIX = "binary_continual_learning."
ONE_TASK = f"{PREFIX}theory_one_task"
PRIOR = f"{PREFIX}theory_prior"
TWO_TASKS, TWO_TASKS_FAST = f"{PREFIX}theory_forgetting", f"{PREFIX}theory_forgetting_fast"
TWO_TASKS_PRIOR = f"{PREFIX}theory_forgetting_prior"
SECOND, SECOND_FAST = f"{PREFIX}second_branches", f"{PREFIX}second_branches_fast"


def phases(data: Data) -> Figure:
    """Figure 2a with its stability, and the branches of the second task."""
    figure = new_figure(13.5, 8.0)
    panels = figure.subplots(2, 2)
    draw_order_parameters(panels[0, 0], data[ONE_TASK])
    draw_stability(panels[0, 1], data[ONE_TASK])
    for axes, sweep in zip(panels[1], (SECOND, SECOND_FAST), strict=True):
        draw_second_task(axes, data[sweep])
    return figure


def split(values: xr.DataArray, both: xr.DataArray, load: str, branch: str) -> xr.DataArray:
    """The part of a curve that belongs to one branch: the low one ends where the last, the high one
    begins where the first two coexist."""
    loads = both[load].values[both.values]
    at = values[load].values
    return values[at <= loads.max()] if branch == "low" else values[at >= loads.min()]


def draw_order_parameters(axes: Any, tree: xr.DataTree) -> None:
    stability, both = observable(tree, "stability", "theory"), evidence.both_present(tree)
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
        evidence.crossing(tree, "alpha"), color="0.5", lw=0.8, ls="--", label="free entropies cross"
    )
    axes.plot([0.1, 0.1], [0.1, 0.1], "k:", label="replica symmetry broken")
    axes.set(
        xlabel="$\\alpha$", ylabel="overlap", title="One task: order parameters, both branches"
    )
    axes.legend()


def draw_stability(axes: Any, tree: xr.DataTree) -> None:
    stability, both = observable(tree, "stability", "theory"), evidence.both_present(tree)
    for branch, color in (("low", "C0"), ("high", "C3")):
        one = split(stability.sel(branch=branch), both, "alpha", branch)
        axes.semilogy(
            one["alpha"], one, ".-", ms=4, lw=1, color=color, label=f"{branch} overlap", gid=branch
        )
    axes.axhline(1.0, color="0.5", lw=0.8)
    axes.set(xlabel="$\\alpha$", ylabel="replicon (AT) value", title="One task: stable below 1")
    axes.legend()


def draw_second_task(axes: Any, tree: xr.DataTree) -> None:
    overlap, both = observable(tree, "branch_overlap", "theory"), evidence.both_present(tree)
    for k, r0 in enumerate(overlap["task_overlap"].values):
        here = both.sel(task_overlap=r0)
        for saddle, (branch, line) in enumerate((("low", ".-"), ("high", ".--"))):
            one = split(overlap.sel(task_overlap=r0).isel(saddle=saddle), here, "alpha_2", branch)
            label = f"$r_0$ = {r0:g}" if branch == "low" else None
            axes.plot(one["alpha_2"], one, line, ms=4, lw=1, color=f"C{k}", label=label)
        cross = evidence.crossing(tree, "alpha_2", task_overlap=r0)
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
        "symmetry broken) and "
        "their replicon value. Bottom: the second task, reached from overlap 0 (solid) and from "
        "the teacher "
        "(dashed); dotted lines: free entropies cross.",
        "arXiv:2212.02846, figure 2a; stability and the branches of task 2 are ours",
        (ONE_TASK, SECOND, SECOND_FAST),
        phases,
    ),
)
CLAIMS = (
    Claim(
        name="learning_jumps",
        sentence="At beta = 20 the overlap with the teacher jumps: two branches coexist from "
        "alpha = 1.499 to 1.906, "
        "and their free entropies cross at 1.650.",
        source="arXiv:2212.02846, figure 2a; numbers derived",
        sweeps=(ONE_TASK,),
        check=lambda data: evidence.learning_jumps(data[ONE_TASK], evidence.FLAT),
    ),
    Claim(
        name="replica_symmetry_holds",
        sentence="The replica-symmetric curves of one task at beta = 20 are stable.",
        source="arXiv:2212.02846, figures 2a and 2b, which draw them without a check",
        sweeps=(ONE_TASK,),
        check=lambda data: evidence.replica_symmetry_holds(data[ONE_TASK]),
        expected_verdict=LIMITED,
        limits="the high branch, and the low one below alpha = 0.729",
    ),
    Claim(
        name="learning_with_a_prior_jumps",
        sentence="With the prior, at beta = 100, the overlap jumps as well: two branches coexist "
        "from alpha = 1.500 "
        "to 2.216, and their free entropies cross at 2.004.",
        source="derived; behind arXiv:2212.02846, figure A1a",
        sweeps=(PRIOR,),
        check=lambda data: evidence.learning_jumps(data[PRIOR], evidence.WITH_PRIOR),
    ),
    Claim(
        name="prior_keeps_replica_symmetry",
        sentence="Learned with the prior, even at beta = 100, both branches of one task are "
        "replica-symmetric.",
        source="derived; behind arXiv:2212.02846, figure A1a",
        sweeps=(PRIOR,),
        check=lambda data: evidence.prior_is_stable(data[PRIOR]),
    ),
    Claim(
        name="replica_symmetry_holds_in_the_second_task",
        sentence="The replica-symmetric curves of learning and forgetting are stable.",
        source="arXiv:2212.02846, figures 3 and A1, which draw them without a check",
        sweeps=(TWO_TASKS, TWO_TASKS_FAST, TWO_TASKS_PRIOR),
        check=lambda data: evidence.second_task_is_stable(
            [data[TWO_TASKS], data[TWO_TASKS_PRIOR]], data[TWO_TASKS_FAST]
        ),
        expected_verdict=LIMITED,
        limits="a divergence of weight 1; at 0.1 the low branch below alpha_2 = 0.70 to 0.76, and "
        "the high branch",
    ),
    Claim(
        name="error_falls_steeply",
        sentence="Beyond the jump the error falls like a power of alpha, about -13.",
        source="arXiv:2212.02846, figure 2b (-13.1)",
        sweeps=(ONE_TASK,),
        check=lambda data: evidence.error_falls_steeply(data[ONE_TASK]),
    ),
    Claim(
        name="second_task_jumps",
        sentence="The second task has a first-order transition of its own, the later the less the "
        "teachers agree.",
        source="derived; behind arXiv:2212.02846, figure 3",
        sweeps=(SECOND, SECOND_FAST),
        check=lambda data: evidence.second_task_jumps([data[SECOND], data[SECOND_FAST]]),
    ),
)
