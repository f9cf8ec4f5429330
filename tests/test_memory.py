"""Family memory: known numbers, limits, and plain runs of ``reference/memory.py``."""

import numpy as np
import pytest
from reference import memory as written

import toysim
from toysim.errors import ToysimError
from toysim.models.memory.hopfield import saddle

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
