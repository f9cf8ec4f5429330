"""The README's examples run as they stand there, and it names what there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def blocks(language, page="README.md"):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), flags=re.DOTALL)


def test_two_commands_are_one_line_each():
    commands = [b.strip() for b in blocks("sh") if b.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert all("\n" not in c for c in commands)


def test_every_family_is_named():
    linked = set(re.findall(r"\]\(models/(\w+)\)", (ROOT / "README.md").read_text()))
    assert linked == {p.parent.name for p in (ROOT / "models").glob("*/__init__.py")}


def test_functions_of_readme_and_docs_agree_with_their_formulas():
    """From nothing to a table of verdicts in a dozen lines, as they stand."""
    (short,) = [b for b in blocks("python") if "toysim.define" in b]
    (arrays,) = [b for b in blocks("python", "docs/own_model.md") if "toysim.define" in b]
    told = "print(toysim.compare(toysim.sweep(model, rate=[1.0, 2.0], replicas=200)))"
    assert len([line for line in short.splitlines() if line]) <= 12
    for script in (short, f"{arrays}\n{told}"):
        run = [sys.executable, "-c", script]
        done = subprocess.run(run, check=True, capture_output=True, text=True)
        assert "agrees" in done.stdout
        assert "undecided  " not in done.stdout.splitlines()[1]


@pytest.mark.slow
def test_sweep_and_function(tmp_path):
    (sweep,) = blocks("toml")
    (tmp_path / "my_sweep.toml").write_text(sweep)
    command = [sys.executable, "-m", "toysim"]
    subprocess.run([*command, "sweep", "my_sweep.toml"], cwd=tmp_path, check=True)
    compared = subprocess.run(
        [*command, "compare", "results/my_sweep.zarr"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "agrees" in compared.stdout
    assert "differs" not in compared.stdout
    for example in blocks("python"):
        script = "import matplotlib\nmatplotlib.use('Agg')\n" + example
        subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
