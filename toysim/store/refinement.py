"""Rows run again at half and a quarter of the step: which ones, and a place for them.

The discretisation order of a method is its tolerance (see ``comparison.tolerances``); for that the
rows where it applies are needed at smaller steps, at most MAX_ROWS of a sweep, evenly spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.model import Discretisation, Model
from toysim.observables import HALVING, ROW
from toysim.outcomes import State
from toysim.store.files import one_line
from toysim.store.layout import REFINED_BY, REFINEMENT, RefinedRows, refined
from toysim.store.schema import (
    STATE_ATTRIBUTES,
    Declared,
    Document,
    group_document,
    labelled,
    observable_attributes,
)
from toysim.store.store import Store, commit_root

MAX_ROWS = 200

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Chosen:
    """Rows of a sweep that end with theory valid: to be refined, and without a step at all."""

    refine: Indices
    exact: Indices


def needs_refinement(model: Model) -> bool:
    """Whether a model's comparison rests on the order of its step."""
    return model.theory is not None and model.discretisation is not None and not model.of_means


def choose(batch: Batch, comparable: Indices) -> Chosen:
    """Which of the ``comparable`` rows of a batch are run again.

    The step applies to all rows or to none in most sweeps: a spread of them is asked first.
    """
    rule = batch.model.discretisation
    nobody = comparable[:0]
    if rule is None or not needs_refinement(batch.model):
        return Chosen(nobody, comparable)
    applies = _applies(rule, batch, _spread(comparable))
    if applies.all():
        return Chosen(_spread(comparable), nobody)
    if not applies.any():
        return Chosen(nobody, comparable)
    applies = _applies(rule, batch, comparable)
    return Chosen(_spread(comparable[applies]), comparable[~applies])


def _applies(rule: Discretisation, batch: Batch, rows: Indices) -> npt.NDArray[np.bool_]:
    typed = batch.model.parameters_class
    return np.array([rule.applies(typed(**batch.values(int(i)))) for i in rows], bool)


def _spread(rows: Indices) -> Indices:
    """At most MAX_ROWS of the rows, evenly spread, the first and the last among them."""
    if len(rows) <= MAX_ROWS:
        return rows
    return rows[np.unique(np.linspace(0, len(rows) - 1, MAX_ROWS).astype(np.int64))]


def make_place(store: Store, places: list[list[int]], request: str) -> None:
    """Room for rows at (cell, replica) places of the store that have none, and commit it."""
    seconds = sum(REFINED_BY) * store.model.seconds(store.first_parameters)
    rows = store.refined_rows.added(places, seconds)
    requests = sorted({*rows.requests, request})
    store.refined_rows = RefinedRows(rows.block, rows.places, requests)
    store.meta[REFINEMENT] = store.refined_rows.as_json()
    with one_line(store.path, "write to"):
        if len(rows):
            _enlarge(store)
        commit_root(store)


def _enlarge(store: Store) -> None:
    """The group's arrays at the length of its rows, made if need be."""
    if REFINEMENT not in store.documents:
        store.describe(REFINEMENT, group_document())
    for declared in _declared(store):
        key, document = f"{REFINEMENT}/{declared.name}", declared.document()
        there = store.documents.get(key)
        if there is None or there["shape"] != document["shape"]:
            store.describe(key, {**document, **_grid(there)})
    cells, replicas = np.array(store.refined_rows.places).T
    store.array(REFINEMENT, "cell")[:] = cells
    store.array(REFINEMENT, "replica")[:] = replicas


def _grid(there: Document | None) -> Document:
    """The chunks of an array stay as they were when it grows."""
    return {} if there is None else {"chunk_grid": there["chunk_grid"]}


def _declared(store: Store) -> list[Declared]:
    n, block = len(store.refined_rows), store.refined_rows.block
    sizes = store.model.sizes(store.first_parameters)
    row = ((ROW,), (n,), (n,), "int64", -1)
    found = [
        Declared("cell", *row, labelled("cell", "position of the row's cell in the store")),
        Declared(
            "replica", *row, labelled("replica", "position of the row's replica in the store")
        ),
    ]
    for o in refined(store.model, store.first_parameters):
        inner = (len(REFINED_BY), *(sizes[d] for d in o.dims))
        dims, attributes = (ROW, HALVING, *o.dims), observable_attributes(o)
        chunks = (block, *inner)
        found.append(Declared(o.name, dims, (n, *inner), chunks, o.dtype, np.nan, attributes))
    state = int(State.NOT_RUN)
    return [*found, Declared("state", (ROW,), (n,), (block,), "uint8", state, STATE_ATTRIBUTES)]
