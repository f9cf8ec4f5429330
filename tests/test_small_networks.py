"""Small models of deep linear networks: known numbers, limits, and networks written out in
``reference/small_networks.py``.
"""

import numpy as np
import pytest
from reference import small_networks as written
from scipy.special import xlogy
from scipy.stats import binom

import toysim
from toysim.errors import ToysimError
from toysim.models.deep_linear.binned_unit.bins import probabilities
from toysim.models.deep_linear.binned_unit.theory import finite


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


def test_structured_start_laws_of_best_ranks():
    """Exact minima and their laws for many inputs, of the kernel and of W'W."""
    for name, d, f, known in (
        ("wide_best_rank", 20, 20.0, 8.25),
        ("wide_best_rank", 400, 200.0, 40.3),
        ("best_representation_rank", 400, 20.0, 27.2),
        ("wide_best_representation_rank", 400, 20.0, 25.9),
        ("best_representation_rank", 20, 5.0, 8.88),
        ("best_representation_rank", 20, 10.0, 20.0),
        ("best_representation_rank", 20, 20.0, 20.0),
    ):
        found = mark("structured_start", name, n_inputs=d, start_norm=f**0.5)
        assert found == pytest.approx(known, abs=0.05), (name, d, f)
    strong = {"n_inputs": 20, "start_norm": 50**0.5}
    none = toysim.landmark("deep_linear.structured_start", "wide_best_rank", **strong)
    assert "not below n_inputs" in none.reason


def test_structured_start_of_full_rank_to_first_order():
    from toysim.models.deep_linear.structured_start.closed_forms import first_order

    change, readout = first_order(np.array([4.0, 6.0, 3.0, 8.0]), np.full(4, 0.5))
    assert np.linalg.norm(change) == pytest.approx(0.24062332, abs=5e-9)
    assert readout == pytest.approx(0.21875, abs=1e-12)


def off_first_order(**given):
    """Relative distance of a run of full rank from the law of first order."""
    fixed = {"rank": 4, "n_inputs": 4, "width": 9, "start_norm": 4.0, "duration": 60.0} | given
    run = toysim.run("deep_linear.structured_start", **fixed)
    law = toysim.theory("deep_linear.structured_start", **fixed)
    names = ("kernel_change", "representation_change", "readout_square")
    pairs = ((float(run[name]), float(law[f"leading_{name}"])) for name in names)
    return np.array([abs(found / known - 1.0) for found, known in pairs])


def test_the_first_order_is_what_runs_leave_of_strong_starts():
    """Its relative error falls as the square of the task's norm: by four at half of it."""
    coarse, fine = (off_first_order(teacher_norm=s, learning_rate=1e-4) for s in (1.0, 0.5))
    assert (coarse < 0.1).all()
    assert (np.abs(coarse / fine - 4.0) < 0.4).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_first_order_of_any_spectrum(seed):
    given = {"spectrum": "gaussian", "teacher_norm": 0.05, "learning_rate": 1e-3, "seed": seed}
    assert (off_first_order(**given) < 0.05).all()


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


def test_concepts_numbers():
    names = ("plateau_strong", "plateau_weak", "learning_slope", "turn_slope")
    found = [mark("concepts", name) for name in names]
    known = (0.85537116, -0.36304424, 0.45119479, 1.20674104)
    np.testing.assert_allclose(found, known, atol=5e-9)
    np.testing.assert_allclose(mark("concepts", "held_out_end", mask=0.5), 0.8)


def test_concepts_learning_times_with_masked_prompts():
    fixed = {"signals": (2.0, 1.0), "class_weights": (1.0, 1.0, 1.0, 1.0), "mask": 0.3}
    late, early = (theory("concepts", n, **fixed)[0] for n in ("learning_time", "latent_time"))
    np.testing.assert_allclose(late, 4.0320471, atol=1e-6)
    np.testing.assert_allclose(late - early, 0.28961793, atol=1e-6)


def test_concepts_slopes_over_the_start():
    """From K0 = 1e-12 to 1e-14, where the two phases are apart."""
    names, grown = ("learning_time", "turn_time"), np.log(100.0)
    large, small = (
        [theory("concepts", n, start_strength=k, duration=60.0) for n in names]
        for k in (1e-12, 1e-14)
    )
    learning, turn = (small[0][0] - large[0][0]) / grown, (small[1] - large[1]) / grown
    np.testing.assert_allclose(learning, mark("concepts", "learning_slope"), rtol=1e-3)
    np.testing.assert_allclose(turn, mark("concepts", "turn_slope"), rtol=1e-3)


def test_concepts_turn_from_the_smallest_start():
    """The turn grows from a determinant of 1e-9 that is no difference of products: it was 1.2 off.
    Errors halve with the step.
    """
    fixed = {"signals": (0.7, 2.9), "orientation": "random", "start_strength": 1e-14}
    tree = toysim.sweep(
        "deep_linear.concepts", learning_rate=[0.002, 0.004], **fixed, duration=40.0, replicas=2
    )
    fine, coarse = (tree["simulation"]["turn_time"].values[k] for k in (0, 1))
    exact = tree["theory"]["turn_time"].values[0]
    assert (np.abs(2.0 * fine - coarse - exact) < 0.05 * np.abs(fine - coarse)).all()


def test_concepts_written_out():
    """Errors halve with the step: extrapolated, the network is where the flow is."""
    fixed = {"start_strength": 0.01, "duration": 6.0, "n_records": 2}
    ends = [written.concepts(np.random.default_rng(14), 8, 0.01, h, 6.0) for h in (0.004, 0.002)]
    exact = theory("concepts", "coordinate", **fixed)[:, -1]
    np.testing.assert_allclose(2.0 * ends[1] - ends[0], exact, atol=2e-5)


def test_information_plane_numbers():
    fixed = {"duration": 3.0, "n_records": 7}
    known = {
        "information_input": (0.29275031, 1.50715540, 4.89078975),
        "information_label": (0.23559785, 1.23875200, 2.77104480),
        "bound": (0.27223263, 1.27378640, 2.78137451),
    }
    for name, values in known.items():
        found = theory("information_plane", name, **fixed)[[1, 2, 6]]
        np.testing.assert_allclose(found, values, atol=5e-9)


def test_information_plane_compresses_from_large_balanced_starts_alone():
    fixed = {"duration": 100.0, "n_records": 2001}
    lost = [
        float(theory("information_plane", "compression", **fixed, **start))
        for start in (
            {"start_strength": 1e-6},
            {"start_strength": 1e-3},
            {"start_strength": 0.1},
            {"start_strength": 1.5},
            {"start_strength": 1.5, "readout": "zero"},
        )
    ]
    np.testing.assert_allclose(lost, (0.0, 0.0008, 0.167, 0.459, 0.0), atol=6e-4)
    assert mark("information_plane", "compressing_start") == 1.0


def test_one_mode_lies_on_the_bound():
    fixed = {"strengths": (2.0,), "n_records": 11}
    label, most = (theory("information_plane", n, **fixed) for n in ("information_label", "bound"))
    np.testing.assert_allclose(label, most, atol=1e-12)


def test_information_plane_written_out():
    fixed = {"strengths": (2.0, 1.0, 0.0), "start_strength": 0.1, "duration": 1.5, "n_records": 2}
    ends = [
        written.plane(np.random.default_rng(15), fixed["strengths"], 0.1, rate, 1.5)
        for rate in (4e-3, 2e-3)
    ]
    names = ("information_input", "information_label")
    exact = [theory("information_plane", name, **fixed)[-1] for name in names]
    np.testing.assert_allclose(2.0 * ends[1] - ends[0], exact, atol=1e-5)


def test_binned_unit_numbers():
    weights = (0.3, 1.0, 3.0, 30.0)
    found = [float(theory("binned_unit", "exact_information", weight=w)) for w in weights]
    known = (2.83927056, 3.38052445, 2.43658740, 0.98641361)
    np.testing.assert_allclose(found, known, atol=5e-9)
    np.testing.assert_allclose(mark("binned_unit", "best_weight"), 0.869, atol=5e-4)
    ends = [theory("binned_unit", "exact_information", weight=1e-6, n_bins=n) for n in (30, 31)]
    np.testing.assert_allclose(ends, (np.log(2.0), 0.0), atol=1e-9)


@pytest.mark.parametrize("n", [10, 500, 100_000])
@pytest.mark.parametrize("p", [1e-9, 1e-5, 0.01, 0.3, 0.5, 0.99])
def test_mean_information_of_a_count_is_the_sum(p, n):
    """Term by term over the counts that matter."""
    reach = 12.0 * np.sqrt(n * p * (1.0 - p)) + 40.0
    j = np.arange(max(np.floor(n * p - reach), 1.0), min(np.ceil(n * p + reach), n) + 1.0)
    summed = -binom.pmf(j, n, p) @ xlogy(j / n, j / n)
    np.testing.assert_allclose(finite(np.array([p]), n), summed, rtol=1e-9, atol=1e-13)


def test_very_many_bins_are_one_curve_in_their_probability(monkeypatch):
    p = probabilities("linear", 30.0, 30)
    curve = finite(p, 10**6)
    monkeypatch.setattr("toysim.models.deep_linear.binned_unit.theory.NODES", len(p))
    np.testing.assert_allclose(curve, finite(p, 10**6), rtol=1e-11)


def test_binned_unit_written_out():
    rng, n, draws = np.random.default_rng(16), 300, []
    for _ in range(400):
        bins = np.floor(rng.standard_normal(n) * 4.0 / (2.0 / 30))
        share = np.unique(bins, return_counts=True)[1] / n
        draws.append(-np.sum(share * np.log(share)))
    fixed = {"activation": "linear", "weight": 4.0, "n_samples": n}
    exact = float(theory("binned_unit", "information", **fixed))
    assert abs(np.mean(draws) - exact) < 5.0 * np.std(draws) / np.sqrt(400)
    assert float(theory("binned_unit", "exact_information", **fixed)) > exact


@pytest.mark.parametrize(
    ("model", "parameters", "told"),
    [
        ("structured_start", {"rank": 9}, "lower rank or raise both"),
        ("structured_start", {"rank": 6, "overlap": 0.5}, "full rank has overlap 1"),
        ("structured_start", {"overlap": -0.5}, "-1, or from 0 to 1"),
        ("concepts", {"class_weights": (0.0, 0.0, 0.0, 0.0)}, "four weights for 00, 01, 10, 11"),
        ("concepts", {"signals": (1.0,)}, "two numbers"),
        ("information_plane", {"width": 3}, "at least as many as strengths"),
    ],
)
def test_bad_input_is_one_clear_line(model, parameters, told):
    with pytest.raises(ToysimError, match=told):
        toysim.run(f"deep_linear.{model}", **parameters)
