"""What the second store format brought: record times, missing integers, checked coordinates, arrays
by digest, refinement in a group of its own; and that older stores stay readable.
"""

import json
import shutil

import numpy as np
import pytest
import xarray as xr
import zarr
from helpers import chunk_digests, data_bytes, events, run_walk, walk_sweep
from zarr.codecs import Crc32cCodec, ZstdCodec

import toysim
from toysim.errors import StoreError
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.execute import Options, execute
from toysim.store.document import FORMAT
from toysim.store.growth import prepare
from toysim.store.layout import block_shape
from toysim.store.store import Store


def modes_sweep(**fixed):
    given = {"duration": 2.0, "step": 0.01, "n_records": 3} | fixed
    axes = {"depth": [2, 3], "deficit_length": [0.0, 0.5, 1.0]}
    return build_sweep("modes", load_model("deep_linear.modes"), given, axes)


def make(path, sweep, **options):
    return execute(sweep, path, Options(**options))


def test_record_times_are_a_coordinate_of_cell_and_record(tmp_path):
    path = tmp_path / "w.zarr"
    run_walk(path, walk_sweep(fixed={"n_records": 3}))
    plain = xr.open_datatree(path, engine="zarr")
    assert plain["simulation"]["round"].dims == ("cell", "record")
    tree = toysim.open_store(path)
    for side in ("simulation", "theory"):
        times = tree[side]["round"]
        assert times.dims == ("drift", "n_rounds", "record")
        np.testing.assert_array_equal(times.sel(n_rounds=5)[0], [0, 2, 5])  # halves down
        assert times.attrs["units"] == "rounds"


def test_integers_of_rows_that_have_not_run_are_missing(tmp_path):
    path = tmp_path / "w.zarr"
    sweep = walk_sweep()
    prepare(path, sweep, block_shape(sweep))
    ds = toysim.open_store(path)["simulation"].to_dataset()
    assert (ds["state"] == 0).all()
    assert (ds["status"] == ds["status"].attrs["missing_value"]).all()
    assert (ds["status_step"] == ds["status_step"].attrs["missing_value"]).all()
    plain = xr.open_datatree(path, engine="zarr")["simulation"]
    assert plain["status"].isnull().all()


@pytest.mark.filterwarnings("ignore:Object at:UserWarning")
def test_zarr_itself_would_write_the_same(tmp_path):
    """Documents and chunks, byte for byte: coordinates, courses, integers, flags, refinement."""
    ours, theirs = tmp_path / "ours.zarr", tmp_path / "theirs.zarr"
    make(ours, modes_sweep(), block=4)
    plain = zarr.open_group(ours, mode="r", use_consolidated=False)
    for key, array in plain.members(max_depth=None):
        if isinstance(array, zarr.Group):
            zarr.create_group(theirs / key, attributes=dict(array.attrs))
            continue
        copy = zarr.create_array(
            theirs / key,
            shape=array.shape,
            chunks=array.chunks,
            dtype=array.dtype,
            dimension_names=array.metadata.dimension_names,
            fill_value=array.fill_value,
            attributes=dict(array.attrs),
            compressors=(ZstdCodec(level=1), Crc32cCodec()),
            config={"write_empty_chunks": True},
        )
        copy[...] = array[...]
    documents = [p.relative_to(theirs) for p in theirs.rglob("zarr.json")]
    assert len(documents) > 30
    for document in documents:
        assert json.loads((ours / document).read_text()) == json.loads(
            (theirs / document).read_text()
        )
    assert chunk_digests(ours) == chunk_digests(theirs)


def coordinate_files(path, side):
    return sorted((path / side / "drift" / "c").iterdir())


@pytest.mark.parametrize("damage", ["removed", "emptied", "swapped"])
@pytest.mark.parametrize("sides", [("simulation",), ("simulation", "theory")])
def test_lost_coordinates_are_refused_and_mended(tmp_path, damage, sides):
    """A row's numbers depend on its axis values: a block computed without them would be wrong."""
    path, truth = tmp_path / "w.zarr", tmp_path / "truth.zarr"
    for place in (path, truth):
        run_walk(place, block=20)
    for side in sides:
        for file in coordinate_files(path, side):
            if damage == "removed":
                file.unlink()
            elif damage == "emptied":
                file.write_bytes(b"")
            else:
                shutil.copy(path / side / "n_rounds" / "c" / file.name, file)
        next((path / side / "position" / "c").rglob("[0-9]*")).exists()
    shutil.rmtree(path / "simulation" / "position" / "c" / "0")
    before = chunk_digests(path)
    with pytest.raises(StoreError, match=r"damaged: coordinates of simulation.*--repair"):
        run_walk(path, block=20)
    assert chunk_digests(path) == before
    run_walk(path, block=20, repair=True)
    assert chunk_digests(path) == chunk_digests(truth)


def test_blocks_without_a_root_document_are_never_removed(tmp_path):
    path = tmp_path / "w.zarr"
    run_walk(path)
    (path / "zarr.json").unlink()
    before = chunk_digests(path)
    with pytest.raises(StoreError, match="lost its zarr.json"):
        run_walk(path)
    assert chunk_digests(path) == before


def test_array_inputs_are_identified_by_their_digest(tmp_path):
    path = tmp_path / "w.zarr"
    run_walk(path, walk_sweep(fixed={"weights": (1.0, 2.0, 3.0)}))
    identity = json.loads((path / "zarr.json").read_text())["attributes"]["toysim"]["identity"]
    assert set(identity["fixed"]["weights"]) == {"shape", "digest"}
    assert Store(path).fixed["weights"] == [1.0, 2.0, 3.0]
    assert run_walk(path, walk_sweep(fixed={"weights": (1.0, 2.0, 3.0)})).blocks == 0
    with pytest.raises(StoreError, match=r"weights is an array \[3\] with digest"):
        run_walk(path, walk_sweep(fixed={"weights": (1.0, 2.0, 4.0)}))


def test_refinement_is_stored_and_not_done_twice(tmp_path):
    path = tmp_path / "m.zarr"
    first = make(path, modes_sweep())
    assert first.refined == 6
    plain = xr.open_datatree(path, engine="zarr")["refinement"]
    assert plain["final_share"].dims == ("row", "halving", "pathway")
    before = chunk_digests(path)
    again = make(path, modes_sweep())
    assert (again.blocks, again.refined) == (0, 0)
    assert toysim.compare(path).ok
    assert chunk_digests(path) == before


def test_refinement_is_resumed(tmp_path):
    """A run that ended between the two: the next does what is left, to the same bytes."""
    path, truth = tmp_path / "m.zarr", tmp_path / "truth.zarr"
    make(truth, modes_sweep(), block=2)
    make(path, modes_sweep(), block=2, theory=False)
    assert not (path / "refinement").exists()
    make(path, modes_sweep(), block=2)
    state = next((path / "refinement" / "state" / "c").iterdir())
    state.unlink()
    waiting = toysim.compare(path)
    assert waiting.unrefined > 0
    assert make(path, modes_sweep(), block=2).refined > 0
    assert chunk_digests(path) == chunk_digests(truth)
    assert toysim.compare(path).unrefined == 0


def test_refinement_grows_with_its_sweep(tmp_path):
    path = tmp_path / "m.zarr"
    make(path, modes_sweep())
    longer = build_sweep(
        "modes",
        load_model("deep_linear.modes"),
        {"duration": 2.0, "step": 0.01, "n_records": 3},
        {"depth": [2, 3, 4], "deficit_length": [0.0, 0.5, 1.0]},
    )
    assert make(path, longer).refined == 3
    assert toysim.compare(path).unrefined == 0
    fresh = tmp_path / "fresh.zarr"
    make(fresh, longer)
    assert data_bytes(toysim.open_store(path)) == data_bytes(toysim.open_store(fresh))
    assert [v.share for v in toysim.compare(path)] == [v.share for v in toysim.compare(fresh)]


def test_what_an_authors_code_raised_is_kept_with_the_row(tmp_path):
    path = tmp_path / "t.zarr"
    sweep = build_sweep("t", load_model("walk.trouble"), {}, {"mode": [0, 1]})
    make(path, sweep)
    (block,) = events(path, "block")
    (error,) = block["errors"]
    assert error["message"] == "ArithmeticError: asked to fail"
    assert "trouble.py" in error["trace"]
    with pytest.raises(toysim.errors.ToysimError, match="asked to fail") as raised:
        toysim.run("walk.trouble", mode=1)
    assert isinstance(raised.value.__cause__, ArithmeticError)


def as_first_format(path):
    """A store as version 0.1.0 left it: no record times, zeros where integers are missing."""
    root = json.loads((path / "zarr.json").read_text())
    meta = root["attributes"]["toysim"]
    meta["format"] = 1
    meta["layout"].pop("digests")
    meta.pop("refinement", None)
    meta.pop("checksum")
    consolidated = root["consolidated_metadata"]["metadata"]
    for name in [n for n in consolidated if n.endswith("/time") or n.startswith("refinement")]:
        del consolidated[name]
    (path / "zarr.json").write_text(json.dumps(root))
    shutil.rmtree(path / "refinement")
    for side in ("simulation", "theory"):
        shutil.rmtree(path / side / "time")


def test_older_stores_open_compare_and_export_but_do_not_go_on(tmp_path):
    path, sweep = tmp_path / "m.zarr", modes_sweep()
    make(path, sweep)
    whole = toysim.open_store(path)
    as_first_format(path)
    assert Store(path).format == 1 != FORMAT
    tree = toysim.open_store(path)
    assert data_bytes(tree) == data_bytes(whole)
    np.testing.assert_array_equal(tree["simulation"]["time"], whole["simulation"]["time"])
    table = toysim.compare(path)
    assert {v.verdict for v in table} <= {"undecided", "outside validity"}
    assert "into a new store" in repr(table)
    assert toysim.export(path, tmp_path / "m.nc").is_file()
    before = chunk_digests(path)
    with pytest.raises(StoreError, match="cannot continue it") as refused:
        make(path, sweep)
    assert "\n" not in str(refused.value)
    assert chunk_digests(path) == before
