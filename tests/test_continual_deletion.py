"""Deletion from a ridge fit: known numbers, means over normal rows, and refits written out."""

import numpy as np
import pytest
from reference.continual_facts import deletion

import toysim
from toysim.errors import ToysimError
from toysim.models.continual import DELETION
from toysim.models.continual.deletion.closed_forms import mean_damping

MODEL = "continual.deletion"
AT = np.arange(6)
X, Y = np.stack([np.cos(0.7 * AT), np.sin(1.1 * AT + 0.4)], axis=1), np.sin(0.9 * AT)
GIVEN = {"rows": X, "labels": Y, "n_samples": 6, "dimension": 2, "ridge": 0.3}
BOTH = (toysim.run, toysim.theory)


def test_known_leverages():
    known = [0.34506426, 0.32975111, 0.14428159, 0.09048805, 0.31933865, 0.29780808]
    for side in BOTH:
        found = [float(side(MODEL, deleted=(i,), **GIVEN).leverage) for i in range(6)]
        np.testing.assert_allclose(found, known, atol=5e-9)


@pytest.mark.parametrize(("k", "error"), [(1, 0.479849762), (2, 0.185390389), (3, 0.0688486508)])
def test_known_errors_of_two_rows(k, error):
    told = {"deleted": (0, 3), "n_deleted": 2, "method": "iterated", "iterations": k}
    for side in BOTH:
        assert float(side(MODEL, **told, **GIVEN).relative_error) == pytest.approx(error, abs=1e-9)


def test_refits_written_out():
    start, again, w = deletion(X, Y, 0.3, (0, 3), 2)
    np.testing.assert_allclose(start, [0.14960521, 0.46233894], atol=5e-9)
    np.testing.assert_allclose(again, [0.44623689, 0.42150678], atol=5e-9)
    told = {"deleted": (0, 3), "n_deleted": 2, "method": "iterated", "iterations": 2}
    for side in BOTH:
        found = side(MODEL, **told, **GIVEN)
        share = np.linalg.norm(w - again) / np.linalg.norm(start - again)
        assert float(found.relative_error) == pytest.approx(share, rel=1e-9)
        left = np.linalg.norm(X[[0, 3]] @ (w - again))
        assert float(found.leftover) == pytest.approx(left, rel=1e-9)


def test_one_row_is_off_by_its_leverage():
    """Influence by l, three steps by l^3; the trace left is l^2/(1 - l) of its residual."""
    start, _, _ = deletion(X, Y, 0.3, (1,), 1)
    one = toysim.run(MODEL, deleted=(1,), **GIVEN)
    leverage, residual = float(one.leverage), abs(Y[1] - X[1] @ start)
    assert float(one.relative_error) == pytest.approx(leverage, rel=1e-12)
    assert float(one.leftover) == pytest.approx(leverage**2 / (1 - leverage) * residual, rel=1e-9)
    three = toysim.run(MODEL, deleted=(1,), method="iterated", iterations=3, **GIVEN)
    assert float(three.relative_error) == pytest.approx(leverage**3, rel=1e-9)


def test_a_row_that_is_added_and_deleted():
    """Its leverage l with itself is h/(1 + h) of the fit without it."""
    deleted = toysim.run(MODEL, deleted=(4,), **GIVEN)
    added = toysim.run(MODEL, deleted=(4,), method="add", **GIVEN | {"n_samples": 5})
    h, leverage = float(added.leverage), float(deleted.leverage)
    assert h / (1 + h) == pytest.approx(leverage, rel=1e-12)
    assert float(added.amplification) == pytest.approx(1 - leverage, rel=1e-12)
    assert float(added.relative_error) == pytest.approx(h, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "mean"),
    [("influence", 48 / 28), ("add", mean_damping(50, 20))],
)
def test_means_over_normal_rows(method, mean):
    """Within 4.5 standard errors of the leave-one-out means."""
    fixed = {"dimension": 20, "ridge": 0.0, "noise": 0.5, "method": method}
    tree = toysim.sweep(MODEL, n_samples=[50], replicas=800, simulation=True, **fixed)
    found = tree["simulation"].to_dataset()["amplification"].values.ravel()
    assert abs(found.mean() - mean) <= 4.5 * found.std() / len(found) ** 0.5
    if method == "influence":
        mark = toysim.landmark(MODEL, "mean_amplification", n_samples=50, dimension=20, ridge=0.0)
        assert float(mark) == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize(("spectrum", "error"), [(0.0, 0.305), (1.0, 0.683), (2.0, 0.932)])
def test_gradients_alone_fall_short_of_a_spectrum(spectrum, error):
    """Means over 400 data sets of n = 200, d = 20, known to three digits."""
    fixed = {"dimension": 20, "ridge": 0.0, "spectrum": spectrum, "method": "ascent"}
    tree = toysim.sweep(MODEL, n_samples=[200], replicas=400, **fixed)
    found = tree["simulation"].to_dataset()["relative_error"].values.ravel()
    assert abs(found.mean() - error) <= 4.5 * found.std() / 20 + 5e-4


ALONE = {"rows": ((1.0, 0.0), (1.0, 0.0), (0.0, 1.0)), "labels": (0.0, 1.0, 2.0), "ridge": 0.0}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (
            {**ALONE, "n_samples": 3, "dimension": 2, "deleted": (2,)},
            "row 2 has leverage 1: no other spans its direction",
        ),
        ({"ridge": 0.0, "n_samples": 15}, "raise n_samples or ridge"),
        ({"n_deleted": 61}, "lower n_deleted"),
        ({**GIVEN, "deleted": (0, 6), "n_deleted": 2}, "give different rows of 0..5"),
        ({**GIVEN, "deleted": (0, 1)}, "set n_deleted = 2"),
        ({**GIVEN, "n_samples": 7}, "give 7 x 2"),
        ({"deleted": (1,)}, "give rows"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError, match=says) as told:
        DELETION.validate(values)
    assert "\n" not in str(told.value)


def test_no_mean_is_said():
    assert not toysim.landmark(MODEL, "mean_amplification").valid
    assert not toysim.landmark(MODEL, "mean_amplification", ridge=0.0, n_samples=17).valid
