"""What a run gave, as rows: an observable each, with errors over replicas, theory and its word on
itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MANY = 12  # entries of an inner dimension beyond which they stand together, not one a row
ENDED = ("status", "status_step")

Rows = list[dict[str, Any]]


def summary(simulation: Any, theory: Any) -> Rows:
    """One row a number: the mean over the replicas that ended well, with its standard error and
    how many entered; a long dimension in one row, as a list. Then what theory says of itself, and
    how the simulation ended.
    """
    first = theory if simulation is None else simulation
    predicted = () if theory is None else theory.data_vars
    names = [name for name in first.data_vars if name not in (*ENDED, "valid")]
    own = [name for name in predicted if name not in (*first.data_vars, "valid")]
    rows = [row for name in [*names, *own] for row in _rows(name, simulation, theory)]
    if theory is not None:
        rows.append({"observable": "valid", "at": "", "theory": _truth(theory["valid"])})
    if simulation is not None:
        rows.append({"observable": "status", "at": "", "simulation": _endings(simulation)})
    return rows


def _rows(name: str, simulation: Any, theory: Any) -> Iterator[dict[str, Any]]:
    sides = [ds for ds in (simulation, theory) if ds is not None and name in ds]
    inner = {d: n for d, n in sides[0][name].sizes.items() if d != "replica"}
    for place in _places(inner):
        row: dict[str, Any] = {"observable": name, "at": _told(place, inner)}
        if simulation is not None and name in simulation:
            row |= _means(simulation, name, place)
        if theory is not None:
            row["theory"] = _number(theory[name], place) if name in theory else None
        yield row | {"unit": sides[0][name].attrs.get("units", "1")}


def _told(place: dict[str, int], inner: dict[str, int]) -> str:
    together = [f"{d}=0..{n - 1}" for d, n in inner.items() if d not in place and n]
    return ", ".join([*(f"{d}={k}" for d, k in place.items()), *together])


def _places(sizes: dict[str, int]) -> list[dict[str, int]]:
    """Where a row stands; of dimensions that are long it holds all."""
    places: list[dict[str, int]] = [{}]
    for dim, n in sizes.items():
        if n <= MANY:
            places = [{**place, dim: k} for place in places for k in range(n)]
    return places


def _means(simulation: Any, name: str, place: dict[str, int]) -> dict[str, Any]:
    """The simulation's number; over replicas ``error`` and, as 3 of 4, how many ``entered``."""
    if "replica" not in simulation[name].dims or simulation[name].dtype.kind != "f":
        return {"simulation": _number(simulation[name], place)}
    accessor, n = simulation[[name, "status"]].toysim, simulation.sizes["replica"]
    mean, error = (ds[name].isel(place) for ds in (accessor.mean(), accessor.sem()))
    return {
        "simulation": mean.values.tolist(),
        "error": error.values.tolist(),
        "entered": f"{int(mean[f'count_{name}'].min())} of {n}",
    }


def _number(values: Any, place: dict[str, int]) -> Any:
    one = values.isel(place)
    return (one.mean("replica") if "replica" in one.dims else one).values.tolist()


def _truth(valid: Any) -> bool | str:
    """Whether theory holds; of replicas, in how many."""
    if valid.ndim == 0 or bool(valid.all()) or not bool(valid.any()):
        return bool(valid.all())
    return f"{int(valid.sum())} of {valid.size}"


def _endings(simulation: Any) -> str:
    from toysim.outcomes import Status, word

    return ", ".join(sorted({word(Status(int(s))) for s in simulation["status"].values.flat}))
