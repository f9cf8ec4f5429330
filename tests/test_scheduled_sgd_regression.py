"""Scheduled least squares: exact moments against independent samples, limits against matrices."""

import numpy as np
import pytest
from reference.scheduled_sgd import deviations, sgd_losses
from scipy.stats import ks_2samp

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.scheduled_sgd import REGRESSION
from toysim.models.scheduled_sgd.modes import geometric_modes, power_modes
from toysim.models.scheduled_sgd.regression.problem import refined_shares, rows_and_rates
from toysim.models.scheduled_sgd.regression.theory import by_itself, predict
from toysim.models.scheduled_sgd.stability import (
    fourth_stable_rate,
    growth,
    stationary_loss,
)
from toysim.numerics.mean_square import largest_stable_rate, noise_gain
from toysim.numerics.schedules import learning_rates
from toysim.numerics.spread import lumped, narrow, narrow_rows


def rows(side="theory", n=1, seed=0, **fixed):
    REGRESSION.validate(fixed)
    return REGRESSION.load(side)(Batch(REGRESSION, {}, fixed, np.arange(n), seed))


def curvatures(d, a):
    return power_modes(d, a, 2.0)[0]


# ---- the spec of the numbers
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "shape", "middle", "end"),
    [
        ("constant", {}, 0.07129555, 0.06743707),
        ("linear", {}, 0.03425174, 0.01200850),
        ("cosine", {}, 0.03471322, 0.01231389),
        ("rex", {}, 0.04386855, 0.01255840),
        ("uba", {"uba_shape": 0.5}, 0.05379371, 0.01293949),
        ("uba", {"uba_shape": 2.0}, 0.03471322, 0.01231389),
        ("wsd", {"decay_steps": 250}, 0.07129555, 0.01683370),
        ("power", {"decay_power": 2.0}, 0.02419122, 0.01378727),
        ("exponential", {}, 0.02286655, 0.01856539),
        ("inverse_sqrt", {}, 0.05474360, 0.04103085),
    ],
)
def test_prototype_losses(schedule, shape, middle, end):
    run = rows(schedule=schedule, n_records=3, **shape)
    np.testing.assert_allclose(run["loss"][0], [0.81471525, middle, end], atol=0.51e-8)
    assert run["valid"][0]


def test_prototype_loss_with_momentum():
    fixed = {"momentum": 0.9, "batch_size": 4, "learning_rate": 0.05, "n_steps": 400}
    run = rows(schedule="linear", n_records=3, **fixed)
    np.testing.assert_allclose(run["loss"][0, 1:], [0.02184189, 0.01048142], atol=0.51e-8)


def test_prototype_deviations():
    run = rows(variance=True, n_modes=24, n_steps=200, n_records=201)
    at = [1, 2, 10, 100, 200]
    mean = [0.654820377, 0.547547377, 0.244817746, 0.053616970, 0.029534237]
    deviation = [0.236024374, 0.265117675, 0.151624230, 0.023713811, 0.007671803]
    np.testing.assert_allclose(run["loss"][0, at], mean, atol=0.51e-9)
    np.testing.assert_allclose(run["loss_deviation"][0, at], deviation, atol=0.51e-9)
    needed = 1e4 * (deviation[-1] / mean[-1]) ** 2
    assert run["replicas_needed"][0] == pytest.approx(needed, rel=1e-6)


@pytest.mark.parametrize(
    ("a", "batch", "second", "fourth"),
    [
        (1.5, 1, 0.54321321, 0.374994),
        (1.5, 4, 1.26392335, 0.917142),
        (1.5, 16, 1.76810530, 1.497508),
        (1.2, 1, 0.45057029, 0.364392),
    ],
)
def test_prototype_limits(a, batch, second, fourth):
    fixed = {"capacity_exponent": a, "batch_size": batch}
    found = [
        float(toysim.landmark("scheduled_sgd.regression", f"{name}_stable_rate", **fixed))
        for name in ("mean_square", "fourth_moment")
    ]
    assert found[0] == pytest.approx(second, abs=0.51e-8)
    assert found[1] == pytest.approx(fourth, abs=0.51e-6)
    run = rows(variance=True, learning_rate=0.1, n_steps=1, **fixed)
    assert run["share_of_limit"][0] == pytest.approx(0.1 / second, rel=1e-7)
    assert run["share_of_fourth"][0] == pytest.approx(0.1 / fourth, rel=1e-5)


def test_one_mode_has_its_own_limits():
    """2/3, and 105 e^3 - 60 e^2 + 18 e - 4 = 0."""
    one = np.ones(1)
    assert largest_stable_rate(one, 1.0, 0.0) == pytest.approx(2 / 3)
    e = fourth_stable_rate(one, 1.0)
    assert 105 * e**3 - 60 * e**2 + 18 * e - 4 == pytest.approx(0.0, abs=1e-9)


# ---- formulas against samples
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "batch", "noise", "peak", "schedule", "beta", "lam"),
    [
        (1.5, 2.0, 1, 0.25, 0.2, "cosine", 0.0, 0.0),
        (1.2, 1.7, 3, 0.1, 0.4, "linear", 0.0, 0.0),
        (1.5, 2.0, 8, 0.25, 0.8, "rex", 0.0, 0.0),
        (1.5, 2.0, 4, 0.25, 0.05, "linear", 0.9, 0.0),
        (1.5, 2.0, 2, 0.25, 0.15, "constant", 0.0, 0.3),
    ],
)
def test_moments_are_those_of_samples(a, b, batch, noise, peak, schedule, beta, lam):
    """Mean, squared gradient and deviation of the loss; what is 3 % off is seen."""
    fixed = {"capacity_exponent": a, "signal_exponent": b, "batch_size": batch, "n_modes": 12}
    fixed |= {"label_noise": noise, "learning_rate": peak, "schedule": schedule, "n_steps": 40}
    plain = beta == lam == 0.0
    run = rows(n_records=41, momentum=beta, weight_decay=lam, variance=plain, **fixed)
    rates = learning_rates(schedule, peak, 40)
    told = {"a": a, "b": b, "d": 12, "B": batch, "s2": noise, "beta": beta, "lam": lam}
    losses, squares = sgd_losses(rates, runs=12_000, seed=1, **told)
    at = [1, 2, 5, 10, 20, 39]
    for sample, mean in ((losses[:, at], run["loss"][0]), (squares, run["gradient_square"][0])):
        mean = mean[at] if sample.shape[1] == len(at) else mean[:40]
        error, spread_error, variance = deviations(sample)
        assert (np.abs(sample.mean(axis=0) - mean) < 5 * error).all()
        assert (error < 0.05 * mean).all()
        if plain and sample.shape[1] == len(at):
            exact = run["loss_deviation"][0, at] ** 2
            assert (np.abs(variance - exact) < 5 * spread_error).all()
            assert (spread_error < 0.2 * exact).all()
    error = deviations(losses)[0]
    wrong = 1.03 * run["loss"][0]
    late = np.roll(run["loss"][0], 1)
    for other in (wrong, late):
        assert np.abs(losses.mean(axis=0) - other)[1:].max() > 5 * error[1:].max()


def test_simulation_agrees_on_the_family_of_its_streams():
    """|z| of the mean loss, at a batch that is a block of numbers by itself and at one sample."""
    for batch, n in ((1, 4000), (7, 2000)):
        fixed = {"n_modes": 10, "n_steps": 30, "batch_size": batch, "learning_rate": 0.1}
        sample = rows("simulate", n=n, n_records=4, **fixed)["loss"][:, 1:]
        mean = rows(n_records=4, **fixed)["loss"][0, 1:]
        assert (np.abs(sample.mean(axis=0) - mean) < 5 * deviations(sample)[0]).all()


@pytest.mark.parametrize(
    ("batch", "beta", "lam"), [(1, 0.0, 0.0), (1, 0.5, 0.0), (2, 0.0, 0.3), (5, 0.5, 0.0)]
)
def test_whole_minibatches_have_the_law_of_their_samples(batch, beta, lam):
    """Losses and squared gradients, by Kolmogorov and Smirnov; losses that are 10 % off, and
    squares a factor of 1.5, are seen."""
    fixed = {"n_modes": 6, "n_steps": 20, "batch_size": batch, "learning_rate": 0.15}
    fixed |= {"schedule": "linear", "momentum": beta, "weight_decay": lam}
    run = rows("simulate", n=6000, n_records=21, **fixed)
    told = {"a": 1.5, "b": 2.0, "d": 6, "B": batch, "s2": 0.25, "beta": beta, "lam": lam}
    losses, squares = sgd_losses(learning_rates("linear", 0.15, 20), runs=6000, seed=2, **told)
    sides = (run["loss"], losses, 1.1), (run["gradient_square"], squares, 1.5)
    for ours, theirs, off in sides:
        for t in (1, 6, 19):
            assert ks_2samp(ours[:, t], theirs[:, t]).pvalue > 1e-5
            assert ks_2samp(off * ours[:, t], theirs[:, t]).pvalue < 1e-5


def test_recording_leaves_the_run_alone():
    one, many = (rows("simulate", n=2, n_records=r, n_steps=50) for r in (0, 51))
    np.testing.assert_array_equal(one["final_loss"], many["final_loss"])
    np.testing.assert_array_equal(many["loss"][:, -1], many["final_loss"])


def test_signal_and_noise_parts_add_up():
    """The loss is affine in the start and in the label noise."""
    fixed = {"n_records": 5, "n_steps": 100, "batch_size": 2}
    whole = rows(**fixed)
    np.testing.assert_allclose(whole["signal_loss"], rows(label_noise=0.0, **fixed)["loss"])
    double = rows(label_noise=0.5, **fixed)["loss"] - whole["loss"]
    np.testing.assert_allclose(whole["noise_loss"], double, rtol=1e-9, atol=1e-15)


# ---- limits
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("beta", "batch"), [(0.0, 1), (0.5, 1), (0.9, 4)])
def test_mean_square_limit_is_where_growth_begins(beta, batch):
    limit = largest_stable_rate(curvatures(24, 1.5), float(batch), beta)
    for share, grows in ((0.98, False), (1.02, True)):
        fixed = {"n_modes": 24, "label_noise": 0.0, "momentum": beta, "batch_size": batch}
        run = rows(
            schedule="constant", learning_rate=share * limit, n_steps=20_000, n_records=3, **fixed
        )["loss"][0]
        assert (run[2] > run[1]) == grows
        assert (run[2] > 1e3 * run[1]) == grows


def test_fourth_moment_limit_is_where_the_spread_grows():
    h = curvatures(24, 1.5)
    limit = fourth_stable_rate(h, 1.0)
    assert growth(limit, h, 1.0) == pytest.approx(1.0, abs=1e-9)
    ratios = []
    for share in (0.97, 1.03):
        fixed = {"n_modes": 24, "schedule": "constant", "learning_rate": share * limit}
        run = rows(variance=True, n_steps=4000, n_records=3, **fixed)
        ratios.append(run["loss_deviation"][0, 2] / run["loss_deviation"][0, 1])
    assert ratios[0] < 1.02
    assert ratios[1] > 1.5


@pytest.mark.parametrize(("beta", "batch", "rate"), [(0.0, 1, 0.3), (0.9, 4, 0.1)])
def test_stationary_loss_is_reached(beta, batch, rate):
    h = curvatures(8, 1.0)
    settled = stationary_loss(rate, h, float(batch), beta, 0.25)
    fixed = {"n_modes": 8, "capacity_exponent": 1.0, "momentum": beta, "batch_size": batch}
    run = rows(schedule="constant", learning_rate=rate, n_steps=5000, **fixed)
    assert run["final_loss"][0] == pytest.approx(settled, rel=1e-9)
    assert run["stationary_loss"][0] == pytest.approx(settled, rel=1e-12)


@pytest.mark.parametrize(("target", "critical"), [(0.1, 19.7), (0.03, 43.5)])
def test_critical_batch(target, critical):
    found = toysim.landmark("scheduled_sgd.regression", "critical_batch_size", target=target)
    assert float(found) == pytest.approx(critical, rel=0.01)
    none = toysim.landmark("scheduled_sgd.regression", "critical_batch_size", target=9.0)
    assert "below that of the start" in none.reason


def test_momentum_buys_stability_at_large_batches_only():
    """eta_2/(1 - beta) -> .677669 B as beta -> 1; without momentum it saturates at 2."""
    h = curvatures(64, 1.5)
    found = [100 * largest_stable_rate(h, float(batch), 0.99) for batch in (1, 16, 64)]
    assert (np.abs(np.array(found) - [0.6769, 10.65, 40.3]) < [5e-5, 5e-3, 5e-2]).all()
    assert largest_stable_rate(h, 1e6, 0.0) == pytest.approx(2.0, rel=1e-4)
    assert noise_gain(2.1, h, 1e6, 0.0) == np.inf


def test_small_rates_spread_as_the_curvatures():
    """sd/mean -> sqrt(2 sum h^2)/sum h; .7067 at eta = .02."""
    fixed = {"n_modes": 24, "schedule": "constant", "learning_rate": 0.02, "n_steps": 100_000}
    run = rows(variance=True, n_records=1, **fixed)
    assert run["loss_deviation"][0, 0] / run["loss"][0, 0] == pytest.approx(0.7067, abs=5e-5)
    h = curvatures(24, 1.5)
    assert np.sqrt(2 * np.sum(h**2)) / h.sum() == pytest.approx(0.7019, abs=5e-5)


def test_signal_decays_as_a_power():
    """Exponent (b - 1)/a = 2/3 of a noiseless full batch between the first and last mode's time."""
    fixed = {"n_modes": 100_000, "label_noise": 0.0, "batch_size": 10**6, "n_steps": 1100}
    run = rows(schedule="constant", learning_rate=0.5, n_records=12, **fixed)["loss"][0]
    slope = np.log(run[11] / run[9]) / np.log(1100 / 900)
    assert slope == pytest.approx(-2 / 3, abs=0.005)


# ---- refined, passages, bad input
# -------------------------------------------------------------------------------------------------


def test_refined_of_equal_norms_is_linear_decay():
    np.testing.assert_allclose(refined_shares(np.ones(10), np.ones(10)), np.arange(9, -1, -1) / 9)


def test_refined_weighs_updates_by_their_norms():
    """One round: w_t sum_{p > t} w_p of the linear run at the same peak."""
    fixed = {"n_steps": 50, "n_records": 51}
    weights = 1.0 / rows(schedule="linear", **fixed)["gradient_square"][0, :-1]
    expected = weights * [weights[t + 1 :].sum() for t in range(50)]
    run = rows("simulate", schedule="refined", refinements=1, **fixed)
    np.testing.assert_allclose(run["rate"][0, :-1], 0.25 * expected / expected.max(), rtol=1e-12)


def test_passages_are_between_updates():
    run = rows(n_records=1001, target=0.1)
    loss, passed = run["loss"][0], run["steps_to_target"][0]
    t = int(passed)
    assert loss[t] > 0.1 >= loss[t + 1]
    between = np.exp(np.interp(passed, [t, t + 1], np.log(loss[t : t + 2])))
    assert between == pytest.approx(0.1)
    assert np.isnan(rows(target=1e-9)["steps_to_target"][0])
    assert rows(target=10.0)["steps_to_target"][0] == 0.0


def test_rates_beyond_the_limit_diverge_and_say_so():
    fixed = {"schedule": "constant", "learning_rate": 30.0, "n_steps": 500}
    run = rows("simulate", n=2, **fixed)
    assert (run["status"] == 1).all()
    assert not rows(**fixed)["valid"][0]


MIXED = {
    "schedule": ["linear", "cosine", "refined", "linear", "rex", "linear", "constant"],
    "learning_rate": [0.1, 0.3, 0.2, 0.5, 3.0, 0.05, 0.2],
    "momentum": [0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0],
    "batch_size": [1, 4, 1, 2, 1, 1, 64],
    "label_noise": [0.1, 0.25, 0.25, 0.25, 0.0, 0.25, 0.25],
    "signal_exponent": [2.0, 2.0, 2.0, 2.0, 1.25, 1.25, 2.0],
    "target": [0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0],
}


def test_rows_side_by_side_are_those_alone():
    """Rows of any kind in any order; theirs is the recursion of one row."""
    n_steps = np.array([30, 7, 30, 12, 30, 1, 30])
    columns = {name: np.array(values) for name, values in MIXED.items()} | {"n_steps": n_steps}
    fixed = {"n_modes": 21, "n_records": 4}
    batch = Batch(REGRESSION, columns, fixed, np.zeros(len(n_steps), np.int64), 0)
    whole = predict(batch)
    for i, (row, rates) in enumerate(rows_and_rates(batch)):
        for name, alone in by_itself(row, rates).items():
            given = np.asarray(whole[name][i], float)
            np.testing.assert_allclose(
                given, np.asarray(alone, float), rtol=1e-10, atol=1e-13, err_msg=name
            )


@pytest.mark.parametrize("seed", range(4))
def test_wide_spreads_are_found_side_by_side_as_one_by_one(seed):
    """Rows of several shapes, lengths, noises and batches, in any order."""
    rng = np.random.default_rng(seed)
    h, signal = power_modes(int(rng.integers(1, 30)), rng.uniform(0, 3), rng.uniform(0, 4))
    n, lengths = 150, np.array([60, 25])
    shares, which = np.zeros((2, 60)), rng.integers(2, size=n)
    for row, name, length in zip(shares, ("cosine", "linear"), lengths, strict=True):
        row[:length] = learning_rates(name, 1.0, length)
    unit, noise = 10.0 ** rng.uniform(-3, 1.5, n), rng.choice([0.0, 0.25], n)
    batch, n_steps = rng.choice([1.0, 4.0, 64.0], n), lengths[which]
    at = np.column_stack((n_steps // 3, n_steps // 2))
    told = [
        narrow(
            h, signal, noise[i], batch[i], unit[i] * shares[which[i]], np.append(at[i], n_steps[i])
        )
        for i in range(n)
    ]
    rows = narrow_rows(h, signal, noise, batch, unit, which, shares, n_steps, at)
    assert rows.tolist() == told
    assert 0 < sum(told) < n


@pytest.mark.parametrize("d", [1, 4, 5, 6, 9, 500])
def test_groups_of_modes_keep_their_traces(d):
    h, signal = power_modes(d, 1.5, 2.0)
    few = lumped(h, signal)
    assert few.alike.sum() == d
    assert (few.h * few.alike).sum() == pytest.approx(h.sum())
    assert (few.signal * few.alike).sum() == pytest.approx(signal.sum())


def test_few_modes_stand_alone():
    h, signal = geometric_modes(3, 100.0)
    np.testing.assert_array_equal(lumped(h, signal).h, h)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"batch_size": 0}, "batch_size = 0 .*a minibatch needs at least one sample"),
        ({"variance": True, "n_modes": 600}, "costs d\\^2 a step .* set variance = false"),
        ({"variance": True, "momentum": 0.5}, "set variance = false"),
        ({"variance": True, "weight_decay": 0.5}, "set variance = false"),
        ({"schedule": "refined", "momentum": 0.5, "weight_decay": 0.1}, "set one of them to 0"),
        ({"label_noise": -1.0}, "label_noise = -1.0"),
        ({"schedule": "wsd"}, "wsd needs decay_steps >= 1"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError, match=says) as told:
        REGRESSION.validate(values)
    assert "\n" not in str(told.value)
