"""The head in the limit of large dimension: contents at right angles, an average over the slots of
the target.

Overlaps are then numbers: 1/(1 + eps^2) of the target with its item, 1 with itself, 0 with all
else. By the symmetry of the labels the classifier is xi times the label vectors. What is left of a
batch is the target's slot, so that the expected gradient is a mean over N slots, in closed form;
each slot has its own attention p_i = e^b/(e^b + i).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Course(NamedTuple):
    """Courses of a row, each (R,)."""

    loss: Any
    p_right: Any
    beta1: Any
    alpha: Any
    beta2: Any
    xi: Any
    ila1: Any
    tila2: Any
    tla2: Any


@kernel
def overlaps_seen(
    slot: int, n_pairs: int, beta1: float, overlap: float, match: Array, slope: Array
) -> None:
    """(M g)_i and its derivative in beta1 for g = overlap at the item of ``slot``, 1 at the target,
    0 elsewhere:

    p_i = e^beta1/(e^beta1 + i) at the token after it, (1 - p_i)/i at every other one that sees it.
    """
    item, target = 2 * slot, 2 * n_pairs
    for i in range(target + 1):
        p = 1.0 / (1.0 + i * math.exp(-beta1))
        spread = p * (1.0 - p)
        seen = overlap if i >= item else 0.0
        if i == 0:
            match[i], slope[i] = seen, 0.0
        elif i == item + 1:
            match[i], slope[i] = p * overlap, spread * overlap
        else:
            match[i], slope[i] = (1.0 - p) / i * seen, -spread / i * seen
        if i == target:
            match[i] += (1.0 - p) / i
            slope[i] -= spread / i


@kernel
def slot_gradient(
    slot: int,
    n_pairs: int,
    n_labels: int,
    y: Array,
    overlap: float,
    work: Array,
    seen: Array,
    gradient: Array,
) -> None:
    """Adds a slot's gradient in y = (beta1, alpha, beta2, xi) and its loss, p(right), TILA2, TLA2
    to ``seen`` (4,).

    a = softmax(alpha M g + beta2 [odd]);  logits xi a_(2k+1) of the N labels shown, 0 of the others
    dloss/dxi = sum_k e_k a_(2k+1)/(L - 1),  e = probability - [right]  (xi: diagonal less
    off-diagonal overlap)
    dloss/ds_j = a_j (xi e_j - sum_k xi e_k a_k)  with e = 0 on items
    """
    a, by_label, match, slope = work
    overlaps_seen(slot, n_pairs, y[0], overlap, match, slope)
    n_tokens, right = 2 * n_pairs + 1, 2 * slot + 1
    top, norm = -math.inf, 0.0
    for j in range(n_tokens):
        a[j] = y[1] * match[j] + y[2] * (j % 2)
        top = max(top, a[j])
    for j in range(n_tokens):
        a[j] = math.exp(a[j] - top)
        norm += a[j]
    for j in range(n_tokens):
        a[j] /= norm
    top = 0.0
    for j in range(1, n_tokens, 2):
        top = max(top, y[3] * a[j])
        seen[3] += a[j]
    norm = (n_labels - n_pairs) * math.exp(-top)
    for j in range(1, n_tokens, 2):
        norm += math.exp(y[3] * a[j] - top)
    loss = math.log(norm) + top - y[3] * a[right]
    mean = 0.0
    for j in range(1, n_tokens, 2):
        by_label[j] = math.exp(y[3] * a[j] - top) / norm - (1.0 if j == right else 0.0)
        mean += by_label[j] * a[j]
    gradient[3] += mean / (n_labels - 1)
    for j in range(n_tokens):
        by_score = y[3] * a[j] * (by_label[j] * (j % 2) - mean)
        gradient[0] += y[1] * by_score * slope[j]
        gradient[1] += by_score * match[j]
        gradient[2] += by_score * (j % 2)
    seen[0] += loss
    seen[1] += math.exp(-loss)
    seen[2] += a[right]


@kernel
def descend(
    y: Array,
    n_pairs: int,
    n_labels: int,
    rate: float,
    learns_beta2: bool,
    overlap: float,
    record_at: Ints,
    i: int,
    out: Course,
) -> None:
    """Gradient descent on the mean field from y (4,), recorded into row i."""
    work, seen, gradient = np.zeros((4, 2 * n_pairs + 1)), np.empty(4), np.empty(4)
    next_record = 0
    for t in range(record_at[-1] + 1):
        seen[:], gradient[:] = 0.0, 0.0
        for slot in range(n_pairs):
            slot_gradient(slot, n_pairs, n_labels, y, overlap, work, seen, gradient)
        while next_record < len(record_at) and record_at[next_record] == t:
            k = next_record
            out.loss[i, k], out.p_right[i, k] = seen[0] / n_pairs, seen[1] / n_pairs
            out.tila2[i, k], out.tla2[i, k] = seen[2] / n_pairs, seen[3] / n_pairs
            out.beta1[i, k], out.alpha[i, k], out.beta2[i, k], out.xi[i, k] = y
            out.ila1[i, k] = 0.0
            for label in range(1, 2 * n_pairs, 2):
                out.ila1[i, k] += 1.0 / (1.0 + label * math.exp(-y[0])) / n_pairs
            next_record += 1
        if not learns_beta2:
            gradient[2] = 0.0
        for k in range(4):
            y[k] -= rate * gradient[k] / n_pairs
