"""The Dask backend: a cluster writes the same bytes, and what goes wrong with it is said in one
line.
"""

import pytest
from helpers import chunk_digests, run_walk, walk_sweep

import toysim
from toysim.errors import ToysimError
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
