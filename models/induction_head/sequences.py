"""Item-label sequences: which classes and labels a context shows, what is asked, and the contents
of the items.

A context is N pairs (item, label) and a target item. Item k of class c is (mu_c + eps eta)/sqrt(1 +
eps^2) with a fresh eta at every occurrence; a label is its vector, without noise; all numbers N(0,
1/D). Class c carries label c mod L. A sequence is of novel classes with probability p_novel, else
bursty with probability p_bursty, else plain:

    bursty   N/B distinct labels, one class of each, B copies; the target's class is one of them
    plain    N context classes and the target's independent from the Zipf law (c + 1)^-exponent
    novel    as bursty, with class centres drawn afresh for the sequence

After the generator of arXiv:2312.03002; there novel centres are shared by a batch.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.induction_head.parameters import SequenceParameters
from toysim.numerics.normals import normals

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


class Sequences(NamedTuple):
    """A batch of S sequences by their contents.

    items (S, N+1, D): the N items of the context, then the target; labels (S, N) of the context;
    truth (S,).
    """

    items: Floats
    labels: Ints
    truth: Ints


class Contents(NamedTuple):
    """What a run draws once: label vectors (L, D) and class centres (K, D)."""

    label_vectors: Floats
    centres: Floats


class Task(NamedTuple):
    """Parameters of the sequences, by their names in ``SequenceParameters``."""

    n_pairs: int
    n_labels: int
    n_classes: int
    dimension: int
    burst: int
    item_noise: float
    p_novel: float
    p_bursty: float
    zipf_exponent: float

    @classmethod
    def of(cls, p: SequenceParameters) -> Task:
        """That of a run."""
        return cls(*(getattr(p, name) for name in cls._fields))


def given_sequences(p: SequenceParameters, dtype: Any = np.float32) -> Sequences | None:
    """The sequences handed in, if any."""
    if not p.items:
        return None
    labels = np.array(p.labels, np.int64)
    return Sequences(
        np.array(p.items, dtype), np.ascontiguousarray(labels[:, :-1]), labels[:, -1].copy()
    )


def contents_of(
    p: SequenceParameters, generator: np.random.Generator, dtype: Any = np.float32
) -> Contents:
    """Label vectors and class centres of a run, the former as given."""
    drawn = draw_contents(Task.of(p), generator)
    if not p.label_vectors:
        return drawn
    return drawn._replace(label_vectors=np.array(p.label_vectors, dtype))


def draw_contents(task: Task, generator: np.random.Generator) -> Contents:
    """Label vectors and class centres of a run."""
    shape = (task.n_labels + task.n_classes, task.dimension)
    drawn = normals(shape, generator) * np.float32(task.dimension**-0.5)
    return Contents(drawn[: task.n_labels], drawn[task.n_labels :])


def draw_batch(
    task: Task,
    contents: Contents,
    size: int,
    generator: np.random.Generator,
    exclude_target: bool = False,
) -> Sequences:
    """``size`` sequences of the task; with ``exclude_target`` plain contexts never show the class
    of the target.
    """
    novel = generator.random(size) < task.p_novel
    bursty = novel | (generator.random(size) < task.p_bursty)
    classes = _bursty_classes(task, size, generator)
    if not bursty.all():
        plain = _plain_classes(task, int((~bursty).sum()), generator)
        classes[~bursty] = _without_target(task, plain, generator) if exclude_target else plain
    items = normals((size, task.n_pairs + 1, task.dimension), generator)
    items *= np.float32(task.dimension**-0.5)
    make_items(items, classes, novel, contents.centres, task.item_noise)
    labels = classes % task.n_labels
    return Sequences(items, np.ascontiguousarray(labels[:, :-1]), labels[:, -1])


def _bursty_classes(task: Task, size: int, generator: np.random.Generator) -> Ints:
    """Classes (size, N + 1) of bursty sequences; the target has that of a slot drawn at random."""
    n_distinct = task.n_pairs // task.burst
    order = np.argsort(generator.random((size, task.n_labels), np.float32), axis=1)[:, :n_distinct]
    order += task.n_labels * generator.integers(
        max(1, task.n_classes // task.n_labels), size=order.shape
    )
    if task.burst > 1:
        order = generator.permuted(np.tile(order, task.burst), axis=1)
    slot = generator.integers(task.n_pairs, size=size)
    return np.append(order, order[np.arange(size), slot, None], axis=1)


def _plain_classes(task: Task, size: int, generator: np.random.Generator) -> Ints:
    """Classes (size, N + 1), all independent from the Zipf law."""
    weights = np.arange(1, task.n_classes + 1, dtype=float) ** -task.zipf_exponent
    cumulative = np.cumsum(weights) / weights.sum()
    return np.searchsorted(
        cumulative[:-1], generator.random((size, task.n_pairs + 1)), side="right"
    )


def _without_target(task: Task, classes: Ints, generator: np.random.Generator) -> Ints:
    """Context classes that are the target's drawn again until none is."""
    while (same := classes[:, :-1] == classes[:, -1:]).any():
        rows = np.flatnonzero(same.any(axis=1))
        again = _plain_classes(task, len(rows), generator)[:, :-1]
        classes[rows, :-1] = np.where(same[rows], again, classes[rows, :-1])
    return classes


@kernel
def make_items(
    items: Floats, classes: Ints, novel: npt.NDArray[np.bool_], centres: Floats, noise: float
) -> None:
    """Turns draws z ~ N(0, 1/D) into items, in place.

    Known classes: (mu + eps z)/sqrt(1 + eps^2). Novel classes without drawing their centres: copies
    of one class have overlap rho = 1/(1 + eps^2), so that given the sum s of m earlier copies the
    next one is (derived)

        a s + b z,  a = rho/(1 + (m - 1) rho),  b^2 = 1 - m rho a

    items (S, N+1, D), classes (S, N+1), novel (S,), centres (K, D); noise is eps.
    """
    rho = 1.0 / (1.0 + noise * noise)
    of_centre, of_noise = math.sqrt(rho), noise * math.sqrt(rho)
    for s in range(len(items)):
        for i in range(items.shape[1]):
            if not novel[s]:
                blend(items[s, i], of_noise, centres[classes[s, i]], of_centre)
                continue
            m = 0
            for j in range(i):
                m += classes[s, j] == classes[s, i]
            if m == 0:
                continue
            a = rho / (1.0 + (m - 1) * rho)
            own = math.sqrt(1.0 - m * rho * a)
            for j in range(i):
                if classes[s, j] == classes[s, i]:
                    blend(items[s, i], own, items[s, j], a)
                    own = 1.0


@kernel
def blend(z: Floats, own: float, other: Floats, share: float) -> None:
    """z <- own z + share other, both (D,)."""
    for k in range(len(z)):
        z[k] = own * z[k] + share * other[k]


def draw_tests(
    task: Task,
    contents: Contents,
    size: int,
    generator: np.random.Generator,
    exclude_target: bool = False,
) -> dict[str, Sequences]:
    """Test sets, all of ``size`` sequences.

    ``train`` as in training; ``ic`` novel classes, only the context tells; and where there are
    classes ``ic2``, bursty, every label of the context moved by one, and ``iw``, plain, where the
    weights tell. A context of ``iw`` shows the target's class by chance, unless ``exclude_target``.
    """
    ic = draw_batch(task._replace(p_novel=1.0), contents, size, generator)
    if task.n_classes == 0:
        return {"train": ic, "ic": ic}
    known = task._replace(p_novel=0.0)
    bursty = draw_batch(known._replace(p_bursty=1.0), contents, size, generator)
    plain = draw_batch(known._replace(p_bursty=0.0), contents, size, generator, exclude_target)
    train = draw_batch(task, contents, size, generator)
    return {"train": train, "ic": ic, "ic2": _moved(bursty, task.n_labels), "iw": plain}


def _moved(sequences: Sequences, n_labels: int) -> Sequences:
    """Every label and the truth moved by one."""
    labels, truth = (sequences.labels + 1) % n_labels, (sequences.truth + 1) % n_labels
    return sequences._replace(labels=labels, truth=truth)
