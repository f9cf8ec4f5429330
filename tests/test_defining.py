"""Models from functions: the short form, models as objects in every call, and what is refused."""

import subprocess
import sys
from typing import Literal

import numpy as np
import pytest
import xarray as xr

import toysim
from toysim.errors import ToysimError
from toysim.model import Check, parameter
from toysim.outcomes import Status
from toysim.store.provenance import model_sources


def walk(rng, drift: float = 0.5, n_steps: int = 100):
    """A walk."""
    return drift * n_steps + rng.standard_normal(n_steps).sum()


def mean(drift, n_steps):
    return drift * n_steps


WALK = toysim.define(walk, mean, {"position": "m"}, id="mine.walk")
AXES = {"drift": [0.5, 1.0, 2.0], "n_steps": [100, 400]}


@pytest.fixture(scope="module")
def data():
    return toysim.sweep(WALK, **AXES, replicas=400, seed=3)


def test_a_sweep_of_a_function_is_compared_with_its_formula(data):
    (verdict,) = toysim.compare(data)
    assert (verdict.verdict, verdict.decided) == ("agrees", 6)
    position = data["simulation"]["position"]
    assert position.attrs["units"] == "m"
    assert position.sizes == {"drift": 3, "n_steps": 2, "replica": 400}


def test_a_formula_three_per_cent_off_differs():
    off = toysim.define(
        walk, lambda drift, n_steps: 1.03 * drift * n_steps, {"position": "m"}, id="mine.off"
    )
    (verdict,) = toysim.compare(toysim.sweep(off, **AXES, replicas=400))
    assert verdict.verdict == "differs"


def test_the_declaration_follows_from_the_signature():
    def many(
        rng,
        whole: int = 2,
        number=0.5,
        switch: bool = True,
        rule: Literal["one", "two"] = "one",
        rates=(0.1, 0.2),
        counts=[1, 2],  # noqa: B006
        matrix=np.eye(2),  # noqa: B008
        strength: float = parameter(1.0, symbol="K", unit="s", meaning="strength", ge=0, le=2),
    ):
        return np.sum(rates) + np.trace(matrix) + strength

    model = toysim.define(many, observables={"total": "s"}, id="mine.many")
    told = {name: (p.type, p.default) for name, p in model.parameters.items()}
    assert told == {
        "whole": ("int", 2),
        "number": ("float", 0.5),
        "switch": ("bool", True),
        "rule": ("choice", "one"),
        "rates": ("list of float", (0.1, 0.2)),
        "counts": ("list of int", (1, 2)),
        "matrix": ("list of lists of float", ((1.0, 0.0), (0.0, 1.0))),
        "strength": ("float", 1.0),
    }
    assert (model.parameters["strength"].symbol, model.parameters["strength"].unit) == ("K", "s")
    assert toysim.run(model, rates=[1.0, 2.0], strength=2)["total"].item() == 7.0
    with pytest.raises(ToysimError, match="allowed: >= 0 and <= 2"):
        toysim.run(model, strength=3.0)


def test_streams_are_named_and_go_on_where_they_were():
    def draws(rng, n: int = 2):
        first, noise = rng.random(), rng("noise").random()
        return {"plain": [first, rng.random()], "noise": [noise, rng("noise").random()]}

    told = {"plain": ("1", "draw"), "noise": ("1", "draw")}
    model = toysim.define(draws, observables=told, dims={"draw": "n"}, id="mine.draws")
    ds = toysim.run(model, seed=5, replicas=3)
    values = np.concatenate([ds["plain"].values.ravel(), ds["noise"].values.ravel()])
    assert len(np.unique(values)) == 12
    again = toysim.run(model, seed=5, replicas=3)
    xr.testing.assert_equal(ds, again)


def test_arrays_have_named_dimensions():
    def path(rng, n_steps: int = 4):
        return {"path": rng.standard_normal(n_steps).cumsum(), "end": 1.0}

    model = toysim.define(
        path, observables={"path": ("m", "time"), "end": "m"}, dims={"time": "n_steps"}, id="m.path"
    )
    assert toysim.run(model, n_steps=7)["path"].sizes == {"time": 7}


@pytest.mark.parametrize(
    ("answer", "valid"),
    [(2.0, True), (None, False), (float("nan"), False), ({"y": None}, False), ({"y": 1.0}, True)],
)
def test_none_and_nan_of_theory_are_not_valid(answer, valid):
    model = toysim.define(lambda x=1.0: x, lambda: answer, {"y": "1"}, id="mine.maybe")
    assert bool(toysim.theory(model)["valid"]) is valid


def test_an_infinite_value_is_the_status_diverged():
    model = toysim.define(lambda x=1.0: x * np.inf, observables={"y": "1"}, id="mine.wild")
    assert toysim.run(model)["status"] == Status.DIVERGED


def test_a_theory_of_the_draws_is_compared_with_each_replica():
    def square(rng, n: int = 3):
        return float(rng.standard_normal() ** 2)

    model = toysim.define(square, square, {"y": "1"}, id="mine.paired")
    assert model.paired
    (verdict,) = toysim.compare(toysim.sweep(model, n=[1, 2], replicas=5))
    assert verdict.verdict == "agrees"


def test_processes_import_the_model(data):
    again = toysim.sweep(WALK, **AXES, replicas=400, seed=3, backend="processes", workers=2)
    xr.testing.assert_equal(again["simulation"].to_dataset(), data["simulation"].to_dataset())


def test_processes_refuse_a_model_that_cannot_be_imported():
    local = toysim.define(walk, observables={"position": "m"}, id="mine.local")
    with pytest.raises(ToysimError, match="cannot be imported by other processes"):
        toysim.sweep(local, backend="processes")


def test_a_store_opens_with_its_model_and_without_toysim(tmp_path):
    store = tmp_path / "walk.zarr"
    toysim.sweep(WALK, drift=[0.5, 1.0], store=store)
    plain = xr.open_datatree(store, engine="zarr")["simulation"]["position"]
    assert plain.sizes["cell"] == 2
    code = f"import toysim; toysim.open_store({str(store)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "open_store(path, model=" in done.stderr.splitlines()[-1]
    assert toysim.open_store(store, model=WALK)["simulation"]["position"].sizes["drift"] == 2
    with pytest.raises(ToysimError, match=r"a store of mine\.walk"):
        toysim.open_store(store, model=toysim.load_model("oscillation.catapult"))


def test_other_calls_take_the_object_too():
    assert float(toysim.find(WALK, "position = 20", along={"drift": (0.0, 1.0)})) == 0.2
    assert toysim.list_landmarks(WALK) == []


def test_the_text_of_the_functions_is_hashed():
    def same(rng, drift: float = 0.5, n_steps: int = 100):
        return drift * n_steps

    other = toysim.define(same, mean, {"position": "m"}, id="mine.walk")
    assert model_sources(WALK)
    assert model_sources(WALK) != model_sources(other)
    assert (
        model_sources(toysim.define(eval("lambda x=1: x"), observables={"y": ""}, id="a.b")) == ""
    )


def test_seconds_are_measured_once(monkeypatch):
    calls = []
    model = toysim.define(
        lambda x=1.0: calls.append(x) or x, observables={"y": "1"}, id="mine.slow"
    )
    seconds = {model.seconds(None) for _ in range(3)}
    assert len(seconds) == 1
    assert len(calls) == 2  # the second is the one that counts


def test_checks_are_declared_by_default():
    assert WALK.checks == (Check({}, replicas=1000),)
    assert toysim.define(lambda x=1: x, observables={"y": "1"}, id="a.b").checks == ()


def refusal(match, **given):
    return pytest.param(given, match, id=match)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        refusal("give x a default", simulate=lambda x: x),
        refusal("two words with a dot", id="walk"),
        refusal("named with their units", observables=None),
        refusal("which simulate does not", theory=lambda z: z),
        refusal("give it an annotation", simulate=lambda x="a": x),
        refusal("give its length", observables={"y": ("1", "time")}),
        refusal("is no parameter; give a number", observables={"y": "1"}, dims={"t": "n"}),
        refusal("words of the engine", simulate=lambda seed=1: seed),
        refusal("rng comes first", simulate=lambda x=1, rng=2: x),
        refusal("rng comes first", simulate=lambda *x: x),
    ],
)
def test_what_does_not_fit_is_one_line(given, match):
    usual = {"simulate": lambda x=1: x, "observables": {"y": "1"}, "id": "mine.bad"}
    with pytest.raises(ToysimError, match=match) as caught:
        toysim.define(**{**usual, **given})
    assert "\n" not in str(caught.value)


def test_a_shipped_id_is_taken():
    model = toysim.define(lambda x=1: x, observables={"y": "1"}, id="oscillation.catapult")
    with pytest.raises(ToysimError, match="taken already"):
        toysim.run(model)
