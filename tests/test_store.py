"""The store's promises: same bytes whatever the way, no work twice, growth, damage, foreign
folders.
"""

import json
import os
import shutil
import threading

import numpy as np
import pytest
import xarray as xr
from helpers import AXES, chunk_digests, data_bytes, edited_root, events, run_walk, walk_sweep
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import toysim
from toysim.errors import StoreError, ToysimError
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.execute import Options, execute, join, wanted_units
from toysim.store.files import locked
from toysim.store.growth import prepare
from toysim.store.status import read_status
from toysim.store.store import Store


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """One worker on threads, six blocks of 32 rows with an uneven last one."""
    path = tmp_path_factory.mktemp("store") / "walk.zarr"
    run_walk(path, workers=1, block=32)
    return path


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 3, "block": 32},
        {"workers": 1},
        {"workers": 3, "block": 5},
        {"workers": 1, "block": 32, "backend": "processes"},
        {"workers": 3, "block": 32, "backend": "processes"},
        {"workers": 2, "block": 11, "backend": "processes", "time_limit": 60.0},
    ],
    ids=str,
)
def test_same_bytes_on_every_backend_and_chunking(undisturbed, tmp_path, options):
    run_walk(tmp_path / "w.zarr", **options)
    assert data_bytes(toysim.open_store(tmp_path / "w.zarr")) == data_bytes(
        toysim.open_store(undisturbed)
    )
    if options.get("block") == 32:
        assert chunk_digests(tmp_path / "w.zarr") == chunk_digests(undisturbed)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(workers=st.integers(1, 4), block=st.integers(1, 200))
def test_workers_and_blocks_leave_no_trace(undisturbed, tmp_path_factory, workers, block):
    path = tmp_path_factory.mktemp("any") / "w.zarr"
    run_walk(path, workers=workers, block=block)
    assert data_bytes(toysim.open_store(path)) == data_bytes(toysim.open_store(undisturbed))


def test_another_seed_gives_other_numbers(undisturbed, tmp_path):
    run_walk(tmp_path / "w.zarr", walk_sweep(seed=6))
    assert data_bytes(toysim.open_store(tmp_path / "w.zarr")) != data_bytes(
        toysim.open_store(undisturbed)
    )


def test_blocks_out_of_order_give_the_same_bytes(undisturbed, tmp_path, monkeypatch):
    import toysim.runner.execute as execute

    forward = execute.wanted_units
    monkeypatch.setattr(execute, "wanted_units", lambda *a: reversed(list(forward(*a))))
    run_walk(tmp_path / "w.zarr", workers=1, block=32)
    order = [e["unit"] for e in events(tmp_path / "w.zarr", "block") if e["side"] == "simulation"]
    assert len(order) >= 3
    assert order != sorted(order)
    assert chunk_digests(tmp_path / "w.zarr") == chunk_digests(undisturbed)


def test_finished_sweep_does_no_work_and_touches_no_file(undisturbed, monkeypatch):
    before = {p: os.stat(p).st_mtime_ns for p in undisturbed.rglob("*")}

    def fail(*arguments, **keywords):
        raise AssertionError("a kernel was called")

    monkeypatch.setattr("toysim.runner.work.compute", fail)
    report = run_walk(undisturbed, workers=2)
    assert report.blocks == 0
    assert report.blocks_before > 0
    assert {p: os.stat(p).st_mtime_ns for p in undisturbed.rglob("*")} == before


def test_plain_xarray_reads_the_store(undisturbed):
    tree = xr.open_datatree(undisturbed, engine="zarr")
    ds = tree["simulation"].to_dataset()
    assert set(ds.coords) >= {"drift", "n_rounds", "cell", "replica"}
    assert (ds["state"] == 1).all()
    for name, variable in ds.variables.items():
        assert {"description", "long_name"} <= set(variable.attrs), name
    assert ds["position"].attrs["units"] == "m"
    grid = ds.set_index(cell=["drift", "n_rounds"]).unstack("cell")
    ours = toysim.open_store(undisturbed)["simulation"]["position"]
    np.testing.assert_array_equal(grid["position"].transpose(*ours.dims).values, ours.values)


def test_everything_opened_is_labelled(undisturbed):
    tree = toysim.open_store(undisturbed)
    for side in ("simulation", "theory", "comparison"):
        for name, variable in tree[side].to_dataset().variables.items():
            assert {"description", "long_name"} <= set(variable.attrs), f"{side}/{name}"
        assert tree[side]["position"].attrs["units"] == "m"
    attrs = tree["simulation"].attrs
    for key in (
        "versions",
        "git_commit",
        "root_seed",
        "host",
        "wall_seconds",
        "sweep_text",
        "sweep_hash",
    ):
        assert key in attrs
    assert json.loads(attrs["versions"])["numpy"] == np.__version__


GROWN = {"drift": [0.05, *AXES["drift"], 0.9], "n_rounds": [2, 3, 4, 5, 6, 7]}


@pytest.mark.parametrize("replicas", [7, 10])
@pytest.mark.parametrize("axes", [AXES, GROWN], ids=["same axes", "more values"])
def test_growth_computes_only_what_is_new_and_equals_fresh(undisturbed, tmp_path, axes, replicas):
    path, fresh = tmp_path / "w.zarr", tmp_path / "fresh.zarr"
    shutil.copytree(undisturbed, path)
    before, blocks_before = chunk_digests(path), len(events(path, "block"))
    target = walk_sweep(axes, replicas=replicas)
    run_walk(path, target)
    run_walk(fresh, target)
    assert data_bytes(toysim.open_store(path)) == data_bytes(toysim.open_store(fresh))
    after = chunk_digests(path)
    data = {
        name
        for name in before
        if name.split("/")[1] in ("position", "square", "status", "status_step", "state")
    }
    assert {name: after[name] for name in data} == {name: before[name] for name in data}
    old, new = 25 * 7, target.n_cells * replicas
    computed = sum(
        e["rows"] for e in events(path, "block")[blocks_before:] if e["side"] == "simulation"
    )
    assert computed == new - old


def test_corners_nobody_asked_for_are_flagged_and_filled_when_asked(tmp_path):
    path = tmp_path / "w.zarr"
    few, more = {"drift": [0.1, 0.2], "n_rounds": [3]}, {"drift": [0.3, 0.4], "n_rounds": [3]}
    run_walk(path, walk_sweep(few, replicas=8), block=8)
    run_walk(path, walk_sweep(more, replicas=4))
    state = toysim.open_store(path)["simulation"]["state"]
    assert state.sizes == {"drift": 4, "n_rounds": 1, "replica": 8}
    run_walk(path, walk_sweep(more, replicas=20))
    state = toysim.open_store(path)["simulation"]["state"]
    assert (state.sel(drift=[0.1, 0.2], replica=slice(8, 19)) == 4).all()
    assert (state.sel(drift=[0.3, 0.4]) == 1).all()
    both = {"drift": [0.1, 0.2, 0.3, 0.4], "n_rounds": [3]}
    run_walk(path, walk_sweep(both, replicas=20))
    run_walk(tmp_path / "fresh.zarr", walk_sweep(both, replicas=20))
    assert data_bytes(toysim.open_store(path)) == data_bytes(
        toysim.open_store(tmp_path / "fresh.zarr")
    )


def test_a_smaller_request_runs_only_its_own_part(tmp_path):
    path = tmp_path / "w.zarr"
    run_walk(path, walk_sweep({"drift": [0.1]}), block=7)
    store_before = len(events(path, "block"))
    shutil.rmtree(path / "simulation" / "state" / "c")
    report = run_walk(path, walk_sweep({"drift": [0.1]}))
    assert report.blocks == 1
    assert len(events(path, "block")) == store_before + 1


def test_common_random_numbers_give_all_cells_the_same_draws(tmp_path):
    tree = toysim.sweep(
        "walk.gaussian",
        drift=[0.0, 1.0],
        noise=2.0,
        n_rounds=2,
        replicas=5,
        common_random_numbers=True,
    )
    x = tree["simulation"]["position"]
    np.testing.assert_allclose(x.sel(drift=1.0) - x.sel(drift=0.0), 6.0, rtol=1e-12)
    apart = toysim.sweep("walk.gaussian", drift=[0.0, 1.0], noise=2.0, n_rounds=2, replicas=5)[
        "simulation"
    ]["position"]
    assert np.ptp((apart.sel(drift=1.0) - apart.sel(drift=0.0)).values) > 0.1


def test_second_run_at_the_same_time_is_told(undisturbed):
    with locked(undisturbed), pytest.raises(StoreError, match="being written by another run"):
        run_walk(undisturbed)


def test_two_helpers_on_one_store_do_not_damage_it(undisturbed, tmp_path):
    path = tmp_path / "w.zarr"
    run_walk(path, block=32)
    for state in path.glob("*/state/c/**/*"):
        if state.is_file():
            state.unlink()
    threads = [threading.Thread(target=join, args=(path, Options(workers=2))) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert chunk_digests(path) == chunk_digests(undisturbed)


def test_blocks_that_others_have_done_are_left_alone(tmp_path):
    """A helper does the rest while a run is at its first block: all that run still does is what it
    had begun.
    """
    path, seen = tmp_path / "w.zarr", []

    def listen(event):
        seen.append(event["event"])
        if seen.count("block") == 1 and "helped" not in seen:
            seen.append("helped")
            join(path, Options(workers=1))

    report = run_walk(path, listen=listen, block=7, workers=1)
    total = len(list(wanted_units(Store(path), None, True)))
    assert report.blocks <= 3
    assert report.blocks + report.blocks_before == total
    assert seen.count("block") + seen.count("elsewhere") == total


def test_a_helper_takes_blocks_that_the_run_is_not_at(tmp_path):
    """Both may come upon the same block now and then: of 60 about three; in the same order they
    would do each twice.
    """
    path = tmp_path / "w.zarr"
    sweep = build_sweep(
        "slow", load_model("walk.trouble"), {"rest": 0.02}, {"x": {"linspace": [0.0, 1.0, 60]}}
    )
    prepare(path, sweep, (1, 1))
    reports = []
    runs = [
        threading.Thread(target=lambda: reports.append(execute(sweep, path, Options(workers=1)))),
        threading.Thread(target=lambda: reports.append(join(path, Options(workers=1)))),
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert min(report.blocks for report in reports) > 5
    assert 60 <= sum(report.blocks for report in reports) < 75


def test_flipped_byte_is_found_and_repaired(undisturbed, tmp_path):
    path = tmp_path / "w.zarr"
    shutil.copytree(undisturbed, path)
    chunk = path / "simulation" / "position" / "c" / "2" / "0"
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    with pytest.raises(StoreError, match="damaged: simulation/position.*--repair"):
        toysim.open_store(path)
    report = run_walk(path, repair=True)
    assert report.blocks == 1
    assert chunk_digests(path) == chunk_digests(undisturbed)


@pytest.mark.parametrize("how", ["removed", "truncated"])
def test_lost_chunk_is_refused_and_repaired(undisturbed, tmp_path, how):
    path = tmp_path / "w.zarr"
    shutil.copytree(undisturbed, path)
    chunk = path / "simulation" / "square" / "c" / "1" / "0"
    chunk.unlink() if how == "removed" else chunk.write_bytes(b"")
    with pytest.raises(StoreError, match="damaged: block simulation 1/0 lost square"):
        run_walk(path)
    run_walk(path, repair=True)
    assert chunk_digests(path) == chunk_digests(undisturbed)


def test_garbled_root_document_is_refused(undisturbed, tmp_path):
    path = tmp_path / "w.zarr"
    shutil.copytree(undisturbed, path)
    (path / "zarr.json").write_text("{")
    with pytest.raises(StoreError, match="holds no readable toysim store .*--repair"):
        run_walk(path)


def test_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match="not a store of toysim"):
        run_walk(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"fixed": {"noise": 2.0}}, "noise is 1.0 there and 2.0 here"),
        ({"seed": 6}, "seed is 5 there and 6 here"),
        ({"axes": {"drift": [0.1]}}, "n_rounds is 'an axis' there and 4 here"),
        ({"simulation": False}, "simulation is True there and False here"),
    ],
    ids=["fixed", "seed", "axes", "simulation"],
)
def test_store_of_another_sweep_is_refused_with_the_difference(undisturbed, other, said):
    before = chunk_digests(undisturbed)
    with pytest.raises(StoreError, match=said):
        run_walk(undisturbed, walk_sweep(**other))
    assert chunk_digests(undisturbed) == before


def test_another_version_of_the_model_is_refused(undisturbed, tmp_path):
    path = tmp_path / "w.zarr"
    shutil.copytree(undisturbed, path)
    with edited_root(path) as meta:
        meta["identity"]["version"] = 0
    with pytest.raises(StoreError, match="version is 0 there and 1 here"):
        run_walk(path)


def test_edited_sources_warn_and_go_on(undisturbed, tmp_path):
    path = tmp_path / "w.zarr"
    shutil.copytree(undisturbed, path)
    more = walk_sweep({**AXES, "drift": [*AXES["drift"], 0.6]})
    assert run_walk(path, more).warnings == []
    with edited_root(path) as meta:
        meta["provenance"]["sources"] = "of another day"
    report = run_walk(path, walk_sweep({**AXES, "drift": [*AXES["drift"], 0.6, 0.7]}))
    assert "the sources of walk.gaussian were edited" in report.warnings[0]
    assert report.blocks > 0


def test_parameter_added_later_at_its_default_is_the_same_sweep(undisturbed, tmp_path):
    path = tmp_path / "w.zarr"
    shutil.copytree(undisturbed, path)
    with edited_root(path) as meta:
        del meta["identity"]["fixed"]["late_option"]
    assert Store(path).fixed["late_option"] is False
    run_walk(path, walk_sweep({**AXES, "drift": [*AXES["drift"], 0.6]}))


def test_value_a_hair_from_a_stored_one_is_that_one(undisturbed, tmp_path):
    """Also in new cells, so that its grid has no second line."""
    path = tmp_path / "w.zarr"
    shutil.copytree(undisturbed, path)
    near = float(np.nextafter(0.3, 1))
    assert run_walk(path, walk_sweep({**AXES, "drift": [near]})).blocks == 0
    assert run_walk(path, walk_sweep({"drift": [near], "n_rounds": [9]})).rows == 7 + 1
    assert toysim.open_store(path)["simulation"]["drift"].values.tolist() == AXES["drift"]


def test_full_disk_is_one_line_and_loses_nothing(tmp_path, monkeypatch):
    path = tmp_path / "w.zarr"
    write, calls = Store.write, []

    def fill(self, unit, *arguments):
        calls.append(unit)
        if len(calls) == 3:
            monkeypatch.setattr("toysim.store.homes.sync", no_space)
        return write(self, unit, *arguments)

    def no_space(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "write", fill)
    with pytest.raises(StoreError, match="No space left on device; what was finished is kept"):
        run_walk(path, workers=1, block=32)
    monkeypatch.undo()
    report = run_walk(path, workers=1, block=32)
    assert report.blocks_before == 2
    assert (toysim.open_store(path)["simulation"]["state"] == 1).all()


def test_a_cell_that_raises_is_recorded_and_the_rest_goes_on():
    tree = toysim.sweep("walk.trouble", x=[0.0, 1.0, 2.0], mode=[0, 1], replicas=2)
    state = tree["simulation"]["state"]
    assert (state.sel(mode=0) == 1).all()
    assert (state.sel(mode=1) == 2).all()
    assert np.isnan(tree["simulation"]["y"].sel(mode=1)).all()


def test_a_cell_that_hangs_or_kills_its_worker_is_recorded(tmp_path):
    tree = toysim.sweep(
        "walk.trouble",
        x=[0.0, 1.0],
        mode=[0, 2, 3],
        replicas=1,
        backend="processes",
        time_limit=1.0,
        workers=2,
        store=tmp_path / "t.zarr",
    )
    state = tree["simulation"]["state"]
    assert (state.sel(mode=0) == 1).all()
    assert (state.sel(mode=2) == 3).all()
    assert (state.sel(mode=3) == 2).all()
    well = toysim.sweep("walk.trouble", x=[0.0, 1.0], mode=[0], replicas=1)
    np.testing.assert_array_equal(
        tree["simulation"]["y"].sel(mode=0), well["simulation"]["y"].sel(mode=0)
    )


def test_theory_is_solved_once_for_parameters_it_ignores(monkeypatch):
    import toysim.runner.work as work

    sizes, compute = [], work.compute

    def count(model, side, batch, *rest):
        sizes.append((side, len(batch)))
        return compute(model, side, batch, *rest)

    monkeypatch.setattr(work, "compute", count)
    tree = toysim.sweep("walk.gaussian", drift=[0.1, 0.2], late_option=[False, True])
    assert ("theory", 2) in sizes
    assert ("simulation", 4) in sizes
    assert tree["theory"]["position"].notnull().all()


def test_theory_alone_has_no_simulation_and_grows(undisturbed, tmp_path):
    path = tmp_path / "w.zarr"
    run_walk(path, walk_sweep({**AXES, "drift": AXES["drift"][:2]}, simulation=False))
    run_walk(path, walk_sweep(simulation=False))
    tree = toysim.open_store(path)
    assert set(tree.children) == {"theory"}
    both = data_bytes(toysim.open_store(undisturbed))
    assert data_bytes(tree) == {name: both[name] for name in both if name.startswith("theory/")}
    assert read_status(path).finished
    with pytest.raises(ToysimError, match="nothing to compare it with"):
        toysim.compare(tree)
    with pytest.raises(ToysimError, match="has no theory"):
        toysim.sweep("walk.trouble", simulation=False)


def test_zip_vector_axis_and_designs():
    tree = toysim.sweep(
        "walk.gaussian",
        weights=[[1.0, 2.0], [0.5, 0.5]],
        drift={"sobol": [0.1, 1.0, 8]},
        noise={"sobol": [0.5, 0.6, 8]},
        zip={"design": ["drift", "noise"]},
    )
    ds = tree["simulation"].to_dataset()
    assert ds["position"].dims == ("weights", "design", "replica")
    assert ds["weights_value"].dims == ("weights", "weights_0")
    assert ds["drift"].dims == ds["noise"].dims == ("design",)
    assert len(np.unique(ds["drift"])) == 8
    assert not np.allclose((ds["drift"] - 0.1) / 0.9, (ds["noise"] - 0.5) / 0.1)
    assert {v.verdict for v in toysim.compare(tree)} == {"undecided"}
