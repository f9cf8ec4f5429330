"""Samplers of the perceptron models: enumeration, message passing and Metropolis against exact
references.
"""

import math

import numpy as np
import pytest
from reference import perceptron_samplers as reference
from scipy.special import log_ndtr

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.perceptron.samplers.enumeration import (
    by_all,
    by_pairs,
    configuration,
    flips,
    franz_parisi,
    gibbs,
    solutions,
    violations,
)
from toysim.models.perceptron.samplers.instances import flipped, labelled, signs
from toysim.models.perceptron.samplers.log_tail_table import Scratch, log_tail_sum, log_tail_table
from toysim.models.perceptron.samplers.magnetisations import sample, target
from toysim.models.perceptron.samplers.message_passing import marginals, problem
from toysim.models.perceptron.samplers.sizes import n_patterns
from toysim.outcomes import Status
from toysim.registry import load_model


def rng(seed=0):
    return np.random.Generator(np.random.Philox(seed))


def test_second_teacher_differs_in_exactly_the_right_number_of_places():
    first = signs(rng(), 101)
    for overlap in (-1.0, -0.5, 0.0, 0.3, 1.0):
        second = flipped(rng(1), first, overlap)
        assert abs(first.astype(int) @ second / 101 - overlap) <= 1 / 101
    assert n_patterns(0.6, 15) == 9


def test_labels_are_the_teachers():
    teacher = signs(rng(), 21)
    assert (teacher.astype(int) @ labelled(rng(1), 21, 40, teacher).astype(int) > 0).all()


@pytest.mark.parametrize(
    ("size", "margin", "beta"), [(7, 0.0, math.inf), (7, 0.2, math.inf), (13, 0.0, 0.7)]
)
def test_enumeration_is_brute_force(size, margin, beta):
    """Below and above the ten weights that are tabulated together."""
    patterns = labelled(rng(3), size, 4, signs(rng(2), size))
    fields = 0.3 * rng(4).standard_normal(size)
    ours = gibbs(violations(patterns, margin), beta, fields)
    theirs = reference.gibbs(patterns, margin, beta, fields)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-14)


def test_numbers_name_configurations():
    np.testing.assert_array_equal(
        [configuration(s, 5) for s in range(32)], reference.all_weights(5)
    )


@pytest.mark.parametrize("n_patterns", [1, 4, 8])
def test_all_pairs_of_solutions(n_patterns):
    """One by one, one weight at a time, and whichever takes fewer steps."""
    patterns = signs(rng(5), 9, n_patterns)
    counts = violations(patterns, 0.0)
    states = solutions(counts)
    exact = reference.solution_pairs(patterns, 0.4)
    for ours in (
        franz_parisi(counts, 0.4, 9),
        by_pairs(states, 0.4, 9),
        by_all(states, 512, 0.4, 9),
    ):
        np.testing.assert_allclose(ours, exact, rtol=1e-12)


def test_solutions_are_found_in_every_stretch():
    counts = rng(1).integers(0, 50, 1 << 12).astype(np.int16)
    np.testing.assert_array_equal(solutions(counts), np.flatnonzero(counts == 0))
    assert flips(0b1011, 0b0110) == 3
    assert flips(0, (1 << 25) - 1) == 25


def test_no_solution_has_no_entropy():
    patterns = np.concatenate([signs(rng(), 5, 1)] * 2, axis=1)
    patterns[:, 1] *= -1
    found = gibbs(violations(patterns, 0.0), math.inf, np.zeros(5))
    assert found.free_entropy == -math.inf
    assert np.isnan(found.magnetisation).all()
    assert np.isnan(franz_parisi(violations(patterns, 0.0), 0.4, 5)).all()


def test_tabulated_log_tail():
    """Random points over the table, both its ends, and the far tail; one by one and all in a
    sum.
    """
    t = np.concatenate([rng().uniform(-9.0, 25.0, 20_000), [-1e300, -8.5, 24.0, 24.001, 1e3]])
    table, scratch = log_tail_table(), Scratch(np.empty(len(t), np.int32), np.empty(len(t)))
    ours = [log_tail_sum(-0.5 * t[i : i + 1], -2.0, table, scratch) for i in range(len(t))]
    np.testing.assert_allclose(ours, log_ndtr(-t), rtol=1e-13, atol=1e-12)
    assert log_tail_sum(t, 1.0, table, scratch) == pytest.approx(math.fsum(ours), rel=1e-12)


def solved(
    patterns, teacher, coupling=0.0, overlap=math.nan, beta=math.inf, n_iterations=2000, margin=0.0
):
    start = np.zeros(len(patterns))
    return marginals(
        problem(patterns, teacher, margin, beta), start, coupling, overlap, n_iterations
    )


def test_message_passing_satisfies_the_tap_equations():
    """The fixed point, with ln H and its derivatives from SciPy; margin, temperature and field at
    once.
    """
    n, p, margin, beta, x = 201, 120, -0.2, 1.5, 0.3
    teacher = signs(rng(6), n)
    c = labelled(rng(7), n, p, teacher)
    found = solved(c, teacher, x, beta=beta, margin=margin)
    assert found.converged
    m = found.magnetisation
    v = 1 - m @ m / n
    f = np.zeros(p)
    for _ in range(500):  # omega = c.m/sqrt N - V f(omega)
        omega = m @ c / math.sqrt(n) - v * f
        t = (margin - omega) / math.sqrt(v)
        d = math.exp(-beta) + (1 - math.exp(-beta)) * np.exp(log_ndtr(-t))
        f = (1 - math.exp(-beta)) * np.exp(-t * t / 2) / math.sqrt(2 * math.pi * v) / d
    a = np.sum(f * f - f * t / math.sqrt(v)) / n
    h = c @ f / math.sqrt(n) + a * m
    np.testing.assert_allclose(m, np.tanh(h + x * teacher), atol=3e-6)
    bethe = np.sum(np.log(d) + v * f * f / 2) + np.sum(np.log(2 * np.cosh(h + x * teacher)) - h * m)
    assert found.free_entropy == pytest.approx(bethe / n, abs=1e-8)
    np.testing.assert_allclose(found.violated, np.mean(1 - np.exp(log_ndtr(-t)) / d), atol=1e-6)


def test_bethe_entropy_is_stationary():
    """d ln Z/dx is the overlap with the reference, d ln Z/d beta minus the violated patterns."""
    n, h = 301, 1e-3
    teacher = signs(rng(8), n)
    c = labelled(rng(9), n, 180, teacher)
    at = solved(c, teacher, 0.3, beta=1.0)
    by_x = [solved(c, teacher, 0.3 + s, beta=1.0).free_entropy for s in (h, -h)]
    by_beta = [solved(c, teacher, 0.3, beta=1.0 + s).free_entropy for s in (h, -h)]
    assert (by_x[0] - by_x[1]) / (2 * h) == pytest.approx(teacher @ at.magnetisation / n, abs=1e-5)
    assert (by_beta[0] - by_beta[1]) / (2 * h) == pytest.approx(-at.violated * 180 / n, abs=1e-5)
    held = solved(c, teacher, overlap=teacher @ at.magnetisation / n, beta=1.0)
    assert held.coupling == pytest.approx(0.3, abs=1e-4)
    np.testing.assert_allclose(held.magnetisation, at.magnetisation, atol=1e-4)


def test_message_passing_nears_enumeration():
    """Entropy and teacher overlap of the same instances: Bethe's error is of order 1/N."""

    def gaps(n):
        for k in range(200):
            teacher = signs(rng(100 + k), n)
            c = labelled(rng(300 + k), n, n_patterns(0.4, n), teacher)
            exact, bethe = gibbs(violations(c, 0.0), math.inf, np.zeros(n)), solved(c, teacher)
            if bethe.converged:
                overlap = teacher @ (bethe.magnetisation - exact.magnetisation) / n
                yield bethe.free_entropy - exact.free_entropy, overlap

    small, large = (np.sqrt(np.mean(np.square(list(gaps(n))), axis=0)) for n in (5, 15))
    assert (large < 0.5 * small).all()
    assert (large < 0.03).all()


def test_message_passing_recovers_the_teacher():
    teacher = signs(rng(10), 301)
    found = solved(labelled(rng(11), 301, 900, teacher), teacher)
    assert found.converged
    np.testing.assert_array_equal(found.magnetisation, teacher)
    assert (found.free_entropy, found.violated) == (0.0, 0.0)


def test_message_passing_without_patterns_is_free():
    teacher = signs(rng(12), 9)
    found = solved(np.empty((9, 0), np.int8), teacher, 0.7)
    assert found.free_entropy == pytest.approx(math.log(2 * math.cosh(0.7)), rel=1e-14)
    np.testing.assert_allclose(found.magnetisation, math.tanh(0.7) * teacher, rtol=1e-14)


def test_message_passing_says_when_it_did_not_converge():
    teacher = signs(rng(13), 101)
    assert not solved(labelled(rng(14), 101, 60, teacher), teacher, n_iterations=3).converged


@pytest.mark.parametrize("case", ["free", "with entropy and fields", "fixed norm"])
def test_metropolis_is_the_gibbs_measure(case):
    """Three weights, three patterns: every average within five standard errors (batch means) of
    quadrature.
    """
    patterns = labelled(rng(20), 3, 3, signs(rng(21), 3))
    weight, fields = (
        (0.8, np.array([0.4, -0.2, 0.6]))
        if case == "with entropy and fields"
        else (0.0, np.zeros(3))
    )
    fixed = case == "fixed norm"
    points = reference.sphere(0.9) if fixed else reference.cube(3)
    exact = np.hstack(reference.averages(*points, patterns, 3.0, weight, fields))
    measure = target(patterns, 3.0, weight, fields, fixed)
    m, generator = np.full(3, math.sqrt(0.3)), rng(22)
    sample(m, measure, 0.8, 0, 100, generator)
    batches = [sample(m, measure, 0.8, 0, 4000, generator) for _ in range(80)]
    seen = np.array([np.hstack([b.magnetisation, b.sign, b.self_overlap, b.loss]) for b in batches])
    error = seen.std(axis=0, ddof=1) / math.sqrt(len(batches))
    assert (np.abs(seen.mean(axis=0) - exact) < 5 * error + 1e-9).all()
    assert (error < 0.01).all()
    if fixed:
        assert m @ m == pytest.approx(0.9, abs=1e-9)


def rows(model, axis=None, values=(), replicas=1, **fixed):
    model = load_model(f"perceptron.{model}")
    model.validate(fixed)
    columns = {axis: np.repeat(np.array(values), replicas)} if axis else {}
    n = max(len(values), 1) * replicas
    return model.load("simulate")(
        Batch(model, columns, fixed, np.arange(n) % replicas, 3, common_random_numbers=True)
    )


@pytest.mark.parametrize(
    ("sampler", "start", "size"),
    [
        ("enumeration", "solution", 11),
        ("enumeration", "planted", 11),
        ("message_passing", "planted", 301),
    ],
)
def test_fields_and_overlaps_are_two_ways_to_ask_for_the_potential(sampler, start, size):
    """At the field found for an overlap the same instance has that overlap."""
    fixed = {"sampler": sampler, "reference": start, "size": size, "alpha": 0.4}
    first = rows("franz_parisi", given="overlap", target_overlap=0.7, **fixed)
    assert first["overlap"][0] == pytest.approx(0.7, abs=1e-10)
    again = rows("franz_parisi", given="field", field=float(first["coupling"][0]), **fixed)
    for name in ("potential", "overlap", "legendre", "self_overlap"):
        assert again[name][0] == pytest.approx(first[name][0], abs=1e-6)


def test_instance_without_solution_is_left_out():
    """At load 1 some small instances cannot be stored: they say so, and have no entropy."""
    found = rows("storage", "alpha", [1.0], 200, sampler="enumeration", size=9)
    none = found["status"] == Status.NO_SOLUTION
    assert 0 < none.sum() < 200
    assert (found["free_entropy"][none] == -math.inf).all()
    assert np.isfinite(found["entropy"][~none]).all()


def test_a_load_too_small_for_one_pattern_is_said():
    """Nothing is compared with a theory of another load; load 0 itself is one."""
    for model, load in (
        ("storage", "alpha"),
        ("continual_binary", "alpha_2"),
        ("field_space", "alpha"),
    ):
        found = rows(model, load, [0.0, 1e-4, 0.5], size=11)
        assert found["status"].tolist() == [Status.OK, Status.NO_PATTERNS, Status.OK]
    assert np.isnan(rows("field_space", alpha=0.0, size=11)["loss"]).all()
    assert np.isnan(rows("continual", alpha_2=0.0, size=11)["loss"]).all()


def test_an_overlap_out_of_reach_is_not_a_lack_of_solutions():
    fixed = {"given": "overlap", "target_overlap": -0.99, "alpha": 0.5, "size": 9}
    assert rows("franz_parisi", **fixed)["status"][0] == Status.NOT_CONVERGED


@pytest.mark.parametrize("sampler", ["enumeration", "message_passing"])
def test_without_patterns_all_weights_are_solutions(sampler):
    found = rows("storage", alpha=0.0, field=0.4, size=9, sampler=sampler)
    assert found["free_entropy"][0] == pytest.approx(math.log(2 * math.cosh(0.4)), rel=1e-12)
    assert found["reference_overlap"][0] == pytest.approx(math.tanh(0.4), rel=1e-12)
    taught = rows("teacher_student", alpha=0.0, size=9, sampler=sampler)
    assert (taught["overlap"][0], taught["bayes_error"][0]) == pytest.approx((0.0, 0.5), abs=1e-12)


def test_second_task_alone_is_the_first():
    """Without coupling task 2 knows nothing of task 1, by message passing as by enumeration."""
    for sampler, size in (("enumeration", 15), ("message_passing", 205)):
        fixed = {"sampler": sampler, "size": size, "coupling": 0.0, "task_overlap": 0.6}
        found = rows("continual_binary", "alpha_2", [0.6], 300, **fixed)
        alone = rows("teacher_student", "alpha", [0.6], 300, sampler=sampler, size=size)
        for name, same in (
            ("overlap_2", "overlap"),
            ("self_overlap", "self_overlap"),
            ("entropy", "entropy"),
        ):
            off = found[name].mean() - alone[same].mean()
            assert abs(off) < 5 * math.hypot(found[name].std(), alone[same].std()) / math.sqrt(
                300
            ), (name, sampler)


def within_errors(draws, expected):
    return abs(draws.mean() - expected) < 5 * draws.std(ddof=1) / math.sqrt(len(draws))


def test_without_patterns_magnetisations_are_flat():
    chain = {"size": 15, "n_discard": 20, "n_sweeps": 50}
    found = rows("field_space", "alpha", [0.0], 200, proposal_width=1.0, **chain)
    assert within_errors(found["self_overlap"], 1 / 3)
    assert within_errors(found["overlap"], 0.0)
    held = rows(
        "field_space", "alpha", [1.0], 2, ensemble="fixed", target_self_overlap=0.6, **chain
    )
    np.testing.assert_allclose(held["self_overlap"], 0.6, rtol=1e-12)


def test_divergence_from_the_first_task_holds_it():
    """Without patterns of task 2 a strong divergence leaves m' up to O(1/kappa); without any, m' is
    forgotten.
    """
    chain = {"size": 25, "n_discard": 100, "n_sweeps": 100}
    learned = rows("field_space", "alpha", [0.5], 100, **chain)["self_overlap"]
    held = rows("continual", "gamma", [20.0], 100, alpha_2=0.0, **chain)
    for name in ("cross_overlap", "self_overlap"):
        error = math.hypot(held[name].std(), learned.std()) / math.sqrt(100)
        assert abs(held[name].mean() - learned.mean()) < 5 * error + 1 / (20 * 5)
    free = rows("continual", "gamma", [0.0], 100, alpha_2=0.0, **chain)
    assert within_errors(free["cross_overlap"], 0.0)
    assert within_errors(free["self_overlap"], 1 / 3)


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        (
            "storage",
            {"sampler": "enumeration", "size": 27},
            "size = 27: enumeration needs an odd size of at most 25",
        ),
        (
            "teacher_student",
            {"sampler": "enumeration", "size": 12},
            "size = 12: enumeration needs an odd size",
        ),
        (
            "continual_binary",
            {"sampler": "enumeration", "size": 12},
            "size = 12: enumeration needs an odd size",
        ),
        (
            "storage",
            {"size": 100_000, "alpha": 1.0},
            "1e+10 pattern entries; at most 2e+08: lower size",
        ),
        ("franz_parisi", {"sampler": "message_passing"}, "needs reference = planted"),
        ("storage", {"size": 5}, "size = 5: message passing needs at least 9 weights"),
        ("storage", {"size": 0}, "size = 0"),
        ("teacher_student", {"alpha": math.nan}, "alpha"),
        ("continual_binary", {"task_overlap": 1.5}, "task_overlap = 1.5"),
    ],
)
def test_bad_input_is_one_line(model, values, says):
    with pytest.raises(ToysimError) as caught:
        load_model(f"perceptron.{model}").validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("load", ["alpha_1", "alpha_2"])
def test_two_tasks_are_in_equilibrium_beyond_the_transition(load):
    """At 1.4 message passing from no magnetisation stays at students of overlap .79: the teacher
    is heavier, in both tasks.
    """
    fixed = {"size": 405, "coupling": 0.0, "task_overlap": 1.0, "replicas": 20}
    loads = {"alpha_1": 0.5, "alpha_2": 0.5} | {load: [1.4]}
    tree = toysim.sweep("perceptron.continual_binary", **loads, **fixed)
    name = {"alpha_1": "cross_overlap", "alpha_2": "overlap_2"}[load]
    exact = float(tree["theory"][name].values.ravel()[0])
    found = np.median(tree["simulation"][name].values)
    assert abs(found - exact) < 0.03 * exact


@pytest.mark.parametrize(
    ("load", "size", "decided"), [(0.6, 205, True), (1.2, 205, False), (1.2, 10**6, True)]
)
def test_instances_near_the_transition_decide_nothing(load, size, decided):
    """At 205 weights a quarter has gone over to the teacher at 1.2, where theory has none."""
    for model, name in (("teacher_student", "alpha"), ("continual_binary", "alpha_2")):
        known = load_model(f"perceptron.{model}").observables[0].finite_size.known
        fixed = {name: load, "size": size, "branch": "equilibrium"}
        batch = Batch(load_model(f"perceptron.{model}"), {}, fixed, np.arange(1), 0)
        assert bool(known(batch)[0]) is decided


@pytest.mark.parametrize(("load", "decided"), [(1.2, True), (4.0, False)])
def test_bounds_of_field_space_are_known_at_small_loads(load, decided):
    """At 4 and N = 51 losses are .9/N off, for .12/N at 1."""
    for model, name in (("field_space", "alpha"), ("continual", "alpha_2")):
        found = load_model(f"perceptron.{model}")
        batch = Batch(found, {}, {name: load}, np.arange(1), 0)
        assert all(
            bool(o.finite_size.known(batch)) is decided for o in found.observables if o.finite_size
        )
