"""The learner of arXiv:2212.02846: courses, ends over the number of patterns, relaxation,
forgetting.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.figures.binary_continual_learning import learning_evidence as evidence
from toysim.papers.claims import LIMITED, REFUTED, Claim
from toysim.papers.drawing import Data, Recipe, new_figure, observable

PREFIX = "binary_continual_learning."
LEARNING, SWITCH = f"{PREFIX}learning", f"{PREFIX}switch"
DESCENT, RELAXATION = f"{PREFIX}descent", f"{PREFIX}relaxation"
FREE, RAMPED = f"{PREFIX}uncertainty_free", f"{PREFIX}uncertainty_ramped"
FORGETTING, FORGETTING_FAST = f"{PREFIX}forgetting", f"{PREFIX}forgetting_fast"
DESCENT_PRIOR, PRIOR, IMPERFECT = f"{PREFIX}descent_prior", f"{PREFIX}prior", f"{PREFIX}imperfect"
ONE_TASK, WITH_PRIOR = f"{PREFIX}theory_one_task", f"{PREFIX}theory_prior"
UNCERTAINTY = f"{PREFIX}theory_uncertainty"
TWO_TASKS, TWO_TASKS_FAST = f"{PREFIX}theory_forgetting", f"{PREFIX}theory_forgetting_fast"
TWO_TASKS_PRIOR = f"{PREFIX}theory_forgetting_prior"
APART = 1e-6  # errors that differ by more belong to different saddle points


def courses(data: Data) -> Figure:
    """Figures 1a, 1b, 1c: error on one task; errors on both tasks across the switch."""
    figure = new_figure(13.5, 4.0)
    left, middle, right = figure.subplots(1, 3)
    draw_courses(left, data[LEARNING], "error_1_course", "data", "alpha_1")
    left.set(xlim=(0, 150), title="One task: mean, and smallest to largest of the runs")
    for axes, name, task in ((middle, "error_1_course", 1), (right, "error_2_course", 2)):
        draw_courses(axes, data[SWITCH], name, "alpha_2", "alpha_2")
        axes.axvline(data[SWITCH]["simulation"]["epochs_1"].item(), color="0.5", lw=0.8, ls=":")
        axes.set_title(f"Error on task {task}, switched at the dotted line")
    return figure


def draw_courses(axes: Any, tree: xr.DataTree, name: str, dim: str, alpha: str) -> None:
    """Mean over replicas with the band from the smallest to the largest."""
    course = observable(tree, name)
    epoch = observable(tree, "epoch").isel(replica=0)
    for k in range(course.sizes[dim]):
        one, at = course.isel({dim: k}), epoch.isel({dim: k})
        value = float(course[alpha].values[k])
        symbol = {"alpha_1": "alpha", "alpha_2": "alpha_2"}[alpha]
        axes.fill_between(
            at, one.min("replica"), one.max("replica"), color=f"C{k}", alpha=0.2, lw=0
        )
        axes.plot(
            at,
            one.mean("replica"),
            color=f"C{k}",
            label=f"$\\{symbol}$ = {value:g}",
            gid=f"{name}:{value:g}",
        )
    axes.set(xlabel="epoch", ylabel="generalisation error", ylim=(-0.01, 0.56))
    axes.legend()


def draw_points(
    axes: Any, tree: xr.DataTree, name: str, x: str, color: str, label: str, **at: Any
) -> None:
    """Mean and standard deviation of descent's ends, as in the paper."""
    ends = observable(tree, name).sel(at)
    spread = ends.std("replica", ddof=1)
    axes.errorbar(
        ends[x], ends.mean("replica"), spread, fmt="o", ms=4, mfc="none", color=color, label=label
    )


def draw_theory(axes: Any, tree: xr.DataTree, name: str, x: str, color: str, **at: Any) -> None:
    """Replica-symmetric lines: reached from overlap 0 (solid), and from the teacher where that
    differs (dashed).

    Crosses: replica symmetry is broken there.
    """
    values, stability = (observable(tree, which, "theory").sel(at) for which in (name, "stability"))
    low, high = values.sel(branch="low"), values.sel(branch="high")
    for curve, line in ((low, "-"), (high.where(np.abs(high - low) > APART), "--")):
        known = curve[np.isfinite(curve.values)]
        gid = f"theory:{name}:{line}:{sorted(at.items())}"
        axes.plot(known[x], known, line, marker=".", ms=3, color=color, lw=1, gid=gid)
        broken = known[(stability.sel({"branch": known["branch"], x: known[x]}) >= 1.0).values]
        if broken.size:
            axes.plot(broken[x], broken, "x", ms=5, color=color, lw=0, gid=f"{gid}:broken")


def coexistence(tree: xr.DataTree) -> tuple[float, float]:
    """Smallest and largest alpha of the sweep at which the theory has two branches."""
    error = observable(tree, "error", "theory")
    apart = abs(error.sel(branch="high") - error.sel(branch="low")) > APART
    alpha = error["alpha"].values[apart.values]
    return float(alpha.min()), float(alpha.max())


def one_task(data: Data) -> Figure:
    """Figures 2b, 2c, 2d: error, relaxation time, error over the self-overlap."""
    figure = new_figure(13.5, 4.0)
    left, middle, right = figure.subplots(1, 3)
    draw_theory(left, data[ONE_TASK], "error", "alpha", "C3")
    draw_points(left, data[DESCENT], "error_1", "alpha_1", "k", "descent")
    left.set(
        xlabel="$\\alpha$",
        ylabel="generalisation error",
        title="One task: descent's end (bars: s.d. of runs)",
    )
    left.legend()
    draw_points(middle, data[RELAXATION], "relaxation_time", "alpha_1", "k", "descent")
    middle.axvspan(*coexistence(data[ONE_TASK]), color="0.9", label="two branches of the theory")
    middle.set(
        xlabel="$\\alpha$", ylabel="epochs until the error is steady", title="Relaxation time"
    )
    middle.legend(loc="upper left")
    for tree, color, label in (
        (data[FREE], "C0", "descent, Q free"),
        (data[RAMPED], "C1", "descent, Q raised slowly"),
    ):
        draw_spread(right, tree, color, label)
    exact = observable(data[UNCERTAINTY], "error", "theory")
    right.plot(
        exact["target_self_overlap"],
        exact,
        color="C3",
        lw=1,
        label="theory, Q fixed, $\\beta$ = 5",
        gid="theory",
    )
    right.set(
        xlabel="self-overlap Q", ylabel="generalisation error", xlim=(0.7, 1.0), ylim=(-0.005, 0.16)
    )
    right.set_title("Error over Q, $\\alpha$ = 2")
    right.legend()
    return figure


def draw_spread(axes: Any, tree: xr.DataTree, color: str, label: str) -> None:
    """Mean error over mean self-overlap, record by record."""
    Q, error = observable(tree, "self_overlap_course"), observable(tree, "error_1_course")
    axes.plot(
        Q.mean("replica"),
        error.mean("replica"),
        ".-",
        ms=4,
        lw=0.8,
        color=color,
        label=label,
        gid=label,
    )


def one_task_ends(tree: xr.DataTree) -> xr.DataArray:
    """Descent's errors over the theory's name of the number of patterns."""
    error = observable(tree, "error_1")
    over_alpha = (
        error.swap_dims(data="alpha_1").drop_vars("weight_decay") if "data" in error.dims else error
    )
    return over_alpha.rename(alpha_1="alpha")


def two_task_ends(data: Data) -> list[tuple[str, xr.DataArray, xr.DataArray]]:
    """Panel by panel: what, descent's errors (..., replica), and those of the saddle point from
    overlap 0 (...).
    """
    rows = (("gamma = 1", FORGETTING, TWO_TASKS), ("gamma = 0.1", FORGETTING_FAST, TWO_TASKS_FAST))
    return [
        (
            f"{word}, task {task}",
            observable(data[sweep], f"error_{task}"),
            from_zero(data[exact], f"error_{task}"),
        )
        for word, sweep, exact in (*rows, ("after a prior", PRIOR, TWO_TASKS_PRIOR))
        for task in (1, 2)
    ]


def from_zero(tree: xr.DataTree, name: str) -> xr.DataArray:
    """The theory's saddle point reached from overlap 0, as descent starts."""
    return observable(tree, name, "theory").sel(branch="low", drop=True)


def forgetting(data: Data) -> Figure:
    """Figures 3a to 3d: both errors over the second task's patterns, strong and weak divergence."""
    figure = new_figure(13.5, 8.0)
    panels = figure.subplots(2, 2)
    rows = ((FORGETTING, TWO_TASKS, 1.0), (FORGETTING_FAST, TWO_TASKS_FAST, 0.1))
    for row, (sweep, exact, gamma) in enumerate(rows):
        for column, (name, word) in enumerate((("error_2", "Task 2"), ("error_1", "Task 1"))):
            axes = panels[row, column]
            draw_overlaps(axes, data[sweep], data[exact], name)
            axes.set_title(f"{word}, $\\gamma$ = {gamma:g}")
    for axes in panels[1]:
        axes.set_xscale("log")
    panels[0, 0].legend()
    return figure


def draw_overlaps(axes: Any, tree: xr.DataTree, exact: xr.DataTree, name: str) -> None:
    """Descent's ends and the theory's branches for every overlap of the teachers."""
    for k, r0 in enumerate(observable(tree, name)["task_overlap"].values):
        draw_points(
            axes, tree, name, "alpha_2", f"C{k}", f"descent, $r_0$ = {r0:g}", task_overlap=r0
        )
        draw_theory(axes, exact, name, "alpha_2", f"C{k}", task_overlap=r0)
    axes.set(xlabel="$\\alpha_2$", ylabel="generalisation error", ylim=(-0.02, 0.72))


def appendix(data: Data) -> Figure:
    """One task and then another, the first learned with a prior (A1a to A1c), or from too few
    patterns (A1d).
    """
    figure = new_figure(13.5, 8.0)
    panels = figure.subplots(2, 2)
    draw_theory(panels[0, 0], data[WITH_PRIOR], "error", "alpha", "C3")
    draw_points(panels[0, 0], data[DESCENT_PRIOR], "error_1", "alpha_1", "k", "descent")
    panels[0, 0].set(
        xlabel="$\\alpha$", ylabel="generalisation error", title="One task, learned with a prior"
    )
    for axes, name, word in (
        (panels[0, 1], "error_2", "Task 2"),
        (panels[1, 0], "error_1", "Task 1"),
    ):
        draw_overlaps(axes, data[PRIOR], data[TWO_TASKS_PRIOR], name)
        axes.set_title(f"{word}, task 1 learned with a prior")
    last = panels[1, 1]
    for k, task in enumerate((1, 2)):
        draw_points(
            last, data[IMPERFECT], f"error_{task}", "alpha_2", f"C{k}", f"descent, task {task}"
        )
    last.set(
        xlabel="$\\alpha_2$",
        ylabel="generalisation error",
        title="Task 1 half learned, $\\alpha_1$ = 1.4",
    )
    for axes in (panels[0, 0], panels[0, 1], last):
        axes.legend()
    return figure


FIGURES = (
    Recipe(
        "courses",
        "Errors in the course of learning one task, and of both tasks when it is switched; mean "
        "and range of the runs.",
        "arXiv:2212.02846, figures 1a to 1c",
        (LEARNING, SWITCH),
        courses,
    ),
    Recipe(
        "one_task",
        "Where descent on one task ends, how long its error moves, and which error comes with "
        "which self-overlap.",
        "arXiv:2212.02846, figures 2b to 2d",
        (DESCENT, RELAXATION, FREE, RAMPED, ONE_TASK, UNCERTAINTY),
        one_task,
    ),
    Recipe(
        "forgetting",
        "Both errors after the second task over the number of its patterns, for three overlaps of "
        "the teachers. "
        "Lines: replica symmetry at beta = 20, reached from overlap 0 (solid) and from the "
        "teacher (dashed); "
        "crosses: replica symmetry broken.",
        "arXiv:2212.02846, figures 3a to 3d",
        (FORGETTING, FORGETTING_FAST, TWO_TASKS, TWO_TASKS_FAST),
        forgetting,
    ),
    Recipe(
        "forgetting_appendix",
        "The ends of descent where task 1 was learned with a prior, and where it was only half "
        "learned.",
        "arXiv:2212.02846, appendix",
        (DESCENT_PRIOR, PRIOR, IMPERFECT, WITH_PRIOR, TWO_TASKS_PRIOR),
        appendix,
    ),
)
CLAIMS = (
    Claim(
        name="error_falls",
        sentence="The error on one task falls to a plateau that is the lower the more patterns "
        "there are, and to zero "
        "at alpha = 2.",
        source="arXiv:2212.02846, figure 1a",
        sweeps=(LEARNING,),
        check=lambda data: evidence.error_falls(data[LEARNING]),
    ),
    Claim(
        name="switch_forgets_and_learns",
        sentence="After the switch the first task is forgotten and the second learned, the more "
        "the more patterns the "
        "second has.",
        source="arXiv:2212.02846, figures 1b and 1c",
        sweeps=(SWITCH,),
        check=lambda data: evidence.switch_ordered(data[SWITCH]),
    ),
    Claim(
        name="more_data_more_forgetting",
        sentence="With the second task's patterns its error falls and that of the first rises, at "
        "every overlap of "
        "the teachers, whether the first was learned well, with a prior or by half.",
        source="arXiv:2212.02846, figure 3 and appendix",
        sweeps=(FORGETTING, FORGETTING_FAST, PRIOR, IMPERFECT),
        check=lambda data: evidence.more_data_more_forgetting(
            data[name] for name in (FORGETTING, FORGETTING_FAST, PRIOR, IMPERFECT)
        ),
    ),
    Claim(
        name="weak_divergence_is_faster",
        sentence="A tenth of the divergence learns the second task and forgets the first with far "
        "fewer patterns.",
        source="arXiv:2212.02846, figure 3",
        sweeps=(FORGETTING, FORGETTING_FAST),
        check=lambda data: evidence.weak_divergence_is_faster(
            data[FORGETTING], data[FORGETTING_FAST]
        ),
        expected_verdict=LIMITED,
        limits="but for few patterns of a teacher that overlaps with the first (alpha_2 = 0.1, r0 "
        "= 0.5): there the "
        "second task is known better from the first, and theory too has the weak divergence behind",
    ),
    Claim(
        name="descent_lies_on_the_theory",
        sentence="Descent on one task ends at the error of the replica-symmetric theory at beta = "
        "20.",
        source="arXiv:2212.02846, figure 2b",
        sweeps=(DESCENT, ONE_TASK),
        check=lambda data: evidence.lies_on_the_theory(
            one_task_ends(data[DESCENT]), from_zero(data[ONE_TASK], "error")
        ),
        expected_verdict=REFUTED,
    ),
    Claim(
        name="theory_foretells_forgetting",
        sentence="The replica-symmetric theory foretells both errors after two tasks to a tenth "
        "of their range.",
        source="arXiv:2212.02846, figure 3 and appendix, where points lie near the lines",
        sweeps=(FORGETTING, FORGETTING_FAST, PRIOR, TWO_TASKS, TWO_TASKS_FAST, TWO_TASKS_PRIOR),
        check=lambda data: evidence.foretold_by_the_theory(two_task_ends(data)),
    ),
    Claim(
        name="descent_with_a_prior_lies_on_the_theory",
        sentence="Learned with a divergence from the uniform prior, one task ends at the theory's "
        "error (beta = 100).",
        source="arXiv:2212.02846, appendix",
        sweeps=(DESCENT_PRIOR, WITH_PRIOR),
        check=lambda data: evidence.prior_lies_on_the_theory(
            one_task_ends(data[DESCENT_PRIOR]), from_zero(data[WITH_PRIOR], "error")
        ),
        expected_verdict=LIMITED,
        limits="up to the end of the low branch, which descent follows; right beyond it, it has "
        "not yet all learned",
    ),
    Claim(
        name="relaxation_peaks",
        sentence="Descent takes longest where the theory has two branches.",
        source="arXiv:2212.02846, figure 2c",
        sweeps=(RELAXATION, ONE_TASK),
        check=lambda data: evidence.relaxation_peaks(
            data[RELAXATION], *coexistence(data[ONE_TASK])
        ),
    ),
)
