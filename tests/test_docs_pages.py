"""The examples of docs/refine.md and docs/cluster.md do what the pages say."""

import re
import shlex
import tomllib

import pytest
from test_readme import ROOT, blocks

import toysim
from toysim.cli.entry import main
from toysim.runner.cluster import read_cluster
from toysim.sweep_file import load_sweep

FAR = 'model = "walk.gaussian"\nreplicas = 3\n[axes]\ndrift = [0.1, 0.2, 0.3]\n'
REPLACED = {"10200s": "60s"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the sweep that the page speaks of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "far.toml").write_text(FAR)
    return tmp_path


def commands(page):
    """Lines of plain blocks that begin with toysim or sbatch."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / page).read_text(), re.M | re.S)
    lines = [line for kind, block in fenced if not kind for line in block.splitlines()]
    return [line for line in lines if line.split(" ")[0] in ("toysim", "sbatch")]


def test_refine_runs_as_it_stands(project):
    (sweep,) = blocks("toml", "docs/refine.md")
    (project / "jump.toml").write_text(sweep)
    found = toysim.sweep("jump.toml")
    asked = tomllib.loads(sweep)["refine"]
    assert 7 < found["theory"].sizes[asked["along"]] <= 7 + asked["budget"]


def test_commands_of_the_cluster_page_run_as_they_stand(project, capsys):
    ran = []
    for line in commands("docs/cluster.md"):
        words = shlex.split(line)
        if words[0] == "sbatch":
            assert (project / words[1]).is_file()
            continue
        if words[1] == "merge":
            for name in words[2:4]:
                toysim.sweep("walk.gaussian", drift=[0.1, 0.2], store=project / name)
        assert main([REPLACED.get(word, word) for word in words[1:]]) == 0, line
        ran.append(words[1])
    assert ran == ["script", "status", "work", "merge"]
    script = (project / "far.slurm").read_text()
    (work,) = [line for line in commands("docs/cluster.md") if line.startswith("toysim work")]
    assert re.search(r"--workers 4 --stop-after 10200s?\b", script)
    assert work.split()[-1] in script
    assert (project / "both.zarr").is_dir()


def test_python_of_the_cluster_page_is_the_same(project):
    text = " ".join(blocks_of_prose("docs/cluster.md"))
    toysim.script("slurm", "far.toml", jobs=8, workers=4, time="3h")
    toysim.sweep("far.toml", create_only=True)
    toysim.work("results/far.zarr", stop_after="3h")
    for call in (
        'toysim.script("slurm", "far.toml", jobs=8, workers=4, time="3h")',
        'toysim.sweep("far.toml", create_only=True)',
        'toysim.work("results/far.zarr", stop_after="3h")',
    ):
        assert call in text
    assert load_sweep("far.toml").n_cells == 3


def blocks_of_prose(page):
    return re.findall(r"`([^`\n]+)`", (ROOT / page).read_text())


def test_the_cluster_file_is_read(project):
    (file,) = blocks("toml", "docs/cluster.md")
    (project / "c.toml").write_text(file)
    asked = read_cluster(project / "c.toml")
    assert (asked["queue"], asked["jobs"], asked["cores"]) == ("slurm", 8, 4)
