"""What the claims about the attention-only network come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from toysim.figures.abrupt_icl.common import clock
from toysim.figures.abrupt_icl.network_tasks import context_names
from toysim.figures.abrupt_icl.statistics import half_rise, jump_times
from toysim.papers.claims import Evidence, listed
from toysim.papers.drawing import observable, parameter

LEARNED = 0.5  # accuracy: twice that of naming a label shown, four times chance at L = 8
HIGH = 0.85
SLACK = 0.1  # between medians of few runs that should not fall


def plateau_then_jump(tree: xr.DataTree) -> Evidence:
    """Accuracy before the jump against B/N, and the jump's width, run by run."""
    t50, width, plateau = (
        observable(tree, name).values for name in ("t50", "width", "plateau_accuracy")
    )
    random_label = parameter(tree, "burst") / parameter(tree, "n_pairs")
    noise = np.sqrt(random_label * (1 - random_label) / parameter(tree, "n_test"))
    return Evidence(
        measured=f"{jump_times(t50)}; plateaus at {listed(plateau, 2)}; widths {listed(width, 2)} "
        "of their times",
        expected=f"plateaus at B/N = {random_label:g}, widths (10 to 90 % of the way) below 0.5",
        error=f"a test set's noise {noise:.3f}, of which three count",
        holds=np.concatenate(
            [np.isfinite(t50), np.abs(plateau - random_label) < 3 * noise, width < 0.5]
        ),
    )


def jumps_alike(tree: xr.DataTree) -> Evidence:
    """Every run's time of the jump over their median."""
    t50 = observable(tree, "t50").values
    times = jump_times(t50)
    ratio = t50 / times.median
    return Evidence(
        measured=f"{times}; over the median {listed(np.sort(ratio), 2)}",
        expected="within 30 % of the median",
        error=f"records {clock(tree)[1]:.0f} updates apart",
        holds=np.abs(ratio - 1) < 0.3,
    )


def labels_lead(tree: xr.DataTree) -> Evidence:
    """Half-rise times of the measures in units of t50, run by run."""
    time, t50 = clock(tree), observable(tree, "t50").values
    rises = {
        name: np.array([half_rise(time, run) for run in observable(tree, name).values]) / t50
        for name in ("context_label_accuracy", "tla2", "ila1", "tila2", "ic_accuracy")
    }
    first_match = np.minimum(rises["ila1"], rises["tila2"])
    lead = [rises[name] < first_match - 0.1 for name in ("context_label_accuracy", "tla2")]
    together = [np.abs(rises[name] - rises["ic_accuracy"]) < 0.1 for name in ("ila1", "tila2")]
    return Evidence(
        measured="; ".join(f"{name} {listed(values, 2)}" for name, values in rises.items())
        + " of the jump's time",
        expected="CLA and TLA2 half way up at least 0.1 before ILA1 and TILA2; these within 0.1 "
        "of the accuracy",
        error=f"{len(t50)} runs, all of them judged; records {time[1]:.0f} updates apart",
        holds=np.concatenate([*lead, *together]),
    )


def medians(
    tree: xr.DataTree, *dims: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Median over runs of the accuracies at the end, in context and in weights, over the sweep's
    dimensions.
    """
    ends = (
        observable(tree, name).isel(record=-1).median("replica")
        for name in ("ic_accuracy", "iw_accuracy")
    )
    context, weights = (end.transpose(*dims).values for end in ends)
    return context, weights


def classes_favour_context(tree: xr.DataTree) -> Evidence:
    """By the number of classes, in bursty contexts: in context up, in weights down, both from end
    to end.
    """
    context, weights = medians(tree, "context", "n_classes")
    bursty = [name != "plain" for name in context_names(tree)]
    up, down = context[bursty], weights[bursty]
    holds = [
        (np.diff(up) > -SLACK).all(axis=1),
        (np.diff(down) < SLACK).all(axis=1),
        (up[:, 0] < LEARNED) & (up[:, -1] > HIGH),
        (down[:, 0] > HIGH) & (down[:, -1] < LEARNED),
    ]
    return Evidence(
        measured=f"K = {listed(observable(tree, 'ic_accuracy')['n_classes'], 'd')}: in context "
        f"{listed(up, 2)}, "
        f"in weights {listed(down, 2)}; contexts "
        f"{', '.join(np.array(context_names(tree))[bursty])}",
        expected=f"below {LEARNED} to above {HIGH} in context, the other way round in weights",
        error=f"medians of {tree['simulation'].sizes['replica']} runs; {SLACK} allowed against "
        "the trend",
        holds=np.concatenate(holds),
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
    return Evidence(
        measured="; ".join(
            f"K = {k}: in context {listed(c, 2)}, in weights {listed(w, 2)}"
            for k, c, w in zip(
                observable(tree, "ic_accuracy")["n_classes"].values, context, weights, strict=True
            )
        )
        + f"; contexts {', '.join(context_names(tree))}",
        expected="in context up and in weights down with B; nothing in context from plain "
        "sequences",
        error=f"medians of {tree['simulation'].sizes['replica']} runs; {SLACK} allowed against "
        "the trend",
        holds=np.concatenate(holds),
    )


def noise_favours_context(tree: xr.DataTree) -> Evidence:
    """In weights at the smallest noise, in context at the largest; between, one gives way to the
    other.
    """
    context, weights = medians(tree, "item_noise")
    return Evidence(
        measured=f"eps = {listed(observable(tree, 'ic_accuracy')['item_noise'], 2)}: in context "
        f"{listed(context, 2)}, "
        f"in weights {listed(weights, 2)}",
        expected=f"in weights above {LEARNED} and in context below at the start, the other way "
        "round at the end",
        error=f"medians of {tree['simulation'].sizes['replica']} runs; {SLACK} allowed against "
        "the trend",
        holds=np.array(
            [
                weights[0] > LEARNED > context[0],
                context[-1] > LEARNED > weights[-1],
                bool((np.diff(weights) < SLACK).all()),
            ]
        ),
    )


def zipf_lets_both(tree: xr.DataTree) -> Evidence:
    """Share of the runs that learned both ways, by the exponent."""
    ends = [observable(tree, name).isel(record=-1) for name in ("ic_accuracy", "iw_accuracy")]
    context, weights = (end.transpose("zipf_exponent", "replica") for end in ends)
    exponent = context["zipf_exponent"].values
    both = np.median(np.minimum(context.values, weights.values), axis=1)
    return Evidence(
        measured=f"median of the smaller of both accuracies {listed(both, 2)} at exponents "
        f"{listed(exponent, 1)}",
        expected=f"above {LEARNED} where both are learned",
        error=f"{context.sizes['replica']} runs each, tests of {parameter(tree, 'n_test')} "
        "sequences",
        holds=both > LEARNED,
        within=exponent >= 1,
    )


def mixture_lets_both(tree: xr.DataTree) -> Evidence:
    """Every run of every mixture, both ways."""
    ends = [observable(tree, name).isel(record=-1) for name in ("ic_accuracy", "iw_accuracy")]
    context, weights = (end.transpose("p_bursty", "p_novel", "replica").values for end in ends)
    bursty, novel = (ends[0][name].values for name in ("p_bursty", "p_novel"))
    learned = (np.minimum(context, weights) > LEARNED).all(axis=2)
    plain_known = (1 - bursty[:, None]) * (1 - novel)
    return Evidence(
        measured="; ".join(
            f"p_B = {bursty[i]:g}, p_C = {novel[j]:g}: in context {listed(context[i, j], 2)}, "
            f"in weights {listed(weights[i, j], 2)}"
            for i, j in np.ndindex(learned.shape)
        ),
        expected=f"both above {LEARNED}",
        error=f"{context.shape[2]} runs each, all of them judged",
        holds=learned,
        within=(plain_known > 0.1) & (plain_known < 0.4),
    )


def needs_more_labels(*trees: xr.DataTree) -> Evidence:
    """Share of the runs that end more than half way from 1/N to 1, by N (a sweep each) and L."""
    measured, holds, sizes = [], [], []
    for tree in trees:
        n_pairs = int(parameter(tree, "n_pairs"))
        end = observable(tree, "ic_accuracy").isel(record=-1).transpose("n_labels", "replica")
        share = (end.values > 0.5 * (1 + 1 / n_pairs)).mean(axis=1)
        equal = end["n_labels"].values == n_pairs
        measured.append(
            f"N = {n_pairs}: {listed(share, 2)} of the runs at L = {listed(end['n_labels'], 'd')}"
        )
        holds.append(bool((share[~equal] > 0.5).all() and (share[equal] < 0.5).all()))
        sizes.append(n_pairs)
    return Evidence(
        measured="; ".join(measured),
        expected="more than half for L > N, fewer for L = N",
        error=f"{end.sizes['replica']} runs each",
        holds=np.array(holds),
        within=np.array(sizes) >= 4,
    )
