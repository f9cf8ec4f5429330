"""How a sweep is run, resumed, extended or merged changes no byte of it: a sample of models, and in
a long run all of them.
"""

import json

import pytest
import same_bytes

from toysim.registry import all_models

SAMPLE = ("walk.gaussian", "oscillation.river_valley", "continual.deletion")
SHIPPED = [name for name, m in all_models().items() if m.simulate.startswith("toysim.models.")]
FOUND = json.loads(same_bytes.PAGE.with_suffix(".json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("model", SAMPLE)
def test_ways_to_run_give_the_same_bytes(model):
    told = same_bytes.tallied(model)
    assert told["differing"] == []
    assert told["numbers"] > 0


@pytest.mark.long
@pytest.mark.parametrize("model", SHIPPED)
def test_every_model_gives_the_same_bytes(model):
    assert same_bytes.tallied(model)["differing"] == []


def test_the_page_is_that_of_the_data_and_nothing_differs():
    assert same_bytes.PAGE.read_text() == same_bytes.page(FOUND)
    assert not [name for name, told in FOUND.items() if told["differing"]]


def test_a_byte_that_differs_is_told(monkeypatch):
    """The harness itself can fail."""
    kept = same_bytes.swept

    def off(name, path, **how):
        data = kept(name, path, **how)
        return {**data, "simulation/position": b""} if how.get("workers") == 3 else data

    monkeypatch.setattr(same_bytes, "swept", off)
    monkeypatch.setattr(same_bytes, "WAYS", {"one": {"block": 1}, "three": {"workers": 3}})
    assert same_bytes.tallied("walk.gaussian")["differing"] == ["three"]
