"""The stability gap: known numbers, plain descents of ``reference/continual.py``, bad input."""

import mpmath
import numpy as np
import pytest
from reference import continual as plain

import toysim
from toysim.errors import ToysimError
from toysim.models.continual.stability_gap.theory import responses

MODEL = "continual.stability_gap"
OVERLAPS = np.linspace(0.0, 1.0, 101)


def theory(**parameters):
    return toysim.theory(MODEL, **parameters)


@pytest.mark.parametrize(
    ("c", "alpha", "residual", "g1", "g2", "time", "peak", "gap"),
    [
        (0.5, 0.5, 1.3, 1.0, 1.0, 2.19722458, 0.250185117, 0.0312962963),
        (0.6, 0.8, 1.0, 1.0, 1.0, 2.64544843, 0.0999032095, 0.00499032563),
        (0.4, 0.3, 1.0, 2.0, 0.5, 2.28217715, 0.225485538, 0.225485538**2 / 2),
    ],
)
def test_the_flows_gap(c, alpha, residual, g1, g2, time, peak, gap):
    exact = theory(
        overlaps=(c,),
        residuals=(residual,),
        replay_weight=alpha,
        old_curvature=g1,
        new_curvature=g2,
        learning_rate=0.01,
    )
    found = [float(exact[name]) for name in ("flow_time", "flow_peak", "flow_gap")]
    np.testing.assert_allclose(found, [100 * time, peak, gap], rtol=3e-9)
    assert abs(float(exact["gap_time"]) - 100 * time) < 2.0


@pytest.mark.parametrize(
    ("fixed", "peak", "at"),
    [
        ({"learning_rate": 0.5}, 0.26325, 4),
        ({"learning_rate": 0.3, "momentum": 0.9}, 0.525306658, 12),
    ],
)
def test_discrete_steps(fixed, peak, at):
    exact = theory(overlaps=(0.6,), **fixed)
    np.testing.assert_allclose(np.sqrt(2 * float(exact["gap"])), peak, atol=1e-9)
    assert float(exact["gap_time"]) == at


def test_the_worst_overlap():
    np.testing.assert_allclose(
        [float(toysim.landmark(MODEL, name)) for name in ("worst_overlap", "largest_gap")],
        [0.526432, 0.00465384516],
        atol=5e-7,
    )
    shares = [
        float(toysim.landmark(MODEL, "worst_overlap", replay_weight=alpha)) for alpha in (0.3, 0.7)
    ]
    np.testing.assert_allclose(*shares, rtol=1e-6)


def test_no_gap_at_orthogonal_tasks_of_equal_weight():
    exact = theory(overlaps=(0.0,))
    assert float(exact["flow_gap"]) == 0.0
    assert float(exact["gap"]) < 1e-30


def test_diagonal_ewc_at_a_quarter_turn_is_l2_of_half_the_strength():
    turned = theory(method="ewc", angle=np.pi / 4, strength=1.0)
    plainly = theory(method="l2", strength=0.5)
    np.testing.assert_allclose(turned["old_residual"], plainly["old_residual"], atol=1e-12)


@pytest.mark.parametrize("angle", [0.4, -0.4])
def test_turned_ewc(angle):
    peak, end = {0.4: (0.3903, 0.3783), -0.4: (0.2304, -0.0997)}[angle]
    fixed = {"overlaps": (0.6,), "method": "ewc", "angle": angle, "learning_rate": 0.001}
    residual = theory(**fixed, n_steps=50_000, n_records=5001)["old_residual"].values.ravel()
    np.testing.assert_allclose([residual.max(), residual[-1]], [peak, end], atol=1e-4)


@pytest.mark.parametrize("method", ["replay", "gem", "projection", "l2", "ewc", "ewc_full"])
def test_plain_descents(method):
    fixed = {"learning_rate": 0.2, "n_steps": 60, "n_records": 61, "angle": 0.3, "strength": 0.8}
    exact = theory(method=method, overlaps=(0.6,), replay_weight=0.4, **fixed)
    old, new = plain.switch(method, 0.6, 0.4, 0.8, 0.3, 0.2, 60)
    np.testing.assert_allclose(exact["old_residual"].values.ravel(), old, atol=1e-12)
    np.testing.assert_allclose(exact["new_residual"].values.ravel(), new, atol=1e-12)


def test_an_unstable_descent_diverges_at_a_step():
    fixed = {"learning_rate": 2.6, "overlaps": (0.6,), "n_steps": 1000}
    run = toysim.run(MODEL, **fixed)
    assert int(run["status"]) != 0
    assert 0 < int(run["status_step"]) < 1000
    assert not bool(theory(**fixed)["valid"])


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"overlaps": (0.1, 0.2)}, "give one a pair"),
        ({"overlaps": (1.2,)}, "no cosine"),
        ({"overlaps": ()}, "1 to 100"),
        ({"residuals": (1e9,)}, "scale the labels"),
        ({"momentum": 0.5, "method": "gem"}, "set momentum = 0"),
    ],
)
def test_bad_input_is_told_in_a_line(parameters, told):
    with pytest.raises(ToysimError, match=told) as error:
        toysim.run(MODEL, **parameters)
    assert "\n" not in str(error.value)


def test_there_is_no_worst_overlap_of_one_loss_alone():
    assert "give a weight" in toysim.landmark(MODEL, "worst_overlap", replay_weight=1.0).reason


@pytest.mark.parametrize(("g1", "g2"), [(2.0, 1.0), (1.0, 1.2), (1.0, 2.0), (4.0, 1.0)])
def test_no_overlap_from_0_to_1_is_worse_than_the_worst(g1, g2):
    """Where the largest gap is not won back, towards parallel tasks, there is none."""
    told = {"old_curvature": g1, "new_curvature": g2}
    found = toysim.landmark(MODEL, "worst_overlap", **told)
    gaps = [float(theory(overlaps=(c,), labels="same", **told)["flow_gap"]) for c in OVERLAPS]
    assert found.valid == (np.argmax(gaps) < len(gaps) - 1)
    if found.valid:
        assert abs(float(found) - OVERLAPS[np.argmax(gaps)]) < 0.011
        assert max(gaps) <= float(toysim.landmark(MODEL, "largest_gap", **told))


@pytest.mark.parametrize("rate", [0.0, 7e-9, 0.06])
def test_a_response_keeps_its_digits_over_many_steps(rate):
    """(1 - u_t)/(eta lambda) from both roots of z^2 - (1 + beta - eta lambda) z + beta, 40 digits;
    with eta lambda = 0 the sum of (1 - beta^s)/(1 - beta).
    """
    beta, T = 0.999, 100_000
    found = responses(np.array([rate]), beta, T)[-1, 0]
    with mpmath.workdps(40):
        b, r = mpmath.mpf(beta), mpmath.mpf(rate)
        if rate == 0.0:
            exact = (T - b * (1 - b**T) / (1 - b)) / (1 - b)
        else:
            middle = (1 + b - r) / 2
            z, other = (middle + s * mpmath.sqrt(middle**2 - b) for s in (1, -1))
            u = ((1 - r - other) * z**T - (1 - r - z) * other**T) / (z - other)
            exact = mpmath.re(1 - u) / r
    assert found == pytest.approx(float(exact), rel=1e-12)
