"""The memory on two time scales: known numbers, limits, and single steps written out."""

import math

import numpy as np
import pytest
from reference.continual_facts import strengths

import toysim
from toysim.errors import ToysimError
from toysim.models.continual import FAST_SLOW_MEMORY
from toysim.models.continual.fast_slow_memory.closed_forms import strength_of_two

MODEL = "continual.fast_slow_memory"
DEFAULTS = {"fast": 0.9, "slow": 0.999, "feed": 0.05, "gain": 0.5}


@pytest.mark.parametrize(
    ("gap", "strength"), [(1, 0.336905702), (20, 0.416432971), (40, 0.423703652)]
)
def test_known_strengths(gap, strength):
    for side in (toysim.run, toysim.theory):
        assert float(side(MODEL, gap=gap).final_strength) == pytest.approx(strength, abs=5e-10)
    assert strength_of_two(gap, 50, **DEFAULTS) == pytest.approx(strength, abs=5e-10)


@pytest.mark.parametrize(("lag", "gap"), [(50, 37.9189054), (10, 32.7183119)])
def test_known_best_gaps(lag, gap):
    found = toysim.landmark(MODEL, "best_interval", lag=lag)
    assert float(found) == pytest.approx(gap, abs=5e-8)
    near = strength_of_two(gap + np.array([-1e-3, 0.0, 1e-3]), lag, **DEFAULTS)
    assert near[1] == near.max()


def test_best_gap_at_long_lags():
    assert float(toysim.landmark(MODEL, "late_best_interval")) == pytest.approx(37.981410, abs=5e-7)
    late = float(toysim.landmark(MODEL, "best_interval", lag=5000))
    assert late == pytest.approx(37.981410, abs=5e-7)


def test_no_best_gap_below_a_lag_of_two_steps():
    """It begins at lag 1.93."""
    found = [toysim.theory(MODEL, lag=lag, gap=1) for lag in (1, 2)]
    assert [bool(f.spacing_effect) for f in found] == [False, True]
    assert float(found[0].best_gap) == 1.0


@pytest.mark.parametrize(("lag", "gap"), [(20, 7), (60, 10), (200, 16), (600, 21), (2000, 25)])
def test_best_gap_of_five_levels_grows_with_the_lag(lag, gap):
    decays = {"fast_decay": math.exp(-1 / 5), "slow_decay": math.exp(-1 / 25)}
    feed = 0.9 * (1 - decays["slow_decay"])
    found = toysim.theory(MODEL, lag=lag, n_levels=5, feed=feed, **decays)
    assert float(found.best_gap) == gap


def test_chain_search_agrees_with_the_formula_where_the_third_level_is_empty():
    """At feed 1e-9 the levels add nothing to the shape: the best whole gap is beside the real
    one.
    """
    two = float(toysim.theory(MODEL, feed=1e-9).best_gap)
    assert abs(float(toysim.theory(MODEL, feed=1e-9, n_levels=3).best_gap) - two) < 1.0


def test_steps_written_out():
    exposures = (0, 7, 8, 30)
    course = toysim.run(MODEL, exposure_steps=exposures, lag=15, n_records=46)
    oracle = strengths(exposures, 45, **DEFAULTS)
    np.testing.assert_allclose(course.strength, oracle, rtol=1e-13)
    np.testing.assert_allclose(
        toysim.theory(MODEL, exposure_steps=exposures, lag=15, n_records=46).strength,
        oracle,
        rtol=1e-12,
    )


def test_gap_zero_is_one_exposure():
    once = toysim.run(MODEL, n_exposures=1).final_strength
    assert float(toysim.run(MODEL, gap=0).final_strength) == float(once)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"fast_decay": 0.9995}, "fast_decay = 0.9995 must lie below slow_decay = 0.999"),
        ({"exposure_steps": (0, 5, 5)}, "each above the one before"),
        ({"gap": 10**5, "n_exposures": 1000}, "lower gap or n_exposures"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError, match=says) as told:
        FAST_SLOW_MEMORY.validate(values)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("values", [{"feed": 0.0}, {"gain": 0.005}])
def test_no_interval_is_said(values):
    found = toysim.landmark(MODEL, "best_interval", **values)
    assert not found.valid
