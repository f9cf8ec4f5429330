"""Thousands of odd inputs: each is taken, or refused in one line; nothing is left half made,
nothing waits, nothing fills the memory. A seeded generator mutates good inputs; a failure prints
its input.
"""

import copy
import json
import random
import resource
import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest
from helpers import run_walk, walk_sweep

import toysim
from toysim.cli.entry import main
from toysim.cli.values import assignments
from toysim.errors import ToysimError
from toysim.plan import split_arguments
from toysim.registry import load_model
from toysim.runner.cost import plan_sweep, refuse_huge
from toysim.store.document import checksum
from toysim.store.status import read_status
from toysim.sweep_file import load_sweep

LONG = 10  # times as many as in CI, which takes 3,000 in all
LONGEST = 5.0  # seconds
MOST_BYTES = 10**9  # of memory, beyond what a process with toysim in it has
GOOD = """model = "walk.gaussian"
question = "How far?"
replicas = 3
seed = 7
[fixed]
noise = 0.5
[axes]
drift = { linspace = [0.0, 1.0, 5] }
n_rounds = { values = [2, 3], zip = "pair" }
n_records = { values = [1, 1], zip = "pair" }
[presets.paper]
replicas = 50
axes = { n_rounds = [2, 3] }
"""
ODD = """0 -1 1e400 -1e308 1e-320 nan inf 2.5 true false [] {} "" "x" 'y' 1979-05-27 07:32:00
[[1]] [1,"a"] 10000000000 99999999999999999999 {linspace=[0,1,3]} {sobol=[0,1,[2]]} {zip="p"}
{values=[1],zip=3} {random=[1,0,4]} {arange=[0,1,0.1]} {arange=[0,1,-0.1]} {geomspace=[-1,1,3]}
{npy="../x"} {csv="/etc/passwd"} {logspace=[0,999,4]} {log_uniform=[0,1,3]} drift noise zip model
{latin_hypercube=[0,1,1e9]} "\\u001b[31m" "\\u0000" = [ ] , # presets seed é [axes] [fixed] [[axes]]
[presets.'a/../b']""".split()
ODD += ["1" + "0" * 400, "[" * 400 + "]" * 400, "9" * 5000, "\x00", "\n"]
VALUES = [
    0,
    -1,
    1,
    2**31,
    10**10,
    2**63,
    1e300,
    -0.5,
    True,
    None,
    "",
    "x",
    "../..",
    [],
    {},
    [[0, 1]],
]
VALUES += [[0, 10**9], [5, 1], {"a": 1}, "simulation", [10**12, 1], 2**64, "NaN"]


def words(text):
    return text.replace("\n", " \n ").split(" ")


def mutated(text, dice):
    """A few words or characters of a text changed, dropped, doubled or swapped."""
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        parts = words(text) if dice.random() < 0.7 else list(text)
        if not parts:
            return dice.choice(ODD)
        i, j = dice.randrange(len(parts)), dice.randrange(len(parts))
        match dice.randrange(5):
            case 0:
                parts[i] = dice.choice(ODD)
            case 1:
                parts.insert(i, dice.choice(ODD))
            case 2:
                del parts[i]
            case 3:
                parts[i], parts[j] = parts[j], parts[i]
            case 4:
                parts[i] = parts[i] * dice.choice((2, 50))
        text = (" " if len(parts) < len(text) else "").join(parts)
    return text


def refused_or_taken(call, given):
    """It ends soon, as it should or with one line."""
    start = busy()
    try:
        call(given)
    except ToysimError as error:
        if "\n" in str(error) or len(str(error)) > 2000:
            raise AssertionError(f"{error}: {given!r}") from error
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}: {given!r}") from error
    assert busy() - start < LONGEST, given


def busy():
    """Seconds of the clock, without those in which others had the processor where Linux tells."""
    waited = Path("/proc/thread-self/schedstat")
    others = 1e-9 * int(waited.read_text().split()[1]) if waited.exists() else 0.0
    return time.monotonic() - others


def many(n, make, call, seed):
    before = memory()
    dice = random.Random(seed)
    for _ in range(n):
        refused_or_taken(call, make(dice))
    assert memory() - before < MOST_BYTES


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def inputs(n):
    """A test with ``n`` inputs, and by hand with ten times as many."""
    often = pytest.param(LONG * n, id="long", marks=pytest.mark.long)
    return pytest.mark.parametrize("n", [pytest.param(n, id="ci", marks=pytest.mark.slow), often])


@inputs(1000)
def test_sweep_files(n, tmp_path):
    path = tmp_path / "mine.toml"

    def call(text):
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        spec = load_sweep(path)
        refuse_huge(spec, yes=False)
        plan_sweep(spec)

    many(n, lambda dice: mutated(GOOD, dice), call, seed=1)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.toml"]


SETS = ["drift=0.5", "drift=[0.1, 0.2]", "noise={linspace = [0, 1, 5]}", "n_rounds=3"]


@inputs(1300)
def test_set(n, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    walk = load_model("walk.gaussian")

    def call(given):
        values = assignments(given, "--set")
        split_arguments(walk, values)
        refuse_huge(load_sweep(path, overrides=values), yes=False)

    many(n, lambda dice: [mutated(dice.choice(SETS), dice) for _ in range(2)], call, seed=2)


COMMANDS = (
    "sweep mine.toml --dry-run --set drift=0.5",
    "sweep walk.gaussian --dry-run --set drift=[0.1,0.2] --replicas 3 --seed 1 --block 4",
    "status w.zarr --json",
    "compare w.zarr",
    "show walk.gaussian",
    "models --json",
    "run walk.gaussian -p drift=0.5 --seed 3 --json",
    "list sweeps",
    "export w.zarr w.zarr/../out.nc --observable position",
)
OPTIONS = (
    "--workers 0 --block -1 --store s3://b --preset a/../b --set x --replicas 1e9 --seed -1".split()
)
OPTIONS += [
    "--json",
    "--debug",
    "--project",
    "--time-limit",
    "nan",
    "--backend",
    "\x1b[31m",
    "-p",
    "",
]


@inputs(100)
def test_arguments(n, whole, tmp_path, monkeypatch, capsys):
    shutil.copytree(whole, tmp_path / "w.zarr")
    (tmp_path / "mine.toml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)

    def make(dice):
        given = dice.choice(COMMANDS).split(" ")
        for _ in range(dice.choice((1, 2, 3))):
            i = dice.randrange(1, len(given) + 1)
            match dice.randrange(3):
                case 0:
                    given.insert(i, dice.choice(OPTIONS))
                case 1:
                    given[i - 1] = mutated(given[i - 1], dice)
                case 2:
                    given.insert(i, dice.choice(ODD))
        return [a.replace("\x00", "") for a in given if a != "--debug" and "--project" not in a]

    def call(given):
        assert main(given) in (0, 1, 2)
        said = capsys.readouterr()
        assert "error: unexpected" not in said.err, said.err
        assert "Traceback" not in said.err
        assert not {"\x1b", "\x9b"} & set(said.out + said.err)

    many(n, make, call, seed=3)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzz") / "w.zarr"
    run_walk(path, walk_sweep({"drift": [0.1, 0.2, 0.3]}, replicas=4), block=4)
    toysim.open_store(path)  # imports and compiles
    return path


def places(value, path=()):
    """Every place in a document."""
    yield path
    listed = list(enumerate(value)) if isinstance(value, list) else []
    for key, inner in value.items() if isinstance(value, dict) else listed:
        yield from places(inner, (*path, key))


def with_other(document, dice, all_places):
    """A document with a few values of it replaced, sealed again every other time."""
    document = copy.deepcopy(document)
    for _ in range(dice.choice((1, 1, 2, 4))):
        *way, last = dice.choice(all_places)
        inner = document
        try:
            for key in way:
                inner = inner[key]
            if dice.random() < 0.2:
                del inner[last]
            else:
                inner[last] = copy.deepcopy(dice.choice(VALUES))
        except (KeyError, IndexError, TypeError):  # what was replaced before
            continue
    if dice.random() < 0.7:
        with suppress(KeyError, TypeError, AttributeError):
            document["attributes"]["toysim"]["checksum"] = checksum(document)
    return document


@inputs(300)
def test_documents(n, whole, tmp_path):
    path = tmp_path / "w.zarr"
    shutil.copytree(whole, path)
    good = json.loads((path / "zarr.json").read_text())
    del good["attributes"]["toysim"]["checksum"]
    found = [p for p in places(good) if p]
    inside = [p for p in found if p[:2] == ("attributes", "toysim")]

    def make(dice):
        if dice.random() < 0.2:
            return mutated(json.dumps(good), dice)
        return json.dumps(with_other(good, dice, dice.choice((found, inside))))

    def call(text):
        (path / "zarr.json").write_text(text, errors="surrogatepass")
        read_status(path)
        toysim.open_store(path)

    many(n, make, call, seed=4)


@inputs(300)
def test_log_lines(n, whole, tmp_path):
    path = tmp_path / "w.zarr"
    shutil.copytree(whole, path)
    log = path / "log.jsonl"
    lines = log.read_text().splitlines()

    def make(dice):
        line = dice.choice(lines)
        if dice.random() < 0.3:
            return mutated(line, dice)
        event = json.loads(line)
        event[dice.choice(list(event))] = dice.choice(VALUES)
        return json.dumps(event)

    def call(line):
        with open(log, "w", errors="surrogatepass") as file:
            file.write("\n".join([*lines, line, ""]))
        status = read_status(path)
        assert status.finished
        assert (status.failed, status.rows_done) == (0, 15)

    many(n, make, call, seed=5)
