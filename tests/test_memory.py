"""Family memory: known numbers, limits, and plain runs of ``reference/memory.py``."""

import numpy as np
import pytest
from reference import memory as written
from scipy.stats import binom

import toysim
from toysim.checking.probe import probe
from toysim.errors import ToysimError
from toysim.models.memory.activation_codes.law import triple_collision
from toysim.models.memory.hopfield import saddle
from toysim.registry import load_model

Z = 5.0


def mark(model, name, **parameters):
    return float(toysim.landmark(f"memory.{model}", name, **parameters))


def theory(model, name, **parameters):
    return toysim.theory(f"memory.{model}", **parameters)[name].values.ravel()


def agrees(draws, expected, bound=0.0):
    draws = np.asarray(draws, float)
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - expected) <= Z * error + bound).all()


def test_hopfield_numbers():
    assert round(mark("hopfield", "capacity"), 6) == 0.137906
    assert round(mark("hopfield", "overlap_at_capacity"), 5) == 0.96742
    assert round(mark("hopfield", "equilibrium_capacity"), 5) == 0.05185
    assert mark("hopfield", "glass_temperature", alpha=0.04) == 1.2


def test_hopfield_transitions_are_each_others_inverse():
    melting = mark("hopfield", "melting_temperature", alpha=0.1)
    np.testing.assert_allclose(mark("hopfield", "capacity", temperature=melting), 0.1, atol=1e-6)
    equal = mark("hopfield", "equilibrium_temperature", alpha=0.04)
    back = mark("hopfield", "equilibrium_capacity", temperature=equal)
    np.testing.assert_allclose(back, 0.04, atol=1e-6)
    assert equal < mark("hopfield", "melting_temperature", alpha=0.04)


@pytest.mark.parametrize(("alpha", "temperature"), [(0.05, 0.3), (0.1, 0.05), (0.02, 0.6)])
def test_hopfield_saddle_solves_its_equations(alpha, temperature):
    """The three equations at the point found, averages by sums over a fine grid."""
    found = saddle.retrieval(alpha, temperature)
    z = np.linspace(-10.0, 10.0, 20_001)
    beta, w = 1.0 / temperature, np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
    r = found.self_overlap / (1.0 - beta * (1.0 - found.self_overlap)) ** 2
    t = np.tanh(beta * (found.overlap + np.sqrt(alpha * r) * z))
    np.testing.assert_allclose([w @ t, w @ t**2], [found.overlap, found.self_overlap], atol=1e-9)


def test_hopfield_cold_is_the_limit_of_the_cold():
    at_zero, cold = saddle.retrieval(0.1, 0.0), saddle.retrieval(0.1, 0.005)
    np.testing.assert_allclose(cold.overlap, at_zero.overlap, atol=1e-4)
    np.testing.assert_allclose(cold.energy, at_zero.energy, atol=1e-4)


def test_hopfield_symmetry_breaks_at_low_temperature():
    """T_R = sqrt(8 alpha/(9 pi)) exp(-1/(2 alpha)) for small loads, and near it at 0.13."""
    law = np.sqrt(8 * 0.13 / (9 * np.pi)) * np.exp(-0.5 / 0.13)
    found = mark("hopfield", "breaking_temperature", alpha=0.13)
    assert 1.0 < found / law < 3.0
    assert saddle.retrieval(0.08, 0.005).stability < 1.0


@pytest.mark.parametrize("temperature", [0.0, 0.4])
def test_hopfield_written_out(temperature):
    rng = np.random.default_rng(7)
    draws = [written.hopfield(rng, 300, 12, temperature, 15) for _ in range(12)]
    found = saddle.retrieval(0.04, temperature)
    agrees(draws, [found.overlap, found.energy], 3.0 / 300)


def test_hopfield_parallel_dynamics_have_theory_without_noise_only():
    fixed = {"dynamics": "parallel", "size": 500, "n_sweeps": 30}
    assert bool(theory("hopfield", "valid", **fixed)[0])
    assert not bool(theory("hopfield", "valid", temperature=0.2, **fixed)[0])


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"start": "mixture", "alpha": 0.001}, "needs three patterns"),
        ({"size": 20_000, "alpha": 1.0}, "do not fit"),
    ],
)
def test_hopfield_bad_input(parameters, told):
    with pytest.raises(ToysimError, match=told):
        toysim.run("memory.hopfield", **parameters)
    assert "give 0" in str(toysim.landmark("memory.hopfield", "capacity", temperature=2.0))


LARGE = {"n_inputs": 512, "n_outputs": 512, "n_active": 9, "n_active_outputs": 9}
FULL = {"cue_size": 9, "threshold": 9}


def test_willshaw_numbers():
    """The variance is summed with forty digits; by double precision it is off by 5e-6."""
    found = {
        name: theory("willshaw", name, n_pairs=3000, **LARGE, **FULL)[0]
        for name in ("density", "exact_false_rate", "false_outputs_variance")
    }
    np.testing.assert_allclose(found["density"], 0.60430623, atol=5e-9)
    np.testing.assert_allclose(found["exact_false_rate"], 0.013169019, atol=5e-10)
    np.testing.assert_allclose(found["false_outputs_variance"], 8.80708, atol=1e-5)
    slow = {"plasticity": 0.3, "exposures": 3, "cue_size": 5, "threshold": 5}
    stored = (0.00199866, 0.02454994, 0.12094829, 0.29874747, 0.36997459, 0.18378105)
    other = (0.42098593, 0.39073573, 0.15317639, 0.03154853, 0.00340048, 0.00015295)
    np.testing.assert_allclose(theory("willshaw", "exact_sum_stored", **slow), stored, atol=5e-9)
    np.testing.assert_allclose(theory("willshaw", "exact_sum_other", **slow), other, atol=5e-9)
    names = [f"familiarity_{n}" for n in ("stored", "stored_variance", "new", "new_variance")]
    values = [theory("willshaw", name, **slow)[0] for name in names]
    known = (45.587105, 13.216097, 10.318090, 9.509858)
    np.testing.assert_allclose(values, known, atol=6e-7)


def test_willshaw_rare_errors_do_not_cancel():
    sizes = {"n_inputs": 1024, "n_outputs": 1024, "n_active": 16, "n_active_outputs": 16}
    full = {"cue_size": 16, "threshold": 16, "n_pairs": 1500}
    rate = theory("willshaw", "exact_false_rate", **sizes, **full)[0]
    np.testing.assert_allclose(rate, 6.620e-8, rtol=1e-3)


def test_willshaw_capacities():
    recall, independent, known = (
        mark("willshaw", f"{name}_capacity", **LARGE)
        for name in ("recall", "independent", "recognition")
    )
    assert (int(recall), int(independent)) == (2118, 2249)
    assert 4.1 < known / recall < 4.2


def test_willshaw_written_out():
    rng, sizes = np.random.default_rng(8), (40, 5, 30, 4, 30, 0.6, 2, 4)
    draws = [written.willshaw(rng, *sizes) for _ in range(1500)]
    keys = ("n_inputs", "n_active", "n_outputs", "n_active_outputs", "n_pairs", "plasticity")
    fixed = dict(zip((*keys, "exposures", "cue_size"), sizes, strict=True)) | {"threshold": 4}
    for k, name in enumerate(("exact_sum_stored", "exact_sum_other")):
        shares = [np.bincount(d[k], minlength=5) / len(d[k]) for d in draws]
        agrees(shares, theory("willshaw", name, **fixed), 1e-3)
    agrees([d[2] for d in draws], theory("willshaw", "familiarity_stored", **fixed)[0])


def test_superposed_numbers():
    names = ("false_prototype_given", "false_other_given", "own_given")
    found = [theory("superposed", name, plasticity=0.7)[4] for name in names]
    np.testing.assert_allclose(found, (0.07828063, 0.0059444534, 0.44054697), atol=5e-9)
    accuracy = theory("superposed", "class_accuracy")[0]
    np.testing.assert_allclose(accuracy, 0.91149439, atol=5e-9)
    assert mark("superposed", "member_overlap", similarity=1.0) == 1.0


def weighted(name, fixed):
    """A share of modules, over the cue's matches, however rare."""
    given = theory("superposed", f"{name}_given", **fixed)
    a, c, k = fixed["similarity"], fixed["cue_modules"], fixed["module_size"]
    pm = a + (1.0 - a) / k
    share = 1.0 if name == "own" else 1.0 - pm
    return binom.pmf(np.arange(c + 1), c, pm) * share * given


def test_superposed_written_out():
    rng, (q, k, a, classes, size, cue, p) = np.random.default_rng(9), (8, 3, 0.5, 3, 4, 2, 0.8)
    draws = [written.superposed(rng, q, k, a, classes, size, cue, p) for _ in range(2500)]
    fixed = {
        "n_modules": q,
        "module_size": k,
        "similarity": a,
        "n_classes": classes,
        "class_size": size,
        "cue_modules": cue,
        "plasticity": p,
    }
    for column, name in ((1, "own"), (2, "false_prototype")):
        joint = [np.where(np.arange(cue + 1) == d[0], d[column], 0.0) for d in draws]
        agrees(joint, weighted(name, fixed), 1e-3)


def test_instances_keep_their_bound():
    runs = toysim.sweep("memory.superposed", similarity=[0.2, 0.7], replicas=400)
    bound = runs["theory"]["instance_bound"].values.ravel()
    found = runs["simulation"]["instance_accuracy"].mean("replica").values
    assert (found > bound - 0.02).all()


def test_activation_codes_numbers():
    np.testing.assert_allclose(theory("activation_codes", "collision")[0], 4.4994828e-4, rtol=1e-7)
    pairs = theory("activation_codes", "colliding_pairs")[0]
    np.testing.assert_allclose(pairs, 20.18018, atol=5e-6)
    many = {"n_points": 1000}
    widths = [
        mark("activation_codes", f"{name}_of_a_tenth", dimension=d, **many)
        for d in (3, 10)
        for name in ("width", "wide_width")
    ]
    np.testing.assert_allclose(widths, (155.5, 157.0, 18.5, 26.7), atol=0.06)


@pytest.mark.parametrize(("d", "n"), [(3, 6), (4, 10), (10, 4)])
def test_three_codes_collide(d, n):
    """Against the mean over triples of directions; one unit parts none with probability 1/4."""
    x = np.random.default_rng(d).standard_normal((3, 100_000, d))
    x /= np.linalg.norm(x, axis=2, keepdims=True)
    angle = [np.arccos(np.clip(np.sum(x[i] * x[j], 1), -1, 1)) for i, j in ((0, 1), (0, 2), (1, 2))]
    agrees((1.0 - sum(angle) / (2.0 * np.pi)) ** n, triple_collision(d, n))
    assert triple_collision(d, 1) == pytest.approx(0.25, rel=1e-9)


@pytest.mark.parametrize("d", [2, 4])
def test_codes_written_out(d):
    rng = np.random.default_rng(10)
    draws = np.array([written.codes(rng, d, 7, 20) for _ in range(1500)])
    fixed = {"dimension": d, "n_units": 7, "n_points": 20}
    agrees(draws[:, 0], theory("activation_codes", "colliding_pairs", **fixed)[0])
    agrees(draws[:, 2], 0.5)
    redundancy = theory("activation_codes", "redundancy", **fixed)[0]
    if d == 2:
        agrees(draws[:, 1], redundancy)
    else:
        bound = theory("activation_codes", "redundancy_bound", **fixed)[0]
        least = theory("activation_codes", "redundancy_least", **fixed)[0]
        assert 0.0 < least < draws[:, 1].mean() < bound
        assert np.isnan(redundancy)


@pytest.mark.parametrize(
    ("model", "parameters", "told"),
    [
        ("willshaw", {"threshold": 9}, "at most cue_size = 8"),
        ("willshaw", {"n_active": 50, "n_inputs": 60}, "at most n_inputs/2 = 30"),
        ("superposed", {"cue_modules": 16}, "leave a module to complete"),
        ("activation_codes", {"n_prototypes": 1}, "2 and more"),
    ],
)
def test_bad_input_is_one_clear_line(model, parameters, told):
    with pytest.raises(ToysimError, match=told):
        toysim.run(f"memory.{model}", **parameters)


def test_few_pairs_all_recognised_are_no_difference():
    """At a probability of .9895 some tens of runs are all right."""
    values = {
        "exposures": 2,
        "threshold": 0,
        "plasticity": 0.009387,
        "n_active": 62,
        "n_pairs": 4336,
        "n_outputs": 6250,
        "n_active_outputs": 129,
        "cue_size": 5,
    }
    assert not probe(load_model("memory.willshaw"), values, 0, 0.1).fault
