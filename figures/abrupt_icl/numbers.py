"""Numbers that several claims give as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import xarray as xr

from toysim.figures.abrupt_icl.reading import clock
from toysim.figures.abrupt_icl.statistics import jump_times
from toysim.paper import Number
from toysim.papers.reading import observable, runs

COUNTS = {
    "n_pairs": "pairs N",
    "n_labels": "labels L",
    "n_classes": "classes K",
    "dimension": "dimensions D",
    "n_test": "sequences of a test",
}


def counted(tree: xr.DataTree, name: str) -> Number:
    """A parameter of COUNTS, swept or fixed."""
    return Number(COUNTS[name], observable(tree, name), form="d")


def n_runs(tree: xr.DataTree) -> Number:
    """How many runs every cell has."""
    return Number("runs each", runs(tree, "t50").sizes["replica"], form="d")


def records_apart(tree: xr.DataTree) -> Number:
    """Updates between two records."""
    return Number("records apart", clock(tree)[1], unit="updates", form=".0f")


def jumps(tree: xr.DataTree) -> tuple[Number, Number]:
    """How many runs jump, and when."""
    times = jump_times(runs(tree, "t50").values)
    return (
        Number("runs that jump", times.n_jumped, times.n_runs, form="d"),
        Number("quartiles of the jump", times[2:], unit="updates", form=".0f"),
    )


def both(names: Iterable[str], context: Any, weights: Any) -> Iterator[Number]:
    """Accuracies at the end, in context and in weights, row by row (names, ...)."""
    for name, in_context, in_weights in zip(names, context, weights, strict=True):
        yield Number(f"{name}: in context", in_context, form=".2f")
        yield Number("in weights", in_weights, form=".2f")
