"""Rows must not depend on the rows beside them: the same bits together, mixed and alone."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from toysim.batch import Batch
from toysim.checking.draws import draw
from toysim.checking.findings import Fault, NotTried
from toysim.errors import ToysimError, ToysimWarning
from toysim.model import Model, Side
from toysim.plan import Sweep, build_sweep
from toysim.runner.work import compute

SEED = 11
CELLS, REPLICAS = 4, 3
DRAWN, TOGETHER, FEWEST = 12, 6, 3  # cells, draws put together in one
CHEAP = 0.02  # seconds of a drawn row
LONGEST = 0.1  # seconds of a row whose sizes are changed


def rows_of_cells(model: Model) -> Iterator[Fault]:
    """Cells of the first declared check, else of the defaults."""
    sweep = _first_sweep(model)
    batch = sweep.batch(np.arange(min(sweep.n_cells, CELLS)), REPLICAS)
    yield from _faults(model, "simulation", sweep.parameters, batch, (0, len(batch) - 1))


def rows_of_different_sizes(model: Model) -> Iterator[Fault]:
    """Each whole number changed in a row of its own, and all of them in one."""
    fixed = _first_sweep(model).parameters.model_dump()
    changes = _changes(model, fixed)
    if not changes:
        raise NotTried("no whole-number parameter of a cheap row leaves the observables' shape")
    names = sorted({name for change in changes for name in change})
    start = model.validate(fixed)
    axes = {
        name: {"values": [getattr(start, name), *_column(changes, name, start)], "zip": "sizes"}
        for name in names
    }
    kept = {name: value for name, value in fixed.items() if name not in axes}
    sweep = build_sweep(model.id, model, kept, axes, seed=SEED)
    batch = sweep.batch(np.arange(sweep.n_cells))
    yield from _faults(model, "simulation", sweep.parameters, batch, range(len(batch)))


def rows_of_drawn_values(model: Model) -> Iterator[Fault]:
    """Cells from the whole allowed range side by side, both sides of the comparison."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ToysimWarning)  # it speaks of the draw
        found = list(_of_drawn_values(model))
    yield from found


def _of_drawn_values(model: Model) -> Iterator[Fault]:
    start = _first_sweep(model).parameters
    drawn = _drawn(model, start)
    if len(drawn) < FEWEST:
        raise NotTried("hardly any cheap draw leaves the observables' shape")
    names = sorted({name for values in drawn for name in values})
    columns = {n: np.array([values.get(n, getattr(start, n)) for values in drawn]) for n in names}
    fixed = {n: value for n, value in start.model_dump().items() if n not in columns}
    batch = Batch(model, columns, fixed, np.arange(len(drawn)), SEED)
    for side in model.sides():
        yield from _faults(model, side, start, batch, range(len(batch)))


def _drawn(model: Model, start: Any) -> list[dict[str, Any]]:
    """Numbers and words moved away from ``start``, in cells of its shape; some draws in each."""
    rng, base = np.random.default_rng(SEED), start.model_dump()
    fixed = model.checks[0].fixed if model.checks else {}
    cells: list[dict[str, Any]] = [{} for _ in range(DRAWN)]
    for i in range(TOGETHER * DRAWN):
        drawn = draw(model, rng, CHEAP, fixed).values
        plain = {n: v for n, v in drawn.items() if not model.parameters[n].ndim and v != base[n]}
        moved = {**cells[i % DRAWN], **plain}
        cells[i % DRAWN] = moved if _taken(model, base, moved) else cells[i % DRAWN]
    return [cell for cell in cells if cell]


def _first_sweep(model: Model) -> Sweep:
    """Of the first declared check, else of the defaults."""
    check = model.checks[0] if model.checks else None
    given = (check.fixed, check.axes) if check else ({}, {})
    return build_sweep(model.id, model, *given, replicas=REPLICAS, seed=SEED)


def _whole(model: Model) -> list[str]:
    return [name for name, p in model.parameters.items() if p.kind == "int" and not p.ndim]


def _column(changes: list[dict[str, int]], name: str, start: Any) -> list[int]:
    return [change.get(name, getattr(start, name)) for change in changes]


def _changes(model: Model, fixed: Mapping[str, Any]) -> list[dict[str, int]]:
    """Each whole number alone at another size, where the model takes it; then all together."""
    alone = [change for name in _whole(model) if (change := _change(model, fixed, name))]
    together = {name: value for change in alone for name, value in change.items()}
    both = [together] if len(alone) > 1 and _taken(model, fixed, together) else []
    return alone + both


def _change(model: Model, fixed: Mapping[str, Any], name: str) -> dict[str, int]:
    value = getattr(model.validate(fixed), name)
    sizes = [{name: n} for n in (value // 2, value + 1, value * 2) if n != value]
    return next((change for change in sizes if _taken(model, fixed, change)), {})


def _taken(model: Model, fixed: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    """Whether the model allows it, with the same shapes, in a cheap row."""
    try:
        p = model.validate({**fixed, **change})
    except ToysimError:
        return False
    same = model.sizes(p) == model.sizes(model.validate(fixed))
    return same and model.seconds(p) <= LONGEST


def _faults(model: Model, side: Side, parameters: Any, batch: Batch, alone: Any) -> Iterator[Fault]:
    """The first observable that changes in another order, or alone."""

    def run(rows: Any) -> dict[str, Any]:  # a row that raises is blank, in company and alone
        return compute(model, side, batch.take(np.asarray(rows)), parameters).rows

    whole = run(np.arange(len(batch)))
    order = np.random.default_rng(0).permutation(len(batch))
    tried = {"in another order": order, **{f"row {i} alone": np.array([i]) for i in alone}}
    for how, rows in tried.items():
        again = run(rows)
        for name, values in whole.items():
            if not _same(again[name], values[rows]):
                yield _fault(name, how, _told(batch, rows))
                return


def _same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))


def _told(batch: Batch, rows: Any) -> str:
    if len(rows) > 1:
        return ""
    moved = {name: column[rows[0]].tolist() for name, column in batch.columns.items()}
    return f" ({', '.join(f'{name}={value}' for name, value in moved.items())})" if moved else ""


def _fault(name: str, how: str, row: str) -> Fault:
    return Fault(
        f"{name} has other bits {how}{row} than beside the other rows",
        "something is shared between rows: a size taken over the whole batch, an array that is not "
        "reset, one generator for several rows, or a product (BLAS) over rows",
        "draw with batch.normal(stream, sizes) or row.generator(stream), loop over each row's own "
        "sizes, and keep sums and products within a row",
    )
