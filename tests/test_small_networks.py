"""Small models of deep linear networks: known numbers, limits, and networks written out in
``reference/small_networks.py``.
"""

import numpy as np
import pytest
from reference import small_networks as written

import toysim
from toysim.errors import ToysimError


def theory(model, name, **parameters):
    return toysim.theory(f"deep_linear.{model}", **parameters)[name].values.squeeze()


def mark(model, name, **parameters):
    return float(toysim.landmark(f"deep_linear.{model}", name, **parameters))


CHANGES = (
    "kernel_change",
    "representation_change",
    "kernel_alignment",
    "weight_change",
    "readout_square",
)


def test_structured_start_numbers():
    found = [theory("structured_start", n, rank=3, overlap=0.4) for n in CHANGES]
    known = (0.65882912, 0.65174213, 0.80218137, 0.52164239, 0.23606798)
    np.testing.assert_allclose(found, known, atol=5e-9)
    mean = mark("structured_start", "mean_kernel_change", rank=3)
    np.testing.assert_allclose(mean, 0.60287203, atol=5e-9)


def test_structured_start_best_ranks_and_boundary():
    best = [
        mark("structured_start", "best_rank", n_inputs=d, start_norm=f**0.5)
        for d, f in ((20, 20.0), (400, 200.0), (20, 50.0))
    ]
    np.testing.assert_allclose(best, (9.51, 41.4, 20.0), atol=0.05)
    one = {"rank": 1, "start_norm": 20**0.5, "overlap": 0.05}
    np.testing.assert_allclose(mark("structured_start", "direct_time", **one), 29.444390, atol=5e-7)
    from toysim.models.deep_linear.structured_start.closed_forms import recruit_time

    np.testing.assert_allclose(recruit_time(1.0, 60, 1, 1e-3), 5.215545, atol=5e-7)
    eps = mark("structured_start", "recruiting_perturbation", width=60, **one)
    np.testing.assert_allclose(recruit_time(1.0, 60, 1, eps), 29.444390, atol=5e-7)


def test_structured_start_strong_starts_and_half_times():
    limit = np.sqrt(2.0 * (1.0 / 3.0 - 1.0 / 6.0))
    strong = mark("structured_start", "mean_kernel_change", rank=3, start_norm=100.0)
    np.testing.assert_allclose(strong, limit, rtol=1e-3)
    half = theory("structured_start", "half_learning_time", rank=1, start_norm=6.0, overlap=0.05)
    law = mark("structured_start", "direct_time", rank=1, start_norm=6.0, overlap=0.05)
    np.testing.assert_allclose(half, law, rtol=0.02)


def test_structured_start_written_out():
    """Errors halve with the step: extrapolated, the network's end is the closed form."""
    ends = [
        written.structured_start(np.random.default_rng(13), 8, 12, 3, 2.5, 0.4, 1.0, rate, n)
        for rate, n in ((0.01, 8000), (0.005, 16_000))
    ]
    fixed = {"n_inputs": 8, "width": 12, "rank": 3, "start_norm": 2.5, "overlap": 0.4}
    for name in CHANGES:
        coarse, fine = (end[name] for end in ends)
        exact = theory("structured_start", name, **fixed)
        assert abs(2.0 * fine - coarse - exact) < 0.1 * abs(fine - coarse) + 1e-9, name


@pytest.mark.parametrize(
    ("model", "parameters", "told"),
    [
        ("structured_start", {"rank": 9}, "lower rank or raise both"),
        ("structured_start", {"rank": 6, "overlap": 0.5}, "full rank has overlap 1"),
        ("structured_start", {"overlap": -0.5}, "-1, or from 0 to 1"),
    ],
)
def test_bad_input_is_one_clear_line(model, parameters, told):
    with pytest.raises(ToysimError, match=told):
        toysim.run(f"deep_linear.{model}", **parameters)
