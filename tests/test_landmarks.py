"""Named numbers and crossings of a theory: classic constants, ``find`` against them, refusals."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import toysim
from toysim import finding
from toysim.cli.entry import main
from toysim.errors import LongCall, ToysimError
from toysim.model import Model, Observable, Parameters, parameter
from toysim.registry import all_models

EVERY = [(m, mark) for m in all_models().values() for mark in m.landmarks]
# Krauth and Mezard 1989; Gyorgyi 1990; the last by the second moment of a half-normal number.
CLASSIC = [
    ("perceptron.storage", "capacity", {"margin": 0.0}, 0.8330785997),
    ("perceptron.teacher_student", "first_order_transition", {}, 1.2446839899),
    ("perceptron.teacher_student", "spinodal", {}, 1.4926318182),
    ("perceptron.storage", "vanishing_distance", {}, 4.0 / math.pi),
]


@pytest.mark.parametrize(("model", "name", "parameters", "value"), CLASSIC)
def test_classic_constants_to_ten_digits(model, name, parameters, value):
    found = toysim.landmark(model, name, **parameters)
    assert found.valid
    assert float(found) == pytest.approx(value, rel=1e-10)
    assert str(found) == f"{value:#.10g}"


@pytest.mark.parametrize(("model", "mark"), EVERY, ids=[f"{m.id}-{mark.name}" for m, mark in EVERY])
def test_every_landmark_is_a_number_or_says_why(model, mark):
    assert set(mark.parameters) <= set(model.parameters)
    found = toysim.landmark(model.id, mark.name)
    assert math.isfinite(found.value) == found.valid
    assert found.valid or mark.where
    assert mark.meaning
    assert mark.source


def test_models_without_landmarks_are_named():
    page = (Path(__file__).parents[1] / "docs" / "landmarks.md").read_text()
    shipped = [m for m in all_models().values() if m.simulate.startswith("toysim.models.")]
    none = [m.id for m in shipped if not m.landmarks]
    assert len(none) == 7
    for name in none:
        assert f"`{name}`" in page


@pytest.mark.parametrize(
    ("model", "equation", "along", "more", "name"),
    [
        ("perceptron.storage", "entropy = 0", {"alpha": (0.5, 1.2)}, {}, "capacity"),
        (
            "perceptron.teacher_student",
            "entropy=0",
            {"alpha": (1.0, 1.4)},
            {"branch": "low"},
            "first_order_transition",
        ),
    ],
)
def test_find_agrees_with_landmarks(model, equation, along, more, name):
    found = toysim.find(model, equation, along=along, **more)
    assert found.at == pytest.approx(float(toysim.landmark(model, name)), abs=1e-9)


def test_both_sides_may_be_branches():
    """The low branch wins below the transition, the teacher above; both are there at it."""
    equation = "free_entropy[branch=low] = free_entropy[branch=high]"
    found = toysim.find("perceptron.teacher_student", equation, along={"alpha": (1.1, 1.4)})
    assert found.at == pytest.approx(1.2446839899, abs=1e-9)
    assert found.left == pytest.approx(found.right, abs=1e-12)
    assert not found.valid  # beyond it the low branch has fewer than one student


def test_an_index_by_dimension():
    """Both saddle points of ``branch_free_entropy`` in one solve."""
    equation = "branch_free_entropy[saddle=0] = branch_free_entropy[saddle=1]"
    found = toysim.find("perceptron.teacher_student", equation, along={"alpha": (1.1, 1.4)})
    assert found.at == pytest.approx(1.2446839899, abs=1e-9)


@pytest.mark.parametrize(
    ("equation", "along", "told"),
    [
        ("entropy", {"alpha": (0.1, 1.0)}, "write LEFT = RIGHT"),
        ("entropi = 0", {"alpha": (0.1, 1.0)}, "did you mean 'entropy'"),
        ("entropy = 9", {"alpha": (0.1, 1.0)}, "no crossing for alpha"),
        ("entropy[mode=0] = 0", {"alpha": (0.1, 1.0)}, "write a dimension and an index"),
        ("entropy = 0", {"alpha": (1.0, 0.1)}, "is no bracket"),
        ("entropy = 0", {"alfa": (0.1, 1.0)}, "unknown parameter 'alfa'"),
        ("entropy = 0", {"sampler": (0.1, 1.0)}, "give a float"),
    ],
)
def test_find_refuses_in_one_line(equation, along, told):
    with pytest.raises(ToysimError, match=told) as refused:
        toysim.find("perceptron.storage", equation, along=along)
    assert "\n" not in str(refused.value)


class SineParameters(Parameters):
    phase: float = parameter(0.0, symbol="x", meaning="where")


def wave(batch):
    """A sine, and its sign."""
    height = np.sin(batch["phase"])
    return {"height": height, "step": np.sign(batch["phase"] - 1.0)}


SINE = Model(
    "test.sine",
    "sine",
    SineParameters,
    (Observable("height", "sine"), Observable("step", "sign")),
    simulate=f"{__name__}:wave",
    theory=f"{__name__}:wave",
)


@pytest.mark.parametrize(
    ("equation", "told"),
    [
        ("height = 0.5", "2 crossings, in"),
        ("height = 2", "nearest to 0 at 1.55"),
        ("step = 0", "jumps across 0 at phase = 1"),
    ],
)
def test_no_single_crossing_is_said(monkeypatch, equation, told):
    monkeypatch.setattr(finding, "load_model", lambda name: SINE)
    with pytest.raises(ToysimError, match=told):
        finding.find("test.sine", equation, along={"phase": (0.1, 3.0)})
    found = finding.find("test.sine", "height = 0", along={"phase": (2.0, 4.0)})
    assert found.at == pytest.approx(math.pi, abs=1e-12)


def test_landmarks_refuse_in_one_line():
    with pytest.raises(ToysimError, match="did you mean 'capacity'"):
        toysim.landmark("perceptron.storage", "capasity")
    with pytest.raises(ToysimError, match="does not depend on alpha: it takes margin"):
        toysim.landmark("perceptron.storage", "capacity", alpha=0.5)
    with pytest.raises(ToysimError, match="it declares none; toysim find"):
        toysim.landmark("perceptron.learner", "capacity")


def test_where_there_is_none_the_reason_is_told(capsys):
    found = toysim.landmark("perceptron.storage", "capacity", margin=-6.0)
    assert (found.valid, np.isnan(found.value)) == (False, True)
    assert "give a larger margin" in str(found)
    assert main(["landmarks", "perceptron.storage", "capacity", "-p", "margin=-6"]) == 1
    assert "none: margin = -6" in capsys.readouterr().out


def test_on_the_command_line(capsys):
    assert main(["landmarks", "perceptron.storage", "capacity", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["value"] == pytest.approx(0.8330785997, abs=1e-10)
    assert main(["find", "perceptron.storage", "entropy=0", "--along", "alpha=0.5:1.2"]) == 0
    assert "0.83307859" in capsys.readouterr().out
    assert main(["find", "perceptron.storage", "entropy=0", "--along", "alpha"]) == 2
    assert "write NAME=LOW:HIGH" in capsys.readouterr().err
    assert main(["show", "perceptron.storage"]) == 0
    assert "vanishing_distance" in capsys.readouterr().out


def test_a_landmark_that_takes_long_says_so():
    """Above two seconds by its declared cost; above a minute it wants a yes."""
    sharp = {"beta": 1000.0, "kl": 0.0}
    with pytest.warns(LongCall, match="warmup_law of scheduled_sgd.optimal takes about"):
        toysim.landmark("scheduled_sgd.optimal", "warmup_law", n_modes=1100)
    with pytest.raises(ToysimError, match="say --yes"):
        toysim.landmark("scheduled_sgd.optimal", "warmup_law", n_modes=1000, n_steps=100_000)
    assert not toysim.landmark("perceptron.field_space", "crossing", **sharp).valid
