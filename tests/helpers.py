"""Small pieces that several tests share; importable by worker processes too."""

import hashlib
import json
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.execute import Options, execute

AXES = {"drift": [0.1, 0.2, 0.3, 0.4, 0.5], "n_rounds": [3, 4, 5, 6, 7]}


def walk_sweep(axes=None, replicas=7, seed=5, fixed=None, **more):
    """A stochastic sweep of the test family: 25 cells, 7 replicas."""
    return build_sweep(
        "walk",
        load_model("walk.gaussian"),
        fixed or {},
        axes or AXES,
        replicas=replicas,
        seed=seed,
        **more,
    )


def run_walk(path, sweep=None, listen=lambda event: None, **options):
    return execute(sweep or walk_sweep(), Path(path), Options(**options), listen)


def data_bytes(tree):
    """Bytes of every data variable of both sides, on the sorted grid."""
    found = {}
    for side in ("simulation", "theory"):
        if side in tree:
            for name, variable in tree[side].data_vars.items():
                found[f"{side}/{name}"] = np.ascontiguousarray(variable.values).tobytes()
    return found


def chunk_digests(path):
    """Digest of every chunk file below a store."""
    path = Path(path)
    return {
        p.relative_to(path).as_posix(): hashlib.blake2b(p.read_bytes()).hexdigest()
        for p in sorted(path.rglob("c/**/*"))
        if p.is_file() and p.suffix != ".partial"  # what a killed writer leaves; nobody reads it
    }


@contextmanager
def edited_root(path):
    """The ``toysim`` attribute of a store's root document, to be changed by hand: without a seal,
    as older stores are.
    """
    file = Path(path) / "zarr.json"
    document = json.loads(file.read_text())
    meta = document["attributes"]["toysim"]
    meta.pop("checksum", None)
    yield meta
    file.write_text(json.dumps(document))


def events(path, kind):
    """Of a log; a line that a kill tore, or left empty, is passed over."""
    found = []
    for line in (Path(path) / "log.jsonl").read_text().splitlines():
        with suppress(ValueError):
            found.append(json.loads(line))
    return [e for e in found if e["event"] == kind]


def every_panel_is_drawn(figure):
    """No panel of a figure is empty, untitled or holds NaN."""
    for axes in figure.axes:
        arrays = [np.asarray(line.get_ydata(), float) for line in axes.lines]
        arrays += [
            np.asarray(c.get_array(), float) for c in axes.collections if c.get_array() is not None
        ]
        arrays += [np.asarray(image.get_array(), float) for image in axes.images]
        assert arrays, f"empty panel {axes.get_title()!r}"
        assert any(a.size > 1 for a in arrays)
        for a in arrays:
            assert np.isfinite(a).all(), f"NaN in {axes.get_title()!r}"
        if axes.get_label() != "<colorbar>":
            assert axes.get_title()
    assert any(axes.get_xlabel() for axes in figure.axes)
