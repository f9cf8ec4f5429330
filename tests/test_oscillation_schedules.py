"""Schedules, and the two noisy models that follow them: exact moments against matrices, minimisers
and closed forms.
"""

import itertools
import math

import numpy as np
import pytest
from reference.oscillation import mean_square_radius, second_moments
from scipy.optimize import minimize_scalar

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.oscillation import NOISY_QUADRATIC, RIVER_VALLEY
from toysim.models.oscillation.noisy_quadratic.spread import kurtosis
from toysim.models.oscillation.noisy_quadratic.theory import largest_stable_rate, stationary_square
from toysim.models.oscillation.river_valley.problem import greedy_rates, mean_squares
from toysim.numerics.schedules import learning_rates


def rows(model, side="theory", n=1, seed=0, **fixed):
    model.validate(fixed)
    return model.load(side)(Batch(model, {}, fixed, np.arange(n), seed))


# ---- schedules
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        ("constant", [1, 2, 2, 2, 2, 2, 2, 2]),
        ("linear", [1, 2, 2, 5 / 3, 4 / 3, 1, 2 / 3, 1 / 3]),
        ("cosine", [1, 2, 2, 1 + math.cos(math.pi / 6), 1.5, 1, 0.5, 1 - math.cos(math.pi / 6)]),
        ("wsd", [1, 2, 2, 2, 2, 1.5, 1, 0.5]),
        ("step", [1, 2, 2, 2, 0, 0, 0, 0]),
    ],
)
def test_rates_written_out(schedule, rates):
    np.testing.assert_allclose(learning_rates(schedule, 2.0, 8, 2, 4), rates, atol=1e-15)


@pytest.mark.parametrize("schedule", ["linear", "cosine", "wsd", "step"])
def test_decay_ends_at_the_share_given(schedule):
    rates = learning_rates(schedule, 3.0, 10_000, 10, 4000, 0.1)
    assert 0.3 <= rates[-1] <= 0.3 + 2.7 / 4000 + 1e-12  # one step of the straight line short of it
    assert rates.max() == 3.0
    assert (np.diff(rates[10:]) <= 0).all()
    np.testing.assert_allclose(rates[:10], 0.3 * np.arange(1, 11), rtol=1e-15)


def test_last_rate_is_one_step_short_of_the_share():
    """Linear and wsd .1 + .9/10, cosine by its angle, step there at once; wsd over one is none."""
    last = {
        s: learning_rates(s, 1.0, 10, 0, 10, 0.1)[-1] for s in ("linear", "wsd", "cosine", "step")
    }
    expected = {"linear": 0.19, "wsd": 0.19, "step": 0.1}
    expected["cosine"] = 0.1 + 0.45 * (1 + math.cos(0.9 * math.pi))
    assert last == pytest.approx(expected)
    assert (learning_rates("wsd", 1.0, 10, 0, 1, 0.1) == 1.0).all()


@pytest.mark.parametrize("model", [NOISY_QUADRATIC, RIVER_VALLEY])
@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.filterwarnings("error")
def test_at_the_stability_limit_and_far_above_nothing_is_warned_of(model, side):
    """Exactly at it, where stationary values divide by zero, and where moments overflow."""
    for noise in (0.0, 1.0):
        for rate in (2.0, 50.0):
            run = rows(model, side, n=2, learning_rate=rate, noise=noise, schedule="constant")
            if side == "theory":
                assert [np.isnan(v).all() for n, v in run.items() if "stationary" in n] == [True]


def test_rows_of_other_schedules_and_lengths_leave_a_row_its_bits():
    columns = {
        "schedule": np.array(["greedy", "wsd", "cosine", "greedy"]),
        "n_steps": np.array([300, 1000, 217, 500]),
        "learning_rate": np.array([0.5, 0.1, 0.3, 0.2]),
    }
    fixed = {"n_records": 4, "warmup_steps": 10}
    for side in ("simulate", "theory"):
        together = Batch(RIVER_VALLEY, columns, fixed, np.arange(4), 0)
        whole = RIVER_VALLEY.load(side)(together)
        for i in range(4):
            alone = RIVER_VALLEY.load(side)(together.take(np.array([i])))
            for name, values in alone.items():
                np.testing.assert_array_equal(values[0], whole[name][i], err_msg=name)


def test_without_warmup_and_decay_the_rate_is_constant():
    for schedule in ("constant", "wsd", "step"):
        assert (learning_rates(schedule, 0.7, 5) == 0.7).all()


# ---- noisy quadratic
# -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", ["constant", "cosine", "wsd"])
@pytest.mark.parametrize(("beta", "kappa"), [(0.0, 0.0), (0.9, 0.0), (0.5, 0.8)])
def test_moments_are_those_of_the_covariance_matrix(schedule, beta, kappa):
    fixed = {
        "learning_rate": 0.2,
        "warmup_steps": 3,
        "decay_steps": 20,
        "n_steps": 60,
        "n_modes": 4,
        "start": 1.5,
    }
    ours = rows(
        NOISY_QUADRATIC,
        schedule=schedule,
        momentum=beta,
        sample_noise=kappa,
        noise_power=0.5,
        n_records=61,
        **fixed,
    )
    rates = learning_rates(schedule, 0.2, 60, 3, 20)
    loss = np.zeros(61)
    for i in range(4):
        h, c = 1 / (i + 1), (i + 1) ** -0.5
        S = second_moments(h, c, beta, kappa, 1.5, rates)
        assert ours["square"][0, i] == pytest.approx(S[-1, 0, 0], rel=1e-12)
        loss += h * S[:, 0, 0] / 2
    np.testing.assert_allclose(ours["loss"][0], loss, rtol=1e-12)


@pytest.mark.parametrize(("beta", "eta", "settled"), [(0.0, 0.5, 0.426692), (0.9, 0.05, 0.368696)])
def test_prototype_losses(beta, eta, settled):
    run = rows(NOISY_QUADRATIC, momentum=beta, learning_rate=eta, n_steps=20_000)
    assert run["final_loss"][0] == pytest.approx(settled, abs=0.51e-6)
    assert run["stationary_loss"][0] == pytest.approx(settled, abs=0.51e-6)
    if beta == 0.0:
        early = rows(NOISY_QUADRATIC, n_steps=100, n_records=101)["loss"][0, [0, 1, 10, 100]]
        np.testing.assert_allclose(early, [1.464484, 1.033013, 0.507790, 0.426694], atol=0.51e-6)


@pytest.mark.parametrize(("beta", "kappa"), [(0.0, 0.0), (0.0, 1.0), (0.9, 0.0), (0.6, 0.5)])
def test_stability_limit_and_stationary_square(beta, kappa):
    h = 0.7
    limit = largest_stable_rate(h, beta, kappa)
    assert (
        mean_square_radius(0.999 * limit, h, beta, kappa)
        < 1
        < mean_square_radius(1.001 * limit, h, beta, kappa)
    )
    settled = second_moments(h, 0.3, beta, kappa, 1.0, np.full(3000, 0.5 * limit))[-1, 0, 0]
    assert stationary_square(0.5 * limit, h, 0.3, beta, kappa) == pytest.approx(settled, rel=1e-9)


def test_limit_is_that_of_the_squared_input():
    """Linear regression, x^2 in {1, 4}: stable below 2 E x^2 / E x^4."""
    mean, fourth = (1 + 4) / 2, (1 + 16) / 2
    assert largest_stable_rate(mean, 0.0, 1.5 / mean) == pytest.approx(2 * mean / fourth)


def test_above_the_limit_runs_diverge_and_say_when():
    run = rows(NOISY_QUADRATIC, "simulate", n=3, learning_rate=2.5, n_steps=2000)
    assert (run["status"] == 1).all()
    assert (run["status_step"] > 10).all()
    assert (run["status_step"] < 200).all()
    far = rows(NOISY_QUADRATIC, learning_rate=2.5, n_steps=2000)
    assert not far["valid"].any()
    assert np.isnan(far["stationary_loss"]).all()
    assert far["share_of_limit"][0] == pytest.approx(1.25)


# ---- river valley
# ----------------------------------------------------------------------------------------------


def mean_square_course(v, k, s, rates):
    """E y^2 (T + 1,) of one row, at every update."""
    one, steps = np.ones(1), np.arange(len(rates) + 1)[None]
    row = (v * one, k * one, s * one, one, np.zeros(1, np.int64), rates[None])
    return mean_squares(*row, steps)[0]


def test_mean_square_unrolled():
    """v_T = v_0 prod (1 - eta k)^2 + sum_t eta_t^2 s^2 prod_(later) (1 - eta k)^2."""
    rates = learning_rates("cosine", 0.8, 50, 5)
    k, s = 1.3, 0.7
    shrink = (1 - rates * k) ** 2
    later = np.append(np.cumprod(shrink[::-1])[::-1][1:], 1.0)
    expected = 4.0 * np.prod(shrink) + np.sum(rates**2 * s**2 * later)
    assert mean_square_course(4.0, k, s, rates)[-1] == pytest.approx(expected, rel=1e-13)


def test_stationary_hill_loss():
    run = rows(
        RIVER_VALLEY, schedule="constant", n_steps=500, learning_rate=0.9, curvature=1.5, noise=0.4
    )
    assert run["final_hill_loss"][0] == pytest.approx(run["stationary_hill_loss"][0], rel=1e-12)
    assert run["stationary_hill_loss"][0] == pytest.approx(
        0.9 * 0.16 / (2 * (2 - 0.9 * 1.5)), rel=1e-14
    )


def test_greedy_rates_minimise_the_next_mean_square():
    v0, k, s = 2.0, 1.3, 0.7
    rates = greedy_rates(v0, k, s, 12)
    course = mean_square_course(v0, k, s, rates)
    for v, rate, after in zip(course, rates, course[1:], strict=False):
        best = minimize_scalar(lambda eta, v=v: (1 - eta * k) ** 2 * v + (eta * s) ** 2)
        assert rate == pytest.approx(best.x, rel=1e-6)
        assert after == pytest.approx(best.fun, rel=1e-9)
    np.testing.assert_allclose(1 / course, 1 / v0 + np.arange(13) * k**2 / s**2, rtol=1e-12)
    assert (greedy_rates(0.0, k, s, 3) == 0).all()
    assert (greedy_rates(v0, k, 0.0, 3) == 1 / k).all()


def test_the_greedy_decay_leaves_the_least_bounce():
    fixed = {"n_steps": 1000, "decay_steps": 100, "river_slope": 0.0}
    hill = {
        s: rows(RIVER_VALLEY, schedule=s, **fixed)["final_hill_loss"][0]
        for s in ("wsd", "greedy", "constant")
    }
    assert hill["greedy"] < hill["wsd"] < hill["constant"]
    # 1/v_T = 1/v + T_d k^2/s^2 from the stationary v = 1/3 at eta = 1/2
    assert hill["greedy"] == pytest.approx(0.5 / (3 + 100), rel=1e-9)


def test_decay_gain_is_bounce_lost_and_river_won():
    run = rows(RIVER_VALLEY, n_steps=1000, decay_steps=200, river_slope=0.1)
    rates = learning_rates("wsd", 0.5, 1000, 0, 200)
    won = 0.1**2 * rates[800:].sum()
    lost = 0.5 / 3 - run["final_hill_loss"][0]
    assert run["decay_gain"][0] == pytest.approx(won + lost, rel=1e-9)


def test_unstable_walk_says_so():
    run = rows(RIVER_VALLEY, "simulate", n=2, learning_rate=2.5, schedule="constant", n_steps=1000)
    assert (run["status"] == 1).all()
    assert (run["status_step"] > 10).all()
    assert not rows(RIVER_VALLEY, learning_rate=2.5, schedule="constant", n_steps=5000)[
        "valid"
    ].any()


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        (NOISY_QUADRATIC, {"momentum": 1.0}, "momentum = 1.0"),
        (NOISY_QUADRATIC, {"learning_rate": 0.0}, "learning_rate = 0.0"),
        (NOISY_QUADRATIC, {"learning_rate": math.inf}, "learning_rate"),
        (NOISY_QUADRATIC, {"schedule": "greedy"}, "schedule = 'greedy'"),
        (
            NOISY_QUADRATIC,
            {"warmup_steps": 600, "decay_steps": 600},
            "600 + 600 exceed n_steps = 1000",
        ),
        (NOISY_QUADRATIC, {"n_modes": 0}, "n_modes = 0"),
        (NOISY_QUADRATIC, {"n_steps": 10**12}, "n_steps"),
        (RIVER_VALLEY, {"curvature": -1.0}, "curvature = -1.0"),
        (RIVER_VALLEY, {"schedule": "triangle"}, "constant, linear, cosine, wsd, step, rex"),
        (RIVER_VALLEY, {"final_share": 2.0}, "final_share = 2.0"),
        (RIVER_VALLEY, {"noise": math.nan}, "noise"),
        (RIVER_VALLEY, {"n_steps": 100}, "exceed n_steps = 100"),
    ],
)
def test_bad_input_is_one_line(model, values, says):
    with pytest.raises(ToysimError) as caught:
        model.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("noise", "beta", "kappa"), [(0.0, 0.0, 1.5), (0.4, 0.6, 0.7)])
def test_kurtosis_by_enumeration(noise, beta, kappa):
    """All signs of the sample noise, and the three nodes that integrate a normal number's powers up
    to 5, over three updates.
    """
    h, rates = 0.8, np.array([0.3, 0.7, 0.5])
    nodes = ((-math.sqrt(3), 1 / 6), (0.0, 2 / 3), (math.sqrt(3), 1 / 6))
    total = np.zeros(2)
    for path in itertools.product(itertools.product((-1, 1), nodes), repeat=3):
        theta, w, weight = 1.3, 0.0, 1.0
        for eta, (s, (z, of_node)) in zip(rates, path, strict=True):
            w = beta * w - eta * (h * (1 + kappa * s) * theta + math.sqrt(noise) * z)
            theta, weight = theta + w, weight * 0.5 * of_node
        total += weight * np.array([theta**2, theta**4])
    at_end = kurtosis(1.3, h, noise, beta, kappa, rates, np.array([3]))
    assert at_end == pytest.approx(total[1] / total[0] ** 2, rel=1e-12)


def test_no_mean_over_replicas_sees_products_of_large_curvatures():
    fixed = {"n_modes": 20, "start": -1626.0, "learning_rate": 2e-4, "sample_noise": 4500.0}
    theory, run = rows(NOISY_QUADRATIC, **fixed), rows(NOISY_QUADRATIC, "simulate", n=100, **fixed)
    assert theory["final_loss"][0] > 1e3 * run["final_loss"].max()
    assert not theory["valid"].any()
    assert rows(NOISY_QUADRATIC, sample_noise=1.0, n_steps=500)["valid"].all()


# ---- lists handed in
# ------------------------------------------------------------------------------------------

MODES = {
    "n_modes": 3,
    "curvatures": (1.5, 0.0, 0.3),
    "noises": (0.2, 0.5, 0.0),
    "starts": (1.0, -2.0, 0.5),
}


def test_modes_handed_in_have_the_moments_of_the_covariance_matrix():
    eta = tuple(0.4 / (1 + t) for t in range(40))
    theory = rows(NOISY_QUADRATIC, momentum=0.5, n_steps=40, rates=eta, n_records=41, **MODES)
    modes = zip(MODES["curvatures"], MODES["noises"], MODES["starts"], strict=True)
    parts = [0.5 * h * second_moments(h, c, 0.5, 0.0, start, eta)[:, 0, 0] for h, c, start in modes]
    np.testing.assert_allclose(theory["loss"][0], sum(parts), rtol=1e-12)
    run = rows(NOISY_QUADRATIC, "simulate", n=4000, momentum=0.5, n_steps=40, rates=eta, **MODES)
    off = run["square"].mean(axis=0) - theory["square"][0]
    error = run["square"].std(axis=0, ddof=1) / math.sqrt(4000)
    assert (np.abs(off) <= 5 * error + 1e-12).all()  # the last mode has no noise


@pytest.mark.parametrize("model", [NOISY_QUADRATIC, RIVER_VALLEY])
@pytest.mark.parametrize("side", ["simulate", "theory"])
def test_rates_handed_in_are_the_schedule_they_came_from(model, side):
    """Without noise, for the draws depend on what is handed in."""
    fixed = {"n_steps": 30, "decay_steps": 12, "noise": 0.0, "n_records": 7, "start": 3.0}
    eta = learning_rates("cosine", 0.3, 30, 4, 12, 0.1)
    given = rows(model, side, **fixed, rates=eta, schedule="wsd")
    fixed |= {"schedule": "cosine", "learning_rate": 0.3, "warmup_steps": 4, "final_share": 0.1}
    for name, values in rows(model, side, **fixed).items():
        np.testing.assert_allclose(given[name], values, rtol=1e-12, err_msg=name)


def test_lists_of_rates_along_an_axis():
    lists = np.array([[0.5, 0.1, 0.2], [0.3, 0.3, 0.3], [0.5, 0.1, 0.2]])
    fixed = {"n_steps": 3, "decay_steps": 0, "noise": 0.0}
    batch = Batch(RIVER_VALLEY, {"rates": lists}, fixed, np.zeros(3, int), 0)
    positions = [RIVER_VALLEY.load(s)(batch)["final_position"] for s in ("simulate", "theory")]
    np.testing.assert_allclose(positions, [[0.008, 0.009, 0.008]] * 2, rtol=1e-14)


def test_lists_not_handed_in_leave_the_draws():
    """As they were before there were lists (seed 7, 50 updates, x86-64); those of the valley as
    they are since version 3.
    """
    before = ((NOISY_QUADRATIC, 3.3074943437120985), (RIVER_VALLEY, 0.015543065748099738))
    for model, loss in before:
        run = rows(model, "simulate", seed=7, n_steps=50, decay_steps=10)
        assert run["final_loss"][0] == pytest.approx(loss, rel=1e-14)


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        (RIVER_VALLEY, {"rates": (0.1, 0.2)}, "rates has 2 values; give n_steps = 1000 of them"),
        (RIVER_VALLEY, {"rates": (0.1, -0.2), "n_steps": 2}, "-0.2 of update 1 is not in 0"),
        (NOISY_QUADRATIC, {"curvatures": (1.0,)}, "curvatures has 1 values; give n_modes = 10"),
        (NOISY_QUADRATIC, {"noises": (-1.0, 1.0), "n_modes": 2}, "noises: -1 is not in 0"),
        (NOISY_QUADRATIC, {"starts": (1.0,) * 11}, "starts has 11 values"),
    ],
)
def test_lists_that_do_not_fit_are_one_line(model, values, says):
    values = {"decay_steps": 0, **values}
    with pytest.raises(ToysimError) as caught:
        model.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
