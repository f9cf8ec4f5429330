"""Minimal induction head and its sequences: gradients, sampling, mean field, streams."""

import math
from itertools import pairwise

import numpy as np
import pytest
from reference.induction_head import head_loss

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.induction_head import HEAD as MODEL
from toysim.models.induction_head.head.classifier import Classifier
from toysim.models.induction_head.head.measures import measure
from toysim.models.induction_head.head.passes import Head
from toysim.models.induction_head.sequences import Task, draw_batch, draw_contents, draw_tests

TASK = Task(8, 16, 64, 40, 2, 0.1, 0.0, 1.0, 0.0)


def rows(side="simulate", replicas=1, **fixed):
    MODEL.validate(fixed)
    return MODEL.load(side)(Batch(MODEL, {}, fixed, np.arange(replicas), 0))


def drawn(task=TASK, size=400, seed=0):
    generator = np.random.default_rng(seed)
    contents = draw_contents(task, generator)
    return contents, draw_batch(task, contents, size, generator)


def tokens(contents, sequences):
    """Contents (S, T, D) of all tokens in double precision."""
    found = np.empty(
        (len(sequences.truth), 2 * sequences.labels.shape[1] + 1, contents.centres.shape[1])
    )
    found[:, ::2] = sequences.items
    found[:, 1::2] = contents.label_vectors[sequences.labels]
    return found


@pytest.mark.parametrize(
    ("classifier_input", "hidden"), [("output", []), ("sum", [7]), ("concat", [9, 8])]
)
def test_gradients_are_those_of_the_loss(classifier_input, hidden):
    generator = np.random.default_rng(1)
    task = TASK._replace(n_pairs=4, n_labels=6, n_classes=12, dimension=5)
    contents, sequences = drawn(task, size=6)
    sequences = sequences._replace(items=sequences.items.astype(float))
    sizes = [5 * (1 + (classifier_input == "concat")), *hidden, 6]
    weights = [generator.normal(size=(b, a)) for a, b in pairwise(sizes)]
    scores = np.array([0.4, 1.3, 0.7])
    head = Head(contents.label_vectors.astype(float), scores, Classifier(weights), classifier_input)
    at = tokens(contents, sequences)

    def loss():
        return head_loss(at, sequences.truth, scores, weights, classifier_input)

    assert measure(head, sequences)["loss"] == pytest.approx(loss(), rel=1e-12)
    by_scores, by_weights = head.gradient(sequences, head.forward(sequences))
    for values, by in [(scores, by_scores), *zip(weights, by_weights, strict=True)]:
        for k in range(0, values.size, max(1, values.size // 9)):
            kept, h = values.flat[k], 1e-5
            ends = []
            for values.flat[k] in (kept + h, kept - h):
                ends.append(loss())
            values.flat[k] = kept
            assert by.flat[k] == pytest.approx((ends[0] - ends[1]) / (2 * h), abs=1e-8)


def test_bursty_contexts_show_the_target():
    contents, (items, labels, truth) = drawn()
    copies = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    assert (copies == 2).all()  # N/B distinct labels, B copies of each
    assert (labels == truth[:, None]).any(axis=1).all()
    assert np.bincount(labels.ravel(), minlength=16).min() > 0
    overlap = np.einsum("sd,skd->sk", items[:, -1], items[:, :-1])
    right = labels == truth[:, None]
    # |mu|^2/(1 + eps^2) and 0, each with fluctuations of order 1/sqrt(D)
    assert overlap[right].mean() == pytest.approx(1 / 1.01, abs=5 * math.sqrt(2 / 40 / 64))
    assert overlap[~right].mean() == pytest.approx(0, abs=5 / math.sqrt(40 * 64))
    nearest = np.argmax(items.reshape(-1, 40) @ contents.centres.T, axis=1).reshape(items.shape[:2])
    np.testing.assert_array_equal(nearest % 16, np.append(labels, truth[:, None], axis=1))


@pytest.mark.parametrize("burst", [1, 2])
def test_novel_classes_repeat_with_their_noise(burst):
    """Fresh centres: a copy overlaps by 1/(1 + eps^2), squared lengths are 1, and no two sequences
    share a class.
    """
    task = TASK._replace(p_novel=1.0, burst=burst, item_noise=0.5, dimension=200)
    _, (items, labels, truth) = drawn(task)
    error = 5 * math.sqrt(2 / 200 / 400)
    overlap = np.einsum("sd,skd->sk", items[:, -1], items[:, :-1])
    right = labels == truth[:, None]
    assert (right.sum(axis=1) == burst).all()
    assert overlap[right].mean() == pytest.approx(0.8, abs=error)
    assert (items**2).sum(axis=2).mean() == pytest.approx(1, abs=error)
    across = items[1:, -1] @ items[0].T
    assert np.abs(across).max() < 6 / math.sqrt(200)


def test_plain_contexts_follow_zipf_and_rarely_show_the_target():
    task = TASK._replace(p_bursty=0.0, zipf_exponent=1.0, dimension=300, item_noise=0.01)
    contents, (items, _, _) = drawn(task, size=2000)
    classes = np.argmax(items.reshape(-1, 300) @ contents.centres.T, axis=1)
    law = 1 / np.arange(1, 65)
    law /= law.sum()
    share = np.bincount(classes, minlength=64) / len(classes)
    np.testing.assert_allclose(share, law, atol=5 * math.sqrt(0.25 * law[0] / len(classes)))
    shown = (
        (classes.reshape(2000, 9)[:, :-1] == classes.reshape(2000, 9)[:, -1:]).any(axis=1).mean()
    )
    expected = 1 - (law * (1 - law) ** 8).sum()
    assert shown == pytest.approx(expected, abs=5 * math.sqrt(0.25 / 2000))


def test_tests_ask_what_they_say():
    """A classifier that names the class is right on iw alone, one that looks the label up on ic and
    ic2.
    """
    task = TASK._replace(dimension=400, item_noise=0.01)
    contents = draw_contents(task, np.random.default_rng(2))
    tests = draw_tests(task, contents, 300, np.random.default_rng(3))

    def right(name, how):
        items, labels, truth = tests[name]
        if how == "weights":
            return np.mean(np.argmax(items[:, -1] @ contents.centres.T, axis=1) % 16 == truth)
        slot = np.argmax(np.einsum("sd,skd->sk", items[:, -1], items[:, :-1]), axis=1)
        return np.mean(labels[np.arange(300), slot] == truth)

    assert right("iw", "weights") == 1
    assert right("iw", "context") < 0.4
    assert right("ic2", "weights") == 0
    assert right("ic2", "context") == right("ic", "context") == right("train", "context") == 1
    assert right("ic", "weights") < 0.2
    assert set(
        draw_tests(task._replace(n_classes=0, p_novel=1.0), contents, 3, np.random.default_rng(0))
    ) == {
        "train",
        "ic",
    }


@pytest.mark.parametrize(
    ("n_pairs", "learn_beta2", "measured"),
    [(2, True, 70), (4, True, 185), (4, False, 260), (2, False, 115)],
)
def test_mean_field_against_a_prototype_at_dimension_63(n_pairs, learn_beta2, measured):
    """Median crossing steps of a prototype on a grid of 10 steps; corrections of 4/D and that
    grid.
    """
    theory = rows(
        "theory",
        n_pairs=n_pairs,
        n_labels=4 * n_pairs,
        learn_beta2=learn_beta2,
        n_steps=400,
        n_records=401,
    )
    assert not theory["valid"].any()  # Gaussian contents: the limit only
    assert theory["mean_field_t50"][0] == pytest.approx(measured, abs=10 + 4 / 63 * measured)


def test_random_contents_approach_the_mean_field_like_one_over_dimension():
    late = []
    for dimension in (32, 128):
        run = rows(
            dimension=dimension,
            replicas=12,
            n_steps=260,
            n_records=131,
            classifier_input="output",
            n_test=200,
        )
        late.append(run["t50"] / rows("theory", n_steps=260, n_records=131)["mean_field_t50"] - 1)
    means, errors = np.mean(late, axis=1), np.std(late, axis=1, ddof=1) / math.sqrt(12)
    assert means[0] > 3 * errors[0]
    assert (np.abs(means) < np.array([4 / 32, 4 / 128]) + 5 * errors).all()


def test_looking_and_longer_runs_leave_the_course_alone():
    base = {
        "n_pairs": 3,
        "n_labels": 6,
        "dimension": 20,
        "n_classes": 12,
        "p_novel": 0.5,
        "n_test": 50,
    }
    short = rows(**base, n_steps=20, n_records=3)
    long = rows(**base, n_steps=40, n_records=41)
    np.testing.assert_array_equal(long["alpha"][0, [0, 10, 20]], short["alpha"][0])
    np.testing.assert_array_equal(long["iw_accuracy"][0, [0, 10, 20]], short["iw_accuracy"][0])


def test_a_run_without_records_and_one_of_its_end_alone():
    base = {"n_pairs": 3, "n_labels": 6, "dimension": 20, "n_steps": 20, "n_test": 50}
    none, end, both = (rows(**base, n_records=n) for n in (0, 1, 2))
    assert none["loss"].shape == (1, 0)
    np.testing.assert_array_equal(end["loss"][:, 0], both["loss"][:, 1])
    for few in (none, end):  # a jump is seen between records
        assert np.isnan([few["t50"], few["crossed"]]).all()
    assert rows("theory", **base, n_records=0)["loss"].shape == (1, 0)
    lost = rows(**base, n_records=0, learning_rate=1e3, n_hidden=2, weight_scale=100.0)
    assert (lost["status"], lost["status_step"]) == (1, 20)


@pytest.mark.parametrize("side", ["simulate", "theory"])
def test_what_starts_above_a_level_has_not_crossed_it(side):
    """Two labels: p(right) is 1/2 before anything is learned."""
    base = {"n_pairs": 2, "n_labels": 2, "dimension": 16, "learning_rate": 1e-6, "n_steps": 8}
    found = rows(side, **base, n_records=5, n_test=50)
    assert found["p_right"][0, 0] == 0.5
    assert found["crossed"][0] == 0
    assert np.isnan([found[name][0] for name in ("t10", "t50", "t90", "width")]).all()


def test_rows_of_both_contents_keep_their_streams():
    fixed = {
        "n_pairs": 3,
        "n_labels": 6,
        "dimension": 20,
        "n_steps": 4,
        "n_records": 2,
        "n_test": 20,
    }
    contents = np.array(["orthonormal", "gaussian"])
    both = MODEL.load("simulate")(Batch(MODEL, {"contents": contents}, fixed, np.zeros(2, int), 0))
    np.testing.assert_array_equal(both["loss"][1], rows(contents="gaussian", **fixed)["loss"][0])


def test_divergence_is_a_status():
    found = rows(
        learning_rate=1e3, n_hidden=2, weight_scale=100.0, n_steps=50, n_records=51, n_test=10
    )
    assert found["status"][0] == 1
    assert 0 < found["status_step"][0] <= 50


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"p_novel": 0.5}, "needs classes to train on"),
        ({"n_classes": 40}, "n_classes = 40 is no multiple of n_labels = 16"),
        ({"burst": 3}, "burst = 3 must divide n_pairs = 4"),
        ({"burst": 4}, "burst = 4 must divide n_pairs = 4 and be less"),
        ({"n_labels": 3}, "n_labels = 3 is less than n_pairs/burst = 4"),
        ({"n_hidden": 2}, "weight_scale = 0 with n_hidden > 0"),
        ({"contents": "orthonormal", "dimension": 20}, "dimension = 20 is too small"),
        ({"contents": "orthonormal", "n_classes": 16}, "novel classes, one copy"),
        ({"dimension": 10**5, "batch_size": 10**4}, "numbers, more than"),
        (
            {"dimension": 10**5, "n_labels": 10**4, "batch_size": 1, "n_test": 1},
            "numbers, more than",
        ),
        (
            {"n_hidden": 8, "weight_scale": 1.0, "hidden_width": 10**4},
            "too large; lower hidden_width",
        ),
        ({"item_noise": math.nan}, "item_noise"),
        ({"classifier_input": "product"}, "classifier_input"),
        ({"learning_rate": 0.0}, "learning_rate = 0.0"),
        ({"p_bursty": 1.5}, "p_bursty = 1.5"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError) as caught:
        MODEL.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
