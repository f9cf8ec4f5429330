"""A sample of models: how a sweep is run, resumed, extended or merged changes no byte of it."""

import numpy as np
import pytest
from helpers import data_bytes

import toysim
from toysim.store.store import Store

SWEEPS = {
    "walk.gaussian": {"drift": [0.1, 0.2, 0.3], "replicas": 3},
    "oscillation.scalar_factorised": {"learning_rate": [0.05, 0.1, 0.2], "n_steps": 50},
}
WAYS = {
    "block of one": {"block": 1, "workers": 3},
    "one worker": {"workers": 1},
    "processes": {"block": 2, "workers": 2, "backend": "processes"},
}


def swept(model, place, **more):
    return toysim.sweep(model, **{**SWEEPS[model], **more}, store=place)


@pytest.mark.slow
@pytest.mark.parametrize("model", SWEEPS)
def test_ways_to_run_give_the_same_bytes(tmp_path, model):
    first = data_bytes(swept(model, tmp_path / "first.zarr"))
    for way, how in WAYS.items():
        assert data_bytes(swept(model, tmp_path / f"{way}.zarr", **how)) == first, way


@pytest.mark.slow
@pytest.mark.parametrize("model", SWEEPS)
def test_resumed_extended_and_merged_give_the_same_bytes(tmp_path, model):
    first = data_bytes(swept(model, tmp_path / "first.zarr"))
    axis = next(name for name, value in SWEEPS[model].items() if np.ndim(value))
    swept(model, tmp_path / "grown.zarr", block=1, **{axis: SWEEPS[model][axis][1:]})
    grown = swept(model, tmp_path / "grown.zarr")
    assert data_bytes(grown) == first, "extended"
    for name in ("a.zarr", "b.zarr"):
        swept(model, tmp_path / name, block=1)
    for k, name in enumerate(("a.zarr", "b.zarr")):
        store = Store(tmp_path / name)
        for unit in [*store.layout.units("simulation", store.model.paired)][k::2]:
            store.forget(unit)
    toysim.merge(tmp_path / "a.zarr", tmp_path / "b.zarr", into=tmp_path / "c.zarr")
    assert data_bytes(toysim.open_store(tmp_path / "c.zarr")) == first, "merged"
    assert data_bytes(swept(model, tmp_path / "a.zarr")) == first, "resumed"
