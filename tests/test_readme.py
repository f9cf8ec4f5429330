"""The README's examples run as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)


def test_two_commands_are_one_line_each():
    commands = [b.strip() for b in blocks("sh") if b.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert all("\n" not in c for c in commands)


@pytest.mark.slow
def test_sweep_python_call_and_plain_xarray(tmp_path):
    (sweep,) = blocks("toml")
    (tmp_path / "my_sweep.toml").write_text(sweep)
    command = [sys.executable, "-m", "toysim"]
    subprocess.run([*command, "sweep", "my_sweep.toml"], cwd=tmp_path, check=True)
    compared = subprocess.run(
        [*command, "compare", "results/my_sweep.zarr"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert "agrees" in compared.stdout
    assert "differs" not in compared.stdout
    for example in blocks("python"):
        script = "import matplotlib\nmatplotlib.use('Agg')\n" + example
        subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
