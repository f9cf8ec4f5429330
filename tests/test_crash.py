"""SIGKILL at random moments: what was finished stays, nothing is wrong, the rest is completed to
the same bytes.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from helpers import chunk_digests, data_bytes, events, run_walk, walk_sweep

import toysim

N_BLOCKS = 60  # a cell each: three replicas of 10 ms
AXES = {"x": list(np.linspace(0.0, 1.0, N_BLOCKS))}
BLOCK = 3
SCRIPT = """
import sys
import numpy as np
import toysim

if __name__ == "__main__":
    toysim.sweep("walk.trouble", x=list(np.linspace(0.0, 1.0, 60)), rest=0.01, replicas=3,
                 seed=3, block=3, store=sys.argv[1], backend=sys.argv[2], workers=2)
"""


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """The chunks of a run that nobody disturbed."""
    path = tmp_path_factory.mktemp("truth") / "t.zarr"
    toysim.sweep("walk.trouble", **AXES, rest=0.01, replicas=3, seed=3, block=BLOCK, store=path)
    return chunk_digests(path)


def done_blocks(path):
    return {p.parent.name for p in path.glob("simulation/state/c/*/*") if p.name.isdigit()}


def start(path, script, backend):
    return subprocess.Popen(
        [sys.executable, str(script), str(path), backend],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )


def wait_for_progress(path, process, before, timeout=60):
    """Until this run has finished a block, so that others are in flight."""
    limit = time.monotonic() + timeout
    while len(done_blocks(path)) <= before:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < limit, "no progress"
        time.sleep(0.002)


def check(path, truth):
    """Every block that says done has the undisturbed bytes in every array; some are done, some are
    not.
    """
    done = done_blocks(path)
    assert 0 < len(done) < N_BLOCKS
    here = chunk_digests(path)
    for name, digest in truth.items():
        _, variable, _, *place = name.split("/")
        if variable in ("y", "status", "status_step", "state") and place[0] in done:
            assert here[name] == digest, name
    with_nan = toysim.open_store(path)["simulation"]
    assert int((with_nan["state"] == 1).sum()) == 3 * len(done)


def members(group):
    """Processes of a session that are still alive."""
    alive = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == group and fields[0] != "Z":
                alive.append(int(entry))
    return alive


def calls(path):
    """How often each block was computed and stored, from the log."""
    return Counter(tuple(e["unit"]) for e in events(path, "block"))


def kill_runs(tmp_path, truth, backend, kills, seed):
    """Kill the runner ``kills`` times over as many stores as that takes; each store must end
    undisturbed.
    """
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    moments = random.Random(seed)
    number, killed = 0, 0
    while killed < kills:
        path = tmp_path / f"t{number}.zarr"
        spent = Counter()
        while killed < kills and len(done_blocks(path)) < N_BLOCKS - 20:
            process = start(path, script, backend)
            wait_for_progress(path, process, len(done_blocks(path)))
            time.sleep(moments.uniform(0, 0.04))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            limit = time.monotonic() + 10
            while members(process.pid):
                assert time.monotonic() < limit, "workers outlived their parent"
                time.sleep(0.01)
            check(path, truth)
            done = {(int(i), 0) for i in done_blocks(path)}
            spent |= Counter({unit: n for unit, n in calls(path).items() if unit in done})
            killed += 1
        assert start(path, script, backend).wait(timeout=120) == 0
        assert chunk_digests(path) == truth
        assert {unit: calls(path)[unit] for unit in spent} == dict(
            spent
        )  # nothing finished was computed again
        number += 1
    return killed


def kill_workers(tmp_path, truth, kills, seed):
    """Kill single workers of a running sweep; the run replaces them and ends undisturbed."""
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    moments = random.Random(seed)
    number, killed = 0, 0
    while killed < kills:
        path = tmp_path / f"w{number}.zarr"
        process = start(path, script, "processes")
        while killed < kills:
            before = len(done_blocks(path))
            if process.poll() is not None or before > N_BLOCKS - 6:
                break
            wait_for_progress(path, process, before)
            time.sleep(moments.uniform(0, 0.04))
            workers = [
                p
                for p in members(process.pid)
                if b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()
            ]
            done = len(done_blocks(path))
            if workers and 0 < done < N_BLOCKS:
                os.kill(moments.choice(workers), signal.SIGKILL)
                killed += 1
        assert process.wait(timeout=120) == 0
        assert chunk_digests(path) == truth
        number += 1
    return killed


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to find the workers")
class TestKills:
    def test_a_few_kills(self, tmp_path, truth):
        assert kill_runs(tmp_path, truth, "threads", 2, seed=1) == 2

    @pytest.mark.slow
    def test_killed_runner_on_threads(self, tmp_path, truth):
        assert kill_runs(tmp_path, truth, "threads", 20, seed=2) == 20

    @pytest.mark.slow
    def test_killed_runner_on_processes(self, tmp_path, truth):
        assert kill_runs(tmp_path, truth, "processes", 12, seed=3) == 12

    @pytest.mark.slow
    def test_killed_workers(self, tmp_path, truth):
        assert kill_workers(tmp_path, truth, 14, seed=4) == 14


def test_killed_creation_and_growth_are_begun_again(tmp_path, monkeypatch):
    """A kill before the root document is committed: nothing of it is seen, and the next run does it
    again.
    """
    import toysim.store.growth as growth

    path, fresh = tmp_path / "w.zarr", tmp_path / "fresh.zarr"
    commit = growth.commit_root

    def die(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(growth, "commit_root", die)
    with pytest.raises(KeyboardInterrupt):
        run_walk(path)
    monkeypatch.setattr(growth, "commit_root", commit)
    run_walk(path, block=4)  # two blocks of replicas, so that fewer replicas leave corners
    before = data_bytes(toysim.open_store(path))
    monkeypatch.setattr(growth, "commit_root", die)
    more = walk_sweep({"drift": [0.1, 0.2, 0.7], "n_rounds": [3, 9]}, replicas=9)
    fewer = walk_sweep({"drift": [0.1, 0.2, 0.7], "n_rounds": [3, 9]}, replicas=2)
    for request in (
        fewer,
        more,
    ):  # the flags of the first one's corners must not be taken for done blocks
        with pytest.raises(KeyboardInterrupt):
            run_walk(path, request)
    assert data_bytes(toysim.open_store(path)) == before
    monkeypatch.setattr(growth, "commit_root", commit)
    run_walk(path, more)
    run_walk(fresh, more)
    grown = toysim.open_store(path)["simulation"].sel(drift=[0.1, 0.2, 0.7], n_rounds=[3, 9])
    ours = grown["position"].values
    np.testing.assert_array_equal(ours, toysim.open_store(fresh)["simulation"]["position"].values)


@pytest.mark.parametrize("root_survives", [True, False])
def test_a_power_cut_before_the_first_block_loses_nothing(tmp_path, monkeypatch, root_survives):
    """Files that never reached the disk are empty: the store is laid out again, byte for byte."""
    import toysim.runner.execute as execute

    path, fresh = tmp_path / "w.zarr", tmp_path / "fresh.zarr"
    monkeypatch.setattr(execute, "on_threads", lambda *arguments: iter(()))
    run_walk(path)
    monkeypatch.undo()
    assert (path / "zarr.json").stat().st_size > 0
    for file in path.rglob("*"):
        if file.is_file() and not (root_survives and file == path / "zarr.json"):
            file.write_bytes(b"")
    run_walk(path)
    run_walk(fresh)
    assert chunk_digests(path) == chunk_digests(fresh)
    for document in fresh.glob("*/**/zarr.json"):
        there = path / document.relative_to(fresh)
        assert there.read_text() == document.read_text()


def test_all_that_a_state_speaks_of_is_on_the_disk_before_it(tmp_path, monkeypatch):
    """Whatever was written before a state was synced before it, and everything at the end."""
    import toysim.store.homes as homes

    unsynced, syncs = set(), []
    write = homes.Folder._write

    def noted(folder, key, content):
        if "/state/c/" in key:
            assert not {k for k in unsynced if "/state/c/" not in k}, key
        write(folder, key, content)
        unsynced.add(key)

    def synced(path):
        unsynced.clear()
        syncs.append(path)

    monkeypatch.setattr(homes.Folder, "_write", noted)
    monkeypatch.setattr(homes, "sync", synced)
    run_walk(tmp_path / "w.zarr", block=1000, workers=1, theory=False)
    assert not unsynced
    assert len(syncs) == 2  # one for the block, one for the end
