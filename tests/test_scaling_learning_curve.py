"""Learning curves: known forecasts, limits, single data sets of ``reference/scaling.py``."""

import numpy as np
import pytest
from reference import scaling as plain

import toysim
from toysim.errors import ToysimError
from toysim.models.scaling.learning_curve.extrapolation import levels, power_law

CURVE = "scaling.learning_curve"
LONG = {"n_modes": 20_000, "n_sizes": 50}
AT_1200, AT_2500 = 11, 24  # places of these sizes among 100, 200, ..., 5000


def found(name, **parameters):
    return toysim.theory(CURVE, **parameters)[name].values.ravel()


@pytest.mark.parametrize(
    ("parameters", "share"),
    [
        ({"signal_exponent": 2.0}, 0.0024),
        ({"regularisation": "fixed", "penalty": 1.0}, 0.0055),
        ({"signal_exponent": 1.25}, -0.0066),
    ],
)
def test_a_quarter_of_the_curve_forecasts_its_end(parameters, share):
    """Forecasts computed apart, with three unknowns searched from several starts."""
    np.testing.assert_allclose(
        found("forecast_error", **LONG, **parameters)[AT_1200], share, atol=1e-4
    )


def test_with_a_small_penalty_the_level_test_refuses():
    parameters = LONG | {"regularisation": "fixed", "penalty": 1e-3}
    assert abs(found("forecast_error", **parameters)[AT_1200]) > 0.14
    assert not found("level_reached", **parameters)[: AT_2500 + 1].any()


@pytest.mark.parametrize(
    ("parameters", "limit"),
    [({"signal_exponent": 2.0}, 0.2514), ({"regularisation": "fixed"}, 0.2556)],
)
def test_the_limit_settles_above_the_label_noise(parameters, limit):
    fitted = found("limit", **LONG, **parameters)
    np.testing.assert_allclose(fitted[-1], limit, atol=5e-5)
    assert abs(fitted[AT_2500 + 1] / fitted[AT_2500] - 1.0) < 4e-4


def test_a_power_law_is_fitted_exactly():
    n = np.arange(1, 9) * 50.0
    law = power_law(n, 0.3 + 2.0 * n**-0.6)
    np.testing.assert_allclose([law.limit, law.alpha], [0.3, 0.6], atol=1e-5)
    np.testing.assert_allclose(law.at(5000.0), 0.3 + 2.0 * 5000.0**-0.6, rtol=1e-7)


def test_levels_start_where_limits_move_one_way_for_good():
    exponents = np.array([np.nan, 0.5, 4.0, 0.5, 0.5, 0.5, 0.5])
    limits = np.array([np.nan, 0.2, 0.2, 0.3, 0.2, 0.21, 0.22])
    assert levels(limits, exponents).tolist() == [False] * 4 + [True] * 3
    assert not levels(limits - 1.0, exponents).any()


@pytest.mark.parametrize("size", [0, 4])
def test_single_growing_data_sets(size):
    rng, sizes = np.random.default_rng(7), 40 * np.arange(1, 6)
    draws = np.array(
        [plain.growing_losses(rng, 60, 1.5, 2.0, sizes, 2.0, 0.1)[size] for _ in range(400)]
    )
    fixed = {"n_modes": 60, "stride": 40, "n_sizes": 5, "regularisation": "fixed", "penalty": 2.0}
    theory = found("loss", label_noise=0.1, **fixed)[size]
    error = draws.std(ddof=1) / np.sqrt(len(draws))
    assert abs(draws.mean() - theory) <= 5.0 * error + 0.03 * theory
    assert 5.0 * error + 0.03 * theory < 0.2 * theory


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"signal_exponent": 6.0},
        {"label_noise": 0.0, "signal_exponent": 1.8},
        {"regularisation": "fixed", "label_noise": 100.0},
        {"regularisation": "fixed", "label_noise": 0.0, "signal_exponent": 2.2},
    ],
)
def test_the_curve_ends_in_the_landmarks_power(parameters):
    """Local exponent between the two last sizes, which still moves: to a tenth."""
    sizes = {"n_modes": 100_000, "stride": 1000, "n_sizes": 5, "label_noise": 0.05} | parameters
    loss = found("loss", **sizes) - sizes["label_noise"]
    slope = np.log(loss[-1] / loss[-2]) / np.log(5.0 / 4.0)
    mark = float(toysim.landmark(CURVE, "learning_exponent", **parameters))
    np.testing.assert_allclose(-slope, mark, rtol=0.1)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"n_sizes": 4}, "n_sizes is int, allowed: >= 5 and <= 1000"),
        ({"stride": 1000, "n_sizes": 200}, "stride \\* n_sizes = 200000 samples are too many"),
    ],
)
def test_bad_input_is_told_in_one_line(parameters, told):
    with pytest.raises(ToysimError, match=told) as error:
        toysim.run(CURVE, **parameters)
    assert "\n" not in str(error.value)
