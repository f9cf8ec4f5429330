"""The best schedule: exact numbers, stationarity, its laws."""

import numpy as np
import pytest

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError, ToysimWarning
from toysim.models.scheduled_sgd import OPTIMAL
from toysim.models.scheduled_sgd.modes import modes, power_modes
from toysim.models.scheduled_sgd.optimal.law import law_rates
from toysim.models.scheduled_sgd.optimal.search import Problem, best_rates
from toysim.numerics.least_squares import plain

INFINITE = np.inf


def rows(side="theory", n=1, **fixed):
    OPTIMAL.validate(fixed)
    return OPTIMAL.load(side)(Batch(OPTIMAL, {}, fixed, np.arange(n), 0))


def best(d, a, b, batch, noise, n_steps, sampled=1.0, limit=INFINITE, share=0.5):
    problem = Problem(*power_modes(d, a, b), noise, float(batch), sampled, limit)
    return problem, best_rates(problem, n_steps, share, 4000)


@pytest.mark.parametrize(
    ("b", "batch", "n_steps", "loss", "first", "largest", "at", "middle", "last"),
    [
        (2.0, 1, 500, 0.019675374, 0.164178, 0.270128, 38, 0.161672, 0.0127153),
        (1.25, 1, 500, 0.102815711, 0.398174, 0.416574, 64, 0.374250, 0.0279479),
        (2.0, 4, 300, 0.010457102, 0.510469, 0.847300, 18, 0.502155, 0.0262395),
    ],
)
def test_prototype_optima(b, batch, n_steps, loss, first, largest, at, middle, last):
    found = best(64, 1.5, b, batch, 0.25, n_steps)[1]
    rates = found.rates
    assert found.loss == pytest.approx(loss, abs=0.51e-9)
    told = [rates[0], rates.max(), rates[n_steps // 2], rates[-1]]
    np.testing.assert_allclose(told, [first, largest, middle, last], atol=1e-5)
    assert rates.argmax() == at
    assert found.residual < 1e-7


def test_continued_from_a_decayed_checkpoint():
    """The rates jump at once; the longer the new budget, the higher."""
    checkpoint = {"checkpoint_steps": 500, "checkpoint_rate": 0.3}
    short = rows(n_steps=100, n_records=601, **checkpoint)
    assert short["loss"][0, 500] == pytest.approx(0.02010134, abs=0.51e-8)
    assert short["final_loss"][0] == pytest.approx(0.017984995, abs=0.51e-9)
    np.testing.assert_allclose(short["rate"][0, [500, 599]], [0.027659, 0.0093942], atol=1e-5)
    long = rows(n_steps=500, n_records=1001, **checkpoint)
    assert long["final_loss"][0] == pytest.approx(0.012866462, abs=0.51e-9)
    np.testing.assert_allclose(long["rate"][0, [500, 999]], [0.162204, 0.0078516], atol=1e-5)
    assert long["loss"][0, 500:].max() == pytest.approx(0.03697457, abs=1e-6)


def test_a_checkpoint_goes_on_under_additive_noise_too():
    """The recursion by hand over the run before and the best rates; simulation agrees."""
    given = {"noise": "additive", "checkpoint_steps": 10, "n_steps": 12, "n_modes": 4}
    ds = toysim.theory("scheduled_sgd.optimal", **given, n_records=23, batch_size=4)
    p = OPTIMAL.validate({**given, "batch_size": 4})
    h, signal = modes(p)
    for update, rate in enumerate(ds["rate"].values[:-1]):
        assert ds["loss"].values[update] == pytest.approx(0.5 * signal.sum(), rel=1e-12)
        a = rate * h
        signal = signal * (1 - a) ** 2 + a**2 * p.label_noise / 4
    assert ds["final_loss"].item() == pytest.approx(0.5 * signal.sum(), rel=1e-12)
    runs = toysim.run("scheduled_sgd.optimal", **given, batch_size=4, replicas=4000)
    mean, error = runs.toysim.mean()["final_loss"], runs.toysim.sem()["final_loss"]
    assert abs(mean - ds["final_loss"]) < 5 * error < 0.3 * ds["final_loss"]


def test_no_rate_can_be_moved_for_the_better():
    """Against the recursion of the moments itself, one rate after the other, both ways."""
    problem, found = best(20, 1.5, 2.0, 2, 0.25, 30)
    least = plain(problem.h, problem.signal, 0.25, 2.0, found.rates).course[-1]
    assert least == pytest.approx(found.loss, rel=1e-12)
    for t in range(30):
        for share in (0.99, 1.01):
            moved = found.rates.copy()
            moved[t] *= share
            assert plain(problem.h, problem.signal, 0.25, 2.0, moved).course[-1] > least


def test_starts_do_not_matter():
    one, other = (best(64, 1.5, 2.0, 1, 0.25, 200, share=s)[1] for s in (0.1, 0.9))
    np.testing.assert_allclose(one.rates, other.rates, rtol=1e-4)
    assert one.loss == pytest.approx(other.loss, rel=1e-11)


def test_one_mode_of_additive_noise_is_solved():
    """1/m_T = 1/m_0 + T h^2/s2, eta_t = h m_t/(h^2 m_t + s2), h = 1."""
    found = best(1, 1.5, 2.0, 1, 0.25, 50, sampled=0.0)[1]
    m = 1.0 / (1.0 + np.arange(51) / 0.25)
    np.testing.assert_allclose(found.rates, m[:-1] / (m[:-1] + 0.25), rtol=1e-6)
    assert found.loss == pytest.approx(0.5 * m[-1], rel=1e-12)


@pytest.mark.parametrize(("b", "batch", "within"), [(2.0, 1, 4e-3), (2.0, 64, 1.5e-2)])
def test_law_of_additive_noise(b, batch, within):
    """It never warms up, at a limit of 1/h_1; sqrt(lambda/K(u)) comes within the bound given."""
    problem, found = best(64, 1.5, b, batch, 0.25, 300, sampled=0.0, limit=1.0)
    rates, loss = law_rates(problem, 300)
    assert (np.diff(found.rates) <= 1e-12).all()
    assert 1.0 - 1e-9 <= loss / found.loss <= 1.0001
    np.testing.assert_allclose(rates, found.rates, rtol=2 * within)


@pytest.mark.parametrize(
    ("d", "b", "batch", "noise", "n_steps", "ratio", "warmup"),
    [
        (256, 2.0, 1, 0.25, 300, 1.0083, 1.565),
        (256, 2.0, 1, 0.25, 1000, 1.0057, 1.776),
        (128, 2.0, 4, 0.25, 300, 1.0095, None),
        (128, 1.25, 1, 0.25, 300, 1.026, None),
    ],
)
def test_law_of_noise_of_samples(d, b, batch, noise, n_steps, ratio, warmup):
    problem, found = best(d, 1.5, b, batch, noise, n_steps)
    rates, loss = law_rates(problem, n_steps)
    assert 1.0 <= loss / found.loss <= ratio + 0.003
    if warmup is not None:
        assert rates.max() / rates[0] == pytest.approx(warmup, rel=0.02)
        assert rates.max() / rates[0] == pytest.approx(found.rates.max() / found.rates[0], rel=0.03)


@pytest.mark.parametrize(
    ("noise", "batch", "ratio"),
    [(0.25, 1, 1.58), (0.25, 4, 1.66), (4.0, 1, 1.03), (0.01, 1, 2.03)],
)
def test_warmup_is_large_where_the_start_is_far_above_the_noise(noise, batch, ratio):
    run = rows(n_modes=64, n_steps=300, label_noise=noise, batch_size=batch)
    assert run["warmup_ratio"][0] == pytest.approx(ratio, abs=0.006)
    assert run["smooth"][0] == 1.0


def test_law_of_the_warmup_is_a_landmark():
    found = toysim.landmark("scheduled_sgd.optimal", "warmup_law", n_modes=256, n_steps=300)
    assert float(found) == pytest.approx(1.565, rel=0.02)


def test_shape_of_the_easy_optimum():
    run = rows(n_modes=2048, n_steps=100)
    assert run["final_loss"][0] == pytest.approx(0.067224, abs=1e-6)
    assert run["warmup_ratio"][0] == pytest.approx(1.398, abs=1e-3)
    assert run["peak_position"][0] == 0.14
    assert run["decay_share"][0] == 0.32
    assert run["tail_exponent"][0] == pytest.approx(0.57, abs=0.006)


def test_a_run_that_leaves_the_numbers_is_diverged_at_its_update():
    given = {"n_modes": 8, "n_steps": 50, "checkpoint_steps": 300, "checkpoint_rate": 1e6}
    run = toysim.run("scheduled_sgd.optimal", noise="additive", n_records=5, **given)
    at = int(run["status_step"])
    assert int(run["status"]) == 1
    assert 20 < at < 40  # |1 - eta h|^t is past 1e154, where squares end
    assert np.array_equal(np.isfinite(run["loss"]).values.ravel(), run["update"].values < at)
    assert np.isnan(float(run["final_loss"]))


def test_bad_input():
    with pytest.raises(ToysimError, match="states are kept, at most 1e\\+08; shorten"):
        OPTIMAL.validate({"n_steps": 10**6, "n_modes": 1000})
    with pytest.raises(ToysimError, match="a minibatch needs at least one sample"):
        OPTIMAL.validate({"batch_size": 0})
    with pytest.warns(ToysimWarning, match="minima are many"):
        OPTIMAL.validate({"batch_size": 128, "label_noise": 0.0})
