"""A store whose fixed parameter becomes an axis: its cells stay in place, at the old value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.design import Dimension
from toysim.errors import StoreError
from toysim.plan import Sweep
from toysim.shown import identified, shown
from toysim.store.coordinates import damaged_segments, digest_of
from toysim.store.schema import axis_arrays, encoded, group_document
from toysim.store.store import INPUTS, Store, root_document


def widened(store: Store, sweep: Sweep) -> Store:
    """The store with the sweep's new axes, which it has fixed; the same one if there are none.

    Nothing sees it before its root document is committed. Refuses a new axis without the value that
    the store's cells have.
    """
    new = list(_new_axes(store, sweep))
    if not new:
        return store
    if any(damaged_segments(store, side) for side in store.sides):
        raise StoreError(f"{store.path} is damaged: --repair it with its own sweep first")
    places = {d.name: _old_place(store, d) for d in new}
    wider = _with_identity(store, sweep, [name for d in new for name in d.values])
    for d in new:
        for name, values in d.values.items():
            _write(wider, sweep, name, values[places[d.name]])
    _digest_again(wider)
    return wider


def _new_axes(store: Store, sweep: Sweep) -> Iterator[Dimension]:
    """Dimensions of nothing but what the store has fixed."""
    if store.identity["model"] == sweep.model.id:
        for d in sweep.dimensions:
            if d.name not in store.identity["axes"] and not {*d.values} & {*store.axes}:
                yield d


def _old_place(store: Store, d: Dimension) -> int:
    """Where the store's own values stand among those of a new axis."""
    old = {name: identified(store.fixed[name]) for name in d.values}
    for k in range(len(d)):
        if old == {name: identified(values[k].tolist()) for name, values in d.values.items()}:
            return k
    told = ", ".join(f"{name} = {shown(store.fixed[name])}" for name in d.values)
    raise StoreError(
        f"the cells of {store.path} have {told}, which is not among the new values of {d.name}; "
        f"add it, or give another --store"
    )


def _with_identity(store: Store, sweep: Sweep, names: list[str]) -> Store:
    """A store of the same rows that says which parameters are axes."""
    identity = store.identity
    fixed = {n: v for n, v in identity["fixed"].items() if n not in names}
    gone = {f"{INPUTS}/{name}" for name in names}
    documents = {k: v for k, v in store.documents.items() if k not in gone}
    if not any(key.startswith(f"{INPUTS}/") for key in documents):
        documents.pop(INPUTS, None)
    axes = {d.name: list(d.values) for d in sweep.dimensions}
    store.meta["identity"] = {**identity, "fixed": fixed, "axes": axes}
    wider = Store(store.home, root_document(store.attributes, documents))
    wider.new = False
    return wider


def _write(store: Store, sweep: Sweep, name: str, value: npt.NDArray[Any]) -> None:
    """One value as the coordinate of every cell."""
    p, filled = store.model.parameters[name], store.layout.filled(0)
    (array,) = (a for a in axis_arrays(sweep, store.layout) if a.name == name)
    column = np.broadcast_to(value, (len(filled), *value.shape))
    for side in store.sides:
        told = store.documents[side]["attributes"].get("coordinates", "")
        store.describe(side, group_document(coordinates=f"{name} {told}".strip()))
        store.describe(f"{side}/{name}", array.document())
        for start, stop in store.layout.cells:
            store.array(side, name)[slice(start, stop)] = encoded(p, column[: stop - start])


def _digest_again(store: Store) -> None:
    """Digests of the axis values of every segment, the new axes among them."""
    columns = store.columns(store.sides[0], slice(None))
    store.layout.digests = [
        digest_of({name: column[start:stop] for name, column in columns.items()})
        for start, stop in store.layout.cells
    ]
