"""A night of faults: kills of every process of a sweep, full and read-only disks, files of every
kind cut, flipped, emptied and removed, stopped processes, jumping clocks. The tally: blocks lost 0,
bytes differing 0, unexpected errors 0.

``test_crash.py`` has the kills that plain runs have; here are whole nights of them, two at a time.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from helpers import chunk_digests, events, run_walk, walk_sweep
from test_crash import calls, check, done_blocks, members

import toysim
from toysim.errors import ToysimError
from toysim.outcomes import State
from toysim.runner.execute import Options, join
from toysim.store.files import LOCK_SECONDS
from toysim.store.status import read_status

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, mounts tmpfs")

N_BLOCKS = 60
SCRIPT = """
import sys
import numpy as np
import toysim
from toysim.runner.execute import Options, join

if __name__ == "__main__":
    path, role = sys.argv[1:]
    if role == "helper":
        join(path, Options(workers=1))
    else:
        toysim.sweep("walk.trouble", x=list(np.linspace(0.0, 1.0, 60)), rest=0.01, replicas=3,
                     seed=3, block=3, store=path, backend=role, workers=2)
"""
KILLS = 108  # in CI
PIECES = 10  # of the long run, each as long as CI's


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    path = tmp_path_factory.mktemp("truth") / "t.zarr"
    axes = {"x": list(np.linspace(0.0, 1.0, N_BLOCKS))}
    toysim.sweep("walk.trouble", **axes, rest=0.0, replicas=3, seed=3, block=3, store=path)
    return chunk_digests(path)


@pytest.fixture
def script(tmp_path):
    (tmp_path / "run.py").write_text(SCRIPT)
    return tmp_path / "run.py"


def start(script, path, role):
    return subprocess.Popen(
        [sys.executable, str(script), str(path), role],
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )


def gone(process):
    """All of a killed run, its workers too."""
    process.communicate()
    limit = time.monotonic() + 20
    while members(process.pid):
        assert time.monotonic() < limit, "workers outlived their parent"
        time.sleep(0.01)


def progressed(path, process, before):
    limit = time.monotonic() + 120
    while len(done_blocks(path)) <= before and process.poll() is None:
        assert time.monotonic() < limit, "no progress"
        time.sleep(0.002)


class Night:
    """Kills of one kind of process, over as many stores as they take."""

    def __init__(self, folder, script, truth, role, seed):
        self.folder, self.script, self.truth, self.role = folder, script, truth, role
        self.dice, self.killed, self.number = random.Random(seed), 0, 0

    def run(self, kills):
        while self.killed < kills:
            path = self.folder / f"{self.role}{self.number}.zarr"
            self.number += 1
            spent = {}
            while self.killed < kills and len(done_blocks(path)) < N_BLOCKS - 8:
                self._kill(path, spent)
            self._finish(path, spent)
        return self.killed

    def _kill(self, path, spent):
        before = len(done_blocks(path))
        backend = self.role if self.role != "helper" else "threads"
        run = start(self.script, path, backend)
        progressed(path, run, before)
        helper = start(self.script, path, "helper") if self.role == "helper" else None
        time.sleep(self.dice.uniform(0, 0.05))
        if helper is not None:
            progressed(path, helper, before)
            helper.kill()
            gone(helper)
            self.killed += 1
        run.kill()
        gone(run)
        self.killed += 1
        if 0 < len(done_blocks(path)) < N_BLOCKS:
            check(path, self.truth)
            assert read_status(path).run == "dead"
        done = {(int(i), 0) for i in done_blocks(path)}
        spent.update({unit: n for unit, n in calls(path).items() if unit in done})

    def _finish(self, path, spent):
        last = start(self.script, path, "threads")
        said = last.communicate(timeout=180)[1]
        assert last.returncode == 0, said
        assert chunk_digests(path) == self.truth
        if self.role != "helper":  # it may have been at a block that the run did too
            assert {unit: calls(path)[unit] for unit in spent} == spent
        assert read_status(path).finished


def night(tmp_path, script, truth, kills, piece=0):
    """Two nights at a time, each of one role; other pieces throw other dice."""
    shares = {"threads": 0.5, "processes": 0.2, "helper": 0.3}
    nights = [
        (Night(tmp_path, script, truth, role, 10 * piece + k), max(2, round(kills * share)))
        for k, (role, share) in enumerate(shares.items())
    ]
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda pair: pair[0].run(pair[1]), nights))


@pytest.mark.slow
def test_a_night_of_kills(tmp_path, script, truth):
    assert night(tmp_path, script, truth, KILLS) >= 100


@pytest.mark.long
@pytest.mark.parametrize("piece", range(1, PIECES + 1))
def test_a_long_night_of_kills(tmp_path, script, truth, piece):
    assert night(tmp_path, script, truth, KILLS, piece) >= 100


WRONG = {1: "asked to fail", 4: "Unable to allocate", 6: "shape"}


@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_cells_that_go_wrong_are_recorded_and_the_rest_goes_on(tmp_path, backend):
    """They raise, hang, eat memory, return NaN or another shape; NaN is a number like others."""
    modes = [0, *WRONG, 5] + [2, 3] * (backend == "processes")
    how = {"time_limit": 20.0} if backend == "processes" else {}
    ds = toysim.sweep(
        "walk.trouble", mode=modes, seed=3, block=1, workers=2, backend=backend,
        store=tmp_path / "t.zarr", **how,
    )["simulation"]  # fmt: skip
    state = dict(zip(ds["mode"].values.tolist(), ds["state"].values.ravel().tolist(), strict=True))
    assert state == {
        m: {0: State.OK, 5: State.OK, 2: State.TIMED_OUT}.get(m, State.FAILED) for m in modes
    }
    assert np.isfinite(ds["y"].sel(mode=0)).all()
    assert np.isnan(ds["y"].sel(mode=5)).all()
    found = events(tmp_path / "t.zarr", "block")
    told = {e["cell"]["mode"]: e["message"] for b in found for e in b["errors"]}
    for mode, words in WRONG.items():
        assert words in told[mode]
    again = toysim.sweep("walk.trouble", mode=[0, 5], seed=3)["simulation"]["y"]
    np.testing.assert_array_equal(again, ds["y"].sel(mode=[0, 5]))


KINDS = {
    "root document": "zarr.json",
    "document of an array": "simulation/position/zarr.json",
    "document of a group": "theory/zarr.json",
    "observable": "simulation/position/c/1/0",
    "status": "simulation/status/c/0/0",
    "state": "simulation/state/c/1/0",
    "theory": "theory/square/c/1",
    "state of theory": "theory/state/c/1",
    "axis": "simulation/drift/c/0",
    "axis of theory": "theory/n_rounds/c/0",
    "record times": "simulation/round/c/0/0",
    "cell numbers": "theory/cell/c/0",
    "replica numbers": "simulation/replica/c/0",
    "input": "inputs/weights/c/0",
    "log": "log.jsonl",
    "copy": ".zarr.json.copy",
}


def sweep():
    return walk_sweep(fixed={"n_records": 3, "weights": (1.0, 2.0, 3.0)})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "w.zarr"
    run_walk(path, sweep(), block=32)
    return path


def harm(file, how):
    content = file.read_bytes()
    half = len(content) // 2
    match how:
        case "cut":
            file.write_bytes(content[:half])
        case "flipped":
            file.write_bytes(content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :])
        case "emptied":
            file.write_bytes(b"")
        case "removed":
            file.unlink()


def used(path):
    """What a run and a reader say of a store: an error's line, or data."""
    try:
        run_walk(path, sweep(), block=32)
        return "", toysim.open_store(path)
    except ToysimError as error:
        return str(error), None


@pytest.mark.parametrize("how", ["cut", "flipped", "emptied", "removed"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_harmed(whole, tmp_path, kind, how):
    """Told in one line or of no consequence; never another number; --repair brings all back."""
    path, truth = tmp_path / "w.zarr", chunk_digests(whole)
    shutil.copytree(whole, path)
    harm(path / KINDS[kind], how)
    told, tree = used(path)
    if told:
        assert "\n" not in told
        assert "--repair" in told
    else:
        np.testing.assert_array_equal(
            tree["simulation"]["position"], toysim.open_store(whole)["simulation"]["position"]
        )
    run_walk(path, sweep(), block=32, repair=True)
    assert chunk_digests(path) == truth
    for name in ("zarr.json", KINDS["document of an array"], KINDS["document of a group"]):
        assert (path / name).read_bytes() == (whole / name).read_bytes()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["mount", "-o", "remount,rw", str(place)], capture_output=True)
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_loses_nothing(whole, small_disk):
    path, ballast = small_disk / "w.zarr", small_disk / "ballast"
    seen = []

    def fill(event):
        seen.append(event)
        if len(seen) == 3:
            with suppress(OSError), open(ballast, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

    with pytest.raises(ToysimError, match="No space left on device; what was finished is kept"):
        run_walk(path, sweep(), block=32, workers=1, listen=fill)
    ballast.unlink()
    report = run_walk(path, sweep(), block=32)
    assert report.blocks_before >= 2
    assert chunk_digests(path) == chunk_digests(whole)


def test_a_disk_that_becomes_read_only(whole, small_disk):
    path, seen = small_disk / "w.zarr", []

    def stop(event):
        seen.append(event)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_walk(path, sweep(), block=32, workers=1, listen=stop)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(ToysimError, match="Read-only file system"):
        run_walk(path, sweep(), block=32)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    run_walk(path, sweep(), block=32)
    assert chunk_digests(path) == chunk_digests(whole)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert run_walk(path, sweep(), block=32).blocks == 0  # a finished sweep has nothing to write
    toysim.open_store(path)


@pytest.mark.parametrize("jump", [-(10**6), 10**6, -(10**9)])
def test_a_clock_that_jumps_changes_nothing(whole, tmp_path, monkeypatch, jump):
    path, now, blocks = tmp_path / "w.zarr", time.time, []

    def listen(event):
        blocks.append(event)
        if len(blocks) == 3:
            monkeypatch.setattr(time, "time", lambda: now() + jump)

    run_walk(path, sweep(), block=32, workers=1, listen=listen)
    assert read_status(path).finished
    assert chunk_digests(path) == chunk_digests(whole)


@pytest.mark.slow
def test_a_stopped_run_goes_on(tmp_path, script, truth):
    """SIGSTOP as when a laptop sleeps: meanwhile nobody else may take the store, helpers may."""
    path = tmp_path / "t.zarr"
    run = start(script, path, "threads")
    progressed(path, run, 2)
    os.kill(run.pid, signal.SIGSTOP)
    assert read_status(path).run == "running"
    begin = time.monotonic()
    other = start(script, path, "threads")
    assert "is being written by another run" in other.communicate()[1]
    assert time.monotonic() - begin < 30 + LOCK_SECONDS
    join(path, Options(workers=1))
    os.kill(run.pid, signal.SIGCONT)
    assert run.wait(timeout=120) == 0
    assert chunk_digests(path) == truth


ROLES = ("worker", "scheduler", "client")


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_a_killed_part_of_a_cluster(tmp_path, truth, role):
    """The run ends well, or with one line; what is there is right, and threads do the rest."""
    pytest.importorskip("distributed")
    path, run = tmp_path / "t.zarr", tmp_path / "run.py"
    run.write_text(
        SCRIPT.replace("workers=2)", "workers=2, scheduler=sys.argv[3])").replace(
            "path, role = sys.argv[1:]", "path, role = sys.argv[1:3]"
        )
    )
    own = tmp_path / "address.json"
    dask = [sys.executable, "-m", "distributed.cli."]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    options = ["--no-dashboard", "--port", "0", "--scheduler-file", str(own)]
    scheduler = subprocess.Popen(
        [*dask[:2], dask[2] + "dask_scheduler", *options, "--host", "127.0.0.1"], **quiet
    )
    worker = [*dask[:2], dask[2] + "dask_worker", "--scheduler-file", str(own), "--nthreads", "1"]
    workers = [subprocess.Popen([*worker, "--no-nanny"], **quiet) for _ in range(2)]
    try:
        limit = time.monotonic() + 60
        while not own.exists():
            assert time.monotonic() < limit
            time.sleep(0.1)
        address = json.loads(own.read_text())["address"]
        client = subprocess.Popen(
            [sys.executable, str(run), str(path), "dask", address],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        progressed(path, client, 3)
        {"worker": workers[0], "scheduler": scheduler, "client": client}[role].kill()
        said = client.communicate(timeout=90)[1].splitlines()
        if role == "scheduler":
            assert client.returncode == 1
            assert "ToysimError" in said[-1]
        if role == "worker":
            assert client.returncode == 0 or "ToysimError" in said[-1], said
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
    if 0 < len(done_blocks(path)) < N_BLOCKS:
        check(path, truth)
    (tmp_path / "plain.py").write_text(SCRIPT)
    assert start(tmp_path / "plain.py", path, "threads").wait(timeout=120) == 0
    assert chunk_digests(path) == truth
