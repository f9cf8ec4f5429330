"""The comparison's words: agrees, differs, outside validity, undecided; and the order of a step as
tolerance.
"""

import dataclasses

import numpy as np
import pytest

import toysim
from toysim.batch import Batch
from toysim.comparison.verdicts import compare_sides
from toysim.errors import ToysimError
from toysim.model import Discretisation, Model, Observable, Parameters, parameter
from toysim.runner.work import refine
from toysim.store.sides import Refined, Sides


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


def sides_of(batch, simulation, theory, valid):
    """Both sides of some cells, and the rows run again that a sweep would store."""
    simulation = {"status": np.zeros(len(batch)), **simulation}
    sides = Sides.in_memory(batch, {"cells": len(batch)}, 1, simulation, theory | {"valid": valid})
    rows = sides.chosen.refine
    if len(rows):
        again = refine(batch.model, batch.take(rows), batch.model.observables, batch.values(0))
        sides.refined = Refined(rows, again.rows)
    return sides


def verdict(model, rates, step=0.02, factor=1.0):
    batch = Batch(
        model, {"rate": np.array(rates)}, {"step": step}, np.zeros(len(rates), np.int64), 0
    )
    solved = globals()[model.theory.partition(":")[2]](batch)
    sides = sides_of(batch, euler(batch), {"x": solved["x"] * factor}, solved["valid"])
    return compare_sides(sides)[0]


def test_first_order_errors_agree_and_are_reported():
    found = verdict(decay(), [0.5, 1.0, 2.0])
    assert found.verdict == "agrees"
    assert 1e-3 < found.step_error < 1e-2  # h/2 k^2 exp(-k) = 3.7e-3 at most
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
    theory = {"x": np.full(len(steps), 1.0 + shift)}
    sides = sides_of(batch, crossing(batch), theory, np.ones(len(steps), bool))
    assert compare_sides(sides)[0].verdict == expected


def test_a_value_that_only_finer_steps_have_decides_nothing():
    model = dataclasses.replace(decay(), simulate=f"{__name__}:missing")
    batch = Batch(model, {"rate": np.array([1.0])}, {"step": 0.02}, np.zeros(1, np.int64), 0)
    sides = sides_of(batch, missing(batch), {"x": exact(batch)["x"]}, np.ones(1, bool))
    found = compare_sides(sides)[0]
    assert (found.verdict, found.undecided) == ("undecided", 1)


def stiff(batch):
    """Steps so long that halving them changes more and more: x at t = 12 of a decay from 10^6."""
    steps = np.rint(12.0 / batch["step"])
    return {"x": 1e6 * (1.0 - batch["step"] * batch["rate"]) ** steps}


def blown_up(batch):
    """Numbers that smaller steps lose."""
    return {"x": np.where(batch["step"] < 0.015, np.nan, euler(batch)["x"])}


@pytest.mark.parametrize("simulate", ["stiff", "blown_up"])
def test_steps_that_do_not_show_their_order_decide_nothing(simulate):
    model = dataclasses.replace(decay(), simulate=f"{__name__}:{simulate}")
    batch = Batch(model, {"rate": np.array([1.0])}, {"step": 0.4}, np.zeros(1, np.int64), 0)
    if simulate == "blown_up":
        batch = batch.replacing(step=np.array([0.02]))
    ours, theory = globals()[simulate](batch), {"x": np.array([1e6 * np.exp(-12.0)])}
    found = compare_sides(sides_of(batch, ours, theory, np.ones(1, bool)))[0]
    assert (found.verdict, found.undecided) == ("undecided", 1)


@pytest.mark.parametrize(("n", "word"), [(40, "undecided"), (4000, "differs")])
def test_draws_that_are_all_equal_say_little_of_a_rare_event(n, word):
    """An error that 40 runs did not make may be made in 1 % of runs; 4000 would have made it."""
    rare = dataclasses.replace(decay().observables[0], span=1.0, scale=1.0)
    model = dataclasses.replace(decay(), observables=(rare,), stochastic=True, discretisation=None)
    batch = Batch(model, {}, {"rate": 1.0}, np.arange(n), 0)
    ours = {"x": np.zeros(n), "status": np.zeros(n)}
    theory = {"x": np.array([0.01]), "valid": np.ones(1, bool)}
    sides = Sides.in_memory(batch, {}, n, ours, theory)
    assert compare_sides(sides)[0].verdict == word


def of_draws(values, theory, **declared):
    """The verdict on the mean of some draws."""
    n, x = len(values), dataclasses.replace(decay().observables[0], **declared)
    model = dataclasses.replace(decay(), observables=(x,), stochastic=True, discretisation=None)
    batch = Batch(model, {}, {"rate": 1.0}, np.arange(n), 0)
    ours = {"x": values, "status": np.zeros(n)}
    expected = {"x": np.array([theory]), "valid": np.ones(1, bool)}
    return compare_sides(Sides.in_memory(batch, {}, n, ours, expected))[0].verdict


@pytest.mark.parametrize(("n", "word"), [(40, "undecided"), (4000, "differs")])
def test_draws_that_are_equal_but_for_rounding_say_as_little(n, word):
    """Of 0.1 added up in any order; and the mean of equal draws is theirs, though a sum rounds."""
    assert of_draws(np.where(np.arange(n) % 2, 1.0, 1.0 - 2e-16), 0.99, span=1.0) == word
    assert of_draws(np.full(n, 0.1), 0.11, span=1.0) == word


@pytest.mark.parametrize(
    ("deviation", "n", "word"),
    [(3.0, 60, "undecided"), (0.5, 60, "differs"), (1.5, 4000, "differs")],
)
def test_means_that_rare_draws_rule_decide_nothing(deviation, n, word):
    """Draws exp(s z): of 60 with s = 3 the largest is 2.5 s up, half of the mean beyond 3 s."""
    z = np.random.default_rng(0).standard_normal(n)
    assert of_draws(np.exp(deviation * z), 3.0 * np.exp(deviation**2 / 2)) == word
    zeros = np.concatenate([np.exp(deviation * z), np.zeros(n)])
    assert of_draws(zeros, 1.5 * np.exp(deviation**2 / 2)) == word


def test_outside_validity_is_said():
    found = verdict(decay(), [6.0, 7.0])
    assert (found.verdict, found.outside) == ("outside validity", 2)


def test_rows_outside_validity_are_counted_and_not_run_again(monkeypatch):
    ran = []
    monkeypatch.setattr(
        f"{__name__}.euler", lambda batch, euler=euler: ran.extend(batch["rate"]) or euler(batch)
    )
    found = verdict(decay(), [1.0, 6.0, 7.0])
    assert (found.verdict, found.decided, found.outside) == ("agrees", 1, 2)
    assert ran == [1.0, 6.0, 7.0, 1.0, 1.0]  # the sweep itself, then half and a quarter of the step


def test_cells_without_a_verdict_are_counted_beside_those_that_have_one():
    """A word is that of the cells that were decided; how many were not stands beside it."""
    batch = Batch(decay(), {"step": np.array([0.01, 0.5])}, {"rate": 1.0}, np.zeros(2, int), 0)
    solved = exact(batch)
    found = compare_sides(sides_of(batch, euler(batch), {"x": solved["x"]}, solved["valid"]))[0]
    assert (found.verdict, found.decided, found.undecided) == ("agrees", 1, 1)
    assert found.stored == euler(batch)["x"][0]
    assert abs(found.extrapolated - found.theory) < abs(found.stored - found.theory) / 50


def test_rows_that_were_not_refined_are_undecided_and_told_how_they_would_be():
    tree = toysim.sweep("deep_linear.modes", depth=[2, 3], step=0.01, duration=5.0)
    assert toysim.compare(tree).unrefined == 0
    del tree["refinement"]
    table = toysim.compare(tree)
    assert {v.verdict for v in table} == {"undecided"}
    assert "toysim sweep deep_linear.modes" in repr(table)


def test_what_was_judged_is_shown():
    tree = toysim.sweep("deep_linear.modes", depth=[2, 3], step=0.01, duration=5.0)
    worst = {v.observable: v for v in toysim.compare(tree)}["dominance"]
    judged = tree["comparison"].to_dataset().squeeze("replica")
    difference = worst.extrapolated - worst.theory
    shown = judged.sel(depth=worst.worst["depth"])
    assert float(shown["dominance"]) == difference
    assert float(shown["dominance_tolerance"]) == worst.tolerance


def test_stochastic_mean_within_five_standard_errors():
    tree = toysim.sweep("walk.gaussian", drift=[0.5, 1.0], noise=0.1, replicas=100)
    table = toysim.compare(tree)
    assert table.ok
    assert {v.verdict for v in table} == {"agrees"}
    assert all(v.z < 5.3 for v in table)  # Student's t at 100 replicas
    assert "position" in repr(table)


def test_too_few_replicas_are_undecided():
    tree = toysim.sweep("walk.gaussian", drift=[0.5, 1.0], noise=3.0, replicas=5)
    assert {v.verdict for v in toysim.compare(tree)} == {"undecided"}


@pytest.mark.parametrize(("name", "value"), [("state", 2), ("state", 3), ("status", 1)])
def test_means_of_survivors_decide_nothing(name, value):
    """A replica failed, timed out or diverged: the mean is of the others, and says how many."""
    tree = toysim.sweep("walk.gaussian", drift=[0.5, 0.7], noise=0.1, replicas=400)
    tree["simulation"][name].values[0, 3] = value
    tree["simulation"]["position"].values[0, 3] = 1e6
    table = toysim.compare(tree)
    assert (table[0].verdict, table[0].decided, table[0].undecided) == ("agrees", 1, 1)
    assert table.survivors == 1
    assert "1 cells with replicas that dropped out" in repr(table)
    mean = tree["simulation"].to_dataset().toysim.mean()["position"]
    assert mean.values == pytest.approx([6.0, 8.4], abs=1.0)
    assert mean["count_position"].values.tolist() == [399, 400]


def test_a_number_that_some_replicas_lack_decides_nothing():
    """Such as a time of crossing where some never crossed."""
    tree = toysim.sweep("walk.gaussian", drift=[0.5, 0.7], noise=0.1, replicas=400)
    tree["simulation"]["position"].values[0, 3] = np.nan
    table = toysim.compare(tree)
    assert (table[0].decided, table[0].undecided) == (1, 1)


def test_standard_errors_are_of_the_replicas_that_ended_well():
    tree = toysim.sweep("walk.gaussian", drift=[0.5], noise=0.1, replicas=400)
    tree["simulation"]["state"].values[0, 3] = 2
    ds = tree["simulation"].to_dataset()
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
    assert (good.verdict, good.decided) == ("agrees", 8)
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


@pytest.mark.parametrize(
    ("model", "asked", "realised"),
    [
        ("storage", {"alpha": 0.35, "margin": -0.5}, {"alpha": 5 / 15}),
        ("continual_binary", {"task_overlap": 0.5, "alpha_1": 0.42}, None),
    ],
)
def test_theory_is_held_at_what_whole_patterns_and_weights_realise(model, asked, realised):
    """0.35 of 15 weights are 5 patterns; teachers of overlap 0.5 differ in 4 of 15."""
    realised = realised or {"task_overlap": 1 - 8 / 15, "alpha_1": 6 / 15, "alpha_2": 9 / 15}
    values = {"size": 15, "sampler": "enumeration", **asked}
    tree = toysim.sweep(f"perceptron.{model}", replicas=3, **values)
    there = toysim.theory(f"perceptron.{model}", **{**values, **realised})
    as_asked = toysim.theory(f"perceptron.{model}", **values)
    for found in toysim.compare(tree):
        assert found.theory == float(there[found.observable]), found.observable
        assert float(tree["theory"][found.observable]) == float(as_asked[found.observable])
    assert float(there.free_entropy) != float(as_asked.free_entropy)
