"""Allocation of a budget: known losses, the best peak, runs with dropped features drawn."""

import numpy as np
import pytest
from reference import scaling as plain
from scipy.special import zeta

import toysim
from toysim.models.scaling import ALLOCATION

MODEL = "scaling.allocation"


def value(name, **parameters):
    return float(toysim.theory(MODEL, **parameters)[name].values.ravel()[0])


@pytest.mark.parametrize(("p", "T", "loss"), [(10, 1000, 0.05110163), (40, 2500, 0.01671899)])
def test_numbers(p, T, loss):
    np.testing.assert_allclose(value("final_loss", n_modes=p, n_steps=T), loss, atol=5e-9)


@pytest.mark.parametrize("T", [1, 30, 3000])
@pytest.mark.parametrize("noise", [0.0, 0.25, 1e4])
def test_the_best_peak_is_best(T, noise):
    fixed = {"n_modes": 12, "n_steps": T, "label_noise": noise}
    best = value("peak_rate", **fixed)
    least, *others = (
        value("final_loss", peak="given", learning_rate=share * best, **fixed)
        for share in (1.0, 0.95, 1.05)
    )
    assert least < min(others)
    np.testing.assert_allclose(least, value("final_loss", **fixed), rtol=1e-12)


def test_dropped_modes_are_noise_and_loss():
    """A finite total leaves zeta(b) less the kept modes' signals."""
    dropped = value("dropped_loss", n_modes=3, signal_exponent=2.0)
    np.testing.assert_allclose(dropped, 0.5 * (zeta(2.0) - 1.0 - 0.25 - 1.0 / 9.0), rtol=1e-12)


def test_runs_whose_dropped_features_are_drawn_one_by_one():
    """Beyond 100 of them signals sum to 3e-7."""
    i = np.arange(1, 101.0)
    h, teacher = i**-1.5, np.sqrt(i**-4.0 / i**-1.5)
    rates = 0.1 * (1.0 - np.arange(40) / 40)
    draws = plain.one_pass(np.random.default_rng(8), h, teacher, 2, 0.05, rates, 20_000)
    fixed = {"n_modes": 2, "n_steps": 40, "signal_exponent": 4.0, "label_noise": 0.05}
    exact = value("final_loss", peak="given", learning_rate=0.1, **fixed)
    error = draws.std(ddof=1) / np.sqrt(len(draws))
    assert abs(draws.mean() - exact) <= 5.0 * error
    assert 5.0 * error < 0.05 * exact


@pytest.mark.parametrize("parameters", [{}, {"signal_exponent": 1.25}, {"label_noise": 0.0}])
def test_the_best_size_grows_by_the_landmarks_power(parameters):
    """Between a compute of 10^5 and 10^6, where slopes still move: to 15 %."""
    sizes, least = [], []
    for compute in (1e5, 1e6):
        kept = np.unique(np.geomspace(10, 400, 24).round().astype(int))
        losses = [
            value("final_loss", n_modes=int(p), n_steps=round(compute / p), **parameters)
            for p in kept
        ]
        log_p, log_loss, k = np.log(kept), np.log(losses), int(np.argmin(losses))
        near = slice(max(k - 3, 0), k + 4)
        curve = np.polynomial.Polynomial.fit(log_p[near], log_loss[near], 2)
        sizes.append(float(curve.deriv().roots()[0]))
        least.append(float(curve(sizes[-1])))
    found = [np.diff(sizes)[0], -np.diff(least)[0]] / np.log(10.0)
    names = ("size_exponent", "loss_exponent")
    marks = [float(toysim.landmark(MODEL, name, **parameters)) for name in names]
    np.testing.assert_allclose(found, marks, rtol=0.15)


def test_landmarks_say_where_there_is_none():
    found = ALLOCATION.landmarks[0].load()
    flat = ALLOCATION.validate({"capacity_exponent": 1.0})
    with pytest.raises(ValueError, match="above 1"):
        found(flat)
    steep = ALLOCATION.validate({"label_noise": 0.0, "signal_exponent": 4.0})
    with pytest.raises(ValueError, match="up to signal_exponent"):
        found(steep)


def test_records_after_a_divergence_are_missing():
    """They were whatever the memory held."""
    fixed = {"peak": "given", "learning_rate": 1e6, "n_steps": 20, "n_records": 4}
    run = toysim.run(ALLOCATION.id, **fixed)
    assert int(run.status) == 1
    assert np.isfinite(run.loss.values.ravel()[0])
    assert np.isnan(run.loss.values.ravel()[1:]).all()
    assert np.isnan(float(run.final_loss))
