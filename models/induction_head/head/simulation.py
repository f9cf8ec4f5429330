"""The head trained: every row from its draws to its observables."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.induction_head.crossings import crossing_times
from toysim.models.induction_head.head.classifier import Classifier
from toysim.models.induction_head.head.network import Floats, Head
from toysim.models.induction_head.head.orthonormal import along_axes, label_axes
from toysim.models.induction_head.head.parameters import HeadParameters
from toysim.models.induction_head.head.training import ila1, label_excess, measure, update
from toysim.models.induction_head.sequences import (
    Sequences,
    Task,
    draw_batch,
    draw_contents,
    draw_tests,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEFT = 0.05  # the loss has left ln L once it is this much below
COURSES = (
    *(
        "loss",
        "p_right",
        "train_accuracy",
        "ic_accuracy",
        "ic2_accuracy",
        "iw_accuracy",
        "context_label_accuracy",
    ),
    *("ila1", "tila2", "tla2", "beta1", "alpha", "beta2", "xi"),
)


def records_of(batch: Batch) -> Ints:
    """Updates (n, R) evenly over [0, n_steps], to the nearest, both ends included."""
    fractions = np.linspace(0.0, 1.0, int(batch["n_records"][0]))
    return np.rint(batch["n_steps"][:, None] * fractions).astype(np.int64)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    at = records_of(batch)
    courses = np.full((len(batch), len(COURSES), at.shape[1]), np.nan)
    failed_at = np.full(len(batch), -1, np.int64)
    streams = [batch.generators(stream) for stream in ("labels", "start", "tests", "batches")]
    for i in range(len(batch)):
        p = batch.model.parameters_class(**batch.values(i))
        assert isinstance(p, HeadParameters)
        with np.errstate(over="ignore", invalid="ignore"):
            failed_at[i] = train(p, streams, at[i], courses[i])
    rows = {name: courses[:, k] for k, name in enumerate(COURSES)}
    return {
        "time": at.astype(float),
        **rows,
        **crossing_rows(at, rows["p_right"]),
        "leave_time": crossing_times(at, np.log(batch["n_labels"])[:, None] - rows["loss"], LEFT),
        "status": (failed_at >= 0).astype(np.int8),
        "status_step": failed_at,
    }


def train(p: HeadParameters, streams: list[Any], at: Ints, courses: Array) -> int:
    """One row recorded into ``courses`` (14, R); returns the update at which it was not finite any
    more, or -1.

    A stream is used up before the next is begun; batches come last, so evaluation leaves them
    alone.
    """
    labels, start, tests, batches = streams
    generator = next(labels)  # of this row, needed or not
    task = Task(*(getattr(p, name) for name in Task._fields))
    right_angles = p.contents == "orthonormal"
    contents = label_axes(task) if right_angles else draw_contents(task, generator)
    head = Head(
        contents.label_vectors, _scores(p), Classifier(_weights(p, next(start))), p.classifier_input
    )
    generator = next(tests)
    test_sets = draw_tests(task, contents, p.n_test, generator)
    if right_angles:
        turned = along_axes(task, test_sets["ic"], generator)
        test_sets = dict.fromkeys(test_sets, turned)
    generator, next_record = next(batches), 0
    for t in range(p.n_steps + 1):
        while next_record < len(at) and at[next_record] == t:
            courses[:, next_record] = look(head, test_sets, p.n_pairs)
            if not np.isfinite(courses[0, next_record]):
                return t
            next_record += 1
        if t < p.n_steps:
            sequences = draw_batch(task, contents, p.batch_size, generator)
            if right_angles:
                sequences = along_axes(task, sequences, generator)
            update(head, sequences, p.learning_rate, p.learn_beta2)
    return -1


def look(head: Head, test_sets: dict[str, Sequences], n_pairs: int) -> list[float]:
    """All courses' values at one record, in the order of COURSES; NaN for tests that need classes
    where none are.
    """
    novel = measure(head, test_sets["ic"])
    train = measure(head, test_sets["train"]) if len(test_sets) > 2 else novel  # the same set
    known = [
        measure(head, test_sets[name]).accuracy if name in test_sets else np.nan
        for name in ("ic2", "iw")
    ]
    return [
        *(train.loss, novel.p_right, train.accuracy, novel.accuracy, *known, novel.context_label),
        *(
            ila1(float(head.scores[0]), n_pairs),
            novel.tila2,
            novel.tla2,
            *head.scores.tolist(),
            label_excess(head),
        ),
    ]


def crossing_rows(at: Ints, p_right: Array) -> Rows:
    """Updates at which p(right) passes 0.1, 0.5, 0.9, between records, and their spread; NaN if not
    yet.
    """
    t10, t50, t90 = (crossing_times(at, p_right, level) for level in (0.1, 0.5, 0.9))
    with np.errstate(invalid="ignore", divide="ignore"):
        width = (t90 - t10) / t50
    return {
        "t10": t10,
        "t50": t50,
        "t90": t90,
        "width": width,
        "crossed": np.isfinite(t50).astype(float),
    }


def _scores(p: HeadParameters) -> Array:
    return np.array([p.beta1_start, p.alpha_start, p.beta2_start])


def _weights(p: HeadParameters, generator: np.random.Generator) -> list[Floats]:
    """Layers of the classifier: N(0, 2/fan-in) into ReLU, N(0, 1/fan-in) at the output, times
    weight_scale.
    """
    n_input = p.dimension * (2 if p.classifier_input == "concat" else 1)
    sizes = [n_input, *[p.hidden_width or 2 * n_input] * p.n_hidden, p.n_labels]
    weights: list[Floats] = []
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        gain = 1.0 if k == p.n_hidden else 2.0
        draws = generator.standard_normal((fan_out, fan_in))
        weights.append((p.weight_scale * np.sqrt(gain / fan_in) * draws).astype(np.float32))
    return weights
