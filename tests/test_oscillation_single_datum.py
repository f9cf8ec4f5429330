"""One sample with a strong and a weak feature: map, closed forms and regimes."""

import math

import numpy as np
import pytest
from reference.oscillation import network_course
from scipy.optimize import brentq

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.oscillation import SINGLE_DATUM as MODEL
from toysim.models.oscillation.lanes import LANES
from toysim.models.oscillation.single_datum import closed_forms as forms


def rows(side="simulate", axis="gamma", values=(1.1,), **fixed):
    for value in values:
        MODEL.validate({axis: value, **fixed})
    return MODEL.load(side)(
        Batch(MODEL, {axis: np.array(values)}, fixed, np.arange(len(values)), 0)
    )


def test_rows_side_by_side_have_the_bits_of_one_alone():
    """More than a group, of other lengths, windows and regimes."""
    n, rng = LANES + 9, np.random.default_rng(0)
    columns = {
        "gamma": rng.uniform(0.1, 1.7, n),
        "n_steps": rng.integers(20, 900, n),
        "n_average": rng.choice([4, 10, 18], n),
    }
    fixed = {"n_records": 5, "n_samples": 3, "weak_start": 1e-2}
    batch = Batch(MODEL, columns, fixed, np.arange(n), 0)
    whole = MODEL.load("simulate")(batch)
    for i in range(0, n, 5):
        alone = MODEL.load("simulate")(batch.take(np.array([i])))
        for name, values in alone.items():
            np.testing.assert_array_equal(values[0], whole[name][i], err_msg=f"{name}, row {i}")


@pytest.mark.parametrize("gamma", [0.4, 1.1, 1.2])
def test_map_is_the_network_with_all_its_filters(gamma):
    """Squared-ReLU network with explicit weights, and its sharpness from a numerical Hessian."""
    F, V, eta_sharpness = network_course(gamma, 0.02, 0.03, 1e-3, 300)
    ours = rows(
        values=(gamma,),
        weak_ratio=0.02,
        strong_start=0.03,
        weak_start=1e-3,
        n_steps=300,
        n_average=2,
        n_records=301,
    )
    np.testing.assert_allclose(ours["strong"][0], F, rtol=1e-10)
    np.testing.assert_allclose(ours["weak"][0], V, rtol=1e-10)
    if gamma < 1:  # the formula is that of a fitted point
        assert ours["eta_sharpness"][0] == pytest.approx(eta_sharpness, rel=1e-5)


def test_flip_of_the_network_is_that_of_the_map():
    F, V, _ = network_course(1.9, 0.02, 0.03, 1e-3, 40)
    ours = rows(
        values=(1.9,),
        weak_ratio=0.02,
        strong_start=0.03,
        weak_start=1e-3,
        n_steps=40,
        n_average=2,
        n_records=41,
    )
    np.testing.assert_allclose(ours["strong"][0], F, rtol=1e-9, atol=0)
    np.testing.assert_allclose(ours["weak"][0], V, rtol=1e-9)
    assert ours["strong"][0, -1] == 0.0


# gamma: mean e of the map without V, log-growth of <w,v> per update between V = 3e-6 and 3e-4, V at
# the end, first update with V > V*/2. From a prototype: F0 = .01, V0 = 1e-6, r = .01, 4e5 updates.
PROTOTYPE = {
    1.05: (0.0238095, 2.47108e-4, 0.048219, 21646),
    1.10: (0.0454545, 4.94409e-4, 0.092055, 11480),
    1.20: (0.0833333, 9.88644e-4, 0.168767, 6052),
    1.30: (0.104106, 1.3376e-3, 0.233678, 4525),
    1.50: (0.210454, 3.116e-3, 0.337537, 2169),
    1.59: (0.346534, 5.627e-3, 0.375749, 1361),
}


@pytest.mark.parametrize("gamma", PROTOTYPE)
def test_prototype_table(gamma):
    mean, growth, end, time = PROTOTYPE[gamma]
    chaos = gamma > forms.CHAOS_ABOVE
    alone = rows(values=(gamma,), weak_start=0.0, n_steps=400_000, n_average=390_000)
    assert alone["mean_residual"][0] == pytest.approx(mean, abs=1e-3 if chaos else 0.51e-6)
    run = rows(values=(gamma,), n_steps=400_000)
    assert run["final_weak"][0] == pytest.approx(end, abs=0.51e-6)
    assert run["acquisition_time"][0] == pytest.approx(time, rel=0.1 if chaos else 0)
    V = rows(values=(gamma,), n_steps=20_000, n_records=20_001)["weak"][0]
    first, last = np.argmax(V > 3e-6), np.argmax(V > 3e-4)
    measured = 0.5 * math.log(V[last] / V[first]) / (last - first)
    assert measured == pytest.approx(growth, rel=0.1 if chaos else 1e-4)


def test_identity_and_accumulation_hold_on_every_course_without_a_flip():
    gammas = (0.3, 0.9, 1.1, 1.2, 1.4, 1.55)
    run = rows(values=gammas, n_steps=20_000)
    assert np.abs(run["identity_gap"]).max() < 1e-9
    assert (run["accumulation_slack"] > 0).all()


def test_orbit_is_one_of_the_map():
    gamma = np.linspace(1.01, 1.59, 30)
    low, high = forms.orbit(gamma)
    np.testing.assert_allclose(low * (1 + gamma * (1 - low)) ** 2, high, rtol=1e-13)
    np.testing.assert_allclose(high * (1 + gamma * (1 - high)) ** 2, low, rtol=1e-12)
    np.testing.assert_allclose(1 - (low + high) / 2, forms.orbit_mean_residual(gamma), rtol=1e-12)

    def slope(F):
        k = 1 + gamma * (1 - F)
        return k * k - 2 * gamma * F * k

    np.testing.assert_allclose(slope(low) * slope(high), forms.orbit_multiplier(gamma), atol=1e-12)
    for r in (0.01, 0.3):
        product = (1 + r * gamma * (1 - low)) * (1 + r * gamma * (1 - high))
        np.testing.assert_allclose(product, forms.orbit_weak_factor(gamma, r), rtol=1e-14)


def test_thresholds():
    assert pytest.approx(1.236068, abs=1e-6) == forms.ORBIT_STABLE_BELOW
    assert pytest.approx(1.598076, abs=1e-6) == forms.FLIPS_ABOVE
    assert forms.orbit_multiplier(forms.ORBIT_STABLE_BELOW) == pytest.approx(-1)
    assert forms.orbit_multiplier(3 / math.sqrt(2) - 1) == pytest.approx(0, abs=1e-14)
    gamma = forms.FLIPS_ABOVE
    assert forms.largest_image(gamma) == pytest.approx(
        (1 + gamma) / gamma
    )  # from there the factor is negative
    F = np.linspace(0, (1 + gamma) / gamma, 100_001)
    assert np.max(F * (1 + gamma * (1 - F)) ** 2) == pytest.approx(
        forms.largest_image(gamma), rel=1e-8
    )
    r = 0.1
    limit = forms.weak_limit(1.3, r)
    assert forms.fit_multiplier(1 - limit, limit, 1.3, r) == pytest.approx(-1)


def test_chaos_begins_where_superstable_orbits_accumulate():
    """Orbits through the map's maximum at F = (1 + gamma)/(3 gamma), of periods 2 to 128."""

    def missed(gamma, period):
        F = start = (1 + gamma) / (3 * gamma)
        for _ in range(period):
            F = F * (1 + gamma * (1 - F)) ** 2
        return F - start

    found = [0.5, 3 / math.sqrt(2) - 1]
    for period in (4, 8, 16, 32, 64, 128):
        grid = found[-1] + (found[-1] - found[-2]) / 4.669 * np.linspace(0.6, 1.6, 401)
        at = int(np.flatnonzero(np.diff(np.sign([missed(g, period) for g in grid])))[0])
        found.append(brentq(missed, grid[at], grid[at + 1], args=(period,), xtol=1e-15))
    ratios = np.diff(found)[:-1] / np.diff(found)[1:]
    assert ratios[-1] == pytest.approx(4.669201609, rel=1e-4)
    assert found[-1] + (found[-1] - found[-2]) / 3.669201609 == pytest.approx(
        forms.CHAOS_ABOVE, abs=1e-9
    )


def test_regimes_by_the_lyapunov_exponent():
    gammas = (0.9, 1.1, 1.25, 1.3, 1.304, 1.4, 1.46, 1.55)
    run = rows(values=gammas, weak_start=0.0, n_steps=200_000, n_average=100_000)
    assert (run["lyapunov"][[0, 1, 2, 3, 6]] < -0.01).all()  # 1.46 lies in a periodic window
    assert (run["lyapunov"][[4, 5, 7]] > 0.01).all()
    assert run["lyapunov"][3] == pytest.approx(-0.059, abs=1e-3)
    # In chaos the average over starts: an orbit by itself is one draw.
    starts = rows(
        axis="strong_start", values=tuple(np.linspace(0.01, 0.5, 20)), gamma=1.4, weak_start=0.0
    )
    mean, error = starts["lyapunov"].mean(), starts["lyapunov"].std(ddof=1) / math.sqrt(20)
    assert abs(mean - 0.342) < 5 * error + 1e-3
    assert rows("theory", values=gammas)["regime"].tolist() == [0, 1, 2, 2, 3, 3, 3, 3]


def test_samples_are_the_last_outputs():
    run = rows(values=(1.1, 1.28), weak_start=0.0, n_samples=8, n_records=20_001)
    np.testing.assert_array_equal(run["strong_samples"], run["strong"][:, -9:-1])
    assert len(np.unique(run["strong_samples"][0].round(9))) == 2
    assert len(np.unique(run["strong_samples"][1].round(9))) == 4


def test_end_of_the_weak_feature_is_right_to_second_order():
    """Also in chaos: the oscillation ends through the period-2 regime. Half the ratio, a quarter of
    the error.
    """
    for gamma in (1.1, 1.3, 1.58):
        off = [
            rows(values=(gamma,), weak_ratio=r, n_steps=1_000_000)["final_weak"][0]
            / forms.weak_end(gamma, r)
            - 1
            for r in (0.04, 0.02, 0.01)
        ]
        assert 3.7 < off[0] / off[1] < 4.3
        assert 3.7 < off[1] / off[2] < 4.3
        assert abs(off[2]) < 1e-4


def test_small_steps_leave_the_weak_feature_where_it_was():
    run = rows(values=(0.01,), weak_start=1e-3, n_steps=20_000)
    assert run["final_weak"][0] == pytest.approx(1.04730e-3, abs=0.51e-8)
    off = [
        rows(values=(g,), n_steps=40_000)["final_weak"][0]
        / forms.small_step_weak_end(0.01, 1e-6, g, 0.01)
        - 1
        for g in (0.1, 0.05, 0.025)
    ]
    assert 3.6 < off[0] / off[1] < 4.4  # the neglected term is of second order in gamma
    assert 3.6 < off[1] / off[2] < 4.4


@pytest.mark.parametrize(
    ("values", "right"),
    [
        ({"weak_ratio": 0.0205049303, "strong_start": 1e-100, "weak_start": 1e-12}, 9288),
        ({"strong_start": 1e-100}, 8270),
        ({"strong_start": 1e-30, "gamma": 1.2}, 5601),
    ],
)
def test_acquisition_waits_for_a_long_climb(values, right):
    """F_0 so small that V gains much on the way, and the way takes long; right is the map's."""
    assert rows("simulate", **_one(values))["acquisition_time"] == [right]
    assert rows("theory", **_one(values))["acquisition_time"] == pytest.approx(right, rel=5e-3)


@pytest.mark.parametrize(
    ("values", "name", "right"),
    [
        # No time to get there: steps of nothing, a start at the doubly attracting point and two
        # updates, and one on the unstable fitted point, that is left after rounding has grown.
        ({"gamma": 1e-100}, "final_residual", 0.989999),
        ({"gamma": 1e-100, "weak_start": 0.0}, "mean_residual", 0.99),
        (
            {"gamma": 0.5, "strong_start": 0.48, "n_steps": 2, "n_average": 2},
            "eta_sharpness",
            0.954165,
        ),
        (
            {
                "gamma": 3 / math.sqrt(2) - 1,
                "strong_start": 1 - 1e-9,
                "weak_start": 0.0,
                "n_steps": 12,
                "n_average": 2,
            },
            "lyapunov",
            0.217239,
        ),
        # The weak feature is no longer small, or has taken over, before the strong one has climbed.
        ({"weak_ratio": 0.0205049303, "strong_start": 1e-100}, "acquisition_time", 2398),
        (
            {
                "gamma": 1.2111968,
                "weak_ratio": 0.04897432,
                "strong_start": 1e-100,
                "n_steps": 30_000,
            },
            "final_weak",
            1.0,
        ),
        # The first update turns the strong filters away.
        (
            {"gamma": 1.3, "weak_start": 1.9, "n_steps": 20, "n_average": 2},
            "identity_gap",
            math.nan,
        ),
    ],
)
def test_theory_is_silent_where_the_run_does_not_get(values, name, right):
    run = rows("simulate", **_one(values))[name]
    assert run == pytest.approx([right], rel=1e-5, nan_ok=True)
    assert np.isnan(rows("theory", **_one(values))[name]).all()


def _one(values):
    gamma = values.get("gamma", 1.1)
    return {"values": (gamma,), **{n: v for n, v in values.items() if n != "gamma"}}


def test_from_a_sharp_fitted_point_the_loss_is_catapulted():
    """F = 1 at the start: below gamma = 1 nothing happens, above the loss rises and V is
    learned.
    """
    peaks = {0.9: 6e-7, 1.1: 0.1118, 1.3: 0.4274, 1.5: 0.8866}
    ends = {0.9: 1.0e-3, 1.1: 0.092055, 1.3: 0.233678, 1.5: 0.337537}
    run = rows(
        values=tuple(peaks), strong_start=1.0, weak_start=1e-3, n_steps=100_000, n_records=100_001
    )
    for i, gamma in enumerate(peaks):
        e = 1 - run["strong"][i] - run["weak"][i]
        # The prototype's peak depends on the start's last digits where the orbit is chaotic.
        assert np.max(e[1:] ** 2) == pytest.approx(
            peaks[gamma], rel=0.03 if gamma > 1.3 else 0.3 if gamma < 1 else 1e-3
        )
        assert run["final_weak"][i] == pytest.approx(ends[gamma], rel=1e-4)


def test_filters_turned_away_are_dead_and_nothing_escapes():
    run = rows(values=(1.61, 1.7), n_steps=100_000)
    assert (run["final_strong"] == 0).all()
    np.testing.assert_allclose(run["final_weak"], 1.0)
    assert not rows("theory", values=(1.61, 1.7))["valid"].any()
    wild = rows(
        values=(0.9, 5.0, 100.0), weak_ratio=0.99, weak_start=1e6, strong_start=1e-9, n_records=501
    )
    assert np.isfinite(wild["strong"]).all()
    assert np.isfinite(wild["weak"]).all()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"gamma": 0.0}, "gamma = 0.0"),
        ({"gamma": math.nan}, "gamma"),
        ({"gamma": "large"}, "gamma"),
        ({"weak_ratio": 1.0}, "weak_ratio = 1.0"),
        ({"weak_start": -1e-3}, "weak_start"),
        ({"n_average": 3}, "must be even"),
        ({"n_steps": 100}, "at most n_steps = 100"),
        ({"n_samples": 2000}, "n_samples = 2000 exceeds n_average"),
        ({"start": "orbit", "gamma": 0.5}, "needs gamma > 1"),
        ({"n_records": 10**9}, "n_records"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError) as caught:
        MODEL.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("gamma", [0.3, 0.8, 1.05, 1.15])
def test_multiplier_with_its_sign(gamma):
    """By differences of the map, on the fitted point or around the orbit; its size is that of the
    Lyapunov exponent.
    """

    def image(F):
        return F * (1.0 + gamma * (1.0 - F)) ** 2

    rounds = 1 if gamma < 1.0 else 2
    at = 1.0 if gamma < 1.0 else float(forms.orbit(gamma)[0])
    ends = [at - 1e-6, at + 1e-6]
    for _ in range(rounds):
        ends = [image(F) for F in ends]
    found = rows("theory", values=(gamma,))["multiplier"][0]
    assert found == pytest.approx((ends[1] - ends[0]) / 2e-6, abs=1e-8)
    lyapunov = rows("theory", values=(gamma,), weak_start=0.0)["lyapunov"][0]
    assert lyapunov == pytest.approx(np.log(abs(found)) / rounds, rel=1e-9)
