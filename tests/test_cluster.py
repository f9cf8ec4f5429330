"""The Dask backend: a cluster writes the same bytes, and what goes wrong with it is said in one
line.
"""

import os
import signal
import sys
import threading
import types
from pathlib import Path

import pytest
from helpers import chunk_digests, run_walk, walk_sweep

import toysim
from toysim.errors import ToysimError
from toysim.runner.cluster import of_queue
from toysim.runner.execute import Options
from toysim.store.status import read_status


def test_without_dask_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr("toysim.runner.execute.find_spec", lambda name: None)
    with pytest.raises(ToysimError, match=r"pip install 'toysim\[dask\]'"):
        Options(backend="dask").check()


@pytest.mark.slow
def test_own_cluster_and_a_given_one_write_the_same_bytes(tmp_path):
    from distributed import LocalCluster

    run_walk(tmp_path / "threads.zarr", workers=1, block=32)
    run_walk(tmp_path / "own.zarr", workers=2, block=32, backend="dask")
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        run_walk(
            tmp_path / "given.zarr",
            walk_sweep(replicas=3),
            block=32,
            backend="dask",
            scheduler=address,
        )
        run_walk(tmp_path / "given.zarr", block=32, backend="dask", scheduler=address)
    assert chunk_digests(tmp_path / "own.zarr") == chunk_digests(tmp_path / "threads.zarr")
    assert read_status(tmp_path / "given.zarr").finished


@pytest.mark.slow
def test_no_scheduler_and_a_killed_worker_are_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("toysim.runner.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(
        ToysimError, match="no Dask scheduler at tcp://127.0.0.1:9: .*; check the address"
    ):
        run_walk(tmp_path / "w.zarr", backend="dask", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ToysimError, match="--backend processes finds the row and records it"):
        toysim.sweep(
            "walk.trouble", mode=[0, 3], workers=1, backend="dask", store=tmp_path / "t.zarr"
        )
    with pytest.raises(ToysimError, match="--backend processes finds the row and records it"):
        toysim.sweep("walk.trouble", mode=[0, 3], workers=1, backend="dask")


@pytest.mark.slow
def test_workers_that_are_killed_are_replaced_and_no_byte_differs(tmp_path):
    """Three worker processes, one killed every half second; each kill costs a block in flight."""
    from distributed import LocalCluster

    axes = {"x": [k / 60 for k in range(60)], "rest": 0.15}
    toysim.sweep("walk.trouble", **axes, store=tmp_path / "calm.zarr", block=1, workers=8)
    killed = []

    def kill(nannies, over):
        while not over.wait(0.5) and len(killed) < 5:
            for number in [n.pid for n in nannies if n.pid][:1]:
                os.kill(number, signal.SIGKILL)
                killed.append(number)

    with LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as cluster:
        over = threading.Event()
        killer = threading.Thread(target=kill, args=(list(cluster.workers.values()), over))
        killer.start()
        toysim.sweep(
            "walk.trouble",
            **axes,
            store=tmp_path / "killed.zarr",
            block=1,
            backend="dask",
            scheduler=cluster.scheduler_address,
        )
        over.set()
        killer.join()
    assert len(killed) >= 2
    assert chunk_digests(tmp_path / "killed.zarr") == chunk_digests(tmp_path / "calm.zarr")
    assert read_status(tmp_path / "killed.zarr").finished


# Dask on a queue


def test_a_cluster_file_without_jobqueue_is_one_line():
    with pytest.raises(ToysimError, match="needs dask-jobqueue: pip install dask-jobqueue, or use"):
        Options(backend="dask", cluster=Path("c.toml")).check()
    with pytest.raises(ToysimError, match="--cluster belongs to --backend dask"):
        Options(cluster=Path("c.toml")).check()


class OnAQueue:
    """Stands in for a cluster of dask-jobqueue."""

    def __init__(self, cores, memory):
        self.asked, self.jobs = (cores, memory), 0

    def scale(self, jobs):
        self.jobs = jobs


@pytest.fixture
def jobqueue(monkeypatch):
    module = types.ModuleType("dask_jobqueue")
    module.SLURMCluster = OnAQueue
    monkeypatch.setitem(sys.modules, "dask_jobqueue", module)


def test_a_cluster_file_says_what_the_queue_is_asked_for(tmp_path, jobqueue):
    file = tmp_path / "c.toml"
    file.write_text('queue = "slurm"\njobs = 8\ncores = 4\nmemory = "8 GB"\n')
    made = of_queue(file)
    assert (made.asked, made.jobs) == ((4, "8 GB"), 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jobs = 8", 'queue is missing; add a line like queue = "slurm"'),
        ('queue = "slurm"', "jobs is missing; add a line like jobs = 8"),
        ('queue = "slrum"\njobs = 1', "unknown queue 'slrum': did you mean 'slurm'"),
        ('queue = "slurm"\njobs = 1\ncorse = 4', "OnAQueue says: .*corse"),
        ("queue", "cannot read .*; give a TOML file"),
    ],
)
def test_a_wrong_cluster_file_is_one_line(tmp_path, jobqueue, text, words):
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(ToysimError, match=words):
        of_queue(file)
