"""Measurements of one's own: held under a theory point by point, and parameters fitted to them."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import toysim
from toysim.cli.entry import main
from toysim.errors import ToysimError
from toysim.model import parameter

VALLEY = "oscillation.river_valley"
CURVATURE = 1.3
STEPS = np.array([10, 20, 50, 100, 200, 400])


def walk(rng, drift: float = 0.5, n_steps: int = 100):
    return drift * n_steps + rng.standard_normal(n_steps).sum()


def forward(
    rng,
    drift: float = parameter(0.5, symbol="v", meaning="drift", ge=0, le=10),
    n_steps: int = parameter(100, symbol="n", meaning="steps", ge=1),
):
    return walk(rng, drift, n_steps)


POSITIVE = toysim.define(
    forward, lambda drift, n_steps: drift * n_steps, {"position": "m"}, id="me.positive"
)
WALK = toysim.define(walk, lambda drift, n_steps: drift * n_steps, {"position": "m"}, id="me.walk")


@pytest.fixture(scope="module")
def ends():
    """One walk of each length, with a drift of 0.7 and its known error."""
    noise = np.random.default_rng(0).standard_normal(len(STEPS))
    error = np.sqrt(STEPS)
    return pd.DataFrame(
        {"n_steps": STEPS, "position": 0.7 * STEPS + error * noise, "position_error": error}
    )


@pytest.fixture(scope="module")
def course():
    """A loss against time, from runs whose curvature the reader of the table does not know."""
    ds = toysim.run(VALLEY, replicas=20_000, n_records=41, curvature=CURVATURE)
    loss, error = ds.toysim.mean()["loss"].values, ds.toysim.sem()["loss"].values
    table = pd.DataFrame({"update": ds["update"].values, "loss": loss, "loss_error": error})
    return table.iloc[1:].sample(frac=1, random_state=1)  # at the start nothing is spread


def word(data, model=VALLEY, **parameters):
    (verdict,) = toysim.compare(data, model=model, **parameters)
    return str(verdict.verdict)


def test_a_course_agrees_with_its_theory_and_not_with_another(course):
    assert word(course, curvature=CURVATURE) == "agrees"
    assert word(course, curvature=1.1 * CURVATURE) == "differs"


def test_theory_is_asked_at_the_times_of_the_table(course):
    """Not between records: the same numbers as a run that is recorded there."""
    told = toysim.compare(course, model=VALLEY, curvature=CURVATURE).table
    exact = toysim.theory(VALLEY, n_records=41, curvature=CURVATURE)
    at = dict(zip(exact["update"].values.tolist(), exact["loss"].values.tolist(), strict=True))
    assert told["theory"].tolist() == [at[update] for update in told["update"]]


def test_points_agree_and_a_theory_three_per_cent_off_differs(ends):
    many = pd.concat([ends.assign(position=0.7 * STEPS, position_error=0.005 * STEPS)])
    assert word(many, WALK, drift=0.7) == "agrees"
    assert word(many, WALK, drift=0.7 * 1.03) == "differs"


def test_errors_that_see_nothing_decide_nothing(ends):
    coarse = ends.assign(position_error=10.0 * ends["position"].abs())
    assert word(coarse, WALK, drift=0.7) == "undecided"
    assert word(ends.drop(columns="position_error"), WALK, drift=0.7) == "undecided"


def test_where_theory_is_not_valid_nothing_is_judged(ends):
    nowhere = toysim.define(walk, lambda: None, {"position": "m"}, id="me.nowhere")
    assert word(ends, nowhere) == "outside validity"


def test_labelled_arrays_and_files_are_taken(ends, tmp_path):
    array = xr.DataArray(0.7 * STEPS, {"n_steps": STEPS}, ("n_steps",), name="position")
    table = toysim.compare(array, model=WALK, drift=0.7).table
    assert np.allclose(table["measured"], table["theory"])
    ends.to_csv(tmp_path / "ends.csv", index=False)
    assert word(tmp_path / "ends.csv", WALK, drift=0.7) == word(ends, WALK, drift=0.7)


def test_a_place_in_an_observable_is_a_column():
    exact = toysim.theory("deep_linear.modes", deficit_length=0.5)["final_share"]
    table = pd.DataFrame({"pathway": [1, 0], "final_share": exact.values[::-1]})
    found = toysim.compare(table, model="deep_linear.modes", deficit_length=0.5).table
    assert found["measured"].tolist() == found["theory"].tolist()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"columns": {"n_steps": "n_stepps"}}, "did you mean 'n_steps'"),
        ({"columns": {"position": "n"}}, "unknown column 'n'"),
        ({"drop": ["position"]}, "no observable of me.positive"),
        ({"values": {"position_error": 0.0}}, "must be above 0 at every point"),
        ({"values": {"position": "far"}}, "give numbers"),
        ({"values": {"n_steps": -1}}, "allowed: >= 1"),
    ],
)
def test_bad_tables_are_one_line(ends, change, match):
    table = ends.rename(columns=change.get("columns", {})).drop(columns=change.get("drop", []))
    with pytest.raises(ToysimError, match=match) as caught:
        toysim.compare(table.assign(**change.get("values", {})), model=POSITIVE)
    assert "\n" not in str(caught.value)


def test_times_outside_the_run_are_refused(course):
    with pytest.raises(ToysimError, match="outside the run, 0 to 500"):
        toysim.compare(course, model=VALLEY, n_steps=500)
    with pytest.raises(ToysimError, match="whole numbers"):
        toysim.compare(course.assign(update=course["update"] + 0.5), model=VALLEY, n_steps=2000)
    with pytest.raises(ToysimError, match="needs a column 'update'"):
        toysim.compare(course.drop(columns="update"), model=VALLEY)


# Fits


def test_a_fit_finds_what_the_data_were_made_with(course):
    found = toysim.fit(VALLEY, course, ["curvature", "river_slope"])
    assert found.ok
    for name, true in {"curvature": CURVATURE, "river_slope": 0.01}.items():
        assert abs(found.values[name] - true) < 5 * found.errors[name]
        assert found.errors[name] < 0.05 * true
    assert found.p_value > 1e-6
    assert found.correlations.loc["curvature", "river_slope"] ** 2 <= 1
    assert len(found.residuals) == found.degrees + 2 == len(course)


def test_errors_of_a_fit_are_those_of_a_straight_line(ends):
    """Weighted least squares by hand: 1/sum(n^2/error^2)."""
    found = toysim.fit(WALK, ends, ["drift"])
    weight = (STEPS / ends["position_error"]) ** 2
    by_hand = (weight * ends["position"] / STEPS).sum() / weight.sum()
    assert found.values["drift"] == pytest.approx(by_hand, rel=1e-6)
    assert found.errors["drift"] == pytest.approx(weight.sum() ** -0.5, rel=1e-4)


def test_without_errors_the_scatter_is_the_error(ends):
    found = toysim.fit(WALK, ends.drop(columns="position_error"), ["drift"])
    off = ends["position"] - found.values["drift"] * STEPS
    by_hand = np.sqrt((off**2).sum() / (len(STEPS) - 1) / (STEPS**2).sum())
    assert found.p_value is None
    assert found.errors["drift"] == pytest.approx(by_hand, rel=1e-4)


def test_the_mean_of_a_simulation_is_fitted(ends):
    found = toysim.fit(WALK, ends, ["drift"], simulation=True, replicas=400)
    theory = toysim.fit(WALK, ends, ["drift"])
    assert abs(found.values["drift"] - theory.values["drift"]) < 5 * theory.errors["drift"] / 20


def test_further_beginnings_find_the_way_back(course):
    far = toysim.fit(VALLEY, course, ["curvature"], guess={"curvature": 20.0}, beginnings=8)
    assert abs(far.values["curvature"] - CURVATURE) < 5 * far.errors["curvature"]


@pytest.mark.parametrize(
    ("free", "fixed", "match"),
    [
        (["start"], {"curvature": CURVATURE}, "do not determine start"),
        (["river_slope"], {"curvature": 20.0, "learning_rate": 0.2}, "says nothing at some points"),
    ],
)
def test_a_fit_that_means_nothing_says_so(course, free, fixed, match):
    found = toysim.fit(VALLEY, course, free, **fixed)
    assert not found.ok
    assert match in found.message


def test_a_minimum_at_the_end_of_a_range_is_said():
    table = pd.DataFrame({"n_steps": [10, 20], "position": [-100.0, -200.0]})
    found = toysim.fit(POSITIVE, table, ["drift"])
    assert not found.ok
    assert "end of what is allowed: drift = 0" in found.message


@pytest.mark.parametrize(
    ("free", "more", "match"),
    [
        ("drift", {}, "a list of parameters"),
        (["n_steps"], {}, "only single floats"),
        (["drfit"], {}, "did you mean 'drift'"),
        (["drift"], {"drift": 1.0}, "is free and also fixed"),
        (["drift"], {"guess": {"n_steps": 1.0}}, "is not free"),
        (["drift"], {"guess": {"drift": 1e9}}, "allowed"),
    ],
)
def test_bad_fits_are_refused(ends, free, more, match):
    with pytest.raises(ToysimError, match=match):
        toysim.fit(POSITIVE, ends, free, **more)


def test_the_command_line_does_the_same(course, tmp_path, capsys):
    file, picture = tmp_path / "loss.csv", tmp_path / "loss.png"
    course.to_csv(file, index=False)
    given = [VALLEY, "--data", str(file)]
    assert main(["compare", *given, "-p", "curvature=1.3", "--plot", str(picture), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdicts"][0]["verdict"] == "agrees"
    assert len(told["points"]) == len(course)
    assert picture.stat().st_size > 0
    assert main(["compare", *given, "-p", "curvature=2"]) == 1
    capsys.readouterr()
    assert main(["fit", *given, "--free", "curvature=1", "--free", "river_slope", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)["values"]
    assert values["curvature"] == pytest.approx(CURVATURE, rel=0.05)
    assert main(["fit", *given, "--free", "start", "-p", "curvature=1.3"]) == 1
    assert main(["compare", VALLEY, "-p", "curvature=2"]) == 2
