"""Gradient descent of a multi-pathway network, update by update: matrix products of a batch of M
examples.

    F_l = phi(F_(l-1) W_l'),  F_0 = X            forward, for every pathway; an example a row
    R = Y - sum_p F_pD                           error, of all pathways together
    B_l = (B_(l+1) W_(l+1)) phi'(F_l),  B_D = R phi'(F_D)
    W_l <- W_l + eta B_l' F_(l-1)                all layers and pathways at once; a frozen pathway
    keeps its output

Source: arXiv:2308.12221, multi-pathway networks; loss is the sum (not the mean) of squared errors
over two.

Products of all sizes are BLAS calls: at 8 x 8 x 8 one takes 0.1 us, half of a plain loop, and at
100 x 100 x 8 a tenth. With examples as rows the update is a product A'B, the fastest of the four
kinds (5.2 us at width 100 with the addition, against 6.6 us for AB'). A fused loop over eight
examples (5.5 us) and additions in panels that stay in cache were no faster.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel
from toysim.models.deep_linear.network.net import LINEAR, TANH, Net
from toysim.models.deep_linear.updates import note_half

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Halves(NamedTuple):
    """When half of every mode is learned.

    targets (n_modes,)   S
    trail   (2, n_modes) strengths before the last update and before the one before; NaN where there
            is none
    found   (n_modes,)   time in updates, NaN until then
    """

    targets: Any
    trail: Any
    found: Any


@kernel
def block(flat: Array, at: int, rows: int, columns: int) -> Array:
    """The matrix (rows, columns) that starts at ``at`` in ``flat`` (n,), a view."""
    return flat[at : at + rows * columns].reshape(rows, columns)


@kernel
def forward(weights: Array, net: Net, units: Array) -> None:
    """Activations of one pathway: ``units`` holds F_0, ..., F_D one after the other, F_0 is
    given. weights (n,), units (M * all units,); F_l (M, sizes[l]).
    """
    sizes, n_examples = net.sizes, len(net.targets)
    w_at, u_at = 0, 0
    for k in range(1, len(sizes)):
        below = block(units, u_at, n_examples, sizes[k - 1])
        u_at += below.size
        here = block(units, u_at, n_examples, sizes[k])
        np.dot(below, block(weights, w_at, sizes[k], sizes[k - 1]).T, here)
        w_at += sizes[k] * sizes[k - 1]
        if net.nonlinearity != LINEAR:
            activate(here.ravel(), net.nonlinearity)


@kernel
def activate(z: Array, nonlinearity: int) -> None:
    """z <- phi(z), entry by entry of z (n,)."""
    for i in range(len(z)):
        z[i] = math.tanh(z[i]) if nonlinearity == TANH else max(z[i], 0.0)


@kernel
def times_slope(b: Array, f: Array, nonlinearity: int) -> None:
    """b <- b phi'(z) at f = phi(z): 1 - f^2 for tanh; for relu 1 above 0 and 0 at
    0; b, f (n,).
    """
    for i in range(len(b)):
        if nonlinearity == TANH:
            b[i] *= 1.0 - f[i] * f[i]
        elif f[i] <= 0.0:
            b[i] = 0.0


@kernel
def add(change: Array, to: Array) -> None:
    """to <- to + change, for the first entries of ``change`` that ``to`` (n,) has."""
    for i in range(len(to)):
        to[i] += change[i]


@kernel
def update(weights: Array, net: Net, units: Array, errors: Array, change: Array) -> None:
    """W_l <- W_l + B_l' F_(l-1) for one pathway; ``errors`` ends in eta R, and is laid out as
    ``units`` (see ``forward``).

    ``weights`` (n,) are overwritten; ``change`` is scratch of the size of the largest layer.
    """
    sizes, n_examples = net.sizes, len(net.targets)
    w_at, u_at = len(weights), len(units)
    for k in range(len(sizes) - 1, 0, -1):
        size = sizes[k] * sizes[k - 1]
        u_at -= n_examples * sizes[k]
        w_at -= size
        error = block(errors, u_at, n_examples, sizes[k])
        if net.nonlinearity != LINEAR:
            times_slope(error.ravel(), units[u_at : u_at + error.size], net.nonlinearity)
        below = u_at - n_examples * sizes[k - 1]
        if k > 1:
            pulled_back = block(errors, below, n_examples, sizes[k - 1])
            np.dot(error, block(weights, w_at, sizes[k], sizes[k - 1]), pulled_back)
        np.dot(
            error.T,
            block(units, below, n_examples, sizes[k - 1]),
            block(change, 0, sizes[k], sizes[k - 1]),
        )
        add(change, weights[w_at : w_at + size])


@kernel
def remainder(net: Net, units: Array, out: Array) -> bool:
    """R = Y - sum_p F_pD into ``out`` (M, n_out), pathways in their order; tells whether it is
    finite. ``units`` (P, M * all units).
    """
    n_examples, n_out = out.shape
    first = units.shape[1] - out.size
    finite = True
    for m in range(n_examples):
        for i in range(n_out):
            total = 0.0
            for p in range(len(units)):
                total += net.seen[p, i] * units[p, first + m * n_out + i]
            out[m, i] = net.targets[m, i] - total
            finite &= math.isfinite(total)
    return finite


@kernel
def note_halves(n: int, kink: bool, residual: Array, net: Net, halves: Halves) -> None:
    """Note the modes that are half learned by update n; ``kink`` where a deficit began or ended
    before it. ``residual`` (M, n_out).
    """
    if n > 0 and not np.isnan(halves.found).any():
        return
    strengths = np.diag(np.dot(np.dot(net.left, net.targets - residual), net.right))
    for mode in range(len(halves.targets)):
        strength, target = strengths[mode], halves.targets[mode]
        before, earlier = halves.trail[0, mode], halves.trail[1, mode]
        if n == 0 and strength >= 0.5 * target:
            halves.found[mode] = 0.0
        elif n > 0:
            note_half(
                n,
                math.nan if kink else earlier,
                before,
                strength,
                target,
                halves.found[mode : mode + 1],
            )
        halves.trail[1, mode] = before
        halves.trail[0, mode] = strength


@kernel
def descend(net: Net, step: float, gates: Mask, first: int, stop: int, halves: Halves) -> int:
    """Updates ``first`` .. ``stop`` - 1; ``gates`` (P, updates) tells which pathways they change.

    Weights and ``halves`` are overwritten. Returns -1, or the update that left the finite numbers.
    """
    n_pathways, n_examples, n_in = net.inputs.shape
    n_out = net.targets.shape[1]
    units = np.empty((n_pathways, net.sizes.sum() * n_examples))
    errors, residual = np.empty(units.shape[1]), np.empty((n_examples, n_out))
    change = np.empty((net.sizes[1:] * net.sizes[:-1]).max())
    for p in range(n_pathways):
        units[p, : n_examples * n_in] = net.inputs[p].ravel()
        forward(net.weights[p], net, units[p])
    remainder(net, units, residual)
    if first == 0:
        note_halves(0, False, residual, net, halves)
    for n in range(first, stop):
        kink = False
        for p in range(n_pathways):
            kink |= n > 0 and gates[p, n] != gates[p, n - 1]
            if gates[p, n]:
                last = block(errors, len(errors) - residual.size, n_examples, n_out)
                for m in range(n_examples):
                    for i in range(n_out):
                        last[m, i] = step * net.seen[p, i] * residual[m, i]
                update(net.weights[p], net, units[p], errors, change)
                forward(net.weights[p], net, units[p])
        if not remainder(net, units, residual):
            return n + 1
        note_halves(n + 1, kink, residual, net, halves)
    return -1
