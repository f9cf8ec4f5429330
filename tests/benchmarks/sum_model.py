"""The cheapest models there can be, to time the engine by itself: x = a + b, and the same with
noise, x = a + b + z, whose theory is the mean.
"""

from __future__ import annotations

import atexit
import sys
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from toysim.model import Model, Observable, Parameters, parameter


class SumParameters(Parameters):
    a: float = parameter(0.0, symbol="a", meaning="one number")
    b: float = parameter(0.0, symbol="b", meaning="another number")


def simulate(batch: Any) -> dict[str, Any]:
    return {"total": batch["a"] + batch["b"]}


def draw(batch: Any) -> dict[str, Any]:
    return {"total": batch["a"] + batch["b"] + batch.normal("noise")}


MODELS = (
    Model(
        id="benchmark.sum",
        title="sum of two numbers",
        parameters_class=SumParameters,
        observables=(Observable("total", "sum"),),
        simulate=f"{__name__}:simulate",
        equations="x = a + b",
        sources=("elementary",),
        seconds=lambda p: 1e-8,
    ),
    Model(
        id="benchmark.noisy_sum",
        title="sum of two numbers and a normal one",
        parameters_class=SumParameters,
        observables=(Observable("total", "sum"),),
        simulate=f"{__name__}:draw",
        theory=f"{__name__}:simulate",
        equations="x = a + b + z",
        sources=("elementary",),
        stochastic=True,
        seconds=lambda p: 1e-7,
        theory_seconds=lambda p: 1e-8,
    ),
)


@cache
def announce() -> None:
    """Let the engine find the models as those of another distribution, before it looks for any."""
    folder = Path(mkdtemp(prefix="toysim-benchmark-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    info = folder / "toysim_benchmark-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toysim-benchmark\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[toysim.models]\nbenchmark = benchmarks.sum_model\n")
    sys.path.insert(0, str(folder))
