"""The wheel, used from another folder: a family is one new folder, another distribution is an entry
point.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging_tools import ROOT, build, copy_of_project

HERE = Path(__file__).parent
SWEEP = 'model = "{model}"\nquestion = "How far?"\nreplicas = 60\n[axes]\n{axes}\n'
PLUGIN = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "toysim-rotor"
version = "1.0"
[project.entry-points."toysim.models"]
rotor = "rotor"
[tool.setuptools]
packages = ["rotor"]
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Site folder with the wheel of the project plus one family that no list names."""
    base = tmp_path_factory.mktemp("wheel")
    source = copy_of_project(base / "source")
    shutil.copytree(HERE / "families" / "newcomer" / "rotor", source / "models" / "rotor")
    wheel = build(source, base / "dist")
    site = base / "site"
    zipfile.ZipFile(wheel).extractall(site)
    return site


def run(site, folder, *arguments):
    environment = {
        **os.environ,
        "PYTHONPATH": str(site),
        "NUMBA_CACHE_DIR": str(site.parent / "cache"),
    }
    command = [sys.executable, "-P", "-m", "toysim", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_wheel_holds_one_name(installed):
    top = {p.name for p in installed.iterdir() if not p.name.endswith(".dist-info")}
    assert top == {"toysim"}
    assert (installed / "toysim" / "py.typed").is_file()
    assert (installed / "toysim" / "sweeps" / "critical_periods" / "depth.toml").is_file()


@pytest.mark.parametrize("name", ["family in a folder", "another distribution"])
def test_new_family_from_an_installed_wheel(installed, tmp_path, name):
    site = installed
    if name == "another distribution":
        plugin = tmp_path / "plugin"
        shutil.copytree(HERE / "families" / "newcomer" / "rotor", plugin / "rotor")
        (plugin / "pyproject.toml").write_text(PLUGIN)
        site = tmp_path / "site"
        shutil.copytree(installed, site)
        shutil.rmtree(site / "toysim" / "models" / "rotor")
        zipfile.ZipFile(build(plugin, tmp_path / "dist")).extractall(site)
    folder = tmp_path / "work"
    folder.mkdir()
    axes = "frequencies = [[1.0, 2.0], [0.5, 0.25]]\nn_steps = [4, 8, 16]"
    (folder / "rotors.toml").write_text(SWEEP.format(model="rotor.sum", axes=axes))
    listed = run(site, folder, "models", "--json")
    assert "rotor.sum" in {row["id"] for row in json.loads(listed.stdout)}, listed.stderr
    swept = run(site, folder, "sweep", "rotors.toml")
    assert swept.returncode == 0, swept.stderr
    compared = run(site, folder, "compare", "results/rotors.zarr", "--json")
    assert compared.returncode == 0, compared.stderr
    assert "agrees" in compared.stdout
    one = run(site, folder, "run", "rotor.sum", "-p", "frequencies=[1.0, 1.0]", "-p", "noise=0.0")
    assert one.returncode == 0, one.stderr
    assert "10" in one.stdout


def test_wheel_and_checkout_list_the_same(installed, tmp_path):
    here = subprocess.run(
        [sys.executable, "-m", "toysim", "models", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    there = run(installed, tmp_path, "models", "--json")
    of_tests = ("walk.", "scheduled.")
    ours = {r["id"] for r in json.loads(here.stdout) if not r["id"].startswith(of_tests)}
    assert {row["id"] for row in json.loads(there.stdout)} == ours | {"rotor.sum"}
