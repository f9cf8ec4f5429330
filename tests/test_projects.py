"""Projects: made by ``toysim new``, known in their folder and below it, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from toysim.errors import ToysimError
from toysim.making import make_project


def toysim(*words, cwd, **environment):
    """The command line in a folder, with this environment's kernels."""
    return subprocess.run(
        [sys.executable, "-m", "toysim", *map(str, words)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    return make_project("tour", tmp_path)


def test_its_models_are_known_in_it_and_below_and_nowhere_else(project):
    for folder in (project, project / "models"):
        assert "tour.walk" in toysim("models", cwd=folder).stdout
    assert "tour.walk" not in toysim("models", cwd=project.parent).stdout
    named = toysim("show", "tour.walk", "--project", project, cwd=project.parent)
    assert named.stdout.startswith("tour.walk")
    assert "did you mean" in toysim("show", "tour.wlk", cwd=project).stderr


def test_its_sweeps_and_papers_are_known_too(project):
    dry = toysim("sweep", "tour.length", "--dry-run", cwd=project)
    assert "tour.walk" in dry.stdout
    assert "unknown model or sweep" in toysim("sweep", "tour.length", cwd=project.parent).stderr
    assert "'tour'" in toysim("reproduce", "tuor", cwd=project).stderr


def test_check_without_a_name_means_the_models_of_the_project(project):
    done = toysim("check", "--draws", "0", cwd=project / "models")
    assert done.stdout.startswith("tour.walk\n"), done.stderr
    assert "0 failed" in done.stdout


@pytest.mark.slow
def test_a_new_project_passes_its_own_tests(project):
    for words in (
        ("check",),
        ("reproduce", "tour"),
        ("sweep", "tour.length", "--backend", "processes"),
    ):
        done = toysim(*words, cwd=project)
        assert done.returncode == 0, done.stderr
    assert (project / "results/tour.html").is_file()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("My-walk", "small letters"),
        ("9lives", "small letters"),
        ("oscillation", "a family or paper already"),
        ("critical_periods", "a family or paper already"),
        ("there", "exists"),
    ],
)
def test_bad_names_are_refused_and_nothing_is_written(name, match, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(ToysimError, match=match):
        make_project(name, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["there"]


def test_a_name_that_stands_twice_is_refused_with_both_places(project):
    (project / "models/tour").rename(project / "models/oscillation")
    said = toysim("models", cwd=project).stderr
    assert str(project / "models/oscillation") in said
    assert said.count("oscillation") >= 2
    (project / "models/oscillation").rename(project / "models/tour")
    (project / "sweeps/tour").rename(project / "sweeps/critical_periods")
    (project / "sweeps/critical_periods/length.toml").rename(
        project / "sweeps/critical_periods/depth.toml"
    )
    said = toysim("sweep", "critical_periods.depth", "--dry-run", cwd=project).stderr
    assert str(project / "sweeps/critical_periods/depth.toml") in said
    assert said.count("depth.toml") >= 2


@pytest.mark.parametrize(
    ("text", "match"),
    [("name = 3", "must be a text"), ("nmae = 'x'", "did you mean 'name'"), ("name", "plain TOML")],
)
def test_a_bad_project_file_is_one_line(project, text, match):
    (project / "toysim.toml").write_text(text)
    done = toysim("models", cwd=project)
    assert done.returncode == 2
    assert match in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_code_is_loaded_by_commands_that_need_models_alone(project):
    """Stores, sweep files and names of papers bring no code."""
    for place in ("models/tour/__init__.py", "figures/tour.py"):
        (project / place).write_text("raise SystemExit('loaded')")
    assert toysim("--help", cwd=project).returncode == 0
    assert toysim("status", "nowhere.zarr", cwd=project).stderr.startswith("error: no store")
    assert toysim("show", "oscillation.catapult", cwd=project).returncode == 0
    elsewhere = toysim("models", cwd=project.parent)
    assert elsewhere.returncode == 0
    assert "loaded" in toysim("models", cwd=project).stderr


def test_another_distribution_brings_sweeps_and_papers(tmp_path):
    site = tmp_path / "site"
    package = site / "its_papers"
    for folder in ("sweeps/its", "figures"):
        (package / folder).mkdir(parents=True)
        (package / folder.partition("/")[0] / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "sweeps/its/walks.toml").write_text('model = "oscillation.catapult"\n')
    (package / "figures/its.py").write_text(PAPER)
    info = site / "its_papers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: its-papers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[toysim.sweeps]\nits = its_papers.sweeps\n[toysim.figures]\nits = its_papers.figures\n"
    )
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    dry = toysim("sweep", "its.walks", "--dry-run", cwd=tmp_path, PYTHONPATH=path)
    assert "oscillation.catapult" in dry.stdout, dry.stderr
    done = toysim("reproduce", "its", cwd=tmp_path, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
    assert Path(tmp_path / "results/its.html").is_file()


PAPER = """
from toysim.paper import Claim, Evidence, Reproduction, Spoiler

REPRODUCTION = Reproduction(
    name="its", paper="none", title="none", figures=(),
    claims=(
        Claim("runs", "It runs.", "none", ("walks",), lambda tree: Evidence([True]),
              (Spoiler("walks", "final_loss", lambda x: -x),)),
    ),
)
"""
