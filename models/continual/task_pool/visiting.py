"""What a visit to a pool does to second moments of its error, in the mean over its tasks; derived.

In coordinates in which rows are a triangle (``theory.course``) zeros are left out of the products.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 20  # rows or columns of a product: fewer leave out more zeros, more are faster each
TOGETHER = 16  # rows of small tasks that share a product


class Visit(NamedTuple):
    """A visit to one of some tasks, ``n`` rows each.

    ``rows`` (m, d) of all of them, the ``share`` (m,) that a visit takes along them and this times
    the probability of the task, ``weight`` (m,). Rows ``edges`` of a block have numbers in the
    first ``width`` columns only, those alone are in ``across``; columns ``columns`` in the rows
    from ``first`` on, those are in ``down``; one block after the other.
    """

    n: int
    rows: Array
    share: Array
    weight: Array
    edges: Ints
    width: Ints
    across: Array
    columns: Ints
    first: Ints
    down: Array


class Room(NamedTuple):
    """Of ``advance``; ``square`` (m,) gets the mean squares along the rows before the visit."""

    square: Array
    image: Array
    both: Array
    inner: Array
    part: Array


@kernel
def visit(directions: Array, share: Array, chance: Array) -> Visit:
    """To one of some tasks, from (J, n, d), (J, n) and (J,)."""
    n_tasks, n, d = directions.shape
    rows, weight, taken = directions.reshape((n_tasks * n, d)), share.copy(), share.copy()
    for j in range(n_tasks):
        weight[j] *= chance[j]
    reach = reached(rows)
    edges, columns = blocks(len(rows)), blocks(d)
    width, first = np.empty(len(edges) - 1, np.int64), np.zeros(len(columns) - 1, np.int64)
    across, down, at = np.empty(rows.size), np.empty(rows.size), 0
    for b in range(len(width)):
        width[b] = reach[edges[b + 1] - 1]
        at = packed(rows[edges[b] : edges[b + 1], : width[b]], across, at)
    at = 0
    for b in range(len(first)):
        while first[b] < len(rows) and reach[first[b]] <= columns[b]:
            first[b] += 1
        at = packed(rows[first[b] :, columns[b] : columns[b + 1]], down, at)
    flat = taken.ravel(), weight.ravel()
    return Visit(n, rows, *flat, edges, width, across, columns, first, down)


@kernel
def packed(block: Array, flat: Array, at: int) -> int:
    """Puts a block into ``flat`` from ``at`` on; returns where it ends."""
    end = at + block.size
    flat[at:end].reshape(block.shape)[:] = block
    return end


@kernel
def reached(rows: Array) -> Ints:
    """How many columns the rows up to each (m,) have numbers in."""
    reach, most = np.empty(len(rows), np.int64), 0
    for a in range(len(rows)):
        for i in range(most, rows.shape[1]):
            if rows[a, i] != 0.0:
                most = i + 1
        reach[a] = most
    return reach


@kernel
def blocks(size: int) -> Ints:
    """Where blocks of equal size begin, and the end."""
    n_blocks = max(1, round(size / BLOCK))
    edges = np.empty(n_blocks + 1, np.int64)
    for b in range(n_blocks + 1):
        edges[b] = b * size // n_blocks
    return edges


@kernel
def room(of: Visit) -> Room:
    """What ``advance`` needs."""
    m, d = of.rows.shape
    image, both = np.empty((m, d)), np.empty((m, d))
    wide = max(of.n, TOGETHER)
    return Room(np.empty(m), image, both, np.empty(wide * wide), np.empty((d, d)))


@kernel
def advance(now: Array, of: Visit, room: Room, new: Array) -> None:
    """new = sum_j q_j B_j M B_j of M = ``now`` (d, d) symmetric, B_j = 1 - V_j' C_j V_j.

    With T_j = q_j C_j [(V_j M V_j') C_j V_j/2 - V_j M] this is M + P + P', P = sum_j V_j' T_j: the
    sum with the transpose keeps M symmetric to the last bit, without which it runs away.
    """
    part = room.part
    images(now, of, room.image)
    terms(of, room)
    parts(of, room.image, part)
    for i in range(len(now)):
        for j in range(i + 1):
            new[i, j] = now[i, j] + (part[i, j] + part[j, i])
            new[j, i] = new[i, j]


@kernel
def images(now: Array, of: Visit, image: Array) -> None:
    """V M (m, d)."""
    edges, widths, across, at = of.edges, of.width, of.across, 0
    for b in range(len(widths)):
        first, end, width = edges[b], edges[b + 1], widths[b]
        size = (end - first) * width
        rows = across[at : at + size].reshape((end - first, width))
        np.dot(rows, now[:width], image[first:end])
        at += size


@kernel
def terms(of: Visit, room: Room) -> None:
    """T from V M, in its place; small tasks together, with zeros between them."""
    rows, share, weight, n = of.rows, of.share, of.weight, of.n
    images, square, held, of_both = room.image, room.square, room.inner, room.both
    together = n * max(1, TOGETHER // n)
    for first in range(0, len(rows), together):
        end = min(first + together, len(rows))
        size = end - first
        own, image, inner = rows[first:end], images[first:end], held[: size * size]
        across, both = inner.reshape((size, size)), of_both[first:end]
        np.dot(image, own.T, across)
        for a in range(size):
            square[first + a] = across[a, a]
            half, task = 0.5 * weight[first + a], a - a % n
            for b in range(size):
                inside = task <= b < task + n
                across[a, b] *= half * share[first + b] if inside else 0.0
        np.dot(across, own, both)
        for a in range(size):
            taken = weight[first + a]
            for i in range(image.shape[1]):
                image[a, i] = both[a, i] - taken * image[a, i]


@kernel
def parts(of: Visit, terms: Array, part: Array) -> None:
    """P = V' T (d, d)."""
    columns, firsts, down, at = of.columns, of.first, of.down, 0
    for b in range(len(firsts)):
        low, high, first = columns[b], columns[b + 1], firsts[b]
        size = (len(terms) - first) * (high - low)
        if size == 0:
            part[low:high] = 0.0
            continue
        rows = down[at : at + size].reshape((len(terms) - first, high - low))
        np.dot(rows.T, terms[first:], part[low:high])
        at += size
