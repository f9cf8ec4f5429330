"""The same bytes however a sweep is run: ``python tests/same_bytes.py [MODEL...]`` for every model.

Small cells of every shipped model, those of its first check, are swept in every way. What it finds
goes into ``docs/same_bytes.json`` model by model, and from there onto the page
``docs/same_bytes.md``; models that are there at their version are not run again, so that
``--minutes`` makes pieces of it that add up.
"""

import argparse
import json
import os
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from helpers import data_bytes

import toysim
from toysim.plan import build_sweep
from toysim.registry import all_models
from toysim.runner.execute import Options, execute
from toysim.store.store import Store
from toysim.version import __version__

PAGE = Path(__file__).resolve().parents[1] / "docs" / "same_bytes.md"
REPLICAS = 3
ALL = 10**6  # rows in a block: all there are
WITHOUT_CHECKS = {  # small cells of models that have no theory to be checked
    "induction_head.network": ({"n_steps": 20, "batch_size": 4, "n_test": 8}, {"n_labels": [4, 8]}),
    "perceptron.learner": ({"size": 21, "epochs_1": 5, "epochs_2": 5}, {"alpha_1": [0.5, 1.0]}),
    "perceptron.layered_learner": (
        {"n_inputs": 20, "n_train": 50, "n_test": 20, "width": 10, "epochs": 2},
        {"gamma": [0.5, 1.0]},
    ),
    "scheduled_sgd.absolute_value": ({"n_steps": 50}, {"learning_rate": [0.5, 1.0]}),
}
WAYS = {
    "one by one": {"block": 1, "workers": 1},
    "block 1, 3 threads": {"block": 1, "workers": 3},
    "block all, 3 threads": {"block": ALL, "workers": 3},
    "block 1, 3 processes": {"block": 1, "workers": 3, "backend": "processes"},
    "block all, 1 process": {"block": ALL, "workers": 1, "backend": "processes"},
}
DASK = {"block 1, 2 Dask workers (three models)": {"block": 1, "workers": 2, "backend": "dask"}}
DASK_MODELS = ("oscillation.scalar_factorised", "memory.hopfield", "drift.tracking")
HISTORIES = ("resumed", "extended", "merged")

HEAD = """\
# The same bytes however a sweep is run

Made by `python tests/same_bytes.py`, which writes this page from
[same_bytes.json](same_bytes.json).
The cells of every model's first check, with {replicas} replicas, are swept with all rows in one
block on one thread, and then in other ways:

{ways}
* resumed: every second block gone, and the sweep said again;
* extended: begun without the first value of an axis, or where there is none without a replica;
* merged: from two stores that have half of the blocks each.

Every number of both sides must be the same to the byte.

"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--minutes", type=float, default=30.0, help="no model begins after that")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    data, models = options.page.with_suffix(".json"), all_models()
    found = json.loads(data.read_text()) if data.is_file() else {}
    end = time.monotonic() + 60.0 * options.minutes
    for name in options.models or sorted(models):
        known = found.get(name, {}).get("version") == models[name].version
        if time.monotonic() < end and (options.models or not known):
            found[name] = tallied(name)
            print(name, found[name], flush=True)
            data.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
            options.page.write_text(page(found))
    return int(any(told["differing"] for told in found.values()))


def tallied(name: str) -> dict:
    """The ways of a model that give other bytes, or none at all."""
    begin, differing = time.perf_counter(), []
    with tempfile.TemporaryDirectory(prefix="toysim-bytes-") as folder:
        first = swept(name, Path(folder) / "first.zarr", block=ALL)
        try:
            for way, data in ways(name, Path(folder)):
                differing += [] if data == first else [way]
        except Exception:
            differing.append(traceback.format_exc().splitlines()[-1])
    return {
        "version": all_models()[name].version,
        "toysim": __version__,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "ways": len(WAYS) + len(HISTORIES) + (name in DASK_MODELS),
        "differing": differing,
        "numbers": sum(map(len, first.values())) // 8,
        "seconds": round(time.perf_counter() - begin, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def ways(name: str, folder: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The data of a model by every way."""
    for way, how in (WAYS | (DASK if name in DASK_MODELS else {})).items():
        yield way, swept(name, folder / f"{way}.zarr", **how)
    yield "extended", extended(name, folder)
    yield "merged", merged(name, folder)
    yield "resumed", swept(name, folder / "a.zarr")


def swept(name: str, path: Path, fewer: bool = False, **how) -> dict[str, bytes]:
    execute(sweep_of(name, fewer), path, Options(**{"workers": 1, **how}), lambda event: None)
    return data_bytes(toysim.open_store(path))


def sweep_of(name: str, fewer: bool):
    """The cells of a model; ``fewer``: the first value of an axis, or a replica, is not there."""
    model = all_models()[name]
    fixed, axes = WITHOUT_CHECKS.get(name) or (model.checks[0].fixed, model.checks[0].axes)
    replicas = REPLICAS if model.stochastic else 1
    if fewer:
        free = (n for n, v in axes.items() if isinstance(v, list | tuple) and len(v) > 1)
        longest = next(free, None)
        replicas -= longest is None
        axes = {n: values[1:] if n == longest else values for n, values in axes.items()}
    return build_sweep(name, model, fixed, axes, replicas=replicas, seed=7)


def extended(name: str, folder: Path) -> dict[str, bytes]:
    swept(name, folder / "grown.zarr", fewer=True, block=1)
    return swept(name, folder / "grown.zarr")


def merged(name: str, folder: Path) -> dict[str, bytes]:
    """Of two stores with every second block; the first stays to be resumed."""
    for k, half in enumerate(("a.zarr", "b.zarr")):
        swept(name, folder / half, block=1)
        store = Store(folder / half)
        for side in store.sides:
            for unit in [*store.layout.units(side, store.model.per_replica(side))][k::2]:
                store.forget(unit)
    toysim.merge(folder / "a.zarr", folder / "b.zarr", into=folder / "c.zarr")
    return data_bytes(toysim.open_store(folder / "c.zarr"))


def page(found: dict) -> str:
    head = ("model", "version", "ways", "differing", "numbers", "seconds", "load", "date")
    rows = [row(name, found[name]) for name in sorted(found)]
    lines = ["| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows]]
    bad = sum(bool(told["differing"]) for told in found.values())
    total = f"{len(found)} models, {bad} of them with other bytes in some way.\n\n"
    text = HEAD.format(replicas=REPLICAS, ways="\n".join(f"* {way};" for way in WAYS | DASK))
    return text + total + "\n".join(lines) + "\n"


def row(name: str, told: dict) -> tuple[str, ...]:
    differing = "; ".join(told["differing"]) or "none"
    numbers = ("ways", "numbers", "seconds", "load")
    ways, *rest = (f"{told[key]}" for key in numbers)
    return (f"`{name}`", str(told["version"]), ways, differing, *rest, told["date"])


if __name__ == "__main__":
    raise SystemExit(main())
