"""Learner of binary weights through their fields: gradients, optimisers, and what holds it to its
first task.
"""

import math

import numpy as np
import pytest
from reference import perceptron_learner as reference

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.perceptron import LEARNER as MODEL
from toysim.models.perceptron.learner.descent import (
    add_penalty,
    data_gradient,
    magnetise,
    mean_loss,
)
from toysim.models.perceptron.learner.problem import packed, problem_of
from toysim.models.perceptron.learner.simulation import relaxation_time, rule_of, start, workspace
from toysim.models.perceptron.samplers.instances import signs
from toysim.outcomes import Status

SMALL = {"size": 31, "alpha_1": 1.0, "alpha_2": 0.6, "epochs_1": 5, "epochs_2": 7, "gamma": 0.7}


def batch_of(replicas=1, **fixed):
    MODEL.validate(fixed)
    return Batch(MODEL, {}, fixed, np.arange(replicas), 0)


def problem_at(**fixed):
    """What the only row of a batch learns."""
    return problem_of(next(batch_of(**fixed).rows()))


def rows(replicas=1, **fixed):
    return MODEL.load("simulate")(batch_of(replicas, **fixed))


def unpacked(task):
    """Minibatches z (n, N) of a task, from the codes that run along patterns."""
    bits = np.unpackbits(task.by_pattern, axis=1, bitorder="little")
    return [2.0 * b[:n] - 1.0 for b, n in zip(bits, task.counts, strict=True)]


def gradients(problem, task, theta, old, **changed):
    """Gradient over the whole task, batch by batch at the same field: of the data, and of data and
    divergence.
    """
    rule = rule_of(problem.parameters, task)._replace(**changed)
    work, data, both = workspace(problem), np.zeros_like(theta), np.zeros_like(theta)
    for k, count in enumerate(problem.tasks[task - 1].counts):
        data_gradient(problem.tasks[task - 1], k, rule, theta, work)
        data += work.gradient
        add_penalty(rule, start(theta, old), rule.penalty * count, work)
        both += work.gradient
    return data, both


def numerical(function, theta, h=1e-5):
    steps = h * np.eye(len(theta))
    return np.array([(function(theta + d) - function(theta - d)) / (2 * h) for d in steps])


def test_packed_signs_are_the_patterns_whichever_way_they_run():
    z = signs(np.random.default_rng(1), 45, 31)
    task = packed(z[0], z, 20)
    assert task.counts.tolist() == [20, 20, 5]
    np.testing.assert_array_equal(np.concatenate(unpacked(task)), z)
    along_weights = np.unpackbits(task.by_weight.transpose(0, 2, 1), axis=2, bitorder="little")[
        :, :, :31
    ]
    np.testing.assert_array_equal(along_weights[1, :20], z[20:40] > 0)


def test_teachers_differ_in_an_exact_number_of_signs_and_have_labelled_the_patterns():
    problem = problem_at(size=101, task_overlap=0.5)
    first, second = (task.teacher for task in problem.tasks)
    assert np.sum(first != second) == round(101 * 0.25)
    for task in problem.tasks:
        assert (np.concatenate(unpacked(task)) @ task.teacher > 0).all()


@pytest.mark.parametrize("b", [1.0, 1.7])
@pytest.mark.parametrize("batch_size", [0, 8])
def test_gradient_is_that_of_the_loss_and_one_epoch_adds_one_divergence(b, batch_size):
    problem = problem_of(
        next(batch_of(**SMALL, inverse_temperature=b, batch_size=batch_size).rows())
    )
    theta, old = problem.theta, problem.theta[::-1].copy()
    z = np.concatenate(unpacked(problem.tasks[1]))
    data, both = gradients(problem, 2, theta, old)
    np.testing.assert_allclose(
        data, numerical(lambda t: reference.loss(t, z, b), theta), rtol=1e-6, atol=1e-7
    )
    slope = 0.7 * numerical(lambda t: reference.divergence(t, old, b), theta)
    np.testing.assert_allclose(both - data, slope, rtol=1e-6, atol=1e-8)
    _, ewc = gradients(problem, 2, theta, old, frozen_curvature=True)
    slope = 0.7 * numerical(lambda t: reference.expansion(t, old, b), theta)
    np.testing.assert_allclose(ewc - data, slope, rtol=1e-6, atol=1e-8)
    rule = rule_of(problem.parameters, 2)
    mean = mean_loss(problem.tasks[1], rule, theta, workspace(problem))
    assert mean == pytest.approx(reference.loss(theta, z, b) / len(z), rel=1e-12)


def test_gradient_of_a_confidently_wrong_pattern_is_exact():
    """u = -60: H(-u) is 1e-784, where a guard added to it would end the gradient."""
    z = np.ones((1, 31), np.int8)
    theta = np.full(31, -5.0)
    task = packed(z[0], z, 0)
    problem = problem_at(**SMALL)._replace(tasks=(task, task))
    data, _ = gradients(problem, 1, theta, theta)
    slope = numerical(lambda t: reference.loss(t, z.astype(float)), theta, 1e-4)
    np.testing.assert_allclose(data, slope, rtol=1e-6)


def test_variance_keeps_its_digits_where_the_mean_is_one():
    theta, m, s = np.array([-40.0, 0.3]), np.empty(2), np.empty(2)
    magnetise(theta, 1.0, m, s)
    np.testing.assert_allclose(s, 1 / np.cosh(theta) ** 2, rtol=1e-14)
    np.testing.assert_allclose(m, np.tanh(theta), rtol=1e-15)


def test_ewc_is_the_divergence_to_second_order():
    problem = problem_at(**SMALL)
    theta, apart = problem.theta, np.random.default_rng(2).standard_normal(31)
    off = []
    for distance in (1e-3, 5e-4):
        old = theta - distance * apart
        exact, expanded = (
            gradients(problem, 2, theta, old, frozen_curvature=f)[1] for f in (False, True)
        )
        off.append(np.abs(exact - expanded).max())
    assert 3.9 < off[0] / off[1] < 4.1


@pytest.mark.parametrize("optimiser", ["adam", "momentum"])
@pytest.mark.parametrize("method", ["variational", "ewc", "variance_modulated", "metaplastic"])
def test_learner_is_the_reference_with_whole_matrices(method, optimiser):
    given = SMALL | {"method": method, "optimiser": optimiser, "batch_size": 9, "prior_gamma": 0.3}
    given |= {
        "weight_decay": 0.02,
        "inverse_temperature": 1.3,
        "momentum": 0.8,
        "learning_rate_2": 0.03,
    }
    problem = problem_at(**given)
    theta = reference.learned(
        problem.theta, [unpacked(task) for task in problem.tasks], problem.parameters
    )
    m = np.sign(theta) if method == "metaplastic" else np.tanh(1.3 * theta)
    ours = rows(**given)
    for t, task in ((1, problem.tasks[0]), (2, problem.tasks[1])):
        assert ours[f"overlap_{t}"][0] == pytest.approx(m @ task.teacher / 31, rel=1e-11)
        overlap = np.sign(theta) @ task.teacher / 31
        assert ours[f"error_{t}"][0] == pytest.approx(math.acos(overlap) / math.pi, rel=1e-12)
    assert ours["self_overlap"][0] == pytest.approx(m @ m / 31, rel=1e-11)


def test_without_its_divergence_the_learner_is_variance_modulated():
    one, other = rows(2, **SMALL | {"gamma": 0.0}), rows(2, **SMALL, method="variance_modulated")
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


def test_no_second_task_leaves_the_first():
    run = rows(3, **SMALL | {"alpha_2": 0.0, "n_records": 13})
    np.testing.assert_array_equal(run["error_1"], run["switch_error_1"])
    np.testing.assert_array_equal(run["self_overlap"], run["switch_self_overlap"])
    np.testing.assert_array_equal(run["loss"], run["switch_loss"])
    np.testing.assert_array_equal(run["cross_overlap"], 0.0)  # as its description says
    np.testing.assert_array_equal(run["error_1_course"][:, 5], run["switch_error_1"])
    at = batch_of(**SMALL | {"n_records": 13}).record_at
    assert at[0].tolist() == list(range(13))
    assert np.isfinite(run["loss"]).all()


def test_records_and_batches_do_not_change_the_course():
    few, many = (rows(**SMALL, n_records=n) for n in (2, 13))
    for name in few:
        if name.endswith("_course"):
            np.testing.assert_array_equal(few[name][:, -1], many[name][:, -1])
        else:
            np.testing.assert_array_equal(few[name], many[name])
    whole, more = (rows(**SMALL, batch_size=n) for n in (31, 1000))
    np.testing.assert_array_equal(whole["overlap_1"], more["overlap_1"])


def test_held_self_overlap_lies_on_its_line():
    run = rows(
        **SMALL | {"epochs_1": 11, "epochs_2": 0}, self_overlap_ramp=(0.5, 0.9), n_records=12
    )
    np.testing.assert_allclose(
        run["self_overlap_course"][0, 1:], np.linspace(0.5, 0.9, 11), rtol=1e-11
    )


def test_relaxation_time_is_the_first_steady_window():
    generator = np.random.default_rng(3)
    errors = 0.3 + 0.1 * np.exp(-np.arange(400) / 30.0) + 1e-4 * generator.standard_normal(400)
    spreads = [errors[n - 49 : n + 1].std() for n in range(49, 400)]
    found = relaxation_time(errors, 50, 5e-4)
    assert found == 49 + int(np.flatnonzero(np.array(spreads) < 5e-4)[0])
    assert math.isnan(relaxation_time(errors, 50, 1e-5))
    assert math.isnan(relaxation_time(errors, 500, 1.0))


@pytest.mark.parametrize("rate", [1e3, 1e300])
def test_huge_steps_diverge_and_say_when(rate):
    run = rows(2, **SMALL, learning_rate_2=rate, batch_size=10)
    assert (run["status"] == Status.DIVERGED).all()
    assert (run["status_step"] > 5 * 4).all()  # after task 1: five epochs of four batches
    assert np.isfinite(run["switch_error_1"]).all()
    assert np.isnan(run["error_1"]).all()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"size": 200}, "make it 201"),
        ({"size": 0}, "size = 0"),
        ({"alpha_1": -0.1}, "alpha_1 = -0.1"),
        ({"alpha_2": math.nan}, "alpha_2"),
        ({"alpha_2": 1e9}, "pattern entries"),
        ({"task_overlap": 1.1}, "task_overlap = 1.1"),
        ({"learning_rate_1": 0.0}, "learning_rate_1 = 0.0"),
        ({"method": "ewcc"}, "method"),
        ({"momentum": 1.0}, "momentum = 1.0"),
        ({"batch_size": -1}, "batch_size = -1"),
        ({"epochs_1": 10**9}, "epochs_1"),
        ({"self_overlap_ramp": (0.5,)}, "give two values"),
        ({"self_overlap_ramp": (0.5, 1.0)}, "give two values"),
        ({"self_overlap_ramp": (0.5, 0.9), "method": "metaplastic"}, "leave it empty"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError) as caught:
        MODEL.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ["metaplastic", "variational"])
def test_a_second_task_without_a_step_leaves_the_weights(method):
    """Then their overlap with those before it is their self-overlap: 1 of binarised ones."""
    fixed = {"size": 51, "epochs_1": 5, "epochs_2": 1, "learning_rate_2": 1e-90}
    run = rows(method=method, **fixed)
    np.testing.assert_allclose(run["cross_overlap"], run["self_overlap"], rtol=1e-12)
    assert (run["cross_overlap"] == 1.0).all() == (method == "metaplastic")
