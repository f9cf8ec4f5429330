"""The command line as users meet it: every command and option, what is refused, help texts, exit
codes.

After a wanted change of a help text: TOYSIM_WRITE_GOLDEN=1 python -m pytest tests/test_cli.py -k
help
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer
import xarray as xr

import toysim
from toysim import figures, sweeps
from toysim.cli.app import INTERRUPTION, app
from toysim.cli.entry import main
from toysim.cli.values import assignments, plain
from toysim.errors import LongCall
from toysim.shown import identified, shown

GOLDEN = Path(__file__).parent / "golden" / "cli_help"
HEAVY = ("numpy", "numba", "xarray", "zarr", "matplotlib", "scipy", "rich")

SWEEP = """\
model    = "walk.gaussian"
question = "How far does it walk?"
replicas = 60
seed     = 3
[fixed]
noise = 0.1
[axes]
drift    = [1.0, 2.0]
n_rounds = [40, 90]
[presets.many]
replicas = 80
"""
TROUBLE = 'model = "walk.trouble"\n[axes]\nmode = [0, 1]\n'
SLOW = 'model = "walk.trouble"\n[fixed]\nrest = 0.05\n[axes]\nx = { linspace = [0, 1, 200] }\n'
PAPER = """\
import numpy as np
from toysim.outcomes import Verdict
from toysim.paper import Claim, Evidence, Number, Recipe, Reproduction
from toysim.papers.drawing import new_figure


def draw(far):
    figure = new_figure(2, 2)
    figure.subplots().plot(far["simulation"]["drift"].values)
    return figure


def grows(far):
    position = far["simulation"]["position"].mean(("replica", "n_rounds")).values
    return Evidence(np.diff(position) > 0, (Number("mean position", position),), "growing")


def shrinks(far):
    return Evidence(np.array([False]))


REPRODUCTION = Reproduction(
    "walkpaper", "Nobody, 2000", "Walks",
    (Recipe("line", "A line.", "nowhere", ("far",), draw),),
    (
        Claim("grows", "More drift goes further.", "p. 1", ("far",), grows, ()),
        Claim("shrinks", "Less far.", "p. 2", ("far",), shrinks, (), Verdict.REFUTED),
    ),
)
"""


# Weights 1 and 2, drift 0.5: positions 1.5 n.
ENDS = "n_rounds,position,position_error\n2,3,0.02\n4,6,0.02\n8,12,0.02\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every test works in an empty folder with three sweep files and a made-up paper beside it."""
    monkeypatch.setenv("COLUMNS", "100")
    work, paper = tmp_path / "work", tmp_path / "paper"
    for path, text in {
        work / "walk.toml": SWEEP,
        work / "points.csv": "drift, n_rounds\n1.0, 4\n2.0, 9\n",
        work / "trouble.toml": TROUBLE,
        work / "slow.toml": SLOW,
        work / "ends.csv": ENDS,
        paper / "sweeps" / "walkpaper" / "far.toml": SWEEP,
        paper / "figures" / "walkpaper.py": PAPER,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(work)
    monkeypatch.setattr(sweeps, "__path__", [*sweeps.__path__, str(paper / "sweeps")])
    monkeypatch.setattr(figures, "__path__", [*figures.__path__, str(paper / "figures")])
    monkeypatch.delitem(sys.modules, "toysim.figures.walkpaper", raising=False)
    return work


@pytest.fixture
def cli(capsys):
    """Run a command line in this process: exit code, stdout, stderr."""

    def run(line):
        capsys.readouterr()
        code = main(shlex.split(line))
        return SimpleNamespace(code=code, **capsys.readouterr()._asdict())

    return run


def contents(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


# Every command and option

DONE = "sweep walk.toml"  # lines that put a finished store at results/walk.zarr
WALK = [
    # command line, commands before it, exit code, words of stdout
    ("--version", (), 0, "toysim 0."),
    ("--help", (), 0, "Commands:"),
    ("", (), 0, "Commands:"),
    ("models", (), 0, "walk.gaussian"),
    ("models --cost --json", (), 0, '"theory_seconds"'),
    ("list", (), 0, "landmarks"),
    ("list models", (), 0, "walk.gaussian"),
    ("list sweeps", (), 0, "How far does it walk?"),
    ("list sweeps --cost --json", (), 0, '"cells": 4'),
    ("list papers", (), 0, "Nobody, 2000"),
    ("list figures --json", (), 0, '"name": "walkpaper.line"'),
    ("list landmarks", (), 0, "capacity"),
    ("models --json", (), 0, '"id": "walk.gaussian"'),
    ("show walk.gaussian", (), 0, "drift"),
    ("show walk.gaussian --json", (), 0, '"equations": "x_T'),
    ("run walk.gaussian", (), 0, "position"),
    ("run walk.gaussian -p noise=0 --parameter n_rounds=2 --json", (), 0, '"theory": 3.0'),
    ("run walk.gaussian -p n_records=2 --seed 3 --replicas 4", (), 0, "record=1"),
    ("run walk.gaussian -p n_rounds=2 -p noise=0 --theory --json", (), 0, '"theory": 3.0'),
    ("run walk.gaussian -p n_records=40", (), 0, "record=0..39"),
    ("run walk.gaussian", (), 0, "one replica has no error; --replicas N gives means with errors"),
    ("run perceptron.storage -p alpha=0.9", (), 0, "theory says that it does not hold here"),
    ("run walk.gaussian --replicas 2 --out run.nc", (), 0, "data: run.nc"),
    ("run walk.gaussian --out run.zarr", (), 0, "data: run.zarr"),
    ("run walk.gaussian -p n_records=5 --plot run.png", (), 0, "picture: run.png"),
    ("run walk.trouble", (), 0, "y"),
    ("run walk.gaussian -p n_rounds=700_000 --yes", (), 0, "position"),
    (
        "find walk.gaussian 'position = 9e3' --along drift=0:1 -p n_rounds=20000 --yes",
        (),
        0,
        "0.15",
    ),
    ("new tour", (), 0, "project: tour/"),
    ("check walk.gaussian --draws 0", (), 0, "passed   theory agrees with simulation"),
    ("check walk.gaussian --draws 0 --json", (), 0, '"outcome": "not run"'),
    ("check walk.gaussian --all", (), 2, ""),
    ("compare walk.gaussian --data ends.csv -p noise=0.5 --json", (), 0, '"verdict": "agrees"'),
    ("compare walk.gaussian --data ends.csv --parameter drift=2 --plot a.png", (), 1, "differs"),
    (
        "fit walk.gaussian --data ends.csv --free drift=1 --beginnings 2 -p noise=0.5 --plot a.png",
        (),
        0,
        "drift  0.5",
    ),
    (
        "fit walk.gaussian --data ends.csv --free drift --simulation --replicas 9 "
        "--parameter noise=0 --json",
        (),
        0,
        '"ok": true',
    ),
    ("landmarks", (), 0, "perceptron.storage"),
    ("landmarks perceptron.storage capacity --yes", (), 0, "0.8330785997"),
    ("landmarks perceptron.storage -p margin=0.1", (), 0, "vanishing_distance"),
    ("landmarks perceptron.storage capacity --json", (), 0, '"digits": 10'),
    ("landmarks perceptron.storage capacity --parameter margin=-6", (), 1, "none: margin"),
    ("find walk.gaussian 'position = 3' --along drift=0:1 -p n_rounds=2", (), 0, "drift"),
    (
        "find walk.gaussian 'position = 3' --along drift=0:1 --tolerance 1e-9 "
        "--parameter n_rounds=2 --json",
        (),
        0,
        '"valid": true',
    ),
    ("sweep walk.toml", (), 0, "244 rows in 2 blocks, 0 failed"),
    ("sweep walk.toml --json", (), 0, '"rows": 244'),
    (
        "sweep walk.gaussian --set drift=[1.0,2.0] --set noise=0.1 --replicas 3 --seed 4",
        (),
        0,
        "store:   results/walk.gaussian.",
    ),
    (
        "sweep walk.gaussian --set drift=[1.0,2.0,3.0] --replicas 4",
        ("sweep walk.gaussian --set drift=[1.0,2.0] --replicas 4",),
        0,
        "5 rows in 2 blocks",
    ),
    (
        "sweep walk.gaussian --set drift=[1.0,2.0] --set n_rounds=[1,2,3] "
        "--where 'n_rounds > drift'",
        (),
        0,
        "6 rows in 2 blocks",  # theory's among them
    ),
    ("sweep walk.gaussian --sets points.csv", (), 0, "4 rows in 2 blocks"),
    ("sweep walk.toml", (DONE,), 0, "nothing to do: all 2 blocks are there"),
    ("sweep walkpaper.far --store here.zarr", (), 0, "store:   here.zarr"),
    ("sweep walk.toml --dry-run", (), 0, "cells                     4"),
    ("sweep walk.toml --dry-run --json --block 60", (), 0, '"blocks": 8'),
    ("sweep walk.toml --workers 2 --block 60", (), 0, "244 rows in 8 blocks"),
    ("sweep trouble.toml --backend processes --time-limit 50", (), 1, "1 failed"),
    ("sweep walk.toml --preset many", (DONE,), 0, "80 rows in 1 blocks"),
    (
        "sweep walk.toml --set noise=0.2 --set drift=[3.0] --no-theory",
        (),
        0,
        "120 rows in 1 blocks",
    ),
    ("sweep trouble.toml --retry", ("sweep trouble.toml",), 1, "2 rows in 1 blocks, 1 failed"),
    ("sweep trouble.toml", ("sweep trouble.toml",), 1, "nothing to do"),
    ("sweep walk.toml --repair", (DONE,), 0, "nothing to do"),
    ("sweep walk.toml --yes", (), 0, "244 rows"),
    ("sweep walk.toml --scheduler tcp://a:1", (), 2, ""),
    ("work results/walk.zarr --scheduler tcp://a:1", (DONE,), 2, ""),
    ("sweep walk.toml --cluster c.toml", (), 2, ""),
    ("work results/walk.zarr --cluster c.toml", (DONE,), 2, ""),
    ("work results/walk.zarr", (DONE,), 0, "nothing to do"),
    ("sweep walk.toml --create-only", (), 0, "work:    toysim work results/walk.zarr"),
    ("sweep walk.toml --create-only --json", (), 0, '"path": "results/walk.zarr"'),
    ("sweep walk.toml --log-json", (), 0, "244 rows in 2 blocks"),
    ("work results/walk.zarr --log-json", (DONE,), 0, "nothing to do"),
    ("status results/walk.zarr --note", (DONE,), 0, "- axes: drift = 1, 2; n_rounds = 40, 90"),
    ("sweep walk.toml --stop-after 1h", (), 0, "244 rows in 2 blocks"),
    ("work results/walk.zarr", ("sweep walk.toml --create-only",), 0, "244 rows in 2 blocks"),
    ("work results/walk.zarr --stop-after 90m", (DONE,), 0, "nothing to do"),
    ("script slurm walk.toml --yes", (), 0, "submit:  sbatch walk.slurm"),
    (
        "script slurm walk.toml --jobs 2 --workers 1 --time 1h --preset many --set noise=0.2 "
        "--store a.zarr --out b.sh --force",
        (),
        0,
        "script:  b.sh",
    ),
    (
        "merge results/walk.zarr b.zarr -o c.zarr",
        (DONE, f"{DONE} --store b.zarr"),
        0,
        "2 blocks, 244",
    ),
    (
        "merge results/walk.zarr b.zarr --out c.zarr --json",
        (DONE, "sweep walk.toml --create-only --store b.zarr"),
        0,
        '"rows_checked": 0',
    ),
    ("work results/walk.zarr --json", ("sweep walk.toml --no-theory",), 0, '"rows": 4'),
    ("work results/walk.zarr --no-theory", ("sweep walk.toml --no-theory",), 0, "nothing to do"),
    (
        "work results/trouble.zarr --workers 1 --backend processes --time-limit 9",
        ("sweep trouble.toml",),
        1,
        "nothing",
    ),
    ("status results/walk.zarr", (DONE,), 0, "2 of 2 done"),
    ("status results/walk.zarr --json", (DONE,), 0, '"finished": true'),
    ("status results/trouble.zarr", ("sweep trouble.toml",), 1, "asked to fail"),
    ("compare results/walk.zarr", (DONE,), 0, "agrees"),
    ("compare results/walk.zarr --json", (DONE,), 0, '"verdict": "agrees"'),
    ("compare results/walk.zarr", ("sweep walk.toml --no-theory",), 1, ""),
    ("plot results/walk.zarr", (DONE,), 0, "picture: walk.png"),
    (
        "plot results/walk.zarr --x n_rounds --hue drift --y position --out a.svg",
        (DONE,),
        0,
        "python:  toysim.plot(\"results/walk.zarr\", y='position', x='n_rounds', hue='drift'",
    ),
    ("plot results/walk.zarr --panel drift --y square --out a.pdf", (DONE,), 0, "a.pdf"),
    ("plot results/walk.zarr --x n_rounds --at drift=1.0", (DONE,), 0, "at={'drift': 1.0}"),
    ("view nothing --preset quick --port 8123 --no-browser", (), 2, ""),
    ("export results/walk.zarr walk.nc", (DONE,), 0, "data: walk.nc"),
    (
        "export results/walk.zarr walk.nc --force",
        (DONE, "export results/walk.zarr walk.nc"),
        0,
        "data: walk.nc",
    ),
    ("export results/walk.zarr walk.csv", (DONE,), 0, "units: walk.csv.json"),
    (
        "export results/walk.zarr walk.csv",
        ("sweep walk.toml --set n_records=3",),
        0,
        "no single numbers (--observable): course",
    ),
    ("export results/walk.zarr p.csv --observable position", (DONE,), 0, "data: p.csv ("),
    ("figures walkpaper.line", (), 0, "new"),
    ("figures walkpaper.line", ("figures walkpaper.line",), 0, "unchanged"),
    ("figures walkpaper.line --force", ("figures walkpaper.line",), 0, "drawn anew"),
    ("figures walkpaper.line --panel a --width 3.4", (), 0, "walkpaper.line.a.3.4in.png"),
    ("figures walkpaper.line --set noise=0.3", (), 0, "walkpaper.line.noise=0.3.png"),
    ("figures walkpaper.line --data", ("figures walkpaper.line",), 0, "walkpaper.line.csv"),
    (
        "figures walkpaper --format png,svg,pdf --preset many --workers 1 --json",
        (),
        0,
        "walkpaper.line.pdf",
    ),
    ("reproduce walkpaper", (), 0, "DOES NOT HOLD: Less far. [p. 2]"),
    ("report walkpaper", ("reproduce walkpaper",), 0, "results/index.html"),
    ("report --preset many --json", ("reproduce walkpaper --preset many",), 0, '"ok": true'),
    ("report walkpaper", (), 2, ""),
    ("reproduce walkpaper --dry-run", (), 0, "1 sweeps, 240 rows"),
    ("reproduce walkpaper --dry-run --json", ("reproduce walkpaper",), 0, "2 of 2 blocks"),
    ("reproduce walkpaper --preset many --workers 1 --json", (), 0, '"verdict": "reproduced"'),
    ("--debug show walk.gaussian", (), 0, "drift"),
]


@pytest.mark.parametrize(
    ("line", "before", "code", "words"), WALK, ids=[f"{i} {w[0]}" for i, w in enumerate(WALK)]
)
def test_command_table(cli, line, before, code, words):
    for command in before:
        cli(command)
    found = cli(line)
    assert (found.code, "Traceback" in found.err) == (code, False), found.err
    assert words in found.out
    if "--json" in line:
        json.loads(found.out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def commands():
    return typer.main.get_command(app).commands


def test_the_table_above_walks_every_command_and_option():
    walked = [shlex.split(line) for line, *_ in WALK]
    names = set(commands())
    for name, command in commands().items():
        words = {word for line in walked if name in line for word in line}
        assert words, f"{name} is not in the table"
        for option in command.params:
            if option.opts[0].startswith("-"):
                assert words & set(option.opts), f"{name} {option.opts[0]} is not in the table"
    assert {line[0] for line in walked if line and not line[0].startswith("-")} == names


# Help


@pytest.mark.parametrize("name", ["toysim", *sorted(commands())])
def test_help_is_as_written_down(cli, name):
    text = cli("--help" if name == "toysim" else f"{name} --help").out
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("TOYSIM_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()
    assert f"Example: toysim {'reproduce' if name == 'toysim' else name} " in text
    assert max(map(len, text.splitlines())) <= 100


def test_no_help_text_of_a_command_that_is_gone():
    assert {p.stem for p in GOLDEN.glob("*.txt")} == {"toysim", *commands()}


# Fields of JSON

PRINTED = {
    "list": "list --json",
    "models": "models --json",
    "models --cost": "models --cost --json",
    "list sweeps --cost": "list sweeps --cost --json",
    "list papers": "list papers --json",
    "list figures": "list figures --json",
    "list landmarks": "list landmarks --json",
    "show": "show walk.gaussian --json",
    "run": "run walk.gaussian --replicas 2 --json",
    "landmarks": "landmarks perceptron.storage capacity --json",
    "find": "find walk.gaussian 'position = 3' --along drift=0:1 -p n_rounds=2 --json",
    "check": "check walk.gaussian --draws 0 --json",
    "sweep --dry-run": "sweep walk.toml --dry-run --json",
    "sweep": "sweep walk.toml --json",
    "sweep --create-only": "sweep walk.toml --create-only --store room.zarr --json",
    "work": "work results/walk.zarr --json",
    "merge": "merge results/walk.zarr here.zarr -o both.zarr --json",
    "status": "status results/walk.zarr --json",
    "compare": "compare results/walk.zarr --json",
    "compare --data": "compare walk.gaussian --data ends.csv -p noise=0.5 --json",
    "fit": "fit walk.gaussian --data ends.csv --free drift=1 -p noise=0.5 --json",
    "figures": "figures walkpaper --json",
    "reproduce": "reproduce walkpaper --json",
    "report": "report walkpaper --json",
}
FIELDS = re.compile(r"\| `toysim (.+)` \| (list|one) \| (.+) \|")


def test_json_has_the_fields_that_are_documented(cli):
    """Scripts read them: none goes away unsaid."""
    page = (Path(toysim.__file__).parent.parent / "docs/commands.md").read_text()
    documented = {name: (kind, words.split(", ")) for name, kind, words in FIELDS.findall(page)}
    assert set(documented) == set(PRINTED)
    cli(f"{DONE} --create-only --store here.zarr")
    for name, line in PRINTED.items():
        printed = json.loads(cli(line).out)
        kind = "list" if isinstance(printed, list) else "one"
        first = printed[0] if kind == "list" else printed
        assert (kind, list(first)) == documented[name], name


def test_every_command_that_prints_json_is_documented():
    prints = {n for n, c in commands().items() if any("--json" in p.opts for p in c.params)}
    assert {name.split()[0] for name in PRINTED} == prints


def test_progress_as_json(cli):
    """A line an event, nothing else on stderr."""
    told = [json.loads(line) for line in cli("sweep walk.toml --log-json").err.splitlines()]
    assert [e["event"] for e in told] == ["plan", "block", "block"]
    assert {e["sweep"] for e in told} == {"walk"}
    assert sum(e["rows"] for e in told[1:]) == 244


# What is refused

HUGE = (
    'model="walk.gaussian"\n[axes]\n'
    "drift={linspace=[0,1,1000000]}\nnoise={linspace=[0,1,1000000]}\n"
)
REFUSED = [
    # command line, files, words of the one line on stderr
    ("show walk.gausian", {}, "unknown model 'walk.gausian': did you mean 'walk.gaussian'?"),
    ("run walk.gausian", {}, "did you mean 'walk.gaussian'?"),
    (
        "run walk.gaussian -p drfit=1",
        {},
        "unknown parameter 'drfit' of walk.gaussian: did you mean 'drift'?",
    ),
    ("run walk.gaussian -p drift=fast", {}, "drift = 'fast'"),
    ("run walk.gaussian -p n_rounds=2.5", {}, "n_rounds = 2.5 must be a whole number (n_rounds"),
    ("run deep_linear.modes -p depth=abc", {}, "depth = 'abc' must be a whole number (depth is"),
    (
        "run deep_linear.modes -p depth=0",
        {},
        "depth = 0 is out of range (depth is int, allowed: >= 1",
    ),
    ("run deep_linear.modes -p windows=3", {}, "windows = 3 must be a list of lists of float"),
    ("run deep_linear.modes -p integrator=x", {}, "must be one of"),
    ("run walk.gaussian -p drift=11", {}, "allowed: >= -10 and <= 10"),
    ("run walk.gaussian -p drift=nan", {}, "drift = nan must be a finite number"),
    ("run walk.gaussian -p weights=[]", {}, "give at least one weight"),
    ("run walk.gaussian -p drift=[1.0,2.0]", {}, "use toysim.sweep"),
    ("run walk.gaussian -p drift", {}, "write name=value, for example -p drift=4"),
    ("run walk.gaussian -p drift=1 -p drift=2", {}, "given twice"),
    ("run walk.gaussian -p seed=1", {}, "write --seed 1"),
    ("run walk.gaussian --seed one", {}, "'--seed'"),
    ("list sweep", {}, "nothing called 'sweep' to list: did you mean 'sweeps'?"),
    ("list papers --cost", {}, "--cost goes with models and sweeps"),
    ("sweep zzz", {}, "more; toysim list sweeps has all"),
    ("run walk.gaussian -p yes=true", {}, "write --yes"),
    ("run walk.gaussian -p theory=true", {}, "write --theory"),
    ("run walk.trouble --theory", {}, "walk.trouble has no theory"),
    (
        "run walk.gaussian -p n_rounds=700_000",
        {},
        "theory of walk.gaussian takes about 70 seconds here, to a factor of ten; say --yes",
    ),
    (
        "find walk.gaussian 'position = 9e3' --along drift=0:1 -p n_rounds=1_000_000",
        {},
        "takes about 75 minutes here, to a factor of ten; say --yes (yes=True) if it is meant",
    ),
    ("run walk.gaussian --replicas 0", {}, "replicas = 0 must be a whole number of at least 1"),
    ("run walk.gaussian --out data.txt", {}, "must end in .nc or .zarr"),
    ("run walk.gaussian --plot picture", {}, "must end in .png or .svg or .pdf"),
    ("run walk.gaussian --out nowhere/run.nc", {}, "cannot write nowhere/run.nc"),
    ("run walk.gaussian --plot nowhere/run.png", {}, "cannot write nowhere/run.png"),
    ("run walk.gaussian --out mine.nc", {"mine.nc": "my data"}, "mine.nc exists"),
    ("run walk.gaussian --out mine.zarr", {"mine.zarr": "my data"}, "mine.zarr exists"),
    ("check", {}, "name a model, or say --all for every one: there is no toysim.toml here"),
    ("check walk.gausian", {}, "did you mean 'walk.gaussian'?"),
    ("check", {"toysim.toml": ""}, "the project here has no models yet"),
    ("sweep walk.tml", {}, "unknown model or sweep 'walk.tml'"),
    ("sweep walkpaper.fr", {}, "did you mean 'walkpaper.far'?"),
    ("sweep nothing.toml", {}, "no sweep file 'nothing.toml'; check the path"),
    ("sweep f.toml", {"f.toml": "model = "}, "f.toml: not TOML"),
    ("sweep f.toml", {"f.toml": "\udcff\udcfe"}, "cannot read f.toml"),
    ("sweep walk.toml --preset mny", {}, "unknown preset 'mny': did you mean 'many'?"),
    (
        "sweep f.toml",
        {"f.toml": 'model="walk.gaussian"\nrepplicas=3\n'},
        "did you mean 'replicas'?",
    ),
    ("sweep f.toml", {"f.toml": 'model="walk.gausian"\n'}, "did you mean 'walk.gaussian'?"),
    (
        "sweep f.toml",
        {"f.toml": 'model="walk.gaussian"\n[fixed]\ndrfit=3\n'},
        "f.toml:3: unknown parameter 'drfit'",
    ),
    ("sweep f.toml", {"f.toml": 'model="walk.gaussian"\n[axes]\ndrift=["a"]\n'}, "drift"),
    ("sweep f.toml", {"f.toml": 'model="walk.gaussian"\n[axes]\ndrift=[1.0, nan]\n'}, "drift"),
    (
        "sweep f.toml",
        {"f.toml": 'model="walk.gaussian"\n[axes]\ndrift=[1.0, 99.0]\n'},
        "allowed: >= -10 and <= 10",
    ),
    (
        "sweep f.toml",
        {"f.toml": 'model="walk.gaussian"\n[axes]\ndrift=[]\n'},
        "axis drift is empty",
    ),
    (
        "sweep f.toml",
        {"f.toml": 'model="walk.gaussian"\n[fixed]\ndrift=1\n[axes]\ndrift=[1]\n'},
        "fixed and also an",
    ),
    ("sweep f.toml", {"f.toml": HUGE}, "1e+12 cells x 1 replicas"),
    ("sweep walk.toml --set seed=4", {}, "--set seed: seed is no parameter; write --seed 4"),
    ("sweep walk.toml --seed 4", {}, "seed: a sweep file holds its own; write it there"),
    ("sweep walk.gaussian --set drift=[1.0,1.0]", {}, "drift"),
    ("sweep walk.toml --set drift", {}, "--set 'drift': write name=value"),
    ("sweep walk.toml --set drfit=1", {}, "did you mean 'drift'?"),
    ("sweep walk.toml --backend theads", {}, "unknown backend 'theads': did you mean 'threads'?"),
    ("sweep walk.toml --scheduler tcp://a:1", {}, "--scheduler belongs to --backend dask"),
    ("sweep walk.toml --workers 0", {}, "workers = 0 must be at least 1"),
    ("sweep walk.toml --block 0", {}, "block = 0 must be at least 1 row"),
    ("sweep walk.toml --time-limit 3", {}, "a time limit needs --backend processes"),
    (
        "sweep walk.toml --store mine/walk.zarr",
        {"mine": "a file"},
        "cannot write to mine/walk.zarr: Not a directory",
    ),
    ("sweep walk.toml --store /proc/walk.zarr", {}, "cannot write to /proc/walk.zarr"),
    ("sweep walk.toml --store mine", {"mine/thesis.txt": "text"}, "mine is not a store of toysim"),
    ("status nothing.zarr", {}, "no store at nothing.zarr; run toysim sweep first"),
    ("status mine", {"mine/thesis.txt": "text"}, "mine is not a store of toysim"),
    ("work nothing.zarr", {}, "no store at nothing.zarr"),
    ("work mine", {"mine/thesis.txt": "text"}, "mine is not a store of toysim"),
    ("compare nothing.zarr", {}, "no store at nothing.zarr"),
    ("compare mine", {"mine/zarr.json": "{}"}, "mine holds no readable toysim store"),
    ("plot nothing.zarr", {}, "no store at nothing.zarr"),
    ("plot nothing.zarr --out a.gif", {}, "must end in .png or .svg or .pdf"),
    ("export nothing.zarr walk.nc", {}, "no store at nothing.zarr"),
    ("export nothing.zarr walk.txt", {}, "must end in .nc, .csv or .parquet"),
    ("export nothing.zarr walk.nc --observable position", {}, "walk.nc holds everything"),
    (
        "export nothing.zarr mine.nc",
        {"mine.nc": "my data"},
        "mine.nc exists; give another name, or --force",
    ),
    ("figures walkpapr", {}, "did you mean 'walkpaper'?"),
    ("figures walkpaper.lin", {}, "did you mean 'walkpaper.line'?"),
    ("figures walkpaper.line --set drift=2", {}, "has no fixed parameter 'drift': runs along it"),
    ("figures walkpaper.line --set nosie=2", {}, "no fixed parameter 'nosie': did you mean"),
    ("figures walkpaper --width 0", {}, "--width 0: from 1 to 40 inches"),
    ("figures walkpaper --format gif", {}, "choose from png, svg, pdf"),
    ("reproduce walkpaper walkpapr", {}, "did you mean 'walkpaper'?"),
    ("modles", {}, "no command 'modles': did you mean 'models'?; see toysim --help"),
    ("--versoin", {}, "no option '--versoin': did you mean '--version'?; see toysim --help"),
    (
        "sweep walk.toml --wrokers 2",
        {},
        "no option '--wrokers': did you mean '--workers'?; see toysim sweep --help",
    ),
    ("sweep walk.toml --workers", {}, "--workers"),
    ("sweep walk.toml --workers many", {}, "--workers"),
    ("show", {}, "Missing argument 'MODEL'; see toysim show --help"),
    ("show a b", {}, "see toysim show --help"),
]


@pytest.mark.parametrize(
    ("line", "files", "words"), REFUSED, ids=[f"{i} {r[0]}" for i, r in enumerate(REFUSED)]
)
def test_refused_in_one_line_and_nothing_written(cli, folder, line, files, words):
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    before = contents(folder)
    found = cli(line)
    assert found.code == 2, found
    assert found.err.count("\n") == 1
    assert found.err.startswith("error: ")
    assert words in found.err
    assert contents(folder) == before
    for name, text in files.items():
        assert (folder / name).read_bytes() == text.encode("utf-8", "surrogateescape")


def test_a_store_of_another_sweep_is_refused_and_kept(cli, folder):
    cli(DONE)
    before = contents(folder)
    found = cli("sweep walk.toml --set noise=0.3 --store results/walk.zarr")
    assert found.code == 2
    assert found.err.count("\n") == 1
    assert "is the store of another sweep: noise is 0.1 there and 0.3 here" in found.err
    assert contents(folder) == before


def test_a_huge_sweep_is_planned_without_being_run(cli, folder):
    (folder / "huge.toml").write_text(HUGE)
    found = cli("sweep huge.toml --dry-run --json")
    assert found.code == 0
    assert json.loads(found.out)["cells"] == 10**12
    assert not (folder / "results").exists()


def test_debug_shows_the_trace_and_the_line(cli):
    for line in ("--debug show walk.gausian", "show walk.gausian --debug"):
        found = cli(line)
        assert found.code == 2
        assert "Traceback" in found.err
        assert found.err.splitlines()[-1].startswith("error: unknown model")


# Values


def test_values_are_read_as_toml_else_as_text():
    words = [
        "a=4",
        "b=0.5",
        "c=true",
        "d=[1, 2.5]",
        "e={linspace = [0, 1, 3]}",
        "f=flow",
        "g=",
        'h="4"',
        "i=a=b",
    ]
    assert assignments(words, "-p") == {
        "a": 4,
        "b": 0.5,
        "c": True,
        "d": [1, 2.5],
        "e": {"linspace": [0, 1, 3]},
        "f": "flow",
        "g": "",
        "h": "4",
        "i": "a=b",
    }


def test_long_arrays_are_shown_by_shape_and_digest():
    matrix = [[1.0, 2.0], [3.0, 4.0]]
    digest = identified(matrix)["digest"][:8]
    assert shown(matrix) == f"array(2, 2) {digest}"
    assert shown([[1.0, 2.0], [3.0, 5.0]]) != shown(matrix)
    assert shown([0.1 + 0.2, 1, True]) == "[0.3, 1, True]"
    assert shown([0.5] * 9).startswith("array(9) ")
    assert shown(["name"] * 9).count("name") == 9


def test_theory_that_takes_seconds_says_so_first(cli):
    told = "note: theory of walk.gaussian takes about 3 seconds here, to a factor of ten"
    assert cli("run walk.gaussian -p n_rounds=30_000").err.strip() == told
    assert cli("run walk.gaussian -p n_rounds=10_000").err == ""
    with pytest.warns(LongCall, match="about 3 seconds") as caught:
        toysim.theory("walk.gaussian", n_rounds=30_000)
    assert caught[0].filename == __file__
    with pytest.warns(LongCall, match="about 45 seconds") as caught:
        toysim.find("walk.gaussian", "position = 9e3", along={"drift": (0, 1)}, n_rounds=10_000)
    assert caught[0].filename == __file__


def test_input_that_is_probably_not_meant_is_told_in_one_line_and_once(cli):
    seen = cli("run continual.fresh_tasks -p n_samples=57 --json").err.splitlines()
    told = "the variance is infinite with noise above n_samples = dimension - 4; lower n_samples"
    assert len(seen) == 1
    assert seen[0].startswith(f"note: n_samples = 57, dimension = 60: {told}")


def test_json_has_no_nan():
    value = {
        "a": np.array([1.0, np.nan]),
        "b": np.float64(np.inf),
        "c": (Path("x"), None, np.int8(3), True),
    }
    assert plain(value) == {"a": [1.0, None], "b": None, "c": ["x", None, 3, True]}


# What commands leave behind


def test_dry_run_writes_nothing(cli, folder):
    before = contents(folder)
    assert cli("sweep walk.toml --dry-run").code == 0
    assert contents(folder) == before


def test_run_files_hold_both_sides(cli):
    cli("run walk.gaussian -p n_records=3 --replicas 2 --out a.nc")
    cli("run walk.gaussian -p n_records=3 --replicas 2 --out a.zarr")
    with (
        xr.open_datatree("a.nc", engine="h5netcdf") as one,
        xr.open_datatree("a.zarr", engine="zarr") as two,
    ):
        for tree in (one, two):
            assert tree["simulation"]["position"].sizes == {"replica": 2}
            assert tree["simulation"]["position"].attrs["units"] == "m"
            assert tree["theory"]["course"].sizes == {"record": 3}


def test_export_holds_the_store_with_its_labels(cli):
    cli(DONE)
    assert cli("export results/walk.zarr walk.nc").code == 0
    ours = toysim.open_store("results/walk.zarr")
    with xr.open_datatree("walk.nc", engine="h5netcdf") as tree:
        assert tree.attrs["Conventions"].startswith("CF-")
        assert tree.attrs["root_seed"] == 3
        assert tree.attrs["sweep_text"] == SWEEP
        for side in ("simulation", "theory", "comparison"):
            xr.testing.assert_identical(
                tree[side].to_dataset().drop_attrs(), ours[side].to_dataset().drop_attrs()
            )
            for name, values in ours[side].data_vars.items():
                for label in ("long_name", "description", "units"):
                    assert tree[side][name].attrs.get(label) == values.attrs.get(label)
        assert tree["theory"]["valid"].dtype == bool
        assert tree["simulation"].attrs["late_option"] == 0
    assert [p.name for p in Path().glob("*.nc*")] + [p.name for p in Path().glob(".*")] == [
        "walk.nc"
    ]


def test_a_sweep_of_one_side_advises_no_comparison(cli, folder):
    (folder / "alone.toml").write_text(f"simulation = false\n{SWEEP}")
    assert "toysim compare" not in cli("sweep alone.toml").out
    assert "toysim compare results/walk.zarr" in cli(DONE).out


def test_failed_rows_are_told_in_one_line(cli):
    found = cli("sweep trouble.toml --json")
    assert (found.code, json.loads(found.out)["failed"]) == (1, 1)
    found = cli("sweep trouble.toml")
    assert found.code == 1
    assert found.err.count("\n") == 1
    assert "1 rows failed, 0 timed out; last: ArithmeticError: asked to fail at" in found.err


def test_missing_data_are_not_a_comparison(cli):
    cli("sweep walk.toml --no-theory")
    found = cli("compare results/walk.zarr")
    assert found.code == 1
    assert found.err.startswith("error: data are missing: 4 rows not run")


def test_a_wrong_verdict_and_a_failed_figure_give_1(cli, tmp_path):
    paper = tmp_path / "paper" / "figures" / "walkpaper.py"
    paper.write_text(
        PAPER.replace("shrinks, (), Verdict.REFUTED", "shrinks, ()").replace(
            "new_figure(2, 2)", "1 / 0"
        )
    )
    found = cli("reproduce walkpaper")
    assert found.code == 1
    assert "DOES NOT HOLD  NOT AS EXPECTED (reproduced): Less far." in found.out
    assert "error: figure walkpaper.line: failed: ZeroDivisionError" in found.err
    assert cli("figures walkpaper").code == 1


def test_reproduce_says_where_everything_is(cli):
    out = cli("reproduce walkpaper").out
    for name in ("results/walkpaper.html", "results/index.html", "results/figures", "results"):
        assert name in out
        assert Path(name).exists()
    assert "results (1)" in out  # stores


def test_a_reproduction_sums_up_before_it_goes_into_detail(cli):
    found = cli("reproduce walkpaper")
    assert found.out.index("expected verdict") < found.out.index("page") < found.out.index("Less")
    assert "walkpaper: 1 sweeps, 240 rows, about" in found.err
    assert "walkpaper: 2 claims" in found.err
    again = cli("reproduce walkpaper --dry-run")
    assert "2 of 2 blocks" in again.out


# Progress


def test_progress_when_piped_is_a_few_plain_lines_on_stderr(cli):
    lines = cli("sweep slow.toml --block 4 --set rest=0.0").err.splitlines()
    assert lines[0] == "slow: 50 of 50 blocks to do"
    assert lines[-1].startswith("slow: 50 of 50 blocks, ")
    assert len(lines) == 2


def test_progress_names_the_sweeps_of_a_reproduction(cli):
    assert "walkpaper.far: 2 of 2 blocks to do" in cli("reproduce walkpaper").err


# As a process of its own


def process(line, **more):
    return subprocess.run(
        [sys.executable, "-m", "toysim", *shlex.split(line)], capture_output=True, text=True, **more
    )


def test_help_and_models_load_no_heavy_library():
    script = (
        "import sys; from toysim.cli.entry import main\n"
        "for line in (['--help'], ['models'], ['models', '--json'], ['show', 'walk.gaussian'], "
        "['sweep', '--help']):\n"
        f"    assert main(line) == 0\n"
        f"sys.exit(', '.join(m for m in {HEAVY} if m in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stderr == "\n"


BUT_NUMPY = [name for name in HEAVY if name != "numpy"]
LIGHT = [
    # command line on a finished store, what it does without
    # What is done the states say, which are arrays.
    ("status results/walk.zarr --json", BUT_NUMPY),
    ("sweep walk.toml", BUT_NUMPY),
    ("compare results/walk.zarr", ("numba", "zarr", "matplotlib", "rich")),
    (
        "run deep_linear.modes",
        ("scipy.linalg", "zarr", "matplotlib", "rich", "toysim.models.perceptron"),
    ),
    ("run deep_linear.network", ("scipy.optimize",)),
    ("run perceptron.storage", ("scipy.optimize",)),
]


@pytest.mark.parametrize(("line", "without"), LIGHT, ids=[line for line, _ in LIGHT])
def test_a_command_loads_what_it_needs_and_no_more(cli, line, without):
    cli(DONE)
    script = (
        "import sys; from toysim.cli.entry import main\n"
        f"assert main({shlex.split(line)}) == 0\n"
        f"sys.exit(', '.join(m for m in {tuple(without)} if m in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stderr == "\n"


def test_the_collector_looks_rarely_and_not_at_the_end():
    script = (
        "import gc, sys; from toysim.__main__ import main\n"
        "sys.argv = ['toysim', 'run', 'walk.gaussian']\n"
        "old = []\n"
        "gc.callbacks.append(lambda phase, told: old.extend([1] * (told['generation'] == 2)))\n"
        "try:\n    main()\n"
        "except SystemExit:\n    sys.exit(f'{len(old)} {gc.get_freeze_count() > 100_000}')"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stderr == "0 True\n"


def test_no_colour_and_no_bar_without_a_terminal():
    found = process("sweep walk.toml")
    assert found.returncode == 0
    assert "\x1b" not in found.stdout + found.stderr


@pytest.mark.skipif(os.name == "nt", reason="POSIX terminals")
@pytest.mark.parametrize(
    ("line", "words"),
    [("sweep walk.toml", "2/2"), ("show walk.gaussian", "drift"), ("models", "walk.trouble")],
)
def test_a_terminal_gets_bars_and_drawn_tables(line, words):
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "150"}
    running = subprocess.Popen(
        [sys.executable, "-m", "toysim", *shlex.split(line)],
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # how Linux says that the other side has closed
        while piece := os.read(ours, 4096):
            seen += piece
    os.close(ours)
    assert running.wait() == 0
    assert "\x1b[" in seen.decode()
    assert words in seen.decode()


def test_exit_codes_reach_the_shell():
    assert process("show walk.gausian").returncode == 2
    assert process("sweep trouble.toml").returncode == 1
    assert process("--version").stdout.startswith("toysim ")


def test_a_reader_that_leaves_early_is_no_error():
    command = [sys.executable, "-m", "toysim", "show", "walk.gaussian"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    for extra in ({}, {"PYTHONUNBUFFERED": "1"}):
        read, write = os.pipe()
        os.close(read)
        found = subprocess.run(
            command, stdout=write, stderr=subprocess.PIPE, env=environment | extra
        )
        os.close(write)
        assert (found.returncode, found.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_one_line():
    with open("/dev/full", "w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "toysim", "models"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupted_then_continued(cli, folder):
    running = begun("sweep slow.toml --block 1 --workers 1", folder / "results" / "slow.zarr")
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.splitlines()[-1] == INTERRUPTION
    done = json.loads(cli("status results/slow.zarr --json").out)["blocks_done"]
    assert 0 < done < 200
    found = cli("sweep slow.toml --block 1 --set rest=0.05 --json")
    assert (found.code, json.loads(found.out)["blocks"]) == (0, 200 - done)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupted_twice_leaves_a_long_block(cli, folder):
    """One row takes no time, the other five minutes."""
    (folder / "long.toml").write_text('model = "walk.trouble"\n[axes]\nrest = [0.0, 300.0]\n')
    line = "sweep long.toml --block 1"
    running = begun(line + " --workers 1", folder / "results" / "long.zarr")
    assert running.stderr.readline() == "long: 2 of 2 blocks to do\n"
    for expected in (
        "stopping; threads finish the blocks they are at, Ctrl-C again drops them",
        INTERRUPTION,
    ):
        time.sleep(
            0.5
            # as between two strokes; a signal in the moment before a wait begins
            # would be seen after it
        )
        running.send_signal(signal.SIGINT)
        assert running.stderr.readline() == expected + "\n"
    assert running.wait(timeout=60) == 130
    again = json.loads(cli(line + " --backend processes --time-limit 0.5 --json").out)
    assert (again["blocks_before"], again["timed_out"]) == (1, 1)


def begun(line, store):
    """The process of a command that has stored a block."""
    command = [sys.executable, "-m", "toysim", *line.split()]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and not any(
        p.is_file() and not p.suffix for p in store.glob("simulation/state/c/*/*")
    ):
        time.sleep(0.02)
    return running


# Completion

COMPLETED = [
    ("toysim mod", "models"),
    ("toysim show walk.g", "walk.gaussian"),
    ("toysim run walk.gaussian -p dri", "drift="),
    ("toysim sweep walk.to", "walk.toml"),
    ("toysim sweep walk.toml --set noi", "noise="),
    ("toysim sweep --dry", "--dry-run"),
]


@pytest.mark.parametrize(("words", "offered"), COMPLETED)
def test_shell_completion(words, offered):
    script = {
        "_TOYSIM_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    assert process("", env={**os.environ, **script}).stdout.split() == [offered]


def test_completion_of_sweeps_and_reproductions():
    from toysim.cli import completion

    assert completion.sweeps("walkpaper.") == ["walkpaper.far"]
    assert completion.reproductions("walkp") == ["walkpaper"]


def test_completion_can_be_shown():
    assert "_toysim_completion" in process("--show-completion bash").stdout
