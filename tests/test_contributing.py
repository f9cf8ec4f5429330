"""CONTRIBUTING.md followed to the letter in a fresh copy: its commands and files, in its order."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FENCED = re.compile(r"```(\w+)\n(.*?)```", flags=re.DOTALL)
PLACE = re.compile(r"# ((?:models|sweeps|figures)/\S+)")
NOT_COPIED = (".git", ".venv*", "*.cache", ".*_cache", "__pycache__", "*.egg-info", "results")
OF_THE_TESTS = ("PYTHONPATH", "NUMBA_CACHE_DIR", "VIRTUAL_ENV")


def steps(text, staged):
    """A shell script of the page's blocks: commands as they stand, files put in their place."""
    for language, block in FENCED.findall(text):
        named = PLACE.match(block)
        if language == "sh":
            yield block
        elif named:
            place = named[1]
            body = staged / place.replace("/", "_")
            body.write_text(block)
            yield f"mkdir -p {Path(place).parent} && cp {body} {place}\n"


@pytest.mark.slow
def test_a_newcomer_who_follows_it_has_a_model_and_a_paper(tmp_path):
    copy, staged = tmp_path / "copy", tmp_path / "staged"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    staged.mkdir()
    script = "".join(steps((ROOT / "CONTRIBUTING.md").read_text(), staged))
    plain = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    done = subprocess.run(
        ["bash", "-ec", script], cwd=copy, env=plain, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stroll.gaussian" in done.stdout
    assert "0 failed" in done.stdout
    assert (copy / "results/stroll.html").is_file()
    assert (copy / "results/figures/stroll.distance.png").is_file()


def test_what_it_writes_collides_with_nothing():
    places = PLACE.findall((ROOT / "CONTRIBUTING.md").read_text())
    assert len(places) == 5
    assert not [place for place in places if (ROOT / place).exists()]
    assert not list((ROOT / "tests/families").glob("*stroll*"))
