"""The network trained: every row from its draws to its observables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.induction_head.crossings import jump, leave_time
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.tokens import Tokens, tokens
from toysim.models.induction_head.network.training import Training
from toysim.models.induction_head.network.weights import DTYPES, draw_weights
from toysim.models.induction_head.recording import record
from toysim.models.induction_head.sequences import (
    Contents,
    Task,
    contents_of,
    draw_tests,
    given_sequences,
)
from toysim.records import ended

Array = npt.NDArray[np.float64]


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = stacked([run(row) for row in batch.rows()])
    failed_at = found.pop("failed_at")
    return {**found, **transition(batch, found), **ended(failed_at)}


def run(row: Row) -> dict[str, Any]:
    """One row. Batches have a stream of their own, so that tests leave them alone."""
    p = row.p
    contents = contents_of(p, row.generator("labels"), DTYPES[p.precision])
    weights = draw_weights(p, row.generator("start"))
    tests = draw_test_sets(p, contents, row.generator("tests"))
    training = Training(p, contents, weights, tests, row.generator("batches"))
    start = training.maps()
    gradient = training.next_gradient() if p.keep_gradient else np.zeros(0)
    courses = record(training, row.record_at, p.n_steps)
    attention1, attention2 = zip(start, training.maps(), strict=True)
    slot = np.argmax(tests["ic"].labels[0] == tests["ic"].truth[0])
    return {
        **courses,
        "gradient": gradient,
        "attention1": attention1,
        "attention2": attention2,
        "answer_token": 1.0 + 2.0 * slot,
    }


def draw_test_sets(
    p: NetworkParameters, contents: Contents, generator: np.random.Generator
) -> dict[str, Tokens]:
    """Tests of a run, each sequence put on places of its own."""
    drawn = draw_tests(Task.of(p), contents, p.n_test, generator, p.exclude_target)
    if given := given_sequences(p, DTYPES[p.precision]):
        drawn["train"] = given
    return {name: tokens(p, contents, sequences, generator) for name, sequences in drawn.items()}


def transition(batch: Batch, found: Rows) -> Rows:
    """The jump of p(right) on novel classes: its time, its width, and the plateau before it.

    10 and 90 % of the way from B/N, a random label of the context, to 1; 1/2 is well above B/N <=
    1/4.
    """
    at, random_label = batch.record_at, batch["burst"] / batch["n_pairs"]
    first, last = (random_label + share * (1 - random_label) for share in (0.1, 0.9))
    jumps = jump(at, found["p_right"], first, last)
    left = leave_time(at, found["loss"], batch["n_labels"])
    plateau = median_between(at, found["ic_accuracy"], left, jumps["t10"])
    return {**jumps, "leave_time": left, "plateau_accuracy": plateau}


def median_between(at: npt.NDArray[np.int64], accuracy: Array, start: Array, stop: Array) -> Array:
    """Median of a course (n, R) from ``start`` to before ``stop``, both (n,); NaN without records
    there, to the end where ``stop`` is NaN.
    """
    before = at < np.where(np.isnan(stop), np.inf, stop)[:, None]
    between = (at >= start[:, None]) & before
    rows = zip(accuracy, between, strict=True)
    return np.array([np.median(row[on]) if on.any() else np.nan for row, on in rows])
