"""The network trained: every row from its draws to its observables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.models.induction_head.crossings import crossing_times
from toysim.models.induction_head.network.attention import Workspace
from toysim.models.induction_head.network.measures import measure
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.passes import forward
from toysim.models.induction_head.network.tokens import Tokens, part, tokens
from toysim.models.induction_head.network.training import Training
from toysim.models.induction_head.network.weights import Weights, draw_weights
from toysim.models.induction_head.sequences import Task, draw_contents, draw_tests

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEFT = 0.05  # the loss has left ln L once it is this much below
COURSES = (
    *("loss", "train_accuracy", "ic2_accuracy", "iw_accuracy", "p_right", "ic_accuracy"),
    *("context_label_accuracy", "label_mass", "ila1", "tila2", "tla2"),
)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    streams = [batch.generators(stream) for stream in ("labels", "start", "tests", "batches")]
    rows = []
    for i in range(len(batch)):
        p = batch.model.parameters_class(**batch.values(i))
        assert isinstance(p, NetworkParameters)
        with np.errstate(over="ignore", invalid="ignore"):
            rows.append(run(p, streams))
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return found | jump(batch, found)


def run(p: NetworkParameters, streams: list[Any]) -> dict[str, Any]:
    """One row. A stream is used up before the next is begun; batches come last, so evaluation
    leaves them alone.
    """
    labels, start, tests, batches = streams
    task = Task(*(getattr(p, name) for name in Task._fields))
    contents, weights = draw_contents(task, next(labels)), draw_weights(p, next(start))
    generator = next(tests)
    drawn = draw_tests(task, contents, p.n_test, generator, p.exclude_target)
    sets = {name: tokens(p, contents, sequences, generator) for name, sequences in drawn.items()}
    training = Training(p, task, contents, weights, next(batches))
    at = np.rint(np.linspace(0, p.n_steps, p.n_records)).astype(np.int64)
    courses, failed = np.full((len(COURSES), len(at)), np.nan), -1
    maps = [attention_maps(sets["ic"], weights, training.space)]
    for r, update in enumerate(at):
        training.advance(int(update - at[r - 1]) if r else 0)
        courses[:, r] = look(sets, weights, training.space)
        if not np.isfinite(courses[0, r]):
            failed = int(update)
            break
    maps.append(attention_maps(sets["ic"], weights, training.space))
    return {
        "time": at.astype(float),
        **dict(zip(COURSES, courses, strict=True)),
        "attention1": [first for first, _ in maps],
        "attention2": [second for _, second in maps],
        "answer_token": 1 + 2 * float(np.argmax(sets["ic"].labels[0] == sets["ic"].truth[0])),
        "status": int(failed >= 0),
        "status_step": failed,
    }


def look(sets: dict[str, Tokens], weights: Weights, space: Workspace) -> list[float]:
    """All courses' values at one record, in the order of COURSES; NaN for tests that need classes
    where none are.
    """
    found = {name: measure(test_set, weights, space) for name, test_set in sets.items()}
    train, novel = found["train"], found["ic"]
    known = [found[name].accuracy if name in found else np.nan for name in ("ic2", "iw")]
    return [train.loss, train.accuracy, *known, *novel[1:]]


def attention_maps(test_set: Tokens, weights: Weights, space: Workspace) -> tuple[Array, Array]:
    """Layer 1 (T, T) and the target's row of layer 2 (T,), of the first test sequence."""
    found = forward(part(test_set, 0, 1), weights, space)
    return found.a1[0].astype(float), found.a2[0].astype(float)


def jump(batch: Batch, found: Rows) -> Rows:
    """The jump of p(right) on novel classes: its time, its width, and the plateau before it.

    10 and 90 % of the way from B/N, a random label of the context, to 1; 1/2 is well above B/N <=
    1/4.
    """
    time, p_right = found["time"], found["p_right"]
    random_label = batch["burst"] / batch["n_pairs"]
    t10, t90 = (
        crossing_times(time, p_right, random_label + share * (1 - random_label))
        for share in (0.1, 0.9)
    )
    t50 = crossing_times(time, p_right, 0.5)
    left = crossing_times(time, np.log(batch["n_labels"])[:, None] - found["loss"], LEFT)
    between = (time >= left[:, None]) & (time < np.where(np.isnan(t10), np.inf, t10)[:, None])
    plateau = [
        np.median(row[on]) if on.any() else np.nan
        for row, on in zip(found["ic_accuracy"], between, strict=True)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):  # p(right) may start above 1/2
        width = (t90 - t10) / t50
    return {
        "t10": t10,
        "t50": t50,
        "t90": t90,
        "width": width,
        "leave_time": left,
        "plateau_accuracy": np.array(plateau),
        "crossed": np.isfinite(t50).astype(float),
    }
