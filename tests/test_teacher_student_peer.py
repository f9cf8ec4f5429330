"""What tells a right theory of teachers and students from one that looks like it, and the values of
another package.
"""

import math

import numpy as np
import pytest
from benchmarks.statphys import kept, lines, page

import toysim

ROWS = kept()["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["call"])
def test_the_same_where_both_are_right(row):
    """Where not, ours is what our own runs give (in the tests of the models)."""
    found = [line.agree for line in lines() if line.row["quantity"] == row["quantity"]]
    assert found == [row["same"]] * len(row["at"])


def test_the_page_has_every_value():
    told = page(lines())
    assert all(row["quantity"] in told and row["equation"] in told for row in ROWS)
    assert "0.2196" in told
    assert "0.425 " in told


@pytest.mark.parametrize("model", ["ridge", "lasso", "classifier"])
def test_a_fixed_teacher_norm(model):
    """No fit is nearer to its teacher than at 0, however small d is: with a free norm the error
    rho - 2 m + q of theory's rho becomes negative in some draws (deviation sqrt(2/d) of rho).
    """
    given = {"dimension": 20, "sample_ratio": 8.0, "label_noise": 1e-6, "penalty": 1e-3}
    if model == "classifier":
        given = {"dimension": 20, "sample_ratio": 8.0, "loss": "square"}
    runs = toysim.run(f"teacher_student.{model}", replicas=200, **given)
    m, q = runs["overlap"].values, runs["self_overlap"].values
    if model == "classifier":
        assert (m**2 <= q * (1.0 + 1e-12)).all()  # rho = 1 in every draw
    else:
        assert (1.0 - 2.0 * m + q > -1e-12).all()
        assert (1.0 - 2.0 * m + q).max() < 1e-3  # a free norm would move it by 0.3


@pytest.mark.parametrize("rho", [0.25, 4.0])
def test_signal_other_than_one(rho):
    """The overlap of ridge is proportional to rho and free of the noise; with penalty and noise in
    proportion every length scales.
    """

    def overlaps(model, **given):
        found = toysim.theory(f"teacher_student.{model}", dimension=10_000, **given)
        return [float(found[name]) for name in ("overlap", "self_overlap")]

    one, other = overlaps("ridge"), overlaps("ridge", signal=rho, label_noise=0.1 * rho)
    np.testing.assert_allclose(other, rho * np.array(one), rtol=1e-12)
    noisier = overlaps("ridge", signal=rho, label_noise=3.0)
    assert noisier[0] == pytest.approx(rho * one[0], rel=1e-4)  # but for 1/d
    root = math.sqrt(rho)
    one = overlaps("lasso", penalty=0.3)
    other = overlaps("lasso", penalty=0.3 * root, signal=rho, label_noise=0.1 * rho)
    np.testing.assert_allclose(other, rho * np.array(one), rtol=1e-9)


def test_two_units_differ_from_one():
    """A committee of two that learns two is on its plateau when one that learns one has ended."""

    def error(k):
        given = {"hidden_units": k, "teacher_units": k, "duration": 20.0, "n_records": 1}
        found = toysim.run("teacher_student.soft_committee", replicas=20, size=10_000, **given)
        return float(found["error"].mean())

    one, two = error(1), error(2)
    assert one < 1e-3
    assert two > 10.0 * one


@pytest.mark.parametrize("loss", ["square", "logistic", "hinge", "probit", "hard_margin"])
@pytest.mark.parametrize("alpha", [0.1, 1.0, 20.0])
@pytest.mark.parametrize("rho", [0.1, 1.0, 10.0])
def test_overlaps_obey_schwarz(loss, alpha, rho):
    """m^2 <= rho q, and an error below one half."""
    given = {"loss": loss, "sample_ratio": alpha, "signal": rho, "dimension": 5000}
    found = toysim.theory("teacher_student.classifier", **given)
    m, q = (float(found[name]) for name in ("overlap", "self_overlap"))
    assert 0.0 < m * m <= rho * q
    assert 0.0 < float(found["error"]) < 0.5


def test_overlaps_obey_schwarz_on_the_way():
    for rule in ("hebb", "perceptron", "margin", "adatron"):
        found = toysim.theory("teacher_student.online_rules", rule=rule, duration=50.0, size=10**6)
        m, q = found["overlap"].values, found["self_overlap"].values
        assert (m * m <= q).all()
