"""Files of a store are input: each kind of them lost, changed, crafted or linked elsewhere is told
in one line, or passed over where it is for people; nothing that took time is removed unasked.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import edited_root, run_walk, walk_sweep

import toysim
from toysim.cli.entry import main
from toysim.errors import StoreError, ToysimError
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.execute import Options, execute, join
from toysim.store.document import COPY, read_root
from toysim.store.status import read_status
from toysim.store.store import Store


def sweep():
    return walk_sweep(fixed={"n_records": 3, "weights": (1.0, 2.0, 3.0)})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "w.zarr"
    run_walk(path, sweep(), block=32)
    return path


@pytest.fixture
def store(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "w.zarr")
    return tmp_path / "w.zarr"


def files(path, suffix=""):
    return {
        p.relative_to(path).as_posix(): p.read_bytes()
        for p in sorted(path.rglob("*"))
        if p.is_file() and p.name not in (".toysim.lock", "log.jsonl") and p.name.endswith(suffix)
    }


def repaired(path, whole):
    """--repair brings back every byte."""
    run_walk(path, sweep(), block=32, repair=True)
    assert files(path) == files(whole)


@pytest.mark.parametrize("key", ["replica", "round", "drift", "n_rounds", "cell"])
def test_what_rows_depend_on_is_checked_and_written_again(store, whole, key):
    shutil.rmtree(store / "simulation" / key / "c")
    shutil.rmtree(store / "simulation" / "position" / "c" / "0")
    for use in (run_again, join_again, toysim.open_store):
        with pytest.raises(StoreError, match=r"damaged: coordinates of simulation.*--repair"):
            use(store)
    repaired(store, whole)


def run_again(path):
    run_walk(path, sweep(), block=32)


def join_again(path):
    join(path, Options())


@pytest.mark.parametrize("damage", ["removed", "other"])
def test_array_inputs_are_held_against_their_digest(store, whole, damage):
    file = store / "inputs" / "weights" / "c" / "0"
    if damage == "removed":
        file.unlink()
    else:
        Store(store).array("inputs", "weights")[...] = [3.0, 2.0, 1.0]
    with pytest.raises(StoreError, match=r"values of weights \(inputs/weights\) are lost"):
        toysim.open_store(store)
    repaired(store, whole)


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"5", b"[" * 10**5, None], ids=repr)
def test_a_lost_root_document_is_put_back_from_its_copy(store, whole, damage):
    root = store / "zarr.json"
    root.unlink() if damage is None else root.write_bytes(damage)
    before = files(store)
    with pytest.raises(StoreError, match="--repair to put its copy back"):
        run_again(store)
    assert files(store) == before
    repaired(store, whole)


def test_without_a_copy_blocks_still_stand(store):
    (store / COPY).unlink()
    (store / "zarr.json").unlink()
    before = files(store)
    for repair in (False, True):
        with pytest.raises(StoreError, match="put the document back, or give another path"):
            run_walk(store, sweep(), block=32, repair=repair)
    assert files(store) == before


def test_a_byte_of_the_document_counts(store):
    """Fewer replicas in a request would make an unfinished sweep look finished."""
    text = (store / "zarr.json").read_text()
    (store / "zarr.json").write_text(text.replace('"replicas": 7', '"replicas": 6'))
    with pytest.raises(StoreError, match="its checksum does not fit"):
        read_status(store)


CRAFTED = {
    "block 0": lambda m: m["layout"].update(block=[0, 7]),
    "negative block": lambda m: m["layout"].update(block=[-1, 7]),
    "block of text": lambda m: m["layout"].update(block="many"),
    "many requests": lambda m: next(iter(m["layout"]["requests"].values())).update(
        blocks=[[0, 10**10]]
    ),
    "huge request": lambda m: next(iter(m["layout"]["requests"].values())).update(
        blocks=[[0, 10**8]]
    ),
    "huge segment": lambda m: m["layout"].update(cells=[[0, 10**8]]),
    "segments that overlap": lambda m: m["layout"].update(cells=[[0, 25], [0, 25]]),
    "no layout": lambda m: m.pop("layout"),
    "no provenance": lambda m: m.update(provenance=None),
    "axes of numbers": lambda m: m["identity"].update(axes=5),
    "format of text": lambda m: m.update(format="two"),
    "a row to refine that is not there": lambda m: m.update(refinement={"places": [[99, 0]]}),
}


@pytest.mark.parametrize("document", [[], {}, "text", None])
def test_an_array_whose_document_is_none_is_refused(store, document):
    root = json.loads((store / "zarr.json").read_text())
    del root["attributes"]["toysim"]["checksum"]
    root["consolidated_metadata"]["metadata"]["theory/state"] = document
    (store / "zarr.json").write_text(json.dumps(root))
    for read in (read_status, toysim.open_store):
        with pytest.raises(StoreError, match="holds no readable toysim store"):
            read(store)


@pytest.mark.parametrize("craft", CRAFTED, ids=str)
def test_crafted_documents_are_refused_at_once(store, craft, capsys):
    with edited_root(store) as meta:
        CRAFTED[craft](meta)
    for command in (["status"], ["compare"], ["work"]):
        assert main([*command, str(store)]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1, told
        assert "unexpected" not in told


def test_a_bomb_does_not_fill_the_memory(store):
    """A megabyte of zeros packed, in place of a chunk: no more is unpacked than belongs there."""
    from google_crc32c import value
    from numcodecs import zstd

    body = zstd.compress(bytes(2**20), 1)
    chunk = store / "simulation" / "position" / "c" / "0" / "0"
    chunk.write_bytes(body + value(body).to_bytes(4, "little"))
    with pytest.raises(StoreError, match="damaged: simulation/position"):
        toysim.open_store(store)


@pytest.mark.parametrize(
    "line",
    [
        b"\x80\x81\xff",
        b"5",
        b"[]",
        b"{",
        b'{"event": "block"}',
        b'{"event": ["block"]}',
        b'{"event": "end", "run": "a", "seconds": "long"}',
        b'{"event": "run", "run": "a", "time": NaN}',
        b'{"event": "run", "run": "a", "time": 1e300}',
        b'{"event": "block", "run": "a", "side": "simulation", "unit": [[], {}], "rows": 3, '
        b'"errors": [5], "time": 1}',
        b'{"event": "block", "run": "a", "side": "simulation", "unit": [[], {}], "rows": 3, '
        b'"errors": [], "time": 1}',
        b'{"event": "run", "run": "a", "time": 1, "where": [], "pid": "1"}',
    ],
    ids=repr,
)
def test_odd_lines_of_the_log_are_passed_over(store, line):
    with open(store / "log.jsonl", "ab") as log:
        log.write(line + b"\n")
    assert read_status(store).finished
    toysim.open_store(store)
    assert run_walk(store, sweep(), block=32).blocks == 0


def test_states_alone_say_what_failed(tmp_path):
    """Not the log, which is for people and may be gone."""
    path = tmp_path / "t.zarr"
    trouble = build_sweep("t", load_model("walk.trouble"), {}, {"mode": [0, 1]})
    execute(trouble, path, Options())
    (path / "log.jsonl").unlink()
    assert (read_status(path).failed, read_status(path).rows_done) == (1, 2)
    assert main(["status", str(path)]) == 1
    assert execute(trouble, path, Options(retry=True)).rows == 2


def test_an_event_after_a_torn_line_is_read(store):
    with open(store / "log.jsonl", "ab") as log:
        log.write(b'{"event": "blo')
    before = len(list(Store(store).home.events()))
    run_walk(store, walk_sweep(sweep_axes(), fixed={"n_records": 3, "weights": (1.0, 2.0, 3.0)}))
    assert len(list(Store(store).home.events())) >= before + 3  # run, blocks, end


def sweep_axes():
    return {"drift": [0.1, 0.9], "n_rounds": [3]}


@pytest.mark.parametrize("how", ["moved", "removed", "replaced"])
def test_a_store_that_goes_away_stops_its_run(tmp_path, how):
    path, seen = tmp_path / "w.zarr", []

    def listen(event):
        seen.append(event)
        if len(seen) == 2:
            path.rename(tmp_path / "elsewhere.zarr")
            if how == "removed":
                shutil.rmtree(tmp_path / "elsewhere.zarr")
            if how == "replaced":
                run_walk(path, walk_sweep(seed=6), block=32)

    with pytest.raises(StoreError, match="was moved, removed or replaced"):
        run_walk(path, block=4, workers=1, listen=listen)
    if how == "replaced":
        assert run_walk(path, walk_sweep(seed=6)).blocks == 0
    else:
        assert not path.exists()
    run_walk(path, walk_sweep(seed=6 if how == "replaced" else 5), block=32)


def test_links_in_a_store_are_not_followed(store, tmp_path):
    """Neither for writing, nor for removing, nor for reading."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "0").write_text("mine")
    target = store / "simulation" / "position" / "c" / "0"
    shutil.rmtree(target)
    target.symlink_to(outside, target_is_directory=True)
    for options in ({}, {"repair": True}, {"retry": True}):
        with pytest.raises(StoreError, match="is a link: a store holds none"):
            run_walk(store, sweep(), block=32, **options)
    assert (outside / "0").read_text() == "mine"
    assert [p.name for p in outside.iterdir()] == ["0"]


@pytest.mark.parametrize("name", ["log.jsonl", ".toysim.lock", "zarr.json"])
def test_a_linked_file_is_no_way_out(store, tmp_path, name):
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    (store / name).unlink()
    (store / name).symlink_to(victim)
    with pytest.raises(ToysimError):
        run_walk(store, walk_sweep(sweep_axes(), fixed=dict(sweep().fixed)), block=32)
    assert victim.read_text() == "mine"


def test_a_crafted_log_removes_nothing(store, tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    event = {"event": "block", "run": "x", "side": "simulation", "unit": ["../../..", "victim.txt"]}
    event |= {"rows": 7, "failed": 7, "timed_out": 0, "errors": [], "time": 1.0}
    with open(store / "log.jsonl", "a") as log:
        log.write(json.dumps(event) + "\n")
    run_walk(store, sweep(), block=32, retry=True)
    assert victim.read_text() == "mine"


def test_escapes_do_not_reach_the_terminal(tmp_path, capsys):
    path = tmp_path / "t.zarr"
    execute(build_sweep("t", load_model("walk.trouble"), {}, {"mode": [1]}), path, Options())
    log = path / "log.jsonl"
    log.write_text(log.read_text().replace("asked to fail", "\\u001b]0;owned\\u0007\\u009b31m"))
    main(["status", str(path)])
    main(["status", str(path), "--debug"])
    main(["status", "\x1b[31mnowhere"])
    said = capsys.readouterr()
    assert not {"\x1b", "\x07", "\x9b"} & set(said.out + said.err)
    assert "\\x1b]0;owned" in said.out


@pytest.mark.parametrize("url", ["s3://bucket/x.zarr", "gs://b/x.zarr", "https://host/x.zarr"])
def test_a_url_is_no_store(tmp_path, monkeypatch, url, capsys):
    monkeypatch.chdir(tmp_path)
    tries = (
        ["sweep", "walk.trouble", "--set", "x=[0.0]", "--store", url],
        ["status", url],
        ["work", url],
        ["compare", url],
        ["export", url, "x.nc"],
        ["run", "walk.gaussian", "--out", url],
        ["run", "walk.gaussian", "--plot", f"{url}.png"],
    )
    for arguments in tries:
        assert main(arguments) == 2, arguments
        told = capsys.readouterr().err
        assert "on disks of this machine" in told
        assert told.count("\n") == 1
    for call in (lambda: toysim.sweep("walk.trouble", x=[0.0], store=url), lambda: Store(url)):
        with pytest.raises(ToysimError, match="on disks of this machine"):
            call()
    assert not list(tmp_path.iterdir())


def test_files_are_as_open_to_a_group_as_the_folder(tmp_path):
    path = tmp_path / "w.zarr"
    path.mkdir(mode=0o770)
    path.chmod(0o770)
    run_walk(path)
    assert (path / "log.jsonl").stat().st_mode & 0o060 == 0o060
    assert (path / "simulation" / "state" / "c").stat().st_mode & 0o070 == 0o070


def test_a_taken_store_names_who_may_help(store):
    from toysim.store.files import locked

    with locked(store), pytest.raises(StoreError, match=r"toysim work"):
        run_again(store)


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_status_after_a_kill_says_dead_since_when(tmp_path):
    path = tmp_path / "t.zarr"
    script = f"""
import numpy as np, toysim
if __name__ == "__main__":
    toysim.sweep("walk.trouble", x=list(np.linspace(0, 1, 50)), rest=0.05, block=1, seed=3,
                 store={str(path)!r}, workers=1, theory=False)
"""
    run = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    while not list(path.glob("simulation/state/c/*/*")):
        assert run.poll() is None
    assert read_status(path).run == "running"
    run.kill()
    run.wait()
    last = max(p.stat().st_mtime for p in path.glob("simulation/state/c/*/*"))
    status = read_status(path)
    assert (status.run, status.rate, status.eta) == ("dead", None, None)
    assert abs(status.since - last) < 1.0
    assert main(["status", str(path)]) == 0


def test_theory_left_out_is_not_waited_for(tmp_path):
    path = tmp_path / "w.zarr"
    run_walk(path, theory=False)
    status = read_status(path)
    assert status.left_out == status.blocks - status.blocks_done > 0
    assert status.run == "ended"


def test_a_full_stderr_does_not_stop_a_run(tmp_path):
    command = [sys.executable, "-m", "toysim", "sweep", "walk.trouble", "--set", "x=[0.0]"]
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*command, "--store", str(tmp_path / "t.zarr")], stderr=full, stdout=subprocess.PIPE
        )
    assert done.returncode == 0
    assert read_status(tmp_path / "t.zarr").finished
    closed = f"{' '.join(command)} --store {tmp_path / 'c.zarr'} 2>&-"
    assert subprocess.run(["sh", "-c", closed], stdout=subprocess.DEVNULL).returncode == 0


def test_all_counts_of_rows_are_one(tmp_path, capsys):
    arguments = ["sweep", "walk.gaussian", "--set", "drift=[0.1, 0.2]", "--replicas", "3"]
    arguments += ["--store", str(tmp_path / "w.zarr")]
    assert main([*arguments, "--dry-run", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert main([*arguments, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    status = read_status(tmp_path / "w.zarr")
    assert planned["rows"] == done["rows"] == status.rows_done == 2 * 3 + 2
    assert planned["blocks"] == done["blocks"] == status.blocks


def test_the_largest_seed_is_exported(tmp_path):
    sweep_ = build_sweep("t", load_model("walk.trouble"), {}, {"x": [0.0]}, seed=2**64 - 1)
    execute(sweep_, tmp_path / "t.zarr", Options())
    assert toysim.export(tmp_path / "t.zarr", tmp_path / "t.nc").is_file()
    assert toysim.export(tmp_path / "t.zarr", tmp_path / "t.csv").is_file()


@pytest.mark.filterwarnings("error")
def test_one_cell_written_as_zarr_warns_of_nothing(tmp_path):
    assert main(["run", "deep_linear.modes", "--out", str(tmp_path / "x.zarr")]) == 0


def test_document_and_copy_are_the_same(whole):
    assert (whole / COPY).read_bytes() == (whole / "zarr.json").read_bytes()
    assert read_root(whole)["attributes"]["toysim"]["checksum"]
