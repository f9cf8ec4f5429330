"""A sweep without a store: the same dataset as with one, and nothing written anywhere."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import toysim
from toysim.store.homes import Folder

MODES = {"duration": 2.0, "step": 0.01, "n_records": 3}
SWEEPS = {
    "stochastic": ("walk.gaussian", {"drift": [0.1, 0.2], "n_rounds": [3, 5], "replicas": 7}),
    "records": ("walk.gaussian", {"n_rounds": [4, 6], "n_records": 3}),
    "small blocks": ("walk.gaussian", {"drift": [0.1, 0.2, 0.3], "replicas": 5, "block": 2}),
    "refined": ("deep_linear.modes", {"depth": [2, 3], "deficit_length": [0.0, 1.0], **MODES}),
    "one cell": ("walk.gaussian", {"drift": 0.3, "replicas": 3}),
    "vectors": ("walk.gaussian", {"weights": [[1.0, 2.0], [0.5, 0.5]]}),
    "fixed vector": ("walk.gaussian", {"weights": [1.0, 2.0, 3.0], "drift": [0.1, 0.2]}),
    "tied": (
        "walk.gaussian",
        {"drift": [0.1, 0.2], "noise": [0.5, 0.6], "zip": {"pair": ["drift", "noise"]}},
    ),
    "theory alone": ("walk.gaussian", {"drift": [0.1, 0.2], "simulation": False}),
    "without theory": ("deep_linear.modes", {"depth": [2, 3], **MODES, "theory": False}),
    "errors": ("walk.trouble", {"x": [0.0, 1.0], "mode": [0, 1], "replicas": 2}),
    "processes": (
        "walk.trouble",
        {"x": [0.0, 1.0], "mode": [0, 3], "backend": "processes", "workers": 2, "time_limit": 60.0},
    ),
    "refined by processes": (
        "deep_linear.modes",
        {"depth": [2, 3], **MODES, "backend": "processes", "workers": 1, "block": 1},
    ),
}


def comparable(tree):
    """Attributes but for the clock's."""
    for node in tree.subtree:
        for name in ("created", "wall_seconds"):
            node.attrs.pop(name, None)
    return tree


@pytest.mark.parametrize("name", SWEEPS)
def test_the_same_dataset_as_with_a_store(name, tmp_path):
    model, given = SWEEPS[name]
    stored = toysim.sweep(model, **given, store=tmp_path / "s.zarr")
    free = toysim.sweep(model, **given)
    xr.testing.assert_identical(comparable(free), comparable(stored))
    for node in stored.subtree:
        for key, variable in node.variables.items():
            found = free[node.path].variables[key]
            assert (found.dtype, found.attrs) == (variable.dtype, variable.attrs), key
            assert found.values.flags.writeable == variable.values.flags.writeable, key


def test_nothing_is_written(monkeypatch):
    """Neither a folder nor a file; zarr is not even imported."""
    script = (
        "import sys, toysim\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, given: opened.append(given) if event == 'os.mkdir'\n"
        "    or event == 'open' and isinstance(given[1], str) and set(given[1]) & set('wxa')"
        " else None)\n"
        "toysim.sweep('walk.gaussian', drift=[0.1, 0.2], replicas=3)\n"
        "ours = [g for g in opened if 'cache' not in str(g[0])]\n"
        "assert not ours, ours\n"
        "assert 'zarr' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_interrupted_sweep_raises_and_stops(monkeypatch):
    seen = []

    def listen(event):
        seen.append(event["event"])
        if event["event"] == "block":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        toysim.sweep("walk.trouble", x=list(np.linspace(0, 1, 9)), block=1, progress=listen)
    assert seen == ["plan", "block"]


def test_data_in_memory_are_the_callers_own():
    """Nothing that was handed out is shared with the next sweep."""
    given = {"drift": [0.1, 0.2], "replicas": 3}
    first = toysim.sweep("walk.gaussian", **given)
    kept = first.copy(deep=True)
    second = toysim.sweep("walk.gaussian", **given)
    second["simulation"]["position"].values[...] = 0.0
    xr.testing.assert_identical(first, kept)


def test_a_full_disk_leaves_no_half_written_file(tmp_path, monkeypatch):
    folder = Folder(tmp_path)

    def full(self, content):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        folder.put("simulation_c_0", np.zeros(3))
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_brings_its_blocks_back():
    pytest.importorskip("distributed")
    given = {"drift": [0.1, 0.2, 0.3], "replicas": 5, "block": 2}
    far = toysim.sweep("walk.gaussian", **given, backend="dask", workers=1)
    xr.testing.assert_identical(comparable(far), comparable(toysim.sweep("walk.gaussian", **given)))
