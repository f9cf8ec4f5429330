"""SGD on sources in sequence: exact means against samples, shifts, schedules over stages."""

import numpy as np
import pytest
from reference.scheduled_sgd import deviations, mixture_losses

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.scheduled_sgd import MIXTURE, REGRESSION
from toysim.models.scheduled_sgd.mixture.problem import run, signs, sources
from toysim.models.scheduled_sgd.mixture.theory import mean_losses
from toysim.numerics.schedules import learning_rates


def rows(side="theory", n=1, model=MIXTURE, **fixed):
    model.validate(fixed)
    return model.load(side)(Batch(model, {}, fixed, np.arange(n), 0))


def test_prototype_losses():
    i = np.arange(1.0, 65)
    teacher = np.sqrt(i**-0.5)
    odd = np.arange(64) % 2 == 0
    h = np.array([i**-1.5, i**-1.5 * np.where(odd, 0.8, 1.5)])
    teachers = np.array([teacher, teacher * np.where(odd, 1.25, 0.5)])
    rates = [learning_rates("cosine", 0.2, 600), learning_rates("cosine", 0.15, 400)]
    shares, losses = np.array([[1.0, 0.0], [0.1, 0.9]]), np.empty((1001, 2))
    told = (np.array([600, 1000]), 0.25, 1.0, np.concatenate(rates))
    mean_losses(h, teachers, shares, *told, losses)
    assert losses[600, 0] == pytest.approx(0.01926267, abs=0.51e-8)
    np.testing.assert_allclose(losses[-1], [0.08358561, 0.01704179], atol=0.51e-8)
    assert losses[600:, 0].max() == pytest.approx(0.10125752, abs=0.51e-8)
    assert losses[600:, 0].argmax() == 85


@pytest.mark.parametrize(("batch", "replay"), [(1, 0.0), (1, 0.4), (2, 0.15), (5, 0.0)])
def test_means_are_those_of_samples(batch, replay):
    """What is 3 % off, or an update late, is seen."""
    fixed = {"n_modes": 10, "n_steps_old": 30, "n_steps_new": 20, "batch_size": batch}
    fixed |= {"similarity": 0.4, "input_shift": 0.7, "learning_rate_old": 0.15}
    exact = rows(n_records=51, replay=replay, **fixed)["loss"][0].T
    p = MIXTURE.validate(fixed)
    data = sources(p)
    cosine = [learning_rates("cosine", 0.15, 30), learning_rates("cosine", 0.2, 20)]
    stages = zip(cosine, ([1.0, 0.0], [replay, 1 - replay]), strict=True)
    sample = mixture_losses(stages, *data, B=batch, s2=0.25, runs=10_000, seed=2)
    at = [1, 5, 20, 30, 31, 40, 50]
    error = deviations(sample[:, at])[0]
    mean = sample[:, at].mean(axis=0)
    assert (np.abs(mean - exact[at]) < 5 * error).all()
    for wrong in (1.03 * exact, np.roll(exact, 1, axis=0)):
        assert (np.abs(mean - wrong[at]) > 5 * error).any()


def test_one_source_twice_is_plain_regression():
    two = rows(n_steps_old=100, n_steps_new=50, similarity=1.0, n_records=16)
    rates = tuple(np.append(learning_rates("cosine", 0.2, 100), learning_rates("cosine", 0.2, 50)))
    plain = rows(model=REGRESSION, n_steps=150, rates=rates, n_records=16)
    np.testing.assert_allclose(two["loss"][0], [plain["loss"][0]] * 2, rtol=1e-12)
    np.testing.assert_allclose(two["forgetting"][0, 1], 0.0)


def test_shifts_keep_size_and_trace():
    p = MIXTURE.validate({"similarity": 0.3, "input_shift": 1.0, "n_sources": 4, "source_steps": 9})
    data = sources(p)
    np.testing.assert_allclose(data.h.sum(axis=1), np.sum(np.arange(1.0, 65) ** -1.5))
    sizes = (data.teachers**2).sum(axis=1) / np.sum(np.arange(1.0, 65) ** -0.5)
    np.testing.assert_allclose(sizes, 1.0, atol=0.6 * np.sqrt(1 - 0.3**2))
    assert len({tuple(t) for t in data.teachers}) == 4


def test_stages_draw_from_earlier_sources_evenly():
    p = MIXTURE.validate({"n_sources": 3, "source_steps": 10, "replay": 0.4})
    np.testing.assert_allclose(run(p).shares, [[1, 0, 0], [0.4, 0.6, 0], [0.2, 0.2, 0.6]])
    np.testing.assert_array_equal(run(p).rates, np.tile(learning_rates("cosine", 0.2, 10), 3))
    kept = MIXTURE.validate({"rewarm": False, "n_steps_old": 10, "n_steps_new": 5})
    assert (run(kept).rates[10:] == 0.02).all()
    infinite = MIXTURE.validate({"schedule_old": "infinite", "cooldown_steps": 100})
    assert (run(infinite).rates[100:] == 0.05).all()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"replay": 1.5}, "replay = 1.5"),
        ({"similarity": 2.0}, "similarity = 2.0"),
        ({"n_sources": 4}, "n_sources = 4 needs source_steps >= 1"),
        ({"n_sources": 4, "source_steps": 9, "n_steps_old": 5}, "for two sources; give source_"),
        ({"source_steps": 9}, "source_steps is for n_sources > 2"),
        ({"warmup_steps": 2000}, "take 2000 updates of 1000; shorten"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError, match=says) as told:
        MIXTURE.validate(values)
    assert "\n" not in str(told.value)


def test_similarity_is_a_cosine_where_signs_average_out():
    """w*.w_k/|w*|^2 = rho + sqrt(1 - rho^2) of the mean sign, of teachers alike in every mode."""
    equal = {"capacity_exponent": 1.5, "signal_exponent": 1.5, "similarity": 0.5}
    teacher, other = sources(MIXTURE.validate(equal | {"n_modes": 987})).teachers
    share = teacher @ other / (teacher @ teacher)
    assert share == pytest.approx(0.5 + np.sqrt(0.75) * np.mean(signs(987, 1, True)), abs=1e-12)
    cosine = share * np.linalg.norm(teacher) / np.linalg.norm(other)
    assert cosine == pytest.approx(0.5, abs=2 / 987)
