"""Family rugged: known numbers, limits, and walkers of ``reference/rugged.py``."""

import numpy as np
import pytest
from reference import rugged as written

import toysim
from toysim.errors import ToysimError
from toysim.models.rugged.random_potential.problem import fractional_noise, walk_of
from toysim.models.rugged.random_potential.theory import evolve, free_distance, valley

Z = 5.0
MODEL = "rugged.random_potential"


def known_walk(steps):
    """f_x = 1.2 sin(x^2), walls at 400."""
    x = np.arange(-400, 401.0)
    return walk_of(1.2 * np.sin(x**2), 1.0, np.array(steps))


def test_exact_distances_of_a_known_landscape():
    given = known_walk([100, 1000, 10_000])
    distance, square = np.zeros((2, 3))
    edge, lost = evolve(given.right, given.steps, distance, square)
    np.testing.assert_allclose(distance, (6.86919713, 32.91470084, 44.68105081), atol=5e-9)
    np.testing.assert_allclose(square, (82.381312, 1278.550978, 2116.762620), atol=6e-7)
    assert edge < 1e-9
    assert lost < 1e-9


def test_valleys_of_a_known_landscape():
    given = known_walk([2])
    assert (valley(given, 3.0), valley(given, 5.0)) == (42.0, 42.0)


def test_free_walk_is_known():
    np.testing.assert_allclose(
        free_distance(np.array([100, 1000])), (7.95892374, 25.22501818), atol=5e-9
    )
    flat = walk_of(np.zeros(2001), 1.0, np.array([100, 1000]))
    distance, square = np.zeros((2, 2))
    evolve(flat.right, flat.steps, distance, square)
    np.testing.assert_allclose(distance, free_distance(flat.steps), atol=1e-8)
    np.testing.assert_allclose(square, flat.steps, rtol=1e-8)


def test_walkers_written_out():
    rng, given = np.random.default_rng(11), known_walk([300])
    x = np.abs(written.walkers(rng, given.force, 1.0, 300, 4000)).astype(float)
    distance, square = np.zeros((2, 1))
    evolve(given.right, given.steps, distance, square)
    assert abs(x.mean() - distance[0]) < Z * x.std() / np.sqrt(len(x))
    assert Z * x.std() / np.sqrt(len(x)) < 0.1 * distance[0]


@pytest.mark.parametrize("hurst", [0.3, 0.5, 0.8])
def test_fractional_landscapes_grow_as_a_power(hurst):
    rng = np.random.default_rng(12)
    draws = np.array([fractional_noise(hurst, rng.standard_normal(512)) for _ in range(4000)])
    for x in (1, 10, 100):
        square = draws[:, :x].sum(axis=1) ** 2
        law = x ** (2 * hurst)
        assert abs(square.mean() - law) < Z * square.std() / np.sqrt(len(square))


def test_replicas_share_a_landscape_and_temperatures_too():
    fixed = {"n_steps": 1000, "n_walkers": 20, "replicas": 2}
    runs = toysim.sweep(MODEL, landscape=[0, 1], temperature=[1.0, 3.0], **fixed)["theory"]
    distance = runs["distance"].isel(record=-1).squeeze()
    assert len(np.unique(distance)) == 4
    cold, hot = (distance.sel(temperature=t).values for t in (1.0, 3.0))
    assert (hot > cold).all()


def test_batch_size_is_temperature_and_steps():
    fixed = {"disorder": "gaussian", "temperature": 1.5}
    one = toysim.theory(MODEL, n_steps=4000, **fixed)
    four = toysim.theory(MODEL, n_steps=1000, batch=4, rate_rule="linear", **fixed)
    ends = [float(ds["distance"].isel(record=-1).squeeze()) for ds in (one, four)]
    assert ends[0] == ends[1]


def test_walkers_at_the_walls_have_not_converged():
    run = toysim.run(MODEL, half_width=10, disorder="gaussian", force=0.1, n_steps=1000)
    assert int(run["status"]) == 3
    theory = toysim.theory(MODEL, half_width=10, disorder="gaussian", force=0.1, n_steps=1000)
    assert not bool(theory["valid"])


def test_slope_of_the_limit():
    slope = float(toysim.landmark(MODEL, "sinai_slope"))
    np.testing.assert_allclose(slope, 0.6585, atol=5e-5)
    assert "binary and gaussian" in str(toysim.landmark(MODEL, "sinai_slope", disorder="none"))


def test_bad_input():
    with pytest.raises(ToysimError, match="at most 1e11"):
        toysim.run(MODEL, n_steps=10**7, n_walkers=10**5)
