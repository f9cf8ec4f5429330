"""Rates searched stage by stage, and the worst case of a convex loss."""

import numpy as np
import pytest

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.scheduled_sgd import ABSOLUTE_VALUE, REGRESSION, STAGED
from toysim.models.scheduled_sgd.staged.forecast import forecast


def rows(model=STAGED, side="theory", n=1, **fixed):
    model.validate(fixed)
    return model.load(side)(Batch(model, {}, fixed, np.arange(n), 0))


@pytest.mark.parametrize(
    ("tau", "loss", "rates"),
    [
        (50, 0.03299556, None),
        (100, 0.02832606, None),
        (300, 0.02416429, [0.101607651, 0.033303962]),
    ],
)
def test_prototype_searches(tau, loss, rates):
    run = rows(n_steps=600, stage_steps=tau)
    assert run["final_loss"][0] == pytest.approx(loss, abs=0.51e-8)
    if rates:
        np.testing.assert_allclose(run["rate"][0], rates, atol=0.51e-9)
    assert (run["forecast_error"] == 0.0).all()


def test_losses_are_those_of_the_rates_chosen():
    run = rows(n_steps=60, stage_steps=20, evaluation="trial", trial_steps=5)
    rates = tuple(np.repeat(run["rate"][0], 20))
    plain = rows(REGRESSION, n_steps=60, rates=rates, n_records=4)["loss"][0, 1:]
    np.testing.assert_allclose(run["loss"][0], plain, rtol=1e-12)


def test_forecast_of_an_exponential_is_exact():
    x = np.arange(11)
    assert forecast(0.3 * np.exp(-0.17 * x) + 0.05, 100.0) == pytest.approx(0.05, abs=1e-6)
    assert forecast(0.3 * np.exp(-0.02 * x) + 0.05, 50.0) == pytest.approx(
        0.3 * np.exp(-1.0) + 0.05, rel=1e-5
    )


@pytest.mark.parametrize(
    ("tau", "trial", "low", "high"),
    [(100, 10, 0.0296, 0.0302), (200, 20, 0.0276, 0.0277), (100, 50, 0.0299, 0.0305)],
)
def test_forecasts_come_near_the_exact_search(tau, trial, low, high):
    """By details of the fit, which the prototypes differ in by 2 %."""
    fixed = {"n_modes": 256, "stage_steps": tau, "trial_steps": trial}
    found = rows(evaluation="forecast", **fixed)["final_loss"][0]
    assert 0.98 * low < found < 1.02 * high


@pytest.mark.parametrize(("tau", "loss"), [(100, 0.027570), (200, 0.021866)])
def test_choice_by_the_last_loss_of_the_trial(tau, loss):
    fixed = {"n_modes": 256, "stage_steps": tau, "trial_steps": tau // 10}
    found = rows(evaluation="trial", **fixed)["final_loss"][0]
    assert found == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize(
    ("schedule", "n_steps", "worst"),
    [
        ("linear", 16, 0.01550),
        ("linear", 100, 0.00100),
        ("constant", 16, 0.24975),
        ("constant", 100, 0.1000),
    ],
)
def test_worst_cases(schedule, n_steps, worst):
    run = rows(ABSOLUTE_VALUE, "simulate", schedule=schedule, n_steps=n_steps, n_starts=4000)
    assert run["worst_loss"][0] == pytest.approx(worst, abs=1e-5)
    assert run["worst_loss"][0] <= run["bound"][0] * (1 + 1e-12)


def test_worst_case_has_its_units():
    one = rows(ABSOLUTE_VALUE, "simulate", n_steps=50, n_records=3)
    big = rows(ABSOLUTE_VALUE, "simulate", n_steps=50, n_records=3, distance=10.0, slope=3.0)
    np.testing.assert_allclose(big["loss"], 30 * one["loss"], rtol=1e-9)
    assert one["loss"][0, 0] == 1.0


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"stage_steps": 300}, "1000 is not a multiple of stage_steps = 300; use 250 or 500"),
        ({"evaluation": "forecast", "trial_steps": 2}, "three unknowns need trial_steps >= 3"),
        ({"evaluation": "trial", "trial_steps": 200}, "exceeds stage_steps = 100"),
        ({"rate_low": 1.0}, "rate_low must be below rate_high"),
        ({"n_steps": 10**6}, "take fewer"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError, match=says) as told:
        STAGED.validate(values)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("tau", "loss"), [(500, 0.020031), (200, 0.017581), (100, 0.017123), (50, 0.016992)]
)
def test_as_many_rates_chosen_at_once_lose_little(tau, loss):
    """Two to twenty constant rates; the best schedule of 1,000 updates comes to .016936."""
    fixed = {"n_modes": 256, "stage_steps": tau, "n_rates": 2, "pieces": True}
    found = toysim.theory("scheduled_sgd.staged", **fixed)
    np.testing.assert_allclose(float(found["best_pieces"]), loss, atol=1e-6)


def test_many_pieces_are_refused():
    with pytest.raises(ToysimError, match="searches 100 rates at once; at most 64"):
        toysim.theory("scheduled_sgd.staged", stage_steps=10, pieces=True)
