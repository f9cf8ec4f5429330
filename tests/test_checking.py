"""``toysim check``: what it says of models that break the contract, each in its own way."""

import dataclasses

import numpy as np
import pytest

import toysim
from toysim.batch import Batch
from toysim.checking.draws import draw
from toysim.checking.findings import Outcome
from toysim.model import Check, Model, Observable, Parameters, parameter
from toysim.outcomes import Status


class WalkParameters(Parameters):
    drift: float = parameter(0.5, symbol="v", unit="m", meaning="mean step", ge=0, le=10)
    n_steps: int = parameter(100, symbol="n", meaning="number of steps", ge=1, le=1000)


def simulate(batch: Batch):
    """A running sum: the order in which ``sum`` adds hangs on the longest row of the batch."""
    draws = np.cumsum(batch.normal("steps", "n_steps"), axis=1)[:, -1]
    return {"position": batch["n_steps"] * batch["drift"] + draws}


def added(batch: Batch):
    return {
        "position": batch["n_steps"] * batch["drift"] + batch.normal("steps", "n_steps").sum(axis=1)
    }


def beside(batch: Batch):
    """Theory that looks at the rows beside it."""
    return {"position": batch["n_steps"] * batch["drift"] * (1.0 + 1e-16 * len(batch))}


def predict(batch: Batch):
    return {"position": batch["n_steps"] * batch["drift"]}


def longer(values):
    return {**values, "n_steps": values["n_steps"] + 1}


GOOD = Model(
    id="mine.walk",
    title="a walk",
    parameters_class=WalkParameters,
    observables=(Observable("position", "position at the end", unit="m"),),
    simulate=simulate,
    theory=predict,
    stochastic=True,
    seconds=lambda p: 1e-6 + 1e-8 * p.n_steps,
    checks=(Check({}, {"drift": [0.5, 1.0]}, 4000, longer),),
)


def model(**changes):
    return dataclasses.replace(GOOD, **{"id": "mine.bad", **changes})


def failed(findings):
    return {f.check: f for f in findings if f.outcome == Outcome.FAILED}


def outcomes(findings):
    return {f.check: str(f.outcome) for f in findings}


def test_a_good_model_passes_and_what_has_no_clock_is_not_run():
    found = toysim.check(GOOD)
    assert found.ok
    assert outcomes(found) == {
        "declares itself": "passed",
        "defaults run and are labelled": "passed",
        "rows of cells": "passed",
        "rows of different sizes": "passed",
        "rows of drawn values": "passed",
        "theory has checks": "passed",
        "theory agrees with simulation": "passed",
        "theory three per cent off in any observable differs": "passed",
        "theory one update off differs": "passed",
        "time courses one update late differ": "not run",
        "valid is right": "passed",
    }
    assert "10 passed, 0 failed, 1 not run" in repr(found)


def test_a_short_form_says_what_it_cannot_try():
    def walk(rng, drift: float = 0.5, n_steps: int = 100):
        return drift * n_steps + rng.standard_normal(n_steps).sum()

    short = toysim.define(
        walk, lambda drift, n_steps: drift * n_steps, {"position": "m"}, id="mine.short"
    )
    found = outcomes(toysim.check(short, draws=0))
    not_run = {name for name, outcome in found.items() if outcome == "not run"}
    assert not_run == {
        "theory one update off differs",
        "time courses one update late differ",
        "valid is right",
    }
    assert outcomes(toysim.check(dataclasses.replace(short, theory=None)))["valid is right"] == (
        "not run"
    )


def shared_size(batch: Batch):
    """Draws of the longest row for all: beside a longer row another number comes out."""
    draws = np.array([g.standard_normal(batch["n_steps"].max()) for g in batch.generators("z")])
    return {"position": batch["n_steps"] * batch["drift"] + draws.mean(axis=1)}


def shared_generator(batch: Batch):
    rng = batch.generator(0, "z")
    return {"position": batch["n_steps"] * batch["drift"] + rng.standard_normal(len(batch))}


@pytest.mark.parametrize(
    ("how", "check", "told"),
    [
        (shared_size, "rows of different sizes", "n_steps="),
        (shared_generator, "rows of cells", "in another order"),
    ],
)
def test_rows_that_look_at_their_neighbours_are_found(how, check, told):
    fault = failed(toysim.check(model(simulate=how), draws=0))[check].faults[0]
    assert told in fault.seen
    assert "taken over the whole batch" in fault.cause
    assert "row.generator(stream)" in fault.mend


def test_a_wrong_theory_is_told_with_its_numbers():
    def wrong(batch):
        return {"position": 1.1 * batch["n_steps"] * batch["drift"]}

    fault = failed(toysim.check(model(theory=wrong), draws=0))["theory agrees with simulation"]
    assert "theory 110" in fault.text() or "theory 55" in fault.text()
    assert "valid=False" in fault.faults[0].mend


@pytest.mark.parametrize(
    ("check", "replicas"),
    [
        ("theory three per cent off in any observable differs", 60),
        ("theory one update off differs", 300),
    ],
)
def test_the_replicas_it_asks_for_are_enough(check, replicas):
    """Power: with as many as it says the same check passes."""
    few = model(checks=(dataclasses.replace(GOOD.checks[0], replicas=replicas),))
    text = failed(toysim.check(few, draws=0))[check].faults[0].mend
    needed = int(text.partition("replicas=")[2].split()[0])
    assert replicas < needed < 100 * replicas
    enough = model(checks=(dataclasses.replace(GOOD.checks[0], replicas=needed),))
    assert check not in failed(toysim.check(enough, draws=0))
    assert ("shorter runs" in text) == ("one update" in check)


def test_noise_that_decides_nothing_asks_for_replicas():
    few = model(checks=(Check({"drift": 0.1}, {}, 20),))
    found = failed(toysim.check(few, draws=0))["theory agrees with simulation"]
    assert "is undecided" in found.faults[0].seen
    assert "replicas=" in found.faults[0].mend


@pytest.mark.parametrize("side", [{"simulate": added}, {"theory": beside}])
def test_rows_that_hang_on_their_company_at_some_values_are_found(side):
    found = failed(toysim.check(model(**side), draws=0))
    assert set(found) == {"rows of drawn values"}
    assert "alone" in found["rows of drawn values"].faults[0].seen


def test_a_theory_that_is_valid_where_it_is_wrong_is_hunted_down():
    def wrong(batch):
        bad = batch["n_steps"] < 5
        return {"position": batch["n_steps"] * batch["drift"] * np.where(bad, 2.0, 1.0)}

    found = failed(toysim.check(model(theory=wrong), draws=60))
    assert set(found) == {"valid is right"}
    assert "n_steps=" in found["valid is right"].faults[0].seen
    assert "valid=False" in found["valid is right"].faults[0].mend


def test_code_that_raises_is_a_failure_with_its_words():
    def broken(batch):
        raise ArithmeticError("no such walk")

    found = failed(toysim.check(model(simulate=broken), draws=0))
    assert "ArithmeticError: no such walk" in repr(found["defaults run and are labelled"].faults)


def test_declarations_that_lack_something():
    silent = (Observable("position", "", unit="m"),)
    found = failed(toysim.check(model(observables=silent, title="", checks=()), draws=0))
    seen = [fault.seen for fault in found["declares itself"].faults]
    assert seen == ["title is empty", "observable position: no long_name"]
    assert "Check(" in found["theory has checks"].faults[0].mend


def test_defaults_that_diverge_are_told():
    def wild(batch):
        return simulate(batch) | {"status": np.full(len(batch), Status.DIVERGED)}

    found = failed(toysim.check(model(simulate=wild), draws=0))
    assert "status diverged" in found["defaults run and are labelled"].faults[0].seen


def test_a_range_that_nobody_declared_is_drawn_near_the_default():
    """Else a short form is asked for a hundred million steps."""
    short = toysim.define(
        lambda n_steps=100, rate=2.0: rate * n_steps, observables={"y": "1"}, id="mine.wide"
    )
    rng = np.random.default_rng(0)
    drawn = [draw(short, rng, 1.0).values for _ in range(100)]
    for name, default in {"n_steps": 100, "rate": 2.0}.items():
        values = np.array([d[name] for d in drawn if name in d])
        assert default / 100 <= values.min() < default < values.max() <= default * 100
