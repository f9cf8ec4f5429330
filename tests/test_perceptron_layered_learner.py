"""The layered learner: its passes, its updates and what it is held to."""

import math

import numpy as np
import pytest
from reference import perceptron_layered as reference

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.perceptron import LAYERED_LEARNER as MODEL
from toysim.models.perceptron.layered_learner.network import (
    Weights,
    divergence,
    field_weights,
    forward,
)
from toysim.models.perceptron.layered_learner.simulation import Learner
from toysim.models.perceptron.layered_learner.tasks import tasks_of
from toysim.outcomes import Status

TINY = {
    "n_tasks": 2,
    "n_inputs": 6,
    "n_latent": 0,
    "n_classes": 3,
    "teacher_width": 5,
    "n_train": 7,
    "n_test": 4,
}
TINY |= {
    "width": 4,
    "batch_size": 3,
    "epochs": 2,
    "start_scale": 0.5,
    "inverse_temperature": 2.0,
    "gamma": 0.6,
}
SMALL = {
    "n_tasks": 2,
    "n_inputs": 21,
    "n_train": 60,
    "n_test": 50,
    "width": 15,
    "batch_size": 20,
    "epochs": 2,
}


def batch_of(replicas=1, **fixed):
    MODEL.validate(fixed)
    return Batch(MODEL, {}, fixed, np.arange(replicas), 0)


def rows(replicas=1, **fixed):
    return MODEL.load("simulate")(batch_of(replicas, **fixed))


@pytest.mark.parametrize(
    "method", ["variational", "ewc", "step", "variance_modulated", "metaplastic", "plain"]
)
def test_learner_follows_the_numerical_gradient_of_its_loss(method):
    """Common draws of the noise; gradients by differences of the summed cross-entropy and
    divergence.
    """
    named = {"kl_reference": "step"} if method == "step" else {"method": method}
    p = MODEL.validate(TINY | named)
    generator = np.random.default_rng(3)
    # Real inputs: sums of signs would put binarised units on the corner of relu.
    tasks = [
        t._replace(train=generator.standard_normal(t.train.shape)) for t in tasks_of(p, generator)
    ]
    theta = [
        0.5 * generator.standard_normal(shape)
        for shape in zip(p.sizes[1:], p.sizes[:-1], strict=True)
    ]
    draws = np.random.default_rng(4)
    p_reference = p if method != "variance_modulated" else p.model_copy(update={"gamma": 0.0})
    wanted = reference.learned(
        p_reference, theta, tasks, lambda n: [draws.standard_normal((n, k)) for k in p.sizes[1:]]
    )
    learner = Learner(p, [layer.copy() for layer in theta], np.random.default_rng(4))
    for task in tasks:
        learner.begin_task()
        for _ in range(p.epochs):
            learner.run_epoch(task)
    assert learner.failed_at == -1
    for ours, layer, begun in zip(learner.theta, wanted, theta, strict=True):
        np.testing.assert_allclose(ours, layer, atol=1e-6)
        assert np.abs(layer - begun).max() > 0.02


def test_unit_inputs_have_the_moments_of_binary_weights():
    """First layer: mean and variance over many draws of the weights, five standard errors."""
    generator = np.random.default_rng(5)
    weights, n = field_weights(generator.standard_normal((8, 41)), 1.3), 4000
    x = generator.choice([-1.0, 1.0], (1, 41)) * 0.7
    drawn = (
        np.where(generator.uniform(-1, 1, (n, 8, 41)) < weights.mean, 1.0, -1.0)
        @ x[0]
        / math.sqrt(41)
    )
    for eps in (0.0, 1.0):
        z, _ = forward(x, [weights], [np.full((1, 8), eps)])
        spread = eps * drawn.std(axis=0)
        assert np.all(
            np.abs(z[0] - drawn.mean(axis=0) - spread)
            < 5 * drawn.std(axis=0) / math.sqrt(n) * (1 + eps)
        )


def test_divergence_is_that_of_the_means_and_survives_saturation():
    theta, old = np.array([[0.3, -1.2]]), np.array([[-0.5, 0.4]])
    assert divergence(theta, old, 1.7) == pytest.approx(
        reference.kl(theta, old, 1.7) / 2, rel=1e-12
    )
    assert divergence(np.array([[400.0]]), np.array([[300.0]]), 2.0) == pytest.approx(
        0.0, abs=1e-12
    )
    assert divergence(np.array([[400.0]]), np.array([[-300.0]]), 2.0) == pytest.approx(
        1200.0, rel=1e-12
    )


def test_tasks_are_permutations_or_apart():
    p = MODEL.validate(SMALL)
    first, second = tasks_of(p, np.random.default_rng(1))
    np.testing.assert_array_equal(np.sort(first.train, axis=1), np.sort(second.train, axis=1))
    np.testing.assert_array_equal(first.test_class, second.test_class)
    assert (first.train != second.train).any()
    first, second = tasks_of(p.model_copy(update={"tasks": "teachers"}), np.random.default_rng(1))
    assert (first.train_class != second.train_class).any()


def test_a_silent_layer_has_no_gradient_and_no_nan():
    p = MODEL.validate(TINY)
    theta = [np.full(shape, -9.0) for shape in zip(p.sizes[1:], p.sizes[:-1], strict=True)]
    learner = Learner(p, theta, np.random.default_rng(0))
    task = tasks_of(p, np.random.default_rng(1))[0]
    learner.begin_task()
    learner.run_epoch(task._replace(train=np.ones_like(task.train)))
    assert learner.failed_at == -1
    np.testing.assert_array_equal(learner.theta[0], -9.0)


def test_methods_meet_where_they_should():
    for one, other in (
        ({"gamma": 0.0}, {"method": "variance_modulated"}),
        ({"method": "metaplastic", "metaplasticity": 0.0}, {"method": "plain"}),
        ({"n_tasks": 1, "gamma": 5.0}, {"n_tasks": 1, "method": "ewc"}),
    ):
        a, b = rows(2, **SMALL | one), rows(2, **SMALL | other)
        for name in a:
            np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_records_do_not_change_the_course_and_end_where_it_does():
    none, few, many = (rows(**SMALL, n_records=n) for n in (0, 3, 5))
    np.testing.assert_array_equal(none["sampled_accuracy"], many["sampled_accuracy"])
    np.testing.assert_array_equal(few["accuracy_course"], many["accuracy_course"][:, :, ::2])
    np.testing.assert_array_equal(many["accuracy_course"][:, :, -1], many["accuracy"][:, -1])
    assert batch_of(**SMALL, n_records=5).record_at[0].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(many["divergence"][0, :, 0], 0.0, atol=1e-15)
    assert (many["divergence"][0, :, 1:] > 0).all()


def test_binarised_weights_are_certain():
    run = rows(**SMALL, method="metaplastic", n_records=3)
    assert (run["uncertainty"] == 0).all()
    assert np.isnan(run["divergence"]).all()
    np.testing.assert_array_equal(run["accuracy"], run["sampled_accuracy"])
    certain = Weights(np.ones((2, 3)), None)
    assert forward(np.ones((1, 3)), [certain], [np.ones((1, 2))])[0] == pytest.approx(math.sqrt(3))


def test_huge_steps_diverge():
    run = rows(**SMALL, learning_rate=1e308)
    assert run["status"][0] == Status.DIVERGED
    assert run["status_step"][0] >= 1


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"n_inputs": 0}, "n_inputs = 0"),
        ({"width": 10**5}, "lower n_inputs, width"),
        ({"n_train": 10**8}, "lower n_tasks, n_train"),
        ({"method": "ewc", "kl_reference": "step"}, "set kl_reference = task"),
        ({"inverse_temperature": -1.0}, "inverse_temperature = -1.0"),
        ({"learning_rate": math.inf}, "learning_rate"),
        ({"tasks": "mnist"}, "tasks = 'mnist'"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError) as caught:
        MODEL.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
