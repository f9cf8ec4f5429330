"""Schedules as pure functions: values written out, both ends, warm-up, sampling, bad input."""

import math

import numpy as np
import pytest

from toysim.errors import ToysimError, ToysimWarning
from toysim.models.oscillation import NOISY_QUADRATIC, RIVER_VALLEY
from toysim.models.scheduled_sgd import REGRESSION
from toysim.numerics.schedules import PROFILES, learning_rates

QUARTERS = {  # of z = 0, 1/4, 1/2, 3/4, over four updates
    "constant": [1, 1, 1, 1],
    "linear": [1, 3 / 4, 1 / 2, 1 / 4],
    "cosine": [(1 + math.cos(math.pi * z / 4)) / 2 for z in range(4)],
    "rex": [1, 6 / 7, 2 / 3, 2 / 5],
    "power": [1, 9 / 16, 1 / 4, 1 / 16],
    "exponential": [math.exp(-5 * z / 4) for z in range(4)],
    "inverse_sqrt": [1, 1 / math.sqrt(2), 1 / math.sqrt(3), 1 / 2],
    "staircase": [1, 1, 0.1, 0.01],
    "one_cycle": [
        1 / 25,
        1 - 24 / 25 * (1 + math.cos(math.pi * 5 / 6)) / 2,
        (1 + math.cos(math.pi * 2 / 7)) / 2,
        (1 + math.cos(math.pi * 9 / 14)) / 2,
    ],
}


@pytest.mark.parametrize("name", QUARTERS)
def test_quarters_written_out(name):
    np.testing.assert_allclose(learning_rates(name, 3.0, 4), 3 * np.array(QUARTERS[name]), 1e-15)


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"one_cycle", "infinite"}))
def test_first_update_has_the_peak_also_after_a_warmup(name):
    """A profile begins where the warm-up ends: the warm-up does not lower the peak."""
    fixed = {"decay_steps": 20, "final_share": 0.1}
    plain = learning_rates(name, 2.0, 100, **fixed)
    warm = learning_rates(name, 2.0, 110, warmup_steps=10, **fixed)
    assert plain[0] == warm[9] == warm[10] == warm.max() == 2.0
    np.testing.assert_allclose(warm[:10], 0.2 * np.arange(1, 11), rtol=1e-15)
    if name != "wsd_s":  # its decay is a share of all updates
        np.testing.assert_allclose(warm[10:], plain, rtol=1e-12)


@pytest.mark.parametrize("name", ["linear", "cosine", "rex", "uba", "power"])
def test_final_share_is_headed_for(name):
    """f + (1 - f) x profile, whose last value is one update short of 0."""
    bare, headed = (learning_rates(name, 1.0, 1000, final_share=f) for f in (0.0, 0.2))
    np.testing.assert_allclose(headed, 0.2 + 0.8 * bare, rtol=1e-12)
    assert 0.0 < bare[-1] < 0.01


def test_last_rates_of_the_decays():
    """rex 2/(N + 1), power N^-2, of N = 1000 updates, one short of the end."""
    assert learning_rates("rex", 1.0, 1000)[-1] == pytest.approx(2 / 1001)
    assert learning_rates("power", 1.0, 1000)[-1] == pytest.approx(1e-6)


@pytest.mark.parametrize(
    ("shape", "middle"),
    [
        ("linear", 0.55),
        ("inverse", 1 / 5.5),
        ("one_minus_sqrt", 1 - 0.9 * math.sqrt(0.5)),
        ("exponential", math.sqrt(0.1)),
        ("cosine", 0.55),
    ],
)
def test_decays_of_wsd(shape, middle):
    """Over ten updates to a tenth: from the peak, and through y = 1/2 five updates later."""
    for name in ("wsd", "wsd_s"):
        phases = {"decay_steps": 10, "final_share": 0.1, "decay_shape": shape}
        rates = learning_rates(name, 1.0, 100, **phases)
        assert (rates[:91] == 1.0).all()
        assert rates[95] == pytest.approx(middle)
        assert 0.1 < rates[-1] < rates[-2] < rates[92]


def test_uba_holds_the_cosine_and_rex_of_it():
    cosine = learning_rates("cosine", 1.0, 50)
    np.testing.assert_allclose(learning_rates("uba", 1.0, 50, uba_shape=2.0), cosine, rtol=1e-12)
    of_one = learning_rates("uba", 1.0, 50, uba_shape=1.0)
    np.testing.assert_allclose(of_one, cosine / (0.5 + 0.5 * cosine), rtol=1e-12)


def test_infinite_cools_keeps_and_anneals():
    told = {"cooldown_steps": 120, "decay_steps": 80, "final_share": 0.01}
    rates = learning_rates("infinite", 0.2, 800, 50, **told)
    assert rates.sum() == pytest.approx(48.510391, abs=5e-7)
    assert rates[100] == pytest.approx(0.14441143, abs=5e-9)
    assert rates[-1] == pytest.approx(0.0005)
    assert rates[49] == rates[50] == 0.2
    np.testing.assert_allclose(rates[170:720], 0.05, rtol=1e-15)
    at_once = learning_rates("infinite", 0.2, 100, 10)
    assert at_once[9] == 0.2
    np.testing.assert_allclose(at_once[10:], 0.05)


def test_cycles_begin_anew():
    cyclic = learning_rates("cyclic", 1.0, 30, checkpoints=(10, 30))
    np.testing.assert_array_equal(cyclic[:10], learning_rates("cosine", 1.0, 10))
    np.testing.assert_array_equal(cyclic[10:], learning_rates("cosine", 1.0, 20))
    stable = learning_rates("wsd_s", 1.0, 40, checkpoints=(10, 40), decay_share=0.25)
    np.testing.assert_allclose(stable[8:11], [1.0, 0.5, 1.0])  # 2.5 rounds to 2
    np.testing.assert_allclose(stable[30:], 1 - np.arange(10) / 10)


def test_sampling_keeps_the_first_value():
    every, held = (learning_rates("rex", 1.0, 11, 1, sampling=k) for k in (1, 4))
    np.testing.assert_array_equal(held[1:], every[[1, 1, 1, 1, 5, 5, 5, 5, 9, 9]])


@pytest.mark.parametrize("model", [REGRESSION, NOISY_QUADRATIC, RIVER_VALLEY])
@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"schedule": "wsd_s", "decay_shape": "inverse"}, "inverse needs final_share > 0"),
        ({"schedule": "wsd_s", "decay_shape": "exponential"}, "needs final_share > 0"),
        ({"schedule": "infinite", "decay_steps": 10}, "needs final_share > 0"),
        ({"schedule": "infinite", "cooldown_steps": 2000}, "exceed n_steps = 1000"),
        ({"schedule": "cyclic", "checkpoints": (500, 400, 1000)}, "must rise and end at n_steps"),
        ({"schedule": "cyclic", "checkpoints": (500, 900)}, "must rise and end at n_steps = 1000"),
        ({"rex_shape": 1.0}, "rex_shape = 1.0"),
        ({"uba_shape": 0.0}, "uba_shape = 0.0"),
        ({"sampling": 0}, "sampling = 0"),
        ({"decay_power": -1.0}, "decay_power = -1.0"),
    ],
)
def test_bad_schedules_are_one_line(model, values, says):
    with pytest.raises(ToysimError, match=says) as told:
        model.validate(values)
    assert "\n" not in str(told.value)


def test_wsd_without_decay_is_refused_or_doubted():
    """The two older models took it before: they say so and go on."""
    with pytest.raises(ToysimError, match="wsd needs decay_steps >= 1; use schedule constant"):
        REGRESSION.validate({"schedule": "wsd"})
    for model in (NOISY_QUADRATIC, RIVER_VALLEY):
        with pytest.warns(ToysimWarning, match="use schedule constant"):
            model.validate({"schedule": "wsd", "decay_steps": 0})
