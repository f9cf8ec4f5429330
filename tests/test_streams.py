"""Streams belong to content: not to order, neighbours, chunking, or parameters added later."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toysim.batch import Batch
from toysim.registry import load_model
from toysim.streams import canonical, row_keys


def batch(columns=None, fixed=None, replica=(0,), seed=0, common=False):
    columns = {n: np.asarray(v) for n, v in (columns or {}).items()}
    return Batch(
        load_model("walk.gaussian"), columns, fixed or {}, np.asarray(replica), seed, common
    )


@given(st.permutations(range(6)))
def test_order_of_rows_does_not_matter(order):
    order = np.array(order)
    drift, replica = np.linspace(0, 1, 6), np.array([0, 0, 1, 1, 2, 2])
    whole = batch({"drift": drift}, replica=replica).normal("steps", 3)
    np.testing.assert_array_equal(
        batch({"drift": drift[order]}, replica=replica[order]).normal("steps", 3), whole[order]
    )


def test_axis_or_fixed_value_gives_the_same_stream():
    as_axis = batch({"drift": [0.3, 0.7], "noise": [2.0, 2.0]}, replica=[1, 1]).keys
    as_fixed = batch({"drift": [0.3, 0.7]}, {"noise": 2.0}, replica=[1, 1]).keys
    np.testing.assert_array_equal(as_axis, as_fixed)


def test_what_changes_a_stream_and_what_does_not():
    home = batch().keys.tobytes()
    assert batch({"n_records": [5]}).keys.tobytes() == home  # declared stream=False
    assert batch({"late_option": [False]}).keys.tobytes() == home  # at its default
    others = [
        batch({"late_option": [True]}),
        batch({"drift": [0.25]}),
        batch({"weights": [[2.0, 1.0]]}),
        batch(replica=[1]),
        batch(seed=1),
    ]
    assert len({home, *(b.keys.tobytes() for b in others)}) == 6


def test_negative_zero_is_zero_and_types_count():
    assert canonical(-0.0) == canonical(0.0)
    assert len({canonical(v) for v in (1, 1.0, True, "1", (1,), None)}) == 6


def test_named_streams_and_neighbours_are_independent():
    replicas = np.arange(4000)
    rows = batch(replica=replicas)
    weights, data = rows.normal("weights")[:, None], rows.normal("data")[:, None]
    correlations = [
        np.corrcoef(weights[:, 0], data[:, 0])[0, 1],
        np.corrcoef(weights[:-1, 0], weights[1:, 0])[0, 1],
    ]
    assert np.max(np.abs(correlations)) < 5 / np.sqrt(4000)
    assert abs(weights.mean()) < 5 / np.sqrt(4000)
    assert abs(weights.var() - 1) < 5 * np.sqrt(2 / 4000)


def test_keys_of_a_hundred_thousand_rows_are_distinct():
    drift, replica = np.repeat(np.linspace(0, 1, 400), 250), np.tile(np.arange(250), 400)
    keys = batch({"drift": drift}, replica=replica).keys
    assert len(np.unique(keys, axis=0)) == 100_000
    assert len(np.unique(keys[:, 0])) == 100_000


def test_reading_one_stream_does_not_move_another():
    rows = batch(replica=[0, 1, 2])
    first = rows.normal("data", 4)
    rows.normal("weights", 100)
    np.testing.assert_array_equal(rows.normal("data", 4), first)
    np.testing.assert_array_equal(
        np.array([g.standard_normal(4) for g in rows.generators("data")]), first
    )


def test_rows_share_the_draws_of_what_they_have_in_common():
    """Replicas share them, another value of a named parameter does not, of another one does."""
    rows = batch({"drift": np.array([0.1, 0.1, 0.2])}, replica=[0, 1, 0])
    shared = rows.sharing("drift").normal("data", 4)
    np.testing.assert_array_equal(shared[0], shared[1])
    assert (shared[0] != shared[2]).all()
    of_all = rows.sharing().normal("data", 4)
    np.testing.assert_array_equal(of_all[0], of_all[2])
    assert (rows.normal("data", 4)[0] != shared[0]).all()


def test_pinned_key():
    """Streams are a promise: stored sweeps grow by them. Made by row_keys of this version, seed
    1.
    """
    key = row_keys(1, "a.b", {"x": np.array([2.5])}, {"x": 0.0}, np.array([3]))
    assert [int(k) for k in key[0]] == PINNED


PINNED = [3486191042175530894, 1196213020694617832]
