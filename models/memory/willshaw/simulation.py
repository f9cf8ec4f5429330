"""Storing pairs, synapse by synapse; only synapses that a cue or a block touches are kept."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Rows
from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class Sizes(NamedTuple):
    """N, k, M, l, P, p, n and c."""

    inputs: int
    active: int
    outputs: int
    active_outputs: int
    pairs: int
    plasticity: float
    exposures: int
    cue: int


@kernel
def sample(n: int, k: int, taken: Bytes, found: Ints, rng: Any) -> None:
    """k of n at random into ``found`` (k,); ``taken`` (n,) is room, 0 before and after."""
    for i in range(k):
        j = int(rng.random() * n)
        while taken[j]:
            j = int(rng.random() * n)
        taken[j], found[i] = 1, j
    for i in range(k):
        taken[found[i]] = 0


@kernel
def store(row: Sizes, patterns: Any, synapses: Any, masks: Ints, new: Ints) -> None:
    """On synapses as bits: ``masks`` (M,) of the target's inputs 0..k-1, ``new`` (l,) of a pair
    never stored, the last k inputs and l outputs.
    """
    n, k, m, fan = row.inputs, row.active, row.outputs, row.active_outputs
    inputs, outputs = np.empty(k, np.int64), np.empty(fan, np.int64)
    taken = np.zeros(max(n, m), np.uint8)
    for _ in range(row.pairs):
        sample(n, k, taken, inputs, patterns)
        near, far = 0, 0
        for i in range(k):
            if inputs[i] < k:
                near |= 1 << inputs[i]
            if inputs[i] >= n - k:
                far |= 1 << (inputs[i] - (n - k))
        if near | far == 0:  # of no synapse that is kept
            continue
        sample(m, fan, taken, outputs, patterns)
        for j in range(fan):
            o = outputs[j]
            masks[o] |= thinned(near, k, row.plasticity, synapses)
            if o >= m - fan:
                new[o - (m - fan)] |= thinned(far, k, row.plasticity, synapses)
    every = (1 << k) - 1
    for o in range(fan):
        for _ in range(row.exposures):
            masks[o] |= thinned(every, k, row.plasticity, synapses)


@kernel
def thinned(bits: int, k: int, p: float, rng: Any) -> int:
    """Each of the set bits with probability p."""
    if p == 1.0:
        return bits
    kept = 0
    for i in range(k):
        if bits >> i & 1 and rng.random() < p:
            kept |= 1 << i
    return kept


@kernel
def count(bits: int, k: int) -> int:
    """Set bits among the first k."""
    total = 0
    for i in range(k):
        total += bits >> i & 1
    return total


@kernel
def sums(row: Sizes, masks: Ints, new: Ints, stored: Array, other: Array) -> tuple[int, int]:
    """Counts (c + 1,) of the sums of the target's and the other outputs; on synapses of the
    target's and the new pair's block.
    """
    fan, familiar, unknown = row.active_outputs, 0, 0
    for o in range(row.outputs):
        at = count(masks[o], row.cue)
        if o < fan:
            stored[at] += 1.0
            familiar += count(masks[o], row.active)
            unknown += count(new[o], row.active)
        else:
            other[at] += 1.0
    return familiar, unknown


def simulate(batch: Batch) -> Rows:
    """Every observable of every row."""
    names = ("n_inputs", "n_active", "n_outputs", "n_active_outputs", "n_pairs", "plasticity")
    columns = [batch[name] for name in (*names, "exposures", "cue_size")]
    stored, other = np.zeros((2, len(batch), int(batch["cue_size"].max()) + 1))
    blocks = np.empty((len(batch), 2))
    for i in range(len(batch)):
        row = Sizes(*(column[i] for column in columns))
        masks, new = np.zeros(row.outputs, np.int64), np.zeros(row.active_outputs, np.int64)
        store(row, batch.generator(i, "patterns"), batch.generator(i, "plasticity"), masks, new)
        blocks[i] = sums(row, masks, new, stored[i], other[i])
    return observed(batch, stored, other, blocks)


def observed(batch: Batch, stored: Array, other: Array, blocks: Array) -> Rows:
    """Rates and distributions of the counts (n, c + 1) and of the blocks' on synapses (n, 2).

    Counts are whole and divided last: draws that are equal have equal bits.
    """
    level = np.arange(stored.shape[1])
    fires = level >= batch["threshold"][:, None]
    hits, false = (np.sum(part * fires, axis=1) for part in (stored, other))
    fan, others = batch["n_active_outputs"], batch["n_outputs"] - batch["n_active_outputs"]
    familiar, unknown = blocks.T
    return {
        "density": np.sum(other * level, axis=1) / (batch["cue_size"] * others),
        "hit_rate": hits / fan,
        "false_rate": false / others,
        "sum_stored": stored / fan[:, None],
        "sum_other": other / others[:, None],
        "false_outputs": false,
        "false_outputs_square": false**2,
        "familiarity_stored": familiar,
        "familiarity_new": unknown,
        "recognition": 0.5 * ((familiar > unknown) + (familiar >= unknown).astype(float)),
        "recall_errors": fan - hits + false,
    }
