"""Large stores: opened without reading their numbers, compared a piece at a time; the same data and
the same verdicts as at once.
"""

import numpy as np
import pytest
import xarray as xr
from test_store_memory import SWEEPS, comparable
from xarray.core.indexing import MemoryCachedArray

import toysim
from toysim.errors import StoreError
from toysim.store import later
from toysim.store.homes import Folder
from toysim.store.later import pieces, rows_of

GRIDS = {
    **{name: SWEEPS[name] for name in ("stochastic", "records", "small blocks", "refined")},
    **{name: SWEEPS[name] for name in ("vectors", "tied", "theory alone", "without theory")},
    "errors": SWEEPS["errors"],
    "three axes": (
        "walk.gaussian",
        {
            "drift": [0.1, 0.2, 0.5],
            "noise": [0.0, 0.1],
            "n_rounds": [2, 3, 5],
            "n_records": 2,
            "replicas": 30,
            "block": 7,
        },
    ),
}


@pytest.fixture
def read_later(monkeypatch):
    """Every store is large, and a piece of it has few rows."""

    def on():
        monkeypatch.setattr(later, "AT_ONCE", 0)
        monkeypatch.setattr(later, "PIECE", 70)

    return on


def is_read(variable):
    return isinstance(variable._data, np.ndarray)


@pytest.mark.parametrize("name", GRIDS)
def test_the_same_data_and_verdicts_as_at_once(name, tmp_path, read_later):
    model, given = GRIDS[name]
    at_once = toysim.sweep(model, **given, store=tmp_path / "s.zarr")
    both = {"simulation", "theory"} <= set(at_once.children) and "theory" not in given
    verdicts = toysim.compare(tmp_path / "s.zarr") if both else None
    read_later()
    tree = toysim.open_store(tmp_path / "s.zarr")
    xr.testing.assert_identical(comparable(tree), comparable(at_once))
    if both:
        found = toysim.compare(tmp_path / "s.zarr")
        np.testing.assert_equal(found.as_dicts(), verdicts.as_dicts())
        assert found.notes == verdicts.notes


def test_a_grown_store_is_the_same_data(tmp_path, read_later):
    given = {"n_rounds": [2, 3], "block": 3, "store": tmp_path / "s.zarr"}
    toysim.sweep("walk.gaussian", drift=[0.3, 0.1], replicas=4, **given)
    toysim.sweep("walk.gaussian", drift=[0.3, 0.1], replicas=7, **given)
    more = toysim.sweep("walk.gaussian", drift=[0.3, 0.2, 0.1], replicas=4, **given)
    read_later()
    xr.testing.assert_identical(
        comparable(toysim.open_store(tmp_path / "s.zarr")), comparable(more)
    )


def test_only_what_is_asked_for_is_read(tmp_path, read_later, monkeypatch):
    model, given = GRIDS["three axes"]
    toysim.sweep(model, **given, store=tmp_path / "s.zarr")
    read_later()
    read, get = [], Folder.get
    monkeypatch.setattr(
        Folder, "get", lambda self, key, *a: (read.append(key), get(self, key, *a))[1]
    )
    tree = toysim.open_store(tmp_path / "s.zarr")
    assert not [key for key in read if "position" in key or "state" in key]
    part = tree["simulation"]["position"].isel(drift=1, noise=0).values
    touched = {key for key in read if "position" in key}
    assert 0 < len(touched) < 18
    np.testing.assert_array_equal(part, tree["simulation"]["position"].values[1, 0])
    picked = tree["simulation"]["course"].isel(drift=[2, 0], replica=slice(None, None, -3))
    assert isinstance(picked.variable._data, MemoryCachedArray) or not is_read(picked.variable)
    np.testing.assert_array_equal(
        picked.values, tree["simulation"]["course"].values[[2, 0]][..., ::-3, :]
    )


def test_damage_is_told_when_it_is_met(tmp_path, read_later):
    model, given = GRIDS["three axes"]
    toysim.sweep(model, **given, store=tmp_path / "s.zarr")
    read_later()
    tree = toysim.open_store(tmp_path / "s.zarr")
    (tmp_path / "s.zarr/theory/drift/c/0").write_bytes(b"")
    tree["simulation"]["position"].load()
    with pytest.raises(StoreError, match="coordinates of theory"):
        tree["theory"]["position"].load()
    (tmp_path / "s.zarr/simulation/drift/c/0").write_bytes(b"")
    with pytest.raises(StoreError, match="--repair"):
        toysim.open_store(tmp_path / "s.zarr")


@pytest.mark.parametrize("lengths", [(), (1,), (7,), (3, 1, 4), (2, 5, 6)])
@pytest.mark.parametrize("most", [1, 4, 6, 1000])
def test_pieces_are_the_grid_in_order(lengths, most):
    cells = np.arange(int(np.prod(lengths))).reshape(lengths)
    found = [cells[box] for box in pieces(lengths, most)]
    assert all(piece.size <= most for piece in found)
    np.testing.assert_array_equal(np.concatenate([p.ravel() for p in found]), cells.ravel())
    for box in pieces(lengths, most):
        run, shape, inside = rows_of(box, lengths)
        np.testing.assert_array_equal(cells.ravel()[run].reshape(shape)[inside], cells[box])
