"""What a user is told, and what not: an interrupt on every backend, a kernel cache that cannot be
written, edited sources, an author's own traceback.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toysim.sources import hash_of, sources_hash

SLOW = 'model = "walk.trouble"\n[axes]\nx = {linspace = [0.0, 1.0, 60]}\n[fixed]\nrest = 0.1\n'
SWEEP = [sys.executable, "-m", "toysim", "sweep"]


def begun(folder, *options):
    """The process of a sweep that has stored a block."""
    (folder / "slow.toml").write_text(SLOW)
    command = [*SWEEP, "slow.toml", "--block", "1", "--workers", "2", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen(command, cwd=folder, start_new_session=True, **pipes)
    states, limit = folder / "results/slow.zarr/simulation/state", time.monotonic() + 120
    while not any(p.is_file() for p in states.glob("c/*/*")):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < limit
        time.sleep(0.05)
    return running


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("backend", ["threads", "processes", "dask"])
def test_an_interrupt_of_the_whole_group_is_no_traceback(tmp_path, backend):
    """As Ctrl-C in a terminal: the workers get it too."""
    if backend == "dask":
        pytest.importorskip("distributed")
    running = begun(tmp_path, "--backend", backend)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=120)[1]
    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said
    assert len(said.splitlines()) <= 3, said


def compiled(cache, **more):
    """A sweep that compiles, with its kernel cache in a place."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), **more}
    code = "import toysim; print(toysim.run('walk.gaussian', drift=0.5)['position'].item())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.mark.slow
def test_a_kernel_cache_that_cannot_be_written_stops_nothing(tmp_path):
    plain, quiet = compiled(tmp_path / "there")
    assert quiet == ""
    (tmp_path / "file").touch()
    found, said = compiled(tmp_path / "file")
    assert found == plain
    assert said.count("\n") == 1
    assert "kernels compile in every process; set NUMBA_CACHE_DIR to another folder" in said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="mounts tmpfs")
def test_a_kernel_cache_on_a_full_disk_stops_nothing(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no disk may be mounted here")
    try:
        found, _ = compiled(place)
    finally:
        subprocess.run(["umount", str(place)], check=True)
    assert found == compiled(tmp_path / "there")[0]


def test_an_edit_anywhere_in_a_family_or_the_numerics_changes_the_hash(tmp_path):
    import toysim.models.oscillation as family

    home = Path(family.__file__).parent
    files = [p.relative_to(home) for p in sorted(home.rglob("*.py"))]
    assert any(len(p.parts) == 1 for p in files)  # shared by the family's models
    shutil.copytree(home, tmp_path / "family")
    before = hash_of([tmp_path / "family"])
    for file in files:
        copy = tmp_path / "family" / file
        text = copy.read_text()
        copy.write_text(text + "\n# edited\n")
        assert hash_of([tmp_path / "family"]) != before, file
        copy.write_text(text)
    others = {sources_hash(f"toysim.models.{f}") for f in ("oscillation", "drift", "memory")}
    assert len(others) == 3
    assert sources_hash("toysim.models.oscillation") == sources_hash("toysim.models.oscillation.x")


@pytest.mark.slow
def test_an_authors_traceback_is_shown_on_request(tmp_path):
    (tmp_path / "t.toml").write_text('model = "walk.trouble"\n[axes]\nmode = [0, 1]\n')
    plain = subprocess.run([*SWEEP, "t.toml"], cwd=tmp_path, capture_output=True, text=True)
    assert plain.returncode == 1
    assert "Traceback" not in plain.stderr
    ask = [sys.executable, "-m", "toysim", "--debug", "status", "results/t.zarr"]
    told = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True)
    assert "trouble.py" in told.stderr
    assert "ArithmeticError: asked to fail" in told.stderr
    asked = subprocess.run(
        [*ask[:3], "status", "results/t.zarr", "--json"], cwd=tmp_path, capture_output=True
    )
    assert json.loads(asked.stdout)["failed"] == 1
