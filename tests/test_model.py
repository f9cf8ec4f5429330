"""The contract itself: reserved words, clocks and record times, rows and their draws, endings."""

import inspect
import re
from types import SimpleNamespace

import numpy as np
import pytest

import toysim
from toysim.batch import stacked
from toysim.errors import ToysimError
from toysim.model import RESERVED, Dim, Model, Parameters, Tensor, parameter
from toysim.outcomes import Status
from toysim.plan import build_sweep, split_arguments
from toysim.records import NEVER, Clock, ended
from toysim.registry import all_models, load_model

END = 7  # updates


def steps(n):
    return SimpleNamespace(n_steps=np.array([n]))


def records(n_steps, n_records, **clock):
    clock = Clock("update", "updates", end=lambda p: p.n_steps, **{"whole": True, **clock})
    return clock.record_at(steps(n_steps), n_records)[0].tolist()


@pytest.mark.parametrize("call", ["run", "theory", "sweep", "figure", "reproduce", "export"])
def test_keywords_of_public_calls_are_reserved(call):
    """Where a call takes a model's parameters too, a parameter of such a name could not be told."""
    named = inspect.signature(getattr(toysim, call)).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in named):
        assert {p.name for p in named if p.kind is not p.VAR_KEYWORD} <= RESERVED


def test_a_model_with_a_reserved_parameter_is_refused():
    class Wrong(Parameters):
        theory: float = parameter(0.0, symbol="t", meaning="taken")

    with pytest.raises(TypeError, match="words of the engine"):
        Model("a.b", "t", Wrong, (), "nowhere:simulate")


def test_whole_floats_are_integers_in_lists_too():
    """As a file of commas has them."""
    p = load_model("deep_linear.modes").validate({"lesions": np.array([1.0, 0.0])})
    assert p.lesions == (1, 0)
    with pytest.raises(ToysimError, match="lesions"):
        load_model("deep_linear.modes").validate({"lesions": [0.5]})


@pytest.mark.parametrize("name", ["row", "halving", "replica"])
def test_a_model_with_a_dimension_of_the_store_is_refused(name):
    with pytest.raises(TypeError, match="are those of the store; rename them"):
        Model("a.b", "t", Parameters, (), "nowhere:simulate", dims=(Dim(name, "taken", len),))


def test_a_parameter_may_be_a_list_of_matrices():
    class Layered(Parameters):
        layers: Tensor = parameter((), symbol="W", meaning="layers")

    model = Model("a.b", "t", Layered, (), "nowhere:simulate")
    given = np.arange(12.0).reshape(2, 2, 3)
    assert np.array_equal(model.validate({"layers": given}).layers, given)
    known = model.parameters["layers"]
    assert (known.ndim, known.type) == (3, "list of lists of lists of float")
    fixed, axes = split_arguments(model, {"layers": given})
    assert list(fixed) == ["layers"]
    fixed, axes = split_arguments(model, {"layers": [given, 2 * given]})
    assert list(axes) == ["layers"]
    with pytest.raises(ToysimError, match="list of lists of lists"):
        model.validate({"layers": given[0]})


@pytest.mark.parametrize(
    ("n_records", "at"),
    [(0, []), (1, [7]), (2, [0, 7]), (3, [0, 3, 7]), (4, [0, 2, 5, 7]), (8, list(range(8)))],
)
def test_whole_clocks_round_halves_down(n_records, at):
    assert records(END, n_records) == at


def test_many_records_of_few_updates_repeat():
    assert records(2, 5) == [0, 0, 1, 1, 2]


def test_times_are_not_rounded():
    assert records(1.0, 3, whole=False) == [0.0, 0.5, 1.0]
    assert records(1.0, 1, whole=False) == [1.0]


def test_geometric_records_have_equal_ratios_and_no_doubles():
    assert records(64, 4, spacing="geometric") == [1, 4, 16, 64]
    assert records(10, 1, spacing="geometric") == [10]
    assert records(4, 6, spacing="geometric") == [1, 2, 3, 4, NEVER, NEVER]
    assert records(1000, 3, spacing="geometric", begin=10) == [10, 100, 1000]


def test_every_update_is_a_record_whatever_the_number():
    assert records(3, 4, spacing="every") == [0, 1, 2, 3]
    clock = Clock("visit", "visits", end=lambda p: p.n_steps, whole=True, spacing="every")
    assert clock.n_records(SimpleNamespace(n_steps=3, n_records=50)) == 4


def test_records_are_rounded_down_to_multiples_the_end_too():
    assert records(11, 3, multiple=2) == [0, 4, 10]
    assert records(7, 3, multiple=lambda p: p.n_steps - 4) == [0, 3, 6]


def test_padding_is_stored_as_nan():
    clock = Clock("update", "updates", end=lambda p: p.n_steps, whole=True, spacing="geometric")
    stored = clock.as_coordinate(clock.record_at(steps(2), 4))[0]
    np.testing.assert_array_equal(stored, [1.0, 2.0, np.nan, np.nan])


def test_one_more_update():
    clock = Clock("epoch", "epochs", end=lambda p: p.first + p.second, whole=True)
    assert clock.one_more({"first": 3, "second": 2, "on": True}) == {
        "first": 3,
        "second": 3,
        "on": True,
    }
    with pytest.raises(TypeError, match="no whole parameter"):
        clock.one_more({"first": 1.5, "second": 2.5})


def test_how_rows_ended():
    rows = ended(np.array([-1, 5]), Status.STEP_BUDGET)
    assert rows["status"].tolist() == [Status.OK, Status.STEP_BUDGET]
    assert rows["status_step"].tolist() == [-1, 5]
    assert rows["status"].dtype == np.int8


def walk_batch(n_rounds, replicas=2):
    model = load_model("walk.gaussian")
    sweep = build_sweep("w", model, {}, {"n_rounds": n_rounds}, replicas=replicas, seed=4)
    return sweep.batch(np.arange(len(n_rounds)), replicas)


def test_a_row_draws_its_own_sizes_whoever_its_neighbours_are():
    both = walk_batch([2, 5]).normal("steps", "n_rounds", 3)
    assert both.shape == (4, 5, 3)
    alone = walk_batch([2]).normal("steps", "n_rounds", 3)
    np.testing.assert_array_equal(both[:2, :2], alone)
    assert (both[:2, 2:] == 0).all()
    assert (both[2:] != 0).all()


def test_rows_are_typed_and_name_their_generators():
    batch = walk_batch([2, 5], replicas=1)
    rows = list(batch.rows())
    assert [row.p.n_rounds for row in rows] == [2, 5]
    first, second = (rows[0].generator(name) for name in ("a", "b"))
    a, b = first.random(), second.random()
    assert a != b
    assert rows[0].generator("a").random() == a
    drawn = stacked([{"x": row.normal("a", 2)} for row in rows])["x"]
    np.testing.assert_array_equal(drawn, batch.normal("a", 2))


def test_replaced_values_leave_the_draws_alone():
    batch = walk_batch([2, 5])
    other = batch.replacing(drift=np.zeros(4))
    np.testing.assert_array_equal(batch.normal("a"), other.normal("a"))
    assert (other["drift"] == 0).all()
    np.testing.assert_array_equal(other.take(np.array([3])).normal("a"), batch.normal("a")[3:])


def test_errors_carry_the_guilty_name():
    model = load_model("perceptron.storage")
    for values, key in (
        ({"alpha": -1.0}, "alpha"),
        ({"alfa": 1.0}, "alfa"),
        ({"sampler": "enumeration", "size": 24}, "sampler"),  # without it 24 would do
    ):
        with pytest.raises(ToysimError) as refused:
            model.validate(values)
        assert refused.value.key == key


def test_ends_of_what_is_allowed_are_shown_exactly():
    """``<= 1`` for 1 - 1e-9 refused 1."""
    for model in all_models().values():
        for p in model.parameters.values():
            for sign, shown in re.findall(r"([<>]=) (\S+)", p.allowed):
                assert float(shown) == p.range[sign == "<="], (model.id, p.name)
