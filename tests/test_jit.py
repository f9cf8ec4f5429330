"""Compiled kernels: cached across processes, never stale after an edit of a helper, nobody else's
cache touched.
"""

import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import toysim
from toysim import jit

ROOT = Path(toysim.__file__).parent.parent
HELPER = """
from toysim.jit import kernel

@kernel
def factor():
    return {value}
"""
FAMILY = """
from toysim.jit import kernel
from toysim.models.tiny.helper import factor

@kernel
def scaled(x):
    return factor() * x
"""
ASK = """
import time, numba
before = numba.config.CACHE_DIR
from toysim.models.tiny.kernels import scaled
start = time.perf_counter()
value = scaled(2.0)
hits = sum(scaled.stats.cache_hits.values())
assert numba.config.CACHE_DIR == before, "the user's cache setting was changed"
print(value, hits)
"""


@pytest.fixture
def tree(tmp_path):
    """A copy of the engine and its families with one family more."""
    for name in ("toysim", "models"):
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            pytest.fail(f"no folder {name} beside the engine: run the tests from a checkout")
    (tmp_path / "pyproject.toml").write_text("")
    tiny = tmp_path / "models" / "tiny"
    tiny.mkdir()
    (tiny / "__init__.py").write_text("MODELS = ()\n")
    (tiny / "helper.py").write_text(HELPER.format(value=1.0))
    (tiny / "kernels.py").write_text(FAMILY)
    return tmp_path


def run_in(tree, code):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tree / "cache"), "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(tree):
    value, hits = run_in(tree, ASK).split()
    return float(value), int(hits)


def test_second_process_does_not_compile_and_an_edited_helper_counts(tree):
    assert ask(tree) == (2.0, 0)
    assert ask(tree) == (2.0, 1)
    (tree / "models" / "tiny" / "helper.py").write_text(HELPER.format(value=10.0))
    assert ask(tree) == (20.0, 0)
    assert ask(tree) == (20.0, 1)


def test_what_is_compiled_for_kernels_alone_is_never_called_from_python(tree):
    """The twin that kernels call has nothing that Python could call, neither here nor cached."""
    code = """
from toysim.models.tiny.kernels import factor, scaled
assert scaled(2.0) == 2.0 and factor() == 1.0
"""
    run_in(tree, code)
    run_in(tree, code.replace("scaled(2.0) == 2.0 and", ""))
    run_in(tree, code)


def test_a_slice_of_another_size_is_refused():
    @jit.kernel
    def put(x, into):
        into[:] = x

    with pytest.raises(ValueError, match="cannot assign slice from input of different size"):
        put(np.ones(3), np.empty(4))


def test_kernels_run_as_plain_python_too():
    from toysim.jit import kernel

    @kernel
    def double(x):
        return 2 * x

    assert double.py_func(3) == double(3) == 6


def test_threads_that_import_kernels_together_all_cache_in_the_folder(tmp_path):
    code = (
        "import sys, threading, numba\n"
        "sys.setswitchinterval(1e-6)\n"
        "from toysim.jit import cache_dir, kernel\n"
        "from toysim.sources import KERNELS, sources_hash\n"
        "made = []\n"
        "def decorate():\n"
        "    for _ in range(200):\n"
        "        made.append(kernel(compute))\n"
        "def compute(x):\n"
        "    return x\n"
        "compute.__module__ = 'toysim.test'\n"
        "threads = [threading.Thread(target=decorate) for _ in range(4)]\n"
        "[t.start() for t in threads], [t.join() for t in threads]\n"
        "assert len(made) == 800\n"
        "places = {str(k._cache.cache_path) for one in made for k in (one, one.twin)}\n"
        "home = cache_dir(sources_hash('toysim.test', KERNELS))\n"
        "assert all(p.startswith(home) for p in places), places\n"
        "assert numba.config.CACHE_DIR == ''\n"
    )
    script = tmp_path / "threads.py"  # a file: what is typed in has no source to cache by
    script.write_text(code)
    env = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"threads.py"}


def test_kernels_call_blas_on_one_thread():
    """In a new process, where SciPy's BLAS is loaded by the first product of a kernel."""
    code = (
        "import numpy as np\n"
        "from threadpoolctl import threadpool_info\n"
        "from toysim.runner.work import one_blas_thread\n"
        "with one_blas_thread():\n"
        "    from toysim.models.deep_linear.completion.descent import descend\n"
        "    layers = np.ones((2, 3, 3))\n"
        "    products = np.array([layers[0], layers[1] @ layers[0]])\n"
        "    assert descend(layers, products, np.eye(3), 0.01 * np.ones((3, 3)), 2) == -1\n"
        "    pools = [p for p in threadpool_info() if p['user_api'] == 'blas']\n"
        "assert len(pools) > 1 and {p['num_threads'] for p in pools} == {1}, pools\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Pair(NamedTuple):
    first: Any
    second: Any


def add_first(pair: Pair, into: Any) -> None:
    for i in range(len(into)):
        into[i] += pair.first[i] + first_of(pair.second)


@jit.kernel
def first_of(values: Any) -> float:
    return values[0] if len(values) > 0 else 0.0


@pytest.mark.parametrize(("decorate", "counts"), [(jit.kernel, True), (jit.borrowing, False)])
def test_a_borrowing_kernel_counts_no_references(decorate, counts):
    ones = np.ones(3)
    policy = {**decorate(add_first).targetoptions, "cache": False}
    compiled = numba.jit(**policy)(add_first)
    compiled(Pair(ones, ones), ones)
    assert ones[0] == 3.0
    (text,) = compiled.inspect_llvm().values()
    assert ("@NRT_incref" in text) == counts


def some(values: Any) -> np.ndarray:
    return values[1:]


def halved(values: Any) -> float:
    return (0.5 * values)[0]


def test_a_borrowing_kernel_returns_and_makes_no_array():
    with pytest.raises(TypeError, match="some may return an array"):
        jit.borrowing(some)
    with pytest.raises(numba.core.errors.NumbaError, match=r"NRT required|_allocate"):
        jit.borrowing(halved)(np.ones(3))


def modules():
    for path in [*(ROOT / "toysim" / "numerics").rglob("*.py"), *(ROOT / "models").rglob("*.py")]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(part for part in ("toysim", *parts[parts[0] == "toysim" :]))


def test_no_borrowing_kernel_is_handed_an_array_to_keep():
    """It would never be freed: what a ``borrowing`` kernel calls returns numbers."""
    found = 0
    for name in modules():
        module = import_module(name)
        for one in vars(module).values():
            if isinstance(one, Dispatcher) and not one.targetoptions["_nrt"]:
                code, names = one.py_func, one.py_func.__globals__
                called = [names[n] for n in code.__code__.co_names if n in names]
                for other in called:
                    if isinstance(other, Dispatcher) and other.targetoptions["_nrt"]:
                        assert jit.returns_numbers(other.py_func), (name, code.__name__)
                found += 1
    assert found > 100
