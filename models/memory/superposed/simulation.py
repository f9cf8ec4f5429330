"""Storing items, one module after the other; synapses from the cue's units as bits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Sizes(NamedTuple):
    """Q, K, a, C, n, c, p_e, and whether the cue's item is stored."""

    modules: int
    units: int
    similarity: float
    classes: int
    size: int
    cue: int
    on: float
    stored: bool


@kernel
def member(row: Sizes, prototype: Ints, code: Ints, rng: Any) -> None:
    """An item's code (Q,)."""
    for q in range(row.modules):
        copied = rng.random() < row.similarity
        code[q] = prototype[q] if copied else int(rng.random() * row.units)


@kernel
def store(row: Sizes, prototypes: Ints, cued: Ints, on: Ints, codes: Any, synapses: Any) -> None:
    """On synapses from the cue's units to every unit of the other modules, as bits of ``on``
    (Q - c, K); ``prototypes`` (C, Q); ``cued`` (Q,) the first item.
    """
    code, every = np.empty(row.modules, np.int64), row.classes * row.size
    for item in range(every):
        if item == 0 and row.stored:
            code[:] = cued
        else:
            member(row, prototypes[item // row.size], code, codes)
        shared = 0
        for q in range(row.cue):
            if code[q] == cued[q]:
                shared |= 1 << q
        for q in range(row.cue, row.modules):
            kept = shared
            if row.on < 1.0:
                for b in range(row.cue):
                    if shared >> b & 1 and synapses.random() >= row.on:
                        kept &= ~(1 << b)
            on[q - row.cue, code[q]] |= kept


@kernel
def recall(row: Sizes, prototype: Ints, cued: Ints, on: Ints, found: Array) -> int:
    """``found`` (4,): shares of modules where the prototype's unit is active wrongly, active other
    units, own units active, instances chosen. Returns the cue's matches with its prototype.
    """
    matches, full, rest = 0, (1 << row.cue) - 1, row.modules - row.cue
    for q in range(row.cue):
        matches += cued[q] == prototype[q]
    for q in range(row.cue, row.modules):
        active, own = 0, False
        for u in range(row.units):
            if on[q - row.cue, u] == full:
                active += 1
                if u == cued[q]:
                    own = True
                elif u == prototype[q]:
                    found[0] += 1.0 / rest
                else:
                    found[1] += 1.0 / rest
        if own:
            found[2] += 1.0 / rest
            found[3] += 1.0 / (rest * active)
    return matches


@kernel
def choose_class(row: Sizes, prototypes: Ints, cued: Ints) -> float:
    """1 where the first class's prototype matches the cue most, shared among ties."""
    best, ties, first = -1, 0, 0
    for k in range(row.classes):
        same = 0
        for q in range(row.cue):
            same += prototypes[k, q] == cued[q]
        if k == 0:
            first = same
        if same > best:
            best, ties = same, 1
        elif same == best:
            ties += 1
    return 1.0 / ties if first == best else 0.0


@kernel
def memory(row: Sizes, codes: Any, synapses: Any, found: Array) -> int:
    """One memory; ``found`` (6,): those of ``recall``, class right, overlap of two members."""
    prototypes = np.empty((row.classes, row.modules), np.int64)
    for k in range(row.classes):
        for q in range(row.modules):
            prototypes[k, q] = int(codes.random() * row.units)
    cued, other = np.empty(row.modules, np.int64), np.empty(row.modules, np.int64)
    member(row, prototypes[0], cued, codes)
    member(row, prototypes[0], other, codes)
    for q in range(row.modules):
        found[5] += (cued[q] == other[q]) / row.modules
    on = np.zeros((row.modules - row.cue, row.units), np.int64)
    store(row, prototypes, cued, on, codes, synapses)
    found[4] = choose_class(row, prototypes, cued)
    return recall(row, prototypes[0], cued, on, found)


def simulate(batch: Batch) -> Rows:
    """Every observable of every row; those over the matches are 0 at other matches."""
    names = ("n_modules", "module_size", "similarity", "n_classes", "class_size", "cue_modules")
    columns = [batch[name] for name in names]
    on = 1.0 - (1.0 - batch["plasticity"]) ** batch["exposures"]
    found, levels = np.zeros((len(batch), 6)), int(batch["cue_modules"].max()) + 1
    at = np.empty(len(batch), np.int64)
    for i in range(len(batch)):
        modules, units, similarity, classes, size, cue = (column[i] for column in columns)
        stored = bool(batch["cue"][i] == "stored")
        row = Sizes(modules, units, similarity, classes, size, cue, on[i], stored)
        at[i] = memory(row, batch.generator(i, "codes"), batch.generator(i, "plasticity"), found[i])
    where = np.equal.outer(at, np.arange(levels)).astype(float)
    return {
        "prototype_matches": where,
        "false_prototype": where * found[:, :1],
        "false_other": where * found[:, 1:2],
        "own": where * found[:, 2:3],
        "instance_accuracy": found[:, 3],
        "class_accuracy": found[:, 4],
        "code_overlap": found[:, 5],
    }
