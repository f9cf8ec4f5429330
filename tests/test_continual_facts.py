"""Facts in a stream: known numbers, limits, and runs written out."""

import numpy as np
import pytest
from reference.continual_facts import fact_runs, wording_runs

import toysim
from toysim.errors import ToysimError
from toysim.models.continual import FACT_INJECTION

MODEL = "continual.fact_injection"


def simulated(replicas, **fixed):
    """Runs of one cell."""
    first = next(iter(fixed))
    tree = toysim.sweep(MODEL, replicas=replicas, **fixed | {first: [fixed[first]]})
    return tree["simulation"].to_dataset().isel({first: 0})


def test_known_moments():
    found = toysim.theory(MODEL, n_modes=20, batch=4, first=0, n_steps=50, n_records=1)
    assert found.recall.item() == pytest.approx(0.109269656, abs=5e-10)
    variance = found.recall_square.item() - found.recall.item() ** 2
    assert variance == pytest.approx(0.00288997658, abs=5e-12)
    assert found.recall_deviation.item() == pytest.approx(variance**0.5)


@pytest.mark.parametrize(("a", "b", "kept"), [(1.5, 1.5, 0.110064425), (1.2, 2.9, 1.37837496e-4)])
def test_known_retention(a, b, kept):
    exponents = {"capacity_exponent": a, "fact_exponent": b}
    found = toysim.theory(MODEL, n_modes=10_000, first=0, n_steps=1000, n_records=1, **exponents)
    assert found.retention.item() == pytest.approx(kept, rel=1e-8)


def test_known_limit_of_periodic_injections():
    found = toysim.theory(MODEL, n_modes=300, strength=0.3)
    assert float(found.limit_recall) == pytest.approx(0.778706503, abs=5e-10)
    endless = {"count": 10**6, "first": 0, "interval": 50, "n_steps": 60_000, "noise": 0.0}
    late = toysim.theory(MODEL, n_modes=20, strength=0.3, learning_rate=0.5, **endless)
    assert float(late.final_recall) == pytest.approx(float(late.limit_recall), rel=1e-6)


@pytest.mark.parametrize(
    ("a", "b", "d", "interval"),
    [
        (1.5, 1.5, 100, 57.61),
        (1.5, 1.5, 1000, 566.84342),
        (1.5, 1.5, 10_000, 5683),
        (1.5, 2.0, 10_000, 175.8),
        (1.2, 2.9, 1000, 2.06191045),
        (1.2, 2.9, 10_000, 2.072),
    ],
)
def test_known_thresholds(a, b, d, interval):
    exponents = {"capacity_exponent": a, "fact_exponent": b}
    found = toysim.landmark(MODEL, "learnability_threshold", strength=0.3, n_modes=d, **exponents)
    digits = len(str(interval).replace(".", ""))
    assert float(f"{float(found):.{digits}g}") == interval


def test_at_the_threshold_half_is_recalled():
    found = toysim.theory(MODEL, n_modes=50, strength=0.3, interval=30)
    kappa = 0.3 * (1 - float(found.limit_recall)) / float(found.limit_recall)
    other = toysim.landmark(MODEL, "learnability_threshold", n_modes=50, strength=kappa)
    assert float(other) == pytest.approx(30, rel=1e-9)


def test_runs_written_out():
    """Mean, mean square, shares above the threshold and above runs without the fact."""
    given = {"d": 12, "a": 1.2, "b": 0.8, "eta": 0.2, "B": 2, "s2": 0.1, "kappa": 0.7}
    told, untold = fact_runs((2, 7), steps=20, start=0.3, runs=20_000, seed=3, **given)
    fixed = {
        "n_modes": 12,
        "capacity_exponent": 1.2,
        "fact_exponent": 0.8,
        "batch": 2,
        "noise": 0.1,
        "strength": 0.7,
        "count": 2,
        "interval": 5,
        "first": 2,
        "start_error": 0.3,
        "n_steps": 20,
        "n_records": 21,
    }
    ours = simulated(4000, **fixed)
    law = toysim.theory(MODEL, **fixed)
    samples = {
        "recall": told,
        "recall_square": told**2,
        "recalled": 1.0 * (told > 0.5),
        "recognised": 1.0 * (told > untold),
    }
    for name, sample in samples.items():
        mean, error = sample.mean(axis=0), sample.std(axis=0) / 20_000**0.5
        seen = ours[name].mean("replica").values
        both = np.hypot(error, ours[name].std("replica").values / 4000**0.5)
        assert np.all(np.abs(seen - mean) <= 4.5 * both + 1e-3 * (both == 0)), name
        if name in ("recall", "recall_square"):
            assert np.all(np.abs(law[name].values - mean) <= 4.5 * error + 1e-12), name


def test_gaussian_shares():
    """Beside shares of simulated runs within 2 %, here at batches of 4."""
    fixed = {"n_modes": 60, "batch": 4, "strength": 0.8, "first": 0, "n_steps": 100}
    law = toysim.theory(MODEL, n_records=101, **fixed)
    at = [1, 3, 10, 30, 100]
    np.testing.assert_allclose(law.gaussian_recalled[at], [1, 0.888, 0.040, 0, 0], atol=5e-4)
    np.testing.assert_allclose(law.gaussian_recognised[at], [1, 1, 1, 0.9994, 0.9605], atol=5e-5)
    runs = simulated(1500, n_records=101, **fixed)
    for name in ("recalled", "recognised"):
        share = runs[name].mean("replica")
        error = 4.5 * np.sqrt(share * (1 - share) / 1500)
        assert np.all(np.abs(share - law[f"gaussian_{name}"])[1:] <= 0.02 + error), name


@pytest.mark.parametrize("presentation", ["duplicate", "paraphrase"])
def test_wordings_written_out(presentation):
    given = {"core": 2.5, "surface": 1.2, "share": 0.5, "a": 1.5, "eta": 0.2, "kappa": 0.3}
    memory, general = wording_runs(
        presentation == "paraphrase", d=40, later=50, runs=20_000, seed=5, **given
    )
    runs = simulated(
        1500,
        presentation=presentation,
        n_modes=40,
        fact_exponent=2.5,
        surface_exponent=1.2,
        core_share=0.5,
        strength=0.3,
        count=10,
        interval=10,
        first=0,
        noise=0.0,
        n_steps=140,
        n_records=1,
    )
    for name, sample in (("memory", memory), ("generalisation", general)):
        mean, error = runs[name].mean().item(), runs[name].std().item() / 1500**0.5
        assert abs(mean - sample.mean()) <= 4.5 * np.hypot(error, sample.std() / 20_000**0.5), name


def test_the_mean_does_not_depend_on_the_start():
    late = [toysim.theory(MODEL, first=t, n_steps=t + 40, start_error=1.0) for t in (0, 100, 300)]
    recalls = [float(found.final_recall) for found in late]
    np.testing.assert_allclose(recalls, recalls[0], rtol=1e-12)


def test_exposures_in_a_row():
    """1 - (1 - kappa)^k where the background does not forget."""
    still = {"learning_rate": 1e-9, "interval": 1, "first": 0, "noise": 0.0}
    for k in (1, 2, 3):
        found = toysim.theory(MODEL, strength=0.25, count=k, n_steps=k, **still)
        assert float(found.final_recall) == pytest.approx(1 - 0.75**k, abs=1e-6)


def test_unstable_backgrounds_diverge():
    run = toysim.run(MODEL, learning_rate=3.0)
    assert int(run.status) == 1
    assert not bool(toysim.theory(MODEL, learning_rate=3.0).valid)
    assert not bool(toysim.theory(MODEL, learning_rate=0.9).valid)  # by the sum over modes


def test_bad_input_is_one_line():
    with pytest.raises(ToysimError, match="lower count or n_modes") as told:
        FACT_INJECTION.validate(
            {
                "presentation": "paraphrase",
                "core_share": 0.5,
                "count": 10**6,
                "interval": 1,
                "n_steps": 10**6,
            }
        )
    assert "\n" not in str(told.value)
    assert "give one below 1" in str(
        toysim.landmark(MODEL, "learnability_threshold", learning_rate=1.5)
    )
