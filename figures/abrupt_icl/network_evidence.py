"""What the claims about the attention-only network come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.abrupt_icl.network_tasks import context_names
from toysim.figures.abrupt_icl.reading import clock, ends, runs
from toysim.figures.abrupt_icl.statistics import half_rise, jump_times
from toysim.paper import Evidence, Number
from toysim.papers.reading import parameter

LEARNED = 0.5  # accuracy: twice that of naming a label shown, four times chance at L = 8
HIGH = 0.85
SLACK = 0.1  # between medians of few runs that should not fall


def jumps(t50: npt.NDArray[np.float64]) -> tuple[Number, Number]:
    """How many runs jump, and when."""
    times = jump_times(t50)
    return (
        Number("runs that jump", times.n_jumped, times.n_runs, form="d"),
        Number("quartiles of the jump", times[2:], unit="updates", form=".0f"),
    )


def plateau_then_jump(tree: xr.DataTree) -> Evidence:
    """Accuracy before the jump against B/N, and the jump's width, run by run."""
    t50, width, plateau = (runs(tree, name).values for name in ("t50", "width", "plateau_accuracy"))
    random_label = parameter(tree, "burst") / parameter(tree, "n_pairs")
    noise = np.sqrt(random_label * (1 - random_label) / parameter(tree, "n_test"))
    on_plateau = np.abs(plateau - random_label) < 3 * noise
    return Evidence(
        holds=np.concatenate([np.isfinite(t50), on_plateau, width < 0.5]),
        numbers=(
            *jumps(t50),
            Number("plateaus at", plateau, random_label, noise, form=".3f"),
            Number("10 to 90 % of the way, over t50,", width, form=".2f"),
        ),
        criterion="in every run: a jump, a plateau within three times a test set's noise of B/N, "
        "and a width below 0.5",
    )


def jumps_alike(tree: xr.DataTree) -> Evidence:
    """Every run's time of the jump over their median."""
    t50 = runs(tree, "t50").values
    ratio = t50 / jump_times(t50).median
    return Evidence(
        holds=np.abs(ratio - 1) < 0.3,
        numbers=(
            *jumps(t50),
            Number("over the median", np.sort(ratio), 1.0, 0.3, form=".2f"),
            Number("records apart", clock(tree)[1], unit="updates", form=".0f"),
        ),
        criterion="the run jumps within 30 % of the median",
    )


def labels_lead(tree: xr.DataTree) -> Evidence:
    """Half-rise times of the measures in units of t50, run by run."""
    time, t50 = clock(tree), runs(tree, "t50").values
    rises = {
        name: np.array([half_rise(time, run) for run in runs(tree, name).values]) / t50
        for name in ("context_label_accuracy", "tla2", "ila1", "tila2", "ic_accuracy")
    }
    first_match = np.minimum(rises["ila1"], rises["tila2"])
    lead = [rises[name] < first_match - 0.1 for name in ("context_label_accuracy", "tla2")]
    together = [np.abs(rises[name] - rises["ic_accuracy"]) < 0.1 for name in ("ila1", "tila2")]
    return Evidence(
        holds=np.concatenate([*lead, *together]),
        numbers=(
            *(
                Number(f"half rise of {name} over t50", rise, form=".2f")
                for name, rise in rises.items()
            ),
            Number("records apart", time[1], unit="updates", form=".0f"),
        ),
        criterion="in every run CLA and TLA2 are half way up at least 0.1 of t50 before ILA1 and "
        "TILA2, and these within 0.1 of the accuracy in context",
    )


def medians(
    tree: xr.DataTree, *dims: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Median over runs of the accuracies at the end, in context and in weights (*dims)."""
    context, weights = (
        np.median(ends(tree, name, *dims).values, axis=-1)
        for name in ("ic_accuracy", "iw_accuracy")
    )
    return context, weights


def both(
    where: str, context: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> tuple[Number, Number]:
    """Accuracies at the end, in context and in weights."""
    return (
        Number(f"{where}: in context", context, form=".2f"),
        Number("in weights", weights, form=".2f"),
    )


def n_runs(tree: xr.DataTree) -> Number:
    return Number("runs each", runs(tree, "t50").sizes["replica"], form="d")


def classes_favour_context(tree: xr.DataTree) -> Evidence:
    """By the number of classes, in bursty contexts: in context up, in weights down, both from end
    to end.
    """
    context, weights = medians(tree, "context", "n_classes")
    names = context_names(tree)
    bursty = [k for k, name in enumerate(names) if name != "plain"]
    up, down = context[bursty], weights[bursty]
    holds = [
        (np.diff(up) > -SLACK).all(axis=1),
        (np.diff(down) < SLACK).all(axis=1),
        (up[:, 0] < LEARNED) & (up[:, -1] > HIGH),
        (down[:, 0] > HIGH) & (down[:, -1] < LEARNED),
    ]
    accuracies = [both(names[k], context[k], weights[k]) for k in bursty]
    return Evidence(
        holds=np.concatenate(holds),
        numbers=(
            Number("classes K", runs(tree, "n_classes"), form="d"),
            *(number for pair in accuracies for number in pair),
            n_runs(tree),
        ),
        criterion=f"medians over runs go from below {LEARNED} to above {HIGH} in context, the "
        f"other way round in weights, with no step of {SLACK} against the trend",
    )


def bursts_favour_context(tree: xr.DataTree) -> Evidence:
    """From plain contexts to B = 1 and B = 2, at every number of classes."""
    context, weights = medians(tree, "n_classes", "context")
    holds = [
        (np.diff(context) > -SLACK).all(axis=1),
        (np.diff(weights) < SLACK).all(axis=1),
        context[:, 0] < 2 / parameter(tree, "n_labels"),
        [(context[:, -1] - context[:, 1]).max() > 0.2],
    ]
    accuracies = [
        both(f"{', '.join(context_names(tree))} at K = {count}", *ways)
        for count, *ways in zip(runs(tree, "n_classes").values, context, weights, strict=True)
    ]
    return Evidence(
        holds=np.concatenate(holds),
        numbers=(*(number for pair in accuracies for number in pair), n_runs(tree)),
        criterion="medians over runs go up in context and down in weights from plain contexts to "
        f"burstier ones, with no step of {SLACK} against the trend; plain ones stay below 2/L in "
        "context, and the burstiest gain more than 0.2 on B = 1 at some K",
    )


def noise_favours_context(tree: xr.DataTree) -> Evidence:
    """In weights at the smallest noise, in context at the largest; between, one gives way to the
    other.
    """
    context, weights = medians(tree, "item_noise")
    return Evidence(
        holds=np.array(
            [
                weights[0] > LEARNED > context[0],
                context[-1] > LEARNED > weights[-1],
                (np.diff(weights) < SLACK).all(),
            ]
        ),
        numbers=(
            Number("noise eps", runs(tree, "item_noise"), form=".2f"),
            *both("medians over runs", context, weights),
            n_runs(tree),
        ),
        criterion=f"in weights above {LEARNED} and in context below at the start, the other way "
        f"round at the end, with no rise of {SLACK} in weights",
    )


def zipf_lets_both(tree: xr.DataTree) -> Evidence:
    """Median over runs of the smaller of both accuracies, by the exponent."""
    context, weights = (
        ends(tree, name, "zipf_exponent") for name in ("ic_accuracy", "iw_accuracy")
    )
    smaller = np.median(np.minimum(context.values, weights.values), axis=1)
    exponent = context["zipf_exponent"].values
    return Evidence(
        holds=smaller > LEARNED,
        within=exponent >= 1,
        numbers=(
            Number("exponents", exponent, form=".1f"),
            Number("median of the smaller of both accuracies", smaller, form=".2f"),
            n_runs(tree),
            Number("sequences of a test", parameter(tree, "n_test"), form="d"),
        ),
        criterion=f"the median of the smaller of both accuracies is above {LEARNED}",
    )


def mixture_lets_both(tree: xr.DataTree) -> Evidence:
    """Every run of every mixture, both ways."""
    context, weights = (
        ends(tree, name, "p_bursty", "p_novel") for name in ("ic_accuracy", "iw_accuracy")
    )
    bursty, novel = (context[name].values for name in ("p_bursty", "p_novel"))
    learned = ((context > LEARNED) & (weights > LEARNED)).all("replica").values
    plain_known = (1 - bursty[:, None]) * (1 - novel)
    accuracies = [
        both(f"p_B = {bursty[i]:g}, p_C = {novel[j]:g}", context.values[i, j], weights.values[i, j])
        for i, j in np.ndindex(learned.shape)
    ]
    return Evidence(
        holds=learned,
        within=(plain_known > 0.1) & (plain_known < 0.4),
        numbers=(*(number for pair in accuracies for number in pair),),
        criterion=f"both accuracies are above {LEARNED} in every run",
    )


def needs_more_labels(*trees: xr.DataTree) -> Evidence:
    """Share of the runs that end more than half way from 1/N to 1, by N (a sweep each) and L."""
    sizes = np.array([int(parameter(tree, "n_pairs")) for tree in trees])
    holds, numbers = [], []
    for n_pairs, tree in zip(sizes, trees, strict=True):
        end = ends(tree, "ic_accuracy", "n_labels")
        share = (end.values > 0.5 * (1 + 1 / n_pairs)).mean(axis=1)
        equal = end["n_labels"].values == n_pairs
        holds.append(bool((share[~equal] > 0.5).all() and (share[equal] < 0.5).all()))
        numbers += [
            Number(f"N = {n_pairs}: labels L", end["n_labels"], form="d"),
            Number("share of the runs that cross", share, form=".2f"),
            n_runs(tree),
        ]
    return Evidence(
        holds=np.array(holds),
        within=sizes >= 4,
        numbers=tuple(numbers),
        criterion="more than half of the runs end above the middle between 1/N and 1 for L > N, "
        "fewer than half for L = N",
    )
