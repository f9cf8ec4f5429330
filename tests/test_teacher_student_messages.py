"""teacher_student.message_passing: known fixed points, rounds, and plain runs."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from reference import teacher_student as plain

import toysim
from toysim.errors import ToysimError
from toysim.models.teacher_student.bayes import Labels, after, information
from toysim.models.teacher_student.message_passing.simulation import course

MESSAGES = "teacher_student.message_passing"


@pytest.mark.parametrize(
    ("given", "q", "error"),
    [
        ({"sample_ratio": 1.0}, 0.4862636370, 0.2543729703),
        ({"sample_ratio": 3.0}, 0.8426058765, 0.1298548261),
        ({"sample_ratio": 4.0, "probit_noise": 0.2}, 0.8002046303, 0.1475021822),
        ({"sample_ratio": 3.0, "flip": 0.1}, 0.6524614757, 0.2006846430),
    ],
)
def test_rounds_end_at_bayes(given, q, error):
    found = toysim.theory(MESSAGES, n_records=1, iterations=200, **given)
    assert float(found["overlap"].values.ravel()[0]) == pytest.approx(q, rel=1e-9)
    assert float(found["error"].values.ravel()[0]) == pytest.approx(error, rel=1e-9)
    assert float(found["bayes_error"]) == pytest.approx(error, rel=1e-9)


def test_first_round_is_elementary():
    """Of fields that know nothing: 2 int Dxi Z'^2/Z = (2/pi) (1 - 2 p)^2/(1 + Delta)."""
    for noise, flip in ((0.0, 0.0), (0.5, 0.0), (0.2, 0.1)):
        known = 2.0 / math.pi * (1.0 - 2.0 * flip) ** 2 / (1.0 + noise)
        labels = Labels(1.0, noise, flip)
        assert information(0.0, labels) == pytest.approx(known, rel=1e-12)
        assert after(0.0, labels, 2.0) == pytest.approx(2.0 * known / (1.0 + 2.0 * known))


def test_coins_teach_nothing():
    found = toysim.run(MESSAGES, flip=0.5, dimension=100, n_records=3, iterations=2)
    assert np.all(found["self_overlap"].values == 0.0)
    assert np.all(found["error"].values == 0.5)


@pytest.mark.parametrize(
    ("alpha", "noise", "flip"), [(2.0, 0.0, 0.0), (4.0, 0.2, 0.0), (3.0, 0.0, 0.1)]
)
def test_plain_messages(alpha, noise, flip):
    """Rounds 1 to 5 at d = 200 of the reference, against runs and the state evolution."""
    rng, d, rounds = np.random.default_rng(4), 200, 5
    seen = np.array(
        [plain.messages(rng, d, round(alpha * d), noise, flip, rounds) for _ in range(40)]
    )
    given = {"dimension": d, "sample_ratio": alpha, "probit_noise": noise, "flip": flip}
    given |= {"iterations": rounds, "n_records": rounds + 1}
    law = toysim.theory(MESSAGES, **given)
    runs = toysim.run(MESSAGES, replicas=100, **given)
    for k, name in enumerate(("overlap", "self_overlap")):
        known = law[name].values.ravel()[1:]
        own = np.moveaxis(runs[name].values, runs[name].get_axis_num("record"), -1)
        for draws in (seen[:, :, k], own.reshape(-1, rounds + 1)[:, 1:]):
            error = draws.std(0, ddof=1) / math.sqrt(len(draws))
            assert np.all(np.abs(draws.mean(0) - known) <= 5.0 * error + 0.5 / d)
            assert np.all(5.0 * error + 0.5 / d < 0.1 * known)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sample_ratio": 0.0}, "sample_ratio"),
        ({"flip": 0.6}, "flip"),
        ({"dimension": 20_000, "sample_ratio": 50.0}, "input entries"),
    ],
)
def test_bad_input_is_told_in_one_line(given, told):
    with pytest.raises(ToysimError, match=r"^[^\n]*" + told):
        toysim.run(MESSAGES, **given)


def test_labels_that_no_student_has_end_in_a_round_not_in_an_exception():
    """One input with both labels and no noise: the variance falls below all numbers."""
    given = SimpleNamespace(dimension=1, iterations=3000, probit_noise=0.0, flip=0.0)
    x, y = np.array([[1.0], [1.0]]), np.array([1.0, -1.0])
    overlaps, failed_at = course(given, x, y, np.array([1.0]))
    assert 100 < failed_at < 3000
    assert np.isfinite(overlaps[:failed_at]).all()
    assert np.isnan(overlaps[failed_at:]).all()
