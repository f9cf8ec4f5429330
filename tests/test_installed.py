"""An installed wheel in a fresh environment: a script, a notebook, the command line, in folders of
their own.
"""

import json
import os
import shutil
import subprocess
import sys
import venv

import pytest
from packaging_tools import build, copy_of_project

pytestmark = pytest.mark.slow

SCRIPT = """\
import toysim

def walk(rng, drift: float = 1.0, n_steps: int = 100):
    return (drift + rng.standard_normal(n_steps)).sum()

def mean(drift, n_steps):
    return drift * n_steps

MODEL = toysim.define(walk, mean, {"position": "m"}, id="mine.walk")
"""
ASKED = """\
data = toysim.sweep(MODEL, drift=[0.5, 1.0], replicas=2000, seed=1, backend=BACKEND, workers=2)
print(toysim.compare(data)[0].verdict)
"""
MAIN = f"""\
{SCRIPT}
def measured():
    import pandas as pd
    return pd.DataFrame({{"n_steps": [10, 20, 40], "position": [8, 16, 32], "position_error": 0.1}})

if __name__ == "__main__":
    for BACKEND in ("threads", "processes"):
        {ASKED.replace(chr(10), chr(10) + 8 * " ")}
    store = "walk.zarr"
    toysim.sweep(MODEL, drift=[0.5, 1.0], store=store)
    print(toysim.open_store(store, model=MODEL)["simulation"]["position"].sizes["drift"])
    print(toysim.compare(measured(), model=MODEL, drift=0.8)[0].verdict)
    print(toysim.fit(MODEL, measured(), free=["drift"]).ok)
    print(toysim.check(MODEL).ok)
    try:
        toysim.run(MODEL, drfit=1)
    except toysim.errors.ToysimError as error:
        print(error)
"""
CELLS = (
    SCRIPT,
    ASKED.replace("BACKEND", '"threads"'),
    ASKED.replace("BACKEND", '"processes"'),
    "print(toysim.check(MODEL).summary)",
    "MODEL",
    "toysim.compare(data)",
    'toysim.plot(data, y="position")',
    "toysim.run(MODEL, drfit=1)",
)
EXECUTE = """\
import json, sys
import nbformat
from nbclient import NotebookClient

book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in json.load(sys.stdin)])
NotebookClient(book, timeout=300, allow_errors=True).execute()
print(json.dumps([cell.outputs for cell in book.cells]))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a new environment that holds the wheel; what it depends on is borrowed."""
    base = tmp_path_factory.mktemp("installed")
    wheel = build(copy_of_project(base / "source"), base / "dist")
    venv.create(base / "env", with_pip=False)
    (site,) = (base / "env").glob("lib/python3*/site-packages")
    shutil.unpack_archive(wheel, site, "zip")
    borrowed = [place for place in sys.path if place.endswith("site-packages")]
    (site / "borrowed.pth").write_text("\n".join(borrowed))  # whose own .pth files are not read
    return base / "env/bin/python"


def run(python, folder, *words, told=None, **environment):
    """A process of the new environment, which knows of no checkout."""
    own = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "NUMBA_CACHE_DIR")}
    own |= {"TOYSIM_PROJECT": "", **environment}
    command = [str(python), *map(str, words)]
    return subprocess.run(
        command, cwd=folder, env=own, input=told, capture_output=True, text=True, timeout=300
    )


def test_it_is_the_wheel_that_runs(python, tmp_path):
    told = run(python, tmp_path, "-c", "import toysim; print(toysim.__file__)").stdout
    assert "site-packages/toysim" in told
    assert "env" in told


def test_a_script_with_a_model_of_its_own(python, tmp_path):
    (tmp_path / "mine.py").write_text(MAIN)
    done = run(python, tmp_path, "mine.py")
    assert done.returncode == 0, done.stderr
    *answers, refusal = done.stdout.splitlines()
    assert answers == ["agrees", "agrees", "2", "agrees", "True", "True"]
    assert "did you mean 'drift'" in refusal


def test_a_cluster_takes_a_model_of_a_module_and_says_so_of_a_script(python, tmp_path):
    pytest.importorskip("distributed")
    (tmp_path / "walks.py").write_text(SCRIPT)
    asked = ASKED.replace("BACKEND", '"dask"').replace("MODEL", "walks.MODEL")
    caller = "\n".join(f"    {line}" for line in asked.splitlines())
    text = f'import toysim, walks\nif __name__ == "__main__":\n{caller}\n'
    (tmp_path / "caller.py").write_text(text)
    done = run(python, tmp_path, "caller.py", PYTHONPATH=str(tmp_path))
    assert done.stdout == "agrees\n", done.stderr
    (tmp_path / "mine.py").write_text(MAIN.replace('("threads", "processes")', '("dask",)'))
    told = run(python, tmp_path, "mine.py").stderr.splitlines()[-1]
    assert "mine.walk stands in a script, which workers of a cluster cannot import" in told


def test_a_notebook_executes(python, tmp_path):
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    done = run(python, tmp_path, "-c", EXECUTE, told=json.dumps(CELLS), HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    defined, threads, processes, checked, *shown, refused = json.loads(done.stdout)
    assert defined == []
    assert threads[0]["text"] == "agrees\n"
    assert "cannot be imported by other processes" in processes[-1]["evalue"]
    assert "0 failed, 2 not run" in checked[0]["text"]
    model, comparison, picture = (output[0]["data"] for output in shown)
    assert "<h4>mine.walk" in model["text/html"]
    assert "agrees" in comparison["text/html"]
    assert "image/png" in picture
    (line,) = refused[0]["traceback"]
    assert "unknown parameter 'drfit' of mine.walk: did you mean 'drift'?" in line


def test_a_project_by_the_command_line(python, tmp_path):
    for words in ("new tour", "run tour.walk --project tour", "check tour.walk --project tour"):
        done = run(python, tmp_path, "-m", "toysim", *words.split())
        assert done.returncode == 0, done.stderr
    refused = run(python, tmp_path, "-m", "toysim", "run", "tour.walk")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
