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
from toysim.models.deep_linear.network.net import LINEAR, RELU, TANH, Net
from toysim.models.deep_linear.network.schedule import Updates
from toysim.models.deep_linear.updates import half_crossing
from toysim.numerics.elementary import tanh

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Halves(NamedTuple):
    """When every mode is learned.

    goals   (n_modes,)   strength at which that is: S/2, or ``level`` of S
    trail   (2, n_modes) strengths before the last update and before the one before; NaN where there
            is none
    found   (n_modes,)   time in updates, NaN until then
    """

    goals: Any
    trail: Any
    found: Any


class Buffers(NamedTuple):
    """Room for a descent.

    units    (P, M * all units)  activations of every pathway, see ``forward``
    errors   (M * all units,)    of one pathway, pulled back
    residual (M, n_out)          Y - sum_p F_pD
    change   (largest layer,)    of a layer
    """

    units: Any
    errors: Any
    residual: Any
    change: Any


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
    if nonlinearity == TANH:
        for i in range(len(z)):
            z[i] = tanh(z[i])
    elif nonlinearity == RELU:
        for i in range(len(z)):
            z[i] = max(z[i], 0.0)


@kernel
def times_slope(b: Array, f: Array, nonlinearity: int) -> None:
    """b <- b phi'(z) at f = phi(z): 1 - f^2 for tanh; for relu 1 above 0 and 0 at
    0; b, f (n,).
    """
    if nonlinearity == TANH:
        for i in range(len(b)):
            b[i] *= 1.0 - f[i] * f[i]
    elif nonlinearity == RELU:
        for i in range(len(b)):
            b[i] = b[i] if f[i] > 0.0 else 0.0


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
def begin_halves(residual: Array, net: Net, halves: Halves) -> None:
    """Note the modes that are half learned at the start; ``residual`` (M, n_out)."""
    strengths = np.diag(np.dot(np.dot(net.left, net.targets - residual), net.right))
    for mode in range(len(halves.goals)):
        if strengths[mode] >= halves.goals[mode]:
            halves.found[mode] = 0.0
        halves.trail[0, mode] = strengths[mode]


@kernel
def note_halves(
    now: float, share: float, last: float, kink: bool, residual: Array, net: Net, halves: Halves
) -> None:
    """Note the modes that are half learned by ``now``, in steps, in an update of length ``share``
    after one of length ``last``; ``kink`` where a deficit began or ended between these.
    """
    if not np.isnan(halves.found).any():
        return
    strengths = np.diag(np.dot(np.dot(net.left, net.targets - residual), net.right))
    for mode in range(len(halves.goals)):
        strength, goal, before = strengths[mode], halves.goals[mode], halves.trail[0, mode]
        if math.isnan(halves.found[mode]) and strength >= goal:
            earlier = math.nan if kink else halves.trail[1, mode]
            halves.found[mode] = half_crossing(now, earlier, before, strength, goal, share, last)
        halves.trail[1, mode] = before
        halves.trail[0, mode] = strength


@kernel
def step_once(net: Net, step: float, opened: Mask, state: Buffers) -> bool:
    """Every open pathway (P,) a step along the gradient; tells whether the error stays finite."""
    n_examples, n_out = state.residual.shape
    for p in range(len(opened)):
        if opened[p]:
            last = block(state.errors, len(state.errors) - state.residual.size, n_examples, n_out)
            for m in range(n_examples):
                for i in range(n_out):
                    last[m, i] = step * net.seen[p, i] * state.residual[m, i]
            update(net.weights[p], net, state.units[p], state.errors, state.change)
            forward(net.weights[p], net, state.units[p])
    return remainder(net, state.units, state.residual)


@kernel
def step_in_part(net: Net, step: float, share: float, opened: Mask, state: Buffers) -> bool:
    """A share r in (0, 1) of an update:  W <- W + r eta D(W - (1 - r)/2 eta D(W)),  D = -gradient.

    Smooth in r up to eta^3, where the straight line from one update to the next errs by eta^2 times
    a part that jumps as the step changes: extrapolation to step 0 would stumble (derived).
    """
    start = net.weights.copy()
    step_once(net, -0.5 * (1.0 - share) * step, opened, state)
    start -= net.weights
    step_once(net, share * step, opened, state)
    net.weights[:] += start
    return look(net, state)


@kernel
def look(net: Net, state: Buffers) -> bool:
    """Activations and error of the weights as they are; tells whether the error is finite."""
    for p in range(len(state.units)):
        forward(net.weights[p], net, state.units[p])
    return remainder(net, state.units, state.residual)


@kernel
def buffers(net: Net) -> Buffers:
    """Room for a descent; the inputs stand in it."""
    n_pathways, n_examples, n_in = net.inputs.shape
    units = np.empty((n_pathways, net.sizes.sum() * n_examples))
    for p in range(n_pathways):
        units[p, : n_examples * n_in] = net.inputs[p].ravel()
    errors, residual = np.empty(units.shape[1]), np.empty(net.targets.shape)
    change = np.empty((net.sizes[1:] * net.sizes[:-1]).max())
    return Buffers(units, errors, residual, change)


@kernel
def descend(net: Net, step: float, updates: Updates, first: int, stop: int, halves: Halves) -> int:
    """Updates ``first`` .. ``stop`` - 1.

    Weights and ``halves`` are overwritten. Returns -1, or the update that left the finite numbers.
    """
    state = buffers(net)
    look(net, state)
    if first == 0:
        begin_halves(state.residual, net, halves)
    for n in range(first, stop):
        share, opened = updates.share[n], updates.opened[:, n]
        if share == 1.0:
            finite = step_once(net, step, opened, state)
        else:
            finite = step_in_part(net, step, share, opened, state)
        if not finite:
            return n + 1
        last = updates.share[n - 1] if n > 0 else 1.0
        now = updates.begin[n] + share
        note_halves(now, share, last, updates.kink[n], state.residual, net, halves)
    return -1
