"""The attention-only network: its short form against the written-out one, training, measures,
streams, jumps.
"""

import math

import numpy as np
import pytest
from reference.induction_network import loss_and_gradients, one_hot_tokens, softmax

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.induction_head import NETWORK as MODEL
from toysim.models.induction_head.crossings import crossing_times
from toysim.models.induction_head.network.attention import workspace
from toysim.models.induction_head.network.measures import measure
from toysim.models.induction_head.network.passes import backward, forward
from toysim.models.induction_head.network.tokens import tokens
from toysim.models.induction_head.network.training import Training, train
from toysim.models.induction_head.network.weights import Weights, draw_weights
from toysim.models.induction_head.sequences import Task, draw_batch, draw_contents, draw_tests

SMALL = {"n_positions": 12, "n_classes": 16, "p_novel": 0.5, "batch_size": 16, "n_test": 50}


def rows(replicas=1, **fixed):
    MODEL.validate(fixed)
    return MODEL.load("simulate")(Batch(MODEL, {}, fixed, np.arange(replicas), 0))


def setting(seed=0, **values):
    """Parameters, weights, a batch, and its tokens written out."""
    p = MODEL.validate({**SMALL, **values})
    task = Task.of(p)
    generator = np.random.default_rng(seed)
    contents, weights = draw_contents(task, generator), draw_weights(p, generator)
    drawn = tokens(p, contents, draw_batch(task, contents, p.batch_size, generator), generator)
    written = one_hot_tokens(
        drawn.items, drawn.label_vectors, drawn.labels, drawn.first, p.positions
    )
    return p, weights, drawn, written


def zeros(weights):
    return Weights(*(np.zeros_like(w) for w in weights))


def test_reference_gradients_are_those_of_the_loss():
    _, weights, drawn, written = setting(precision="double", batch_size=3)
    _, gradients, _ = loss_and_gradients(written, drawn.truth, *weights)
    for w, by in zip(weights, gradients, strict=True):
        for k in range(0, w.size, max(1, w.size // 13)):
            kept, h, ends = w.flat[k], 1e-5, []
            for w.flat[k] in (kept + h, kept - h):
                ends.append(loss_and_gradients(written, drawn.truth, *weights)[0])
            w.flat[k] = kept
            assert by.flat[k] == pytest.approx((ends[0] - ends[1]) / (2 * h), abs=1e-8)


@pytest.mark.parametrize(("precision", "close"), [("double", 1e-13), ("single", 3e-6)])
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"n_hidden": 0, "n_positions": 0},
        {"n_pairs": 6, "n_positions": 15, "burst": 2, "n_hidden": 3},
    ],
)
def test_short_form_is_the_written_out_network(precision, close, values):
    p, weights, drawn, written = setting(precision=precision, **values)
    space, gradient = workspace(p), zeros(weights)
    found = forward(drawn, weights, space)
    backward(drawn, weights, found, gradient, space)
    loss, expected, (a1, a2, logits) = loss_and_gradients(written, drawn.truth, *weights)
    np.testing.assert_allclose(found.a1, a1, atol=close)
    np.testing.assert_allclose(found.a2, a2[:, -1], atol=close)
    np.testing.assert_allclose(found.logits, logits, atol=3 * close)
    for by, right in zip(gradient, expected, strict=True):
        tensors = (
            (by.reshape(6, -1), right.reshape(6, -1)) if by.ndim == 4 else (by[None], right[None])
        )
        for a, b in zip(*tensors, strict=True):
            assert np.linalg.norm(a - b) <= close * np.linalg.norm(b)
    looked = measure(drawn, weights, space)
    probability, slots = softmax(logits), drawn.labels == drawn.truth[:, None]
    assert looked["loss"] == pytest.approx(loss, rel=1e-6)
    assert looked["p_right"] == pytest.approx(
        probability[np.arange(len(drawn.truth)), drawn.truth].mean(), rel=1e-5
    )
    assert looked["ila1"] == pytest.approx(
        np.mean([a1[:, i, i - 1] for i in range(1, 2 * p.n_pairs, 2)]), rel=1e-5
    )
    assert looked["tla2"] == pytest.approx(a2[:, -1, 1::2].sum(axis=1).mean(), rel=1e-5)
    assert looked["tila2"] == pytest.approx((a2[:, -1, 1::2] * slots).sum(axis=1).mean(), rel=1e-5)
    shown = np.array([np.isin(np.arange(p.n_labels), row) for row in drawn.labels])
    assert looked["label_mass"] == pytest.approx((probability * shown).sum(axis=1).mean(), rel=1e-5)
    assert looked["context_label"] == np.mean(
        [shown[s, c] for s, c in enumerate(logits.argmax(axis=1))]
    )


def test_updates_are_sgd_with_decay():
    """w <- (1 - lambda) w - eta dw, batch by batch of as many sequences as the workspace holds."""
    _, weights, drawn, written = setting(precision="double", batch_size=32)
    expected = [w.copy() for w in weights]
    for half in (slice(0, 16), slice(16, 32)):
        _, gradients, _ = loss_and_gradients(written[half], drawn.truth[half], *expected)
        expected = [0.9 * w - 0.3 * dw for w, dw in zip(expected, gradients, strict=True)]
    space = workspace(MODEL.validate({**SMALL, "precision": "double"}))
    train(drawn, weights, zeros(weights), space, 0.3, 0.1)
    for w, right in zip(weights, expected, strict=True):
        np.testing.assert_allclose(w, right, atol=1e-13)


def test_looking_often_and_running_on_leave_the_course_alone():
    short = rows(**SMALL, n_steps=90, n_records=3)
    long = rows(**SMALL, n_steps=180, n_records=61)
    for name in ("loss", "ic_accuracy", "iw_accuracy", "tla2"):
        np.testing.assert_array_equal(long[name][0, [0, 15, 30]], short[name][0])


def test_attention_at_the_end_needs_no_records():
    none, end = (rows(**SMALL, n_steps=30, n_records=n) for n in (0, 1))
    assert none["loss"].shape == (1, 0)
    np.testing.assert_array_equal(none["attention1"], end["attention1"])
    assert (none["attention1"][0, 0] != none["attention1"][0, 1]).any()


def test_precision_does_not_move_the_jump():
    """Same draws: the jump comes at the same update, to far less than its width."""
    setup = {"replicas": 2, "n_steps": 2000, "n_records": 81, "n_test": 200, "batch_size": 32}
    single, double = (rows(**setup, precision=precision) for precision in ("single", "double"))
    assert single["crossed"].any()
    np.testing.assert_allclose(single["t50"], double["t50"], atol=25)
    np.testing.assert_allclose(single["loss"][:, :10], double["loss"][:, :10], rtol=1e-4)


def test_abrupt_jump_from_a_random_label_of_the_context():
    found = rows(replicas=4, n_steps=2500, n_records=101, n_test=200)
    done = found["crossed"] == 1
    assert done.sum() >= 3
    assert (found["ic_accuracy"][done, -1] > 0.85).all()
    assert np.median(found["plateau_accuracy"][done]) == pytest.approx(0.25, abs=0.05)
    assert np.nanmedian(found["width"][done]) < 0.5  # one may end within its jump
    at = (np.arange(4), found["answer_token"].astype(int))
    assert np.median(found["attention2"][at[0], 1, at[1]][done]) > 0.5
    np.testing.assert_allclose(found["attention1"].sum(axis=-1), 1, atol=1e-6)


def test_places_are_uniform_and_one_sequence_keeps_its_order():
    p, _, drawn, _ = setting(batch_size=4000)
    counts = np.bincount(drawn.first, minlength=4)
    assert len(counts) == p.positions - p.n_tokens + 1 == 4
    assert np.abs(counts - 1000).max() < 5 * math.sqrt(1000 * 0.75)


def test_many_copies_of_a_novel_class():
    """All copies of a novel class, the target among them, overlap by 1/(1 + eps^2) and have square
    length 1.
    """
    task = Task(8, 16, 16, 400, 4, 0.7, 1.0, 1.0, 0.0)
    generator = np.random.default_rng(5)
    items, labels, truth = draw_batch(task, draw_contents(task, generator), 300, generator)
    classes = np.append(labels, truth[:, None], axis=1)
    overlaps = np.einsum("sid,sjd->sij", items, items)
    same = classes[:, :, None] == classes[:, None, :]
    itself = np.broadcast_to(np.eye(9, dtype=bool), same.shape)
    error = 5 * math.sqrt(2 / 400 / 300)
    assert overlaps[itself].mean() == pytest.approx(1, abs=error)
    assert overlaps[same & ~itself].mean() == pytest.approx(1 / 1.49, abs=error)
    assert overlaps[~same].mean() == pytest.approx(0, abs=error)
    last = (
        overlaps[:, -1, :-1][same[:, -1, :-1]].reshape(300, 4).mean(axis=0)
    )  # whichever copy came before
    np.testing.assert_allclose(last, 1 / 1.49, atol=5 * math.sqrt(2 / 400 / 300))


@pytest.mark.parametrize(("exclude", "rate"), [(False, 1 - (1 - 1 / 128) ** 8), (True, 0.0)])
def test_plain_contexts_show_the_target_by_chance(exclude, rate):
    """6.1 % at K = 128, N = 8; never with ``exclude_target``."""
    task = Task(8, 32, 128, 200, 1, 0.01, 0.0, 1.0, 0.0)
    contents = draw_contents(task, np.random.default_rng(1))
    items = draw_tests(task, contents, 4000, np.random.default_rng(2), exclude)["iw"].items
    classes = np.argmax(items.reshape(-1, 200) @ contents.centres.T, axis=1).reshape(4000, 9)
    shown = (classes[:, :-1] == classes[:, -1:]).any(axis=1).mean()
    assert shown == pytest.approx(rate, abs=5 * math.sqrt(rate * (1 - rate) / 4000))


def test_a_draw_of_many_batches_is_used_up_in_turn():
    p = MODEL.validate(SMALL)
    task = Task.of(p)
    contents = draw_contents(task, np.random.default_rng(0))
    ends = []
    for steps in ([400], [1, 150, 249]):
        weights = draw_weights(p, np.random.default_rng(1))
        training = Training(p, contents, weights, {}, np.random.default_rng(2))
        for n in steps:
            training.advance(n)
        ends.append(weights.attention)
    np.testing.assert_array_equal(*ends)


def test_crossings_last_and_may_be_censored():
    time = np.broadcast_to(np.arange(6.0), (5, 6))
    values = np.array(
        [
            [0, 0, 0.8, 0.4, 0.6, 0.9],
            [0, 0, 0, 0, 0, 1],
            [0.6, 0.7, 0, 0, 0, 0],
            [0, np.nan] + [np.nan] * 4,
            [0.6, 0.7, 0, 0.8, 0.9, 1],
        ]
    )
    np.testing.assert_allclose(
        crossing_times(time, values, 0.5), [3.5, np.nan, np.nan, np.nan, 2.625]
    )
    np.testing.assert_allclose(
        crossing_times(time, values, [0.1, 0.5, 0.65, 0.5, 0.65]),
        [1.125, np.nan, np.nan, np.nan, 2.8125],
    )


def test_a_censored_jump_is_missing():
    """No number stands for a time that has not come: means over runs leave it out."""
    found = rows(**SMALL, n_steps=20, n_records=5)
    assert found["crossed"][0] == 0
    assert np.isnan([found[name][0] for name in ("t10", "t50", "t90", "width")]).all()


def test_divergence_is_a_status():
    found = rows(learning_rate=100.0, n_steps=50, n_records=51, n_test=10)
    assert found["status"][0] == 1
    assert 0 < found["status_step"][0] <= 50
    assert found["crossed"][0] == 0


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"n_positions": 8}, "n_positions = 8 is less than the 2 n_pairs + 1 = 9 tokens"),
        ({"n_classes": 12}, "n_classes = 12 is no multiple of n_labels = 8"),
        ({"burst": 4}, "burst = 4 must divide n_pairs = 4 and be less"),
        ({"n_labels": 2}, "n_labels = 2 is less than n_pairs/burst = 4"),
        ({"n_positions": 10**4}, "weights or a batch in the network hold"),
        ({"n_pairs": 500, "n_labels": 500}, "weights or a batch in the network hold"),
        ({"weight_decay": 1.0}, "weight_decay = 1.0"),
        ({"precision": "half"}, "precision"),
        ({"learning_rate": math.nan}, "learning_rate"),
        ({"n_hidden": -1}, "n_hidden = -1"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError) as caught:
        MODEL.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
