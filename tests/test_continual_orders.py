"""Orders of samples and many interventions: known numbers, and passes written out."""

import numpy as np
import pytest
from reference.continual_facts import passes

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.continual import INTERVENTIONS, SAMPLE_ORDER
from toysim.models.continual.sample_order.problem import data
from toysim.models.continual.sample_order.theory import order_square


def batch(model=SAMPLE_ORDER, n=1, **fixed):
    model.validate(fixed)
    return Batch(model, {}, fixed, np.arange(n), 0)


def test_known_variance_over_orders():
    """3014 eta^4, at eta = 1e-4."""
    fixed = {"n_samples": 12, "dimension": 8, "noise": 0.2, "learning_rate": 5e-5}
    law = toysim.theory("continual.sample_order", **fixed)
    assert float(law.order_square) == pytest.approx(3014 * 5e-5**4, rel=1e-9)


def test_known_memorisation():
    fixed = {"n_samples": 40, "dimension": 20, "learning_rate": 0.01, "noise": 0.5}
    from toysim.models.continual.sample_order.theory import memorisation

    p = SAMPLE_ORDER.validate(fixed | {"learning_rate": 0.02})
    found = memorisation(p)
    assert found[[0, -1]] == pytest.approx([0.14914987, 0.279607138], abs=5e-9)
    assert np.all(np.diff(found) > 0)


def test_passes_written_out():
    """Variance over orders, the estimates without and with the second order, and own losses."""
    fixed = {"n_samples": 5, "dimension": 3, "learning_rate": 0.05, "n_orders": 400}
    ours = SAMPLE_ORDER.load("simulate")(batch(**fixed))
    x, noise, start = next(data(batch(**fixed)))
    rng = next(batch(**fixed).rows()).generator("orders")
    orders = rng.permuted(np.tile(np.arange(5), (400, 1)), axis=1)
    reference = passes(x, noise, start, 0.05, np.arange(5))
    ends, off, own = [], [], np.zeros(5)
    for order in orders:
        w = passes(x, noise, start, 0.05, order)[-1]
        at = reference[:-1]
        zeroth = start - 0.05 * sum(x[s] * (x[s] @ at[t] - noise[s]) for t, s in enumerate(order))
        off.append([np.linalg.norm(guess - w) for guess in (reference[-1], zeroth)])
        own += 0.5 * (w @ w + 0.1 - (x[order] @ w - noise[order]) ** 2)
        ends.append(w)
    variance = np.sum(np.var(ends, axis=0, ddof=1))
    assert ours["order_square"][0] == pytest.approx(variance, rel=1e-12)
    np.testing.assert_allclose(ours["estimate_error"][0, :2], np.mean(off, axis=0), rtol=1e-10)
    assert ours["estimate_error"][0, 2] < 1e-14
    np.testing.assert_allclose(ours["memorisation"][0], own / 400, rtol=1e-10)


def test_second_in_step_falls_as_the_cube():
    errors = []
    for eta in (0.001, 0.002):
        found = SAMPLE_ORDER.load("simulate")(batch(n=10, learning_rate=eta, n_orders=50))
        errors.append(found["estimate_error"].mean(axis=0)[4])
    assert errors[1] / errors[0] == pytest.approx(8.0, rel=0.1)


def test_variance_of_all_orders_of_three_samples():
    """All six, as the step goes to 0."""
    import itertools

    fixed = {"n_samples": 3, "dimension": 2, "learning_rate": 1e-4, "data_draw": 3}
    given = next(data(batch(**fixed)))
    ends = [passes(*given, 1e-4, o)[-1] for o in itertools.permutations(range(3))]
    exact = np.sum(np.var(ends, axis=0))
    assert order_square(given, 1e-4) == pytest.approx(exact, rel=5e-3)


def test_known_crosstalk():
    law = toysim.theory("continual.interventions")
    assert float(law.crosstalk_square) == pytest.approx(0.0869545222, abs=5e-11)
    assert float(law.first_recall) == pytest.approx(0.4130843119, abs=5e-11)


def test_interaction_of_two_is_known():
    """|kappa^2 (f1.f2) y1 f2|^2, kappa^4/d in the mean."""
    law = toysim.theory("continual.interventions", n_interventions=2, strength=0.7)
    assert float(law.interaction) == pytest.approx(0.7**4 / 50, rel=1e-12)


def test_crosstalk_saturates():
    law = toysim.theory("continual.interventions", n_interventions=5000)
    limit = toysim.landmark("continual.interventions", "saturated_crosstalk")
    assert float(law.crosstalk_square) == pytest.approx(float(limit) ** 2, rel=1e-6)
    assert float(limit) == pytest.approx(3**-0.5, rel=1e-12)
    assert not toysim.landmark("continual.interventions", "saturated_crosstalk", strength=2.0).valid


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (SAMPLE_ORDER, {"n_samples": 2000, "n_orders": 10**6}),
        (INTERVENTIONS, {"n_interventions": 10**6, "dimension": 50}),
    ],
)
def test_bad_input_is_one_line(model, values):
    with pytest.raises(ToysimError, match="lower") as told:
        model.validate(values)
    assert "\n" not in str(told.value)
