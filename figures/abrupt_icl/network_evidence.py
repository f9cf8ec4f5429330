"""What the claims about the attention-only network come to, measured on the sweeps' data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from toysim.figures.abrupt_icl.network_tasks import context_names
from toysim.figures.abrupt_icl.numbers import both, counted, jumps, n_runs, records_apart
from toysim.figures.abrupt_icl.reading import Array, both_ends, ends, half_rises
from toysim.figures.abrupt_icl.statistics import jump_times
from toysim.paper import Evidence, Number
from toysim.papers.reading import parameter, runs

LEARNED = 0.5  # accuracy: twice that of naming a label shown, four times chance at L = 8
HIGH = 0.85
SLACK = 0.1  # between medians of few runs that should not fall


def plateau_then_jump(tree: xr.DataTree) -> Evidence:
    """Accuracy before the jump against B/N, and the jump's width, run by run."""
    t50, width, plateau = (runs(tree, name).values for name in ("t50", "width", "plateau_accuracy"))
    random_label = parameter(tree, "burst") / parameter(tree, "n_pairs")
    noise = np.sqrt(random_label * (1 - random_label) / parameter(tree, "n_test"))
    on_plateau = np.abs(plateau - random_label) < 3 * noise
    return Evidence(
        holds=np.concatenate([np.isfinite(t50), on_plateau, width < 0.5]),
        numbers=(
            *jumps(tree),
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
            *jumps(tree),
            Number("over the median", np.sort(ratio), 1.0, 0.3, form=".2f"),
            records_apart(tree),
        ),
        criterion="the run jumps within 30 % of the median",
    )


def labels_lead(tree: xr.DataTree) -> Evidence:
    """Half-rise times of the measures in units of t50, run by run."""
    rises = half_rises(tree, "context_label_accuracy", "tla2", "ila1", "tila2", "ic_accuracy")
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
            records_apart(tree),
        ),
        criterion="in every run CLA and TLA2 are half way up at least 0.1 of t50 before ILA1 and "
        "TILA2, and these within 0.1 of the accuracy in context",
    )


def medians(tree: xr.DataTree, *dims: str) -> tuple[Array, Array]:
    """Median over runs of the accuracies at the end, in context and in weights (*dims)."""
    context, weights = (end.median("replica").values for end in both_ends(tree, *dims))
    return context, weights


def never_back(context: Array, weights: Array) -> Array:
    """Whether accuracies go up in context and down in weights along the last axis."""
    up, down = np.diff(context) > -SLACK, np.diff(weights) < SLACK
    return np.concatenate([up.all(axis=1), down.all(axis=1)])


def classes_favour_context(tree: xr.DataTree) -> Evidence:
    """By the number of classes, in bursty contexts: in context up, in weights down, both from end
    to end.
    """
    names = context_names(tree)
    bursty = [k for k, name in enumerate(names) if name != "plain"]
    up, down = (median[bursty] for median in medians(tree, "context", "n_classes"))
    rises = (up[:, 0] < LEARNED) & (up[:, -1] > HIGH)
    falls = (down[:, 0] > HIGH) & (down[:, -1] < LEARNED)
    return Evidence(
        holds=np.concatenate([never_back(up, down), rises, falls]),
        numbers=(
            counted(tree, "n_classes"),
            *both([names[k] for k in bursty], up, down),
            n_runs(tree),
        ),
        criterion=f"medians over runs go from below {LEARNED} to above {HIGH} in context, the "
        f"other way round in weights, with no step of {SLACK} against the trend",
    )


def bursts_favour_context(tree: xr.DataTree) -> Evidence:
    """From plain contexts to B = 1 and B = 2, at every number of classes."""
    context, weights = medians(tree, "n_classes", "context")
    plain = context[:, 0] < 2 / parameter(tree, "n_labels")
    gains = (context[:, -1] - context[:, 1]).max() > 0.2
    contexts = ", ".join(context_names(tree))
    names = [f"{contexts} at K = {count}" for count in runs(tree, "n_classes").values]
    return Evidence(
        holds=np.array([*never_back(context, weights), *plain, gains]),
        numbers=(*both(names, context, weights), n_runs(tree)),
        criterion="medians over runs go up in context and down in weights from plain contexts to "
        f"burstier ones, with no step of {SLACK} against the trend; plain ones stay below 2/L in "
        "context, and the burstiest gain more than 0.2 on B = 1 at some K",
    )


def noise_favours_context(tree: xr.DataTree) -> Evidence:
    """In weights at the smallest noise, in context at the largest; between, one gives way to the
    other.
    """
    context, weights = medians(tree, "item_noise")
    starts = weights[0] > LEARNED > context[0]
    turns = context[-1] > LEARNED > weights[-1]
    return Evidence(
        holds=np.array([starts, turns, (np.diff(weights) < SLACK).all()]),
        numbers=(
            Number("noise eps", runs(tree, "item_noise"), form=".2f"),
            *both(["medians over runs"], [context], [weights]),
            n_runs(tree),
        ),
        criterion=f"in weights above {LEARNED} and in context below at the start, the other way "
        f"round at the end, with no rise of {SLACK} in weights",
    )


def zipf_lets_both(tree: xr.DataTree) -> Evidence:
    """Median over runs of the smaller of both accuracies, by the exponent."""
    context, weights = both_ends(tree, "zipf_exponent")
    smaller = context.where(context < weights, weights).median("replica").values
    exponent = context["zipf_exponent"].values
    return Evidence(
        holds=smaller > LEARNED,
        within=exponent >= 1,
        numbers=(
            Number("exponents", exponent, form=".1f"),
            Number("median of the smaller of both accuracies", smaller, form=".2f"),
            n_runs(tree),
            counted(tree, "n_test"),
        ),
        criterion=f"the median of the smaller of both accuracies is above {LEARNED}",
    )


def mixture_lets_both(tree: xr.DataTree) -> Evidence:
    """Every run of every mixture, both ways."""
    context, weights = both_ends(tree, "p_bursty", "p_novel")
    bursty, novel = (context[name].values for name in ("p_bursty", "p_novel"))
    learned = ((context > LEARNED) & (weights > LEARNED)).all("replica").values
    plain_known = (1 - bursty[:, None]) * (1 - novel)
    names = [f"p_B = {b:g}, p_C = {c:g}" for b in bursty for c in novel]
    rows = (np.concatenate(end.values) for end in (context, weights))
    return Evidence(
        holds=learned,
        within=(plain_known > 0.1) & (plain_known < 0.4),
        numbers=tuple(both(names, *rows)),
        criterion=f"both accuracies are above {LEARNED} in every run",
    )


def needs_more_labels(*trees: xr.DataTree) -> Evidence:
    """Share of the runs that end more than half way from 1/N to 1, by N (a sweep each) and L."""
    return Evidence(
        holds=np.array([needs_more(tree) for tree in trees]),
        within=np.array([parameter(tree, "n_pairs") >= 4 for tree in trees]),
        numbers=tuple(number for tree in trees for number in shares_that_cross(tree)),
        criterion="more than half of the runs end above the middle between 1/N and 1 for L > N, "
        "fewer than half for L = N",
    )


def crossing(tree: xr.DataTree) -> xr.DataArray:
    """Share of the runs that end above the middle between 1/N and 1, by L."""
    crosses = ends(tree, "ic_accuracy", "n_labels") > 0.5 * (1 + 1 / parameter(tree, "n_pairs"))
    share: xr.DataArray = crosses.mean("replica")
    return share


def needs_more(tree: xr.DataTree) -> bool:
    """Whether most runs cross with more labels than pairs, and few with as many."""
    share, n_pairs = crossing(tree), parameter(tree, "n_pairs")
    more, equal = share.drop_sel(n_labels=n_pairs), share.sel(n_labels=n_pairs)
    return bool((more > 0.5).all() and equal < 0.5)


def shares_that_cross(tree: xr.DataTree) -> Iterator[Number]:
    """Labels, shares and runs of a sweep."""
    share = crossing(tree)
    yield Number(f"N = {parameter(tree, 'n_pairs')}: labels L", share["n_labels"], form="d")
    yield Number("share of the runs that cross", share, form=".2f")
    yield n_runs(tree)
