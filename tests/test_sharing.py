"""Sweeps beyond one process: stores made ahead, workers that stop in time, job scripts, merges."""

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from helpers import chunk_digests, events, run_walk, walk_sweep

import toysim
from toysim.durations import clock, seconds_of
from toysim.errors import ToysimError
from toysim.outcomes import State
from toysim.runner.execute import Options, create, join
from toysim.runner.stopping import Stop
from toysim.store.status import read_status
from toysim.store.store import Store

MODES = {"depth": [2, 3], "deficit_length": [0.0, 1.0]}


@pytest.mark.parametrize(
    ("span", "seconds"),
    [("3h", 10800), ("90m", 5400), ("1d12h", 129600), ("1.5h", 5400), ("20", 20), (7.5, 7.5)],
)
def test_spans_of_time(span, seconds):
    assert seconds_of(span) == seconds


@pytest.mark.parametrize("span", ["soon", "", "3 hours", "h3", "3h soon", "3h5"])
def test_what_is_no_span_is_one_line(span):
    with pytest.raises(ToysimError, match="is no span of time: write 3h, 90m, 1d12h or seconds"):
        seconds_of(span)


def test_clock():
    assert [clock(s) for s in (59.9, 3661, 90000)] == ["00:00:59", "01:01:01", "25:00:00"]


# Stopping


def test_no_block_begins_that_would_not_end_in_time():
    stop = Stop(seconds=100.0, depth=2, begin=time.monotonic() - 50.0)
    assert len(list(stop.in_time(range(5)))) == 5, "nothing is known yet"
    stop.heard(20.0)
    assert len(list(stop.in_time(range(5)))) == 5, "50 + 2 x 20 is before 100"
    stop.heard(30.0)
    assert list(stop.in_time(range(5))) == [], "50 + 2 x 30 is after it"


@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_a_run_stops_at_a_blocks_end_and_goes_on(tmp_path, backend):
    """Twenty blocks of 0.5 s on one worker, 4 s for them. A start of worker processes counts."""
    axes = {"x": np.linspace(0, 1, 20), "rest": 0.5}
    how = {"block": 1, "workers": 1, "backend": backend, "store": tmp_path / "s.zarr"}
    begin = time.monotonic()
    toysim.sweep("walk.trouble", **axes, **how, stop_after=4)
    took = time.monotonic() - begin
    status = read_status(tmp_path / "s.zarr")
    assert 0 < status.blocks_done < 20, took
    done = sum(e["seconds"] for e in events(tmp_path / "s.zarr", "block"))
    assert done <= 4.0
    assert status.run == "ended"
    report = toysim.work(tmp_path / "s.zarr", workers=4)
    assert (report.blocks_left, read_status(tmp_path / "s.zarr").finished) == (0, True)


def test_what_is_left_is_told(tmp_path):
    create(walk_sweep(), tmp_path / "w.zarr", Options(block=32))
    report = join(tmp_path / "w.zarr", Options(stop_after=1e-9))
    left = read_status(tmp_path / "w.zarr")
    assert report.blocks == 0
    assert report.blocks_left == left.blocks == left.blocks - left.blocks_done
    with pytest.raises(ToysimError, match="must be above 0 seconds"):
        toysim.work(tmp_path / "w.zarr", stop_after=0)


# Made ahead, worked on by others


def test_workers_alone_do_all_that_a_sweep_does(tmp_path):
    """Refinement too, which follows from rows that are all there."""
    toysim.sweep("deep_linear.modes", **MODES, store=tmp_path / "alone.zarr", block=1)
    made = toysim.sweep(
        "deep_linear.modes", **MODES, store=tmp_path / "shared.zarr", block=1, create_only=True
    )
    assert (made["simulation"]["state"] == State.NOT_RUN).all()
    report = toysim.work(tmp_path / "shared.zarr")
    assert report.refined > 0
    assert chunk_digests(tmp_path / "shared.zarr") == chunk_digests(tmp_path / "alone.zarr")
    assert toysim.work(tmp_path / "shared.zarr").blocks == 0


def test_a_sweep_in_memory_is_not_made_ahead():
    with pytest.raises(ToysimError, match="in memory has nobody to work on it"):
        toysim.sweep("walk.gaussian", drift=[1.0, 2.0], create_only=True)


# Job scripts

SBATCH = """\
#!/bin/bash
# Stands in for a queue's sbatch: runs the tasks of an array at once, as the #SBATCH lines say.
set -eu
of() { sed -n "s/^#SBATCH --$1=//p" "$2"; }
range=$(of array "$1"); logs=$(of output "$1")
for task in $(seq "${range%-*}" "${range#*-}"); do
  log=${logs//%A/77}; log=${log//%a/$task}
  SLURM_ARRAY_TASK_ID=$task bash "$1" > "$log" 2>&1 &
done
wait
"""


@pytest.fixture
def sbatch(tmp_path):
    place = tmp_path / "bin" / "sbatch"
    place.parent.mkdir()
    place.write_text(SBATCH)
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
    return place


def test_a_script_names_what_a_queue_needs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = toysim.script("slurm", "walk.gaussian", drift=[1.0, 2.0], store="w.zarr", time="2h")
    text = file.read_text()
    assert file == Path("w.slurm")
    for line in (
        "#SBATCH --array=1-4\n",
        "#SBATCH --time=02:00:00\n",
        f"#SBATCH --output={tmp_path}/w.logs/%A_%a.log\n",
        f"toysim work {tmp_path}/w.zarr --workers 4 --stop-after 6780s\n",
        "OMP_NUM_THREADS=1",
    ):
        assert line in text
    assert (tmp_path / "w.logs").is_dir()
    assert read_status("w.zarr").blocks_done == 0
    assert subprocess.run(["bash", "-n", file], check=False).returncode == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"queue": "slrum"}, "unknown queue 'slrum': did you mean 'slurm'?"),
        ({"time": "2m"}, "time 2m must be at least 300 s"),
        ({"jobs": 0}, "jobs = 0 must be at least 1"),
        ({"workers": -1}, "workers = -1 must be at least 1"),
        ({"store": "a b/w.zarr"}, "a queue reads no path with a space"),
        ({"drfit": [1.0]}, "unknown parameter 'drfit'"),
        ({"out": "there.sh"}, "there.sh exists; give another name"),
    ],
)
def test_a_refused_script_writes_nothing(tmp_path, monkeypatch, wrong, words):
    monkeypatch.chdir(tmp_path)
    Path("there.sh").write_text("")
    queue = wrong.pop("queue", "slurm")
    with pytest.raises(ToysimError, match=words.replace("?", r"\?")):
        toysim.script(queue, "walk.gaussian", drift=[1.0, 2.0], **{"store": "w.zarr", **wrong})
    assert os.listdir() == ["there.sh"]


@pytest.mark.slow
def test_a_submitted_script_fills_the_store(tmp_path, monkeypatch, sbatch):
    monkeypatch.chdir(tmp_path)
    file = toysim.script(
        "slurm", "perceptron.storage", alpha=[0.5, 0.7], jobs=3, workers=1, store="w.zarr"
    )
    subprocess.run([sbatch, file], check=True, timeout=100)
    assert read_status("w.zarr").finished
    logs = sorted(Path("w.logs").iterdir())
    assert [log.name for log in logs] == ["77_1.log", "77_2.log", "77_3.log"]
    assert all("store:" in log.read_text() for log in logs)


# Merging


def halves(tmp_path, sweep=None, **how):
    """A finished store, and two copies of it that lack every other unit."""
    run_walk(tmp_path / "whole.zarr", sweep, block=32)
    for k, name in enumerate(("a.zarr", "b.zarr")):
        shutil.copytree(tmp_path / "whole.zarr", tmp_path / name)
        store = Store(tmp_path / name)
        units = [u for s in store.sides for u in store.layout.units(s, store.model.paired)]
        for unit in units[k::2]:
            store.forget(unit)
    return tmp_path / "a.zarr", tmp_path / "b.zarr"


def test_two_halves_are_the_bytes_of_one_run(tmp_path):
    a, b = halves(tmp_path)
    found = toysim.merge(a, b, into=tmp_path / "c.zarr")
    assert (found.blocks_left, found.rows_checked) == (0, 0)
    assert chunk_digests(tmp_path / "c.zarr") == chunk_digests(tmp_path / "whole.zarr")
    assert toysim.compare(tmp_path / "c.zarr").ok
    assert run_walk(tmp_path / "c.zarr").blocks == 0
    assert not list(tmp_path.glob("*.partial"))


def test_rows_that_several_have_are_checked_and_what_none_has_is_left(tmp_path):
    a, _ = halves(tmp_path)
    found = toysim.merge(a, a, into=tmp_path / "c.zarr")
    status = read_status(a)
    assert found.rows_checked == status.rows_done
    assert found.blocks_left == status.blocks - status.blocks_done > 0
    toysim.work(tmp_path / "c.zarr")
    assert chunk_digests(tmp_path / "c.zarr") == chunk_digests(tmp_path / "whole.zarr")


def by_value(path):
    return toysim.open_store(path)["simulation"]["position"]


def test_other_cells_replicas_and_blocks_are_united(tmp_path):
    """More values, more replicas, other blocks: the values are those of one run."""
    run_walk(tmp_path / "a.zarr", walk_sweep({"drift": [0.1, 0.2], "n_rounds": [3, 4]}, 3), block=4)
    both = {"drift": [0.2, 0.3, 0.1], "n_rounds": [3, 4]}
    run_walk(tmp_path / "b.zarr", walk_sweep(both, 5), block=7)
    toysim.merge(tmp_path / "a.zarr", tmp_path / "b.zarr", into=tmp_path / "c.zarr")
    toysim.work(tmp_path / "c.zarr")
    assert read_status(tmp_path / "c.zarr").finished
    assert run_walk(tmp_path / "c.zarr", walk_sweep(both, 5)).rows == 0
    np.testing.assert_array_equal(by_value(tmp_path / "c.zarr"), by_value(tmp_path / "b.zarr"))


def test_a_row_that_failed_elsewhere_is_taken_from_where_it_did_not(tmp_path):
    run_walk(tmp_path / "a.zarr", block=32)
    shutil.copytree(tmp_path / "a.zarr", tmp_path / "b.zarr")
    store = Store(tmp_path / "a.zarr")
    store.array("simulation", "state")[0:1, 0:1] = State.FAILED
    store.array("simulation", "position")[0:1, 0:1] = np.nan
    for order in (("a.zarr", "b.zarr"), ("b.zarr", "a.zarr")):
        into = tmp_path / f"{order[0]}.c"
        toysim.merge(*(tmp_path / name for name in order), into=into)
        assert chunk_digests(into) == chunk_digests(tmp_path / "b.zarr")


def test_conflicts_and_other_sweeps_are_one_line_and_nothing_is_written(tmp_path):
    a, b = (tmp_path / name for name in ("a.zarr", "b.zarr"))
    run_walk(a, block=32)
    shutil.copytree(a, b)
    Store(b).array("simulation", "position")[3:4, 2:3] = 9.0
    run_walk(tmp_path / "other.zarr", walk_sweep(seed=6), block=32)
    for stores, words in (
        ((a, b), "b.zarr differs from a store before it in simulation/position at "
                 "drift=0.1, n_rounds=6, replica 2; nothing was merged"),
        ((a, tmp_path / "other.zarr"), "seed is 5 in the first and 6 in the second"),
        ((a,), "name two or more"),
        ((a, tmp_path / "none.zarr"), "no store at"),
    ):  # fmt: skip
        with pytest.raises(ToysimError, match=words):
            toysim.merge(*stores, into=tmp_path / "c.zarr")
    with pytest.raises(ToysimError, match="exists; give another name"):
        toysim.merge(a, a, into=b)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zarr", "b.zarr", "other.zarr"]
