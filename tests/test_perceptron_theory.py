"""Mean field of binary weights: classic numbers, conjugates, resolution, exact limits, and a plain
SciPy solution.
"""

import math

import numpy as np
import pytest
from reference import perceptron as reference

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.perceptron import (
    CONTINUAL_BINARY,
    FIELD_SPACE,
    FRANZ_PARISI,
    STORAGE,
    TEACHER_STUDENT,
    transitions,
)
from toysim.models.perceptron.continual_binary import theory as continual
from toysim.models.perceptron.franz_parisi.averages import reference_patterns
from toysim.models.perceptron.franz_parisi.theory import Landscape
from toysim.models.perceptron.replica.averages import STEP, storage_patterns, teacher_patterns
from toysim.models.perceptron.replica.solver_outputs import AT_UNSTABLE, BOUNDARY, FROZEN, OK
from toysim.models.perceptron.storage.theory import storage_saddle
from toysim.models.perceptron.teacher_student.theory import low_saddle


def solved(model, **fixed):
    """One row of a model's theory."""
    model.validate(fixed)
    rows = model.load("theory")(Batch(model, {}, fixed, np.zeros(1, np.int64), 0))
    return {name: values[0] for name, values in rows.items()}


# Overlap, entropy. Digits of a prototype with uniform grids; literature: 0.833, 1.245, 1.49, 1.448.
CLASSIC = {
    "capacity": (0.8330785997, 0.5639490801, 0.0),
    "first_order_transition": (1.2446839899, 0.6937602197, 0.0),
    "spinodal": (1.4926318182, 0.893661417, -0.083803621),
    "annealed_transition": (1.4479664400, 0.6976, 0.0),
    "annealed_spinodal": (1.7301118151, 0.886263, None),
    "high_temperature_transition": (1.6959326431, None, None),
    "high_temperature_spinodal": (2.0820698574, 0.833557, None),
}


@pytest.mark.parametrize("name", CLASSIC)
def test_classic_transition(name):
    alpha, overlap, entropy = CLASSIC[name]
    found = getattr(transitions, name)()
    assert found.alpha == pytest.approx(alpha, abs=1e-9)
    if overlap is not None:
        assert found.overlap == pytest.approx(overlap, abs=2e-5)
    if entropy is not None:
        assert found.entropy == pytest.approx(entropy, abs=1e-8)


def test_storage_points():
    assert storage_saddle(1e-6).entropy == pytest.approx(0.6931464874, abs=1e-9)
    assert storage_saddle(0.0).entropy == pytest.approx(math.log(2), abs=1e-15)
    found = storage_saddle(0.5)
    assert found[:2] == pytest.approx((0.3223853632, 0.6680349895), abs=1e-9)
    assert found.entropy == pytest.approx(0.3143900669, abs=1e-9)
    found = storage_saddle(0.8)
    assert found.overlap == pytest.approx(0.5379421598, abs=1e-9)
    assert found.entropy == pytest.approx(0.0353057206, abs=1e-9)


@pytest.mark.parametrize(
    ("field", "distance", "entropy", "q"),
    [(0.5, 0.348532, 0.242920, 0.425455), (1.0, 0.262763, 0.119661, 0.587182)],
)
def test_landscape_around_a_random_configuration(field, distance, entropy, q):
    found = solved(STORAGE, alpha=0.5, field=field)
    assert found["distance"] == pytest.approx(distance, abs=1e-6)
    assert found["entropy"] == pytest.approx(entropy, abs=1e-6)
    assert found["overlap"] == pytest.approx(q, abs=1e-6)


def test_students_without_error_lie_on_the_nishimori_line():
    for alpha, overlap, entropy in (
        (0.5, 0.2930890301, 0.3721327777),
        (1.0, 0.5607147371, 0.1061082678),
    ):
        found = low_saddle(alpha)
        assert found.overlap == pytest.approx(overlap, abs=1e-9)
        assert found.entropy == pytest.approx(entropy, abs=1e-9)
    for start in (0.0, 0.2, 0.7):
        found = low_saddle(0.8, start=start)
        assert found.overlap == pytest.approx(0.4548210354, abs=1e-9)
        assert found.self_overlap == pytest.approx(found.overlap, abs=1e-10)
    assert transitions.student_at(found.overlap).alpha == pytest.approx(0.8, abs=1e-10)


def test_beyond_the_spinodal_only_the_teacher_is_left():
    for alpha in (1.4927, 1.5, 3.0):
        found = solved(TEACHER_STUDENT, alpha=alpha, branch="low")
        assert found["solver_status"] == FROZEN
        assert np.isnan(found["overlap"])
        assert not found["valid"]
        found = solved(TEACHER_STUDENT, alpha=alpha)
        assert (found["overlap"], found["error"], found["entropy"]) == (1.0, 0.0, 0.0)
        assert found["solver_status"] == BOUNDARY
        assert found["branch_present"].tolist() == [False, True]


def test_metastable_students_keep_their_values_but_are_not_valid():
    low, chosen = (
        solved(TEACHER_STUDENT, alpha=1.4, branch="low"),
        solved(TEACHER_STUDENT, alpha=1.4),
    )
    assert low["entropy"] < 0
    assert not low["valid"]
    assert low["overlap"] == pytest.approx(chosen["branch_overlap"][0])
    assert chosen["overlap"] == 1.0
    assert (
        solved(TEACHER_STUDENT, alpha=1.24)["overlap"]
        < 1.0
        == solved(TEACHER_STUDENT, alpha=1.25)["overlap"]
    )


SOLUTION = {
    0.5: {
        0.4: 0.310640,
        0.6: 0.265902,
        0.8: 0.164659,
        0.9: 0.086526,
        0.95: 0.038107,
        0.98: 0.006197,
    },
    0.7: {0.6: 0.123675, 0.8: 0.064104, 0.9: 0.014691, 0.95: -0.013427, 0.98: -0.027455},
    0.2: {0.998: 0.0026364},
}


@pytest.mark.parametrize("alpha", SOLUTION)
def test_potential_around_a_solution(alpha):
    landscape = Landscape("solution", alpha)
    for p, potential in SOLUTION[alpha].items():
        assert landscape.at_overlap(p).potential == pytest.approx(potential, abs=6e-7)


def test_potential_around_the_teacher():
    landscape = Landscape("planted", 0.5)
    assert landscape.at_overlap(0.998).potential == pytest.approx(-0.0044191, abs=1e-7)
    assert landscape.at_overlap(0.7).coupling == pytest.approx(0.5614, abs=1e-4)
    # Orthogonal to the teacher the labels are random: the storage problem.
    assert landscape.at_overlap(0.0).potential == pytest.approx(
        storage_saddle(0.5).entropy, abs=1e-12
    )


@pytest.mark.parametrize(
    ("reference_kind", "alpha", "distance"),
    [
        ("solution", 0.4, 0.003007),
        ("solution", 0.5, 0.007003),
        ("solution", 0.7, 0.036937),
        ("planted", 0.5, 0.0033079),
    ],
)
def test_isolation_distance(reference_kind, alpha, distance):
    assert transitions.isolation_distance(alpha, reference_kind) == pytest.approx(
        distance, abs=6e-7
    )


def test_potential_falls_below_zero_by_a_square_root_of_the_distance():
    """Phi = h2(d) - 0.95507 alpha rho0 sqrt(d) + o(sqrt d), with rho0 the density of reference
    fields at 0.
    """
    alpha = 0.05
    q0 = storage_saddle(alpha).overlap
    a0 = math.sqrt(q0 / (1 - q0))
    density = reference.mean(lambda z: reference.mills(a0 * z) / math.sqrt(1 - q0))
    landscape = Landscape("solution", alpha)
    for d in (1e-3, 1e-4):
        entropy = -d * math.log(d) - (1 - d) * math.log1p(-d)
        found = landscape.at_overlap(1 - 2 * d)
        root = 2 * alpha * 0.4775353398 * density * math.sqrt(d)
        assert (entropy - found.potential) / root == pytest.approx(1, abs=5e-4)
        assert (1 - found.self_overlap) / d == pytest.approx(
            4, abs=0.01
        )  # flips of two solutions are independent
        assert found.solver_status == OK
    assert landscape.at_overlap(1 - 2e-6).solver_status == AT_UNSTABLE


def test_exact_points_of_the_potential():
    for alpha in (0.3, 0.7):
        landscape, own = Landscape("solution", alpha), storage_saddle(alpha)
        for point in (landscape.at_overlap(own.overlap), landscape.at_field(0.0)):
            assert point.potential == pytest.approx(own.entropy, abs=1e-11)
            assert point.coupling == pytest.approx(0.0, abs=1e-10)
            assert (point.self_overlap, point.cross_overlap) == pytest.approx(
                (own.overlap, own.overlap), abs=1e-9
            )
        assert landscape.at_overlap(1.0)[:2] == (0.0, 1.0)
    students = low_saddle(0.5)
    point = Landscape("planted", 0.5).at_overlap(students.overlap)
    assert point.potential == pytest.approx(students.entropy, abs=1e-11)
    assert point.coupling == pytest.approx(0.0, abs=1e-10)


def test_field_and_overlap_are_two_ways_to_one_point():
    for kind in ("solution", "planted"):
        landscape = Landscape(kind, 0.5)
        at_field = landscape.at_field(0.4)
        at_overlap = landscape.at_overlap(at_field.overlap)
        assert at_overlap.coupling == pytest.approx(0.4, abs=1e-9)
        np.testing.assert_allclose(at_overlap[:6], at_field[:6], atol=1e-9)
        h = 1e-4
        slope = (
            landscape.at_overlap(0.6 + h).potential - landscape.at_overlap(0.6 - h).potential
        ) / (2 * h)
        assert landscape.at_overlap(0.6).coupling == pytest.approx(-slope, abs=1e-7)
    assert (
        landscape.at_field(3.0).solver_status == BOUNDARY
    )  # the reference itself outweighs the rest


def test_where_replica_symmetry_ends_it_is_said():
    landscape = Landscape("solution", 0.7)
    assert landscape.at_overlap(0.9).solver_status == OK
    assert landscape.at_overlap(0.95).solver_status == FROZEN  # a negative potential
    assert landscape.at_overlap(0.99).solver_status == AT_UNSTABLE
    assert landscape.at_overlap(0.99).stability > 1
    for p in (0.998, 0.9999):
        nowhere = landscape.at_overlap(p)
        assert nowhere.solver_status == FROZEN
        assert np.isnan(nowhere.potential)
    assert np.isnan(
        Landscape("solution", 0.9).at_overlap(0.5).potential
    )  # no solution to start from
    assert storage_saddle(0.9).solver_status == FROZEN
    assert np.isnan(storage_saddle(1.3).overlap)


# d/d(argument) of ln H averaged, by central differences of its own quadrature.
DERIVATIVES = {
    "storage q": (
        lambda v: storage_patterns(0.4 + v, 0.2, STEP)[2],
        lambda: -0.5 * storage_patterns(0.4, 0.2, STEP)[0],
    ),
    "teacher q": (
        lambda v: teacher_patterns(0.5 + v, 0.4, 0.1, STEP)[3],
        lambda: -0.5 * teacher_patterns(0.5, 0.4, 0.1, STEP)[0],
    ),
    "teacher r": (
        lambda v: teacher_patterns(0.5, 0.4 + v, 0.1, STEP)[3],
        lambda: teacher_patterns(0.5, 0.4, 0.1, STEP)[1],
    ),
    "reference q": (
        lambda v: reference_patterns(0.6 + v, 0.35, 0.65, 0.3, STEP)[4],
        lambda: -0.5 * reference_patterns(0.6, 0.35, 0.65, 0.3, STEP)[0],
    ),
    "reference t": (
        lambda v: reference_patterns(0.6, 0.35 + v, 0.65, 0.3, STEP)[4],
        lambda: -reference_patterns(0.6, 0.35, 0.65, 0.3, STEP)[1],
    ),
    "reference p": (
        lambda v: reference_patterns(0.6, 0.35, 0.65 + v, 0.3, STEP)[4],
        lambda: reference_patterns(0.6, 0.35, 0.65, 0.3, STEP)[2],
    ),
}


@pytest.mark.parametrize("name", DERIVATIVES)
def test_conjugates_are_derivatives_of_the_free_entropy(name):
    log_mean, conjugate = DERIVATIVES[name]
    h = 1e-4
    slope = (8 * (log_mean(h) - log_mean(-h)) - log_mean(2 * h) + log_mean(-2 * h)) / (12 * h)
    assert conjugate() == pytest.approx(slope, rel=1e-9)


def test_pattern_weights_sum_to_one():
    for q, t, p, q0 in (
        (0.6, 0.35, 0.65, 0.3),
        (0.97, 0.33, 0.98, 0.33),
        (0.3, 0.3, 0.3, 0.3),
        (0.999, 0.46, 0.999, 0.46),
        (0.6, 0.6 + 1e-12, 0.6, 0.6),
    ):
        assert reference_patterns(q, t, p, q0, STEP)[5] == pytest.approx(1, abs=1e-11)


def test_half_the_step_changes_nothing_in_the_eighth_digit():
    def all_points(step):
        yield from storage_saddle(0.8, 0.1, 0.3, step)[:5]
        yield from low_saddle(1.49, 0.0, step)[:4]
        yield from low_saddle(1.2, 0.4, step)[:4]
        yield from continual.low_saddle(0.6, 0.3, 0.45, 0.5, step)[:6]
        yield from Landscape("planted", 0.5, step).at_overlap(0.998)[:5]
        for p in (0.33, 0.6, 0.98, 0.995):
            yield from Landscape("solution", 0.5, step).at_overlap(p)[:6]
        yield from Landscape("solution", 0.7, step).at_overlap(0.995)[:6]

    np.testing.assert_allclose(
        list(all_points(STEP)), list(all_points(STEP / 2)), rtol=1e-9, atol=1e-10
    )


def test_plain_scipy_finds_the_same():
    for alpha, margin, field in ((0.5, 0.3, 0.4), (0.8, 0.0, 0.0)):
        found = storage_saddle(alpha, margin, field)
        q, free_entropy, p = reference.storage(alpha, margin, field)
        assert (found.overlap, found.free_entropy, found.reference_overlap) == pytest.approx(
            (q, free_entropy, p), abs=1e-9
        )
    found = low_saddle(1.2, 0.4)
    assert (found.self_overlap, found.overlap, found.free_entropy) == pytest.approx(
        reference.students(1.2, 0.4), abs=1e-9
    )
    found = Landscape("solution", 0.5).at_overlap(0.7)
    potential, coupling, overlaps = reference.potential(0.5, 0.7)
    assert (found.potential, found.coupling) == pytest.approx((potential, coupling), abs=1e-9)
    assert (found.self_overlap, found.cross_overlap) == pytest.approx(overlaps[:2], abs=1e-9)


def test_replicon_values_by_differences():
    found = storage_saddle(0.6, 0.1, 0.2)
    q, room = found.overlap, math.sqrt(1 - found.overlap)

    def stored(z, shift):
        return reference.log_ndtr((math.sqrt(q) * z + shift - 0.1) / room)

    expected = 0.6 * reference.replicon(stored, found.q_hat, 0.2)
    assert found.stability == pytest.approx(expected, rel=1e-5)
    found = low_saddle(1.2, 0.4)
    q, r, wrong = found.self_overlap, found.overlap, math.exp(-1 / 0.4)
    q_hat, r_hat, *_ = teacher_patterns(q, r, wrong, STEP)

    def learned(z, shift):
        return np.log(
            wrong + (1 - wrong) * reference.ndtr((math.sqrt(q) * z + shift) / math.sqrt(1 - q))
        )

    expected = 1.2 * reference.replicon(
        learned,
        1.2 * q_hat,
        1.2 * r_hat,
        lambda z: 2 * reference.ndtr(r * z / math.sqrt(q - r * r)),
    )
    assert found.stability == pytest.approx(expected, rel=1e-5)


def test_energy_is_the_slope_in_the_inverse_temperature():
    h, alpha, inverse = 1e-4, 1.0, 2.0
    slope = (
        low_saddle(alpha, 1 / (inverse + h)).free_entropy
        - low_saddle(alpha, 1 / (inverse - h)).free_entropy
    ) / (2 * h)
    found = low_saddle(alpha, 1 / inverse)
    assert found.entropy == pytest.approx(found.free_entropy - inverse * slope, abs=1e-7)


def test_quenched_entropies_lie_below_annealed_ones():
    for alpha in (0.1, 0.4, 0.8):
        assert storage_saddle(alpha).entropy < math.log(2) * (1 - alpha)
        r = low_saddle(alpha).overlap
        d = 0.5 * (1 - r)
        annealed = (
            -d * math.log(d)
            - (1 - d) * math.log1p(-d)
            + alpha * math.log(1 - math.acos(r) / math.pi)
        )
        assert low_saddle(alpha).entropy < annealed


def test_two_tasks():
    found = solved(CONTINUAL_BINARY, alpha_1=0.8, alpha_2=0.6, coupling=0.3, task_overlap=0.5)
    for name, value in {
        "free_entropy": 0.36694,
        "overlap_2": 0.3893,
        "cross_overlap": 0.2681,
        "overlap_1": 0.2592,
    }.items():
        assert found[name] == pytest.approx(value, abs=6e-5)
    first = low_saddle(0.8).overlap
    free = solved(CONTINUAL_BINARY, alpha_1=0.8, alpha_2=0.6, coupling=0.0, task_overlap=0.4)
    assert free["cross_overlap"] == pytest.approx(first * 0.4 * free["overlap_2"], abs=1e-12)
    assert free["entropy"] == pytest.approx(low_saddle(0.6).entropy, abs=1e-11)
    only_coupling = solved(CONTINUAL_BINARY, alpha_1=0.8, alpha_2=0.0, coupling=0.7)
    assert only_coupling["cross_overlap"] == pytest.approx(math.tanh(0.7), abs=1e-12)
    turned = solved(CONTINUAL_BINARY, alpha_1=2.0, alpha_2=0.6, coupling=0.3, task_overlap=-0.5)
    straight = solved(CONTINUAL_BINARY, alpha_1=2.0, alpha_2=0.6, coupling=-0.3, task_overlap=0.5)
    assert turned["cross_overlap"] == pytest.approx(-straight["cross_overlap"], abs=1e-12)
    h = 1e-4
    up, down = (continual.low_saddle(0.6, 0.3 + s, first, 0.5).free_entropy for s in (h, -h))
    assert found["cross_overlap"] == pytest.approx((up - down) / (2 * h), abs=1e-8)
    done = solved(CONTINUAL_BINARY, alpha_2=2.0, task_overlap=0.5)
    assert (done["error_2"], done["error_1"]) == pytest.approx((0.0, 1 / 3))


def test_no_patterns_no_constraint():
    assert solved(TEACHER_STUDENT, alpha=0.0)["bayes_error"] == 0.5
    for kind in ("solution", "planted"):
        for p in (-0.4, 0.0, 0.8):
            share = 0.5 * (1 + p)
            entropy = -share * math.log(share) - (1 - share) * math.log1p(-share)
            for alpha in (0.0, 1e-12):
                found = solved(FRANZ_PARISI, alpha=alpha, reference=kind, target_overlap=p)
                assert found["potential"] == pytest.approx(entropy, abs=1e-11)
                assert found["coupling"] == pytest.approx(math.atanh(p), abs=1e-10)


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        (STORAGE, {"alpha": -0.1}, "alpha = -0.1"),
        (STORAGE, {"alpha": math.nan}, "alpha = nan"),
        (STORAGE, {"sampler": "enumeration", "size": 16}, "needs an odd size"),
        (STORAGE, {"sampler": "enumeration", "size": 99}, "at most 25"),
        (TEACHER_STUDENT, {"temperature": -1.0}, "temperature = -1.0"),
        (TEACHER_STUDENT, {"sampler": "enumeration"}, "size = 1001: enumeration needs an odd size"),
        (FRANZ_PARISI, {"target_overlap": 1.5}, "target_overlap = 1.5"),
        (FRANZ_PARISI, {"sampler": "message_passing"}, "needs reference = planted"),
        (CONTINUAL_BINARY, {"task_overlap": -1.01}, "task_overlap = -1.01"),
        (CONTINUAL_BINARY, {"alpha_2": "many"}, "alpha_2 = 'many'"),
    ],
)
def test_bad_input_is_one_line(model, values, says):
    with pytest.raises(ToysimError) as caught:
        model.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_capacity_out_of_reach_is_said():
    with pytest.raises(ValueError, match="margin = -6"):
        transitions.capacity(-6.0)
    with pytest.raises(ValueError, match=r"alpha = 0\.9"):
        transitions.isolation_distance(0.9)


def tanh_averages(q_hat, mean):
    """int Dz tanh(sqrt(q^) z + mean) and of its square, by Gauss-Hermite."""
    z, w = np.polynomial.hermite_e.hermegauss(120)
    m = np.tanh(np.sqrt(q_hat) * z + mean)
    return w @ m / math.sqrt(2.0 * math.pi), w @ m**2 / math.sqrt(2.0 * math.pi)


def test_conjugates_give_the_order_parameters():
    """The site equations of the models, at the conjugates that theory tells."""
    found = solved(STORAGE, alpha=0.6, margin=0.1, field=0.3)
    averages = tanh_averages(found["q_hat"], 0.3)
    assert averages == pytest.approx((found["reference_overlap"], found["overlap"]))
    found = solved(TEACHER_STUDENT, alpha=0.9, temperature=0.4)
    averages = tanh_averages(found["q_hat"], found["r_hat"])
    assert averages == pytest.approx((found["overlap"], found["self_overlap"]))
    found = solved(FRANZ_PARISI, reference="planted", given="field", field=0.4)
    averages = tanh_averages(found["q_hat"], found["p_hat"])
    assert averages == pytest.approx((found["overlap"], found["self_overlap"]))


def test_both_saddle_points_in_field_space():
    found = solved(FIELD_SPACE, alpha=1.0, branch="low")
    for name in ("overlap", "self_overlap", "replica_overlap"):
        assert found[f"branch_{name}"][0] == found[name]
    assert np.isfinite([found[name] for name in ("q_hat", "r_hat", "self_hat")]).all()


def test_branches_of_a_second_task():
    """Beyond the load where teacher 2 wins the low branch is still there, and may be asked for."""
    fixed = {"alpha_1": 0.5, "alpha_2": 1.35, "coupling": 0.0, "task_overlap": 0.0}
    branches = ("low", "high", "equilibrium")
    low, high, heavier = (solved(CONTINUAL_BINARY, **fixed, branch=b) for b in branches)
    assert high["overlap_2"] == heavier["overlap_2"] == 1.0
    one_task = solved(TEACHER_STUDENT, alpha=1.35, branch="low")
    assert low["overlap_2"] == pytest.approx(one_task["overlap"], rel=1e-9)
    assert low["branch_self_overlap"].tolist() == [low["self_overlap"], 1.0]
    with pytest.raises(ToysimError, match="branch = low is for message passing"):
        CONTINUAL_BINARY.validate({"sampler": "enumeration", "size": 11, "branch": "low"})
