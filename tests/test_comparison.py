"""The comparison's words: agrees, differs, outside validity, undecided; and the order of a step as
tolerance.
"""

import dataclasses

import numpy as np
import pytest

import toysim
from toysim.batch import Batch
from toysim.comparison.sides import Sides
from toysim.comparison.verdicts import compare_sides
from toysim.errors import ToysimError
from toysim.model import Discretisation, Model, Observable, Parameters, parameter


class DecayParameters(Parameters):
    rate: float = parameter(1.0, symbol="k", meaning="decay rate", gt=0)
    step: float = parameter(0.1, symbol="h", meaning="Euler step", gt=0, stream=False)


def euler(batch):
    """x <- x - h k x up to t = 1."""
    steps = np.rint(1.0 / batch["step"])
    return {"x": (1.0 - batch["step"] * batch["rate"]) ** steps}


def exact(batch):
    return {"x": np.exp(-batch["rate"]), "valid": batch["rate"] < 5.0}


def crossing(batch):
    """y = 1 + 0.1 h + b h^2 + c h^3 has R(h) - R(h/2) = -3/8 b h^2 - 21/32 c h^3, which is 0 at h =
    -4/7 b/c.
    """
    h = batch["step"]
    return {"x": 1.0 + 0.1 * h + 0.1 * h**2 - 4 / 7 * 0.1 / 0.2 * h**3}


def missing(batch):
    """No value at the sweep's own step."""
    return {"x": np.where(batch["step"] < 0.015, euler(batch)["x"], np.nan)}


def late(batch):
    """Theory one update late: what an off-by-one in the time axis gives."""
    return {"x": np.exp(-batch["rate"] * (1.0 + batch["step"])), "valid": batch["rate"] < 5.0}


def decay(theory="exact"):
    return Model(
        id="test.decay",
        title="Euler decay",
        parameters_class=DecayParameters,
        observables=(Observable("x", "value at t = 1"),),
        simulate=f"{__name__}:euler",
        theory=f"{__name__}:{theory}",
        discretisation=Discretisation("step", 1, lambda p: True),
    )


def verdict(model, rates, step=0.02, factor=1.0):
    batch = Batch(
        model, {"rate": np.array(rates)}, {"step": step}, np.zeros(len(rates), np.int64), 0
    )
    simulation = {"x": euler(batch)["x"], "status": np.zeros(len(rates), np.int8)}
    solved = globals()[model.theory.partition(":")[2]](batch)
    sides = Sides(
        model=model,
        batch=batch,
        n_replicas=1,
        simulation=simulation,
        theory={"x": solved["x"] * factor},
        valid=solved["valid"],
        rows_ok=np.ones(len(rates), bool),
        paired=False,
    )
    return compare_sides(sides)[0]


def test_first_order_errors_agree_and_are_reported():
    found = verdict(decay(), [0.5, 1.0, 2.0])
    assert found.verdict == "agrees"
    assert 1e-3 < found.discretisation < 1e-2  # h/2 k^2 exp(-k) = 3.7e-3 at most
    assert found.tolerance < 1e-4


@pytest.mark.parametrize("step", [0.01, 0.02, 0.04])
def test_one_update_late_differs_though_euler_errs_as_much(step):
    assert verdict(decay("late"), [0.5, 1.0, 2.0], step).verdict == "differs"


@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_three_percent_off_differs(factor):
    assert verdict(decay(), [0.5, 1.0, 2.0], factor=factor).verdict == "differs"


def test_coarse_steps_decide_nothing():
    assert verdict(decay(), [4.0], step=0.25).verdict == "undecided"


@pytest.mark.parametrize(("shift", "expected"), [(0.0, "agrees"), (0.03, "differs")])
def test_a_change_of_the_extrapolated_value_that_crosses_zero_is_no_bound(shift, expected):
    """R(h) = R(h/2) at h = 0.2, where the extrapolated value still errs by 1e-4."""
    steps = np.geomspace(0.05, 0.4, 31)
    model = dataclasses.replace(decay(), simulate=f"{__name__}:crossing")
    batch = Batch(model, {"step": steps}, {"rate": 1.0}, np.zeros(len(steps), np.int64), 0)
    simulation = {**crossing(batch), "status": np.zeros(len(steps), np.int8)}
    ok = np.ones(len(steps), bool)
    theory = {"x": np.full(len(steps), 1.0 + shift)}
    assert (
        compare_sides(Sides(model, batch, 1, simulation, theory, ok, ok, False))[0].verdict
        == expected
    )


def test_a_value_that_only_finer_steps_have_decides_nothing():
    model = dataclasses.replace(decay(), simulate=f"{__name__}:missing")
    batch = Batch(model, {"rate": np.array([1.0])}, {"step": 0.02}, np.zeros(1, np.int64), 0)
    simulation = {**missing(batch), "status": np.zeros(1, np.int8)}
    ok = np.ones(1, bool)
    found = compare_sides(
        Sides(model, batch, 1, simulation, {"x": exact(batch)["x"]}, ok, ok, False)
    )[0]
    assert (found.verdict, found.undecided) == ("undecided", 1)


def test_outside_validity_is_said():
    found = verdict(decay(), [6.0, 7.0])
    assert (found.verdict, found.outside) == ("outside validity", 2)


def test_rows_outside_validity_are_counted_and_not_run_again(monkeypatch):
    ran = []
    monkeypatch.setattr(
        f"{__name__}.euler", lambda batch, euler=euler: ran.extend(batch["rate"]) or euler(batch)
    )
    found = verdict(decay(), [1.0, 6.0, 7.0])
    assert (found.verdict, found.compared, found.outside) == ("agrees", 1, 2)
    assert ran == [1.0, 6.0, 7.0, 1.0, 1.0]  # the sweep itself, then half and a quarter of the step


def test_stochastic_mean_within_five_standard_errors():
    tree = toysim.sweep("walk.gaussian", drift=[0.5, 1.0], noise=0.1, replicas=100)
    table = toysim.compare(tree)
    assert table.ok
    assert {v.verdict for v in table} == {"agrees"}
    assert all(v.z < 5 for v in table)
    assert "position" in repr(table)


def test_too_few_replicas_are_undecided():
    tree = toysim.sweep("walk.gaussian", drift=[0.5, 1.0], noise=3.0, replicas=5)
    assert {v.verdict for v in toysim.compare(tree)} == {"undecided"}


def test_failed_replicas_are_left_out_of_the_mean():
    tree = toysim.sweep("walk.gaussian", drift=[0.5], noise=0.1, replicas=400)
    tree["simulation"]["state"].values[0, 3] = 2
    tree["simulation"]["position"].values[0, 3] = 1e6
    assert toysim.compare(tree)[0].verdict == "agrees"
    ds = tree["simulation"].to_dataset()
    assert abs(float(ds.toysim.mean()["position"][0]) - 6.0) < 1.0
    n = 399
    expected = ds["position"].values[0][ds["state"].values[0] == 1].std(ddof=1) / np.sqrt(n)
    np.testing.assert_allclose(float(ds.toysim.sem()["position"][0]), expected, rtol=1e-12)


def test_rows_with_and_without_a_step_are_both_compared():
    tree = toysim.sweep(
        "deep_linear.modes",
        integrator=["flow", "gradient_descent"],
        depth=[2, 3],
        deficit_length=0.25,
        step=0.005,
    )
    good = {v.observable: v for v in toysim.compare(tree)}["final_share"]
    assert (good.verdict, good.compared) == ("agrees", 8)
    for row in (0, 1):  # wrong theory in the rows of one integrator alone
        off = tree.copy(deep=True)
        off["theory"]["final_share"].values[row] *= 1.03
        assert {v.observable: v.verdict for v in toysim.compare(off)}["final_share"] == "differs"


def test_rows_that_diverged_are_left_out_and_counted():
    tree = toysim.sweep(
        "deep_linear.modes", depth=[2, 3], step=[0.005, 50.0], duration=500.0, allow_unstable=True
    )
    assert (tree["simulation"]["status"].sel(step=50.0) == 1).all()
    table = toysim.compare(tree)
    assert table.left_out == 2
    assert table.ok
    assert "2 rows left out" in repr(table)


def test_no_theory_or_nothing_done_is_one_line(tmp_path):
    tree = toysim.sweep("walk.trouble", x=[0.0])
    with pytest.raises(ToysimError, match="walk.trouble has no theory"):
        toysim.compare(tree)
