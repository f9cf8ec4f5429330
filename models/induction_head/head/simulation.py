"""The head trained: every row from its draws to its observables."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.induction_head.crossings import jump, leave_time
from toysim.models.induction_head.head.classifier import Classifier
from toysim.models.induction_head.head.parameters import HeadParameters
from toysim.models.induction_head.head.passes import Head
from toysim.models.induction_head.head.problem import source_of, start_scores, start_weights
from toysim.models.induction_head.head.training import Training
from toysim.models.induction_head.recording import record
from toysim.models.induction_head.sequences import Sequences
from toysim.records import ended


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = stacked([run(row) for row in batch.rows()])
    failed_at, at = found.pop("failed_at"), batch.record_at
    left = leave_time(at, found["loss"], batch["n_labels"])
    return {**found, **jump(at, found["p_right"]), "leave_time": left, **ended(failed_at)}


def run(row: Row) -> dict[str, Any]:
    """Courses of one row. Batches have a stream of their own, so that tests leave them alone."""
    p, source = row.p, source_of(row)
    classifier = Classifier(start_weights(p, row.generator("start")))
    head = Head(source.contents.label_vectors, start_scores(p), classifier, p.classifier_input)
    tests = source.tests(p.n_test, row.generator("tests"))
    gradient = first_gradient(head, source.batch(p.batch_size, row.generator("batches")), p)
    training = Training(p, head, source, tests, row.generator("batches"))
    return {**record(training, row.record_at, p.n_steps), **gradient}


def first_gradient(head: Head, batch: Sequences, p: HeadParameters) -> dict[str, Any]:
    """Gradient of the first update, where it is asked for."""
    if not p.keep_gradient:
        return {"score_gradient": np.zeros(0), "gradient": np.zeros(0)}
    scores, weights = head.gradient(batch, head.forward(batch))
    scores[2] *= p.learn_beta2
    return {"score_gradient": scores, "gradient": np.concatenate([w.ravel() for w in weights])}
