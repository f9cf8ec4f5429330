"""The head in the limit of large dimension: contents at right angles, an average over the slots of
the target.

Overlaps are then numbers: 1/(1 + eps^2) of the target with its item, 1 with itself, 0 with all
else. By the symmetry of the labels the classifier is xi times the label vectors. What is left of a
batch is the target's slot, so that the expected gradient is a mean over N slots, in closed form;
each slot has its own attention p_i = e^b/(e^b + i).

Derived from the equations of the head (after arXiv:2312.03002, a reconstruction). The state is y =
(beta1, alpha, beta2, xi); tokens are j = 0..2N, items even, labels odd, the target last.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OBSERVABLES = ("loss", "p_right", "tila2", "tla2", "ila1", "beta1", "alpha", "beta2", "xi")


class Setting(NamedTuple):
    """What a row is given: N, L, overlap of the target with its item, learning rate, and whether
    beta2 is learned.
    """

    n_pairs: Any
    n_labels: Any
    overlap: Any
    rate: Any
    learns_beta2: Any


@borrowing
def overlaps_seen(
    slot: int, n_pairs: int, beta1: float, overlap: float, match: Array, slope: Array
) -> None:
    """(M g)_i and its derivative in beta1, both (2N + 1,), for g = overlap at the item of ``slot``,
    1 at the target, 0 elsewhere.

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


@borrowing
def attend(y: Array, match: Array, a: Array) -> None:
    """a = softmax(alpha M g + beta2 [odd]), all (2N + 1,)."""
    top, norm = -math.inf, 0.0
    for j in range(len(a)):
        a[j] = y[1] * match[j] + y[2] * (j % 2)
        top = max(top, a[j])
    for j in range(len(a)):
        a[j] = math.exp(a[j] - top)
        norm += a[j]
    for j in range(len(a)):
        a[j] /= norm


@borrowing
def answer(xi: float, a: Array, right: int, n_absent: int, error: Array) -> float:
    """Loss from attention a (2N + 1,); error_j = p(label at token j) - [j = right], 0 on items.

    Logits are xi a_j of the labels shown, 0 of the ``n_absent`` others.
    """
    top = 0.0
    for j in range(1, len(a), 2):
        top = max(top, xi * a[j])
    norm = n_absent * math.exp(-top)
    for j in range(1, len(a), 2):
        norm += math.exp(xi * a[j] - top)
    for j in range(1, len(a), 2):
        error[j] = math.exp(xi * a[j] - top) / norm - (1.0 if j == right else 0.0)
    return float(math.log(norm) + top - xi * a[right])


@borrowing
def slot_gradient(
    slot: int, y: Array, setting: Setting, work: Array, seen: Array, gradient: Array
) -> None:
    """Adds a slot's loss, p(right), TILA2, TLA2 to ``seen`` (4,) and its gradient in y to
    ``gradient`` (4,).

        dloss/dxi = sum_j e_j a_j/(L - 1)    (xi: diagonal less off-diagonal overlap)
        dloss/ds_j = a_j (xi e_j - sum_k xi e_k a_k)

    with e the error of ``answer``; ``work`` (4, 2N + 1) is 0 at first.
    """
    a, error, match, slope = work
    right = 2 * slot + 1
    overlaps_seen(slot, setting.n_pairs, y[0], setting.overlap, match, slope)
    attend(y, match, a)
    loss = answer(y[3], a, right, setting.n_labels - setting.n_pairs, error)
    mean = 0.0
    for j in range(1, len(a), 2):
        seen[3] += a[j]
        mean += error[j] * a[j]
    gradient[3] += mean / (setting.n_labels - 1)
    for j in range(len(a)):
        grad_score = y[3] * a[j] * (error[j] * (j % 2) - mean)
        gradient[0] += y[1] * grad_score * slope[j]
        gradient[1] += grad_score * match[j]
        gradient[2] += grad_score * (j % 2)
    seen[0] += loss
    seen[1] += math.exp(-loss)
    seen[2] += a[right]


@borrowing
def descend(
    y: Array, n_updates: int, setting: Setting, work: Array, seen: Array, gradient: Array
) -> None:
    """Gradient descent on the mean field from y (4,), in place; scratch as in ``slot_gradient``."""
    work[:] = 0.0
    for _ in range(n_updates):
        gradient[:] = 0.0
        for slot in range(setting.n_pairs):
            slot_gradient(slot, y, setting, work, seen, gradient)
        if not setting.learns_beta2:
            gradient[2] = 0.0
        for k in range(4):
            y[k] -= setting.rate * gradient[k] / setting.n_pairs


@borrowing
def observe(
    y: Array, setting: Setting, work: Array, seen: Array, gradient: Array, found: Array
) -> None:
    """OBSERVABLES at y (4,) into ``found`` (9,); scratch as in ``slot_gradient``."""
    work[:] = 0.0
    seen[:] = 0.0
    for slot in range(setting.n_pairs):
        slot_gradient(slot, y, setting, work, seen, gradient)
    ila1 = 0.0
    for label in range(1, 2 * setting.n_pairs, 2):
        ila1 += 1.0 / (1.0 + label * math.exp(-y[0])) / setting.n_pairs
    found[4] = ila1
    for k in range(4):
        found[k], found[5 + k] = seen[k] / setting.n_pairs, y[k]


@kernel
def follow(y: Array, at: Ints, setting: Setting, courses: Array) -> None:
    """OBSERVABLES after the updates ``at`` (R,), ascending, into ``courses`` (R, 9); y (4,) is
    taken to the last.
    """
    work, seen, gradient = np.zeros((4, 2 * setting.n_pairs + 1)), np.empty(4), np.zeros(4)
    done = 0
    for k in range(len(at)):
        descend(y, at[k] - done, setting, work, seen, gradient)
        observe(y, setting, work, seen, gradient, courses[k])
        done = at[k]
