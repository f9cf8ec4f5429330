"""Rows of modes solved: phase after phase, from the start to the end."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing, kernel
from toysim.models.deep_linear.clock.paths import Account, Paths, new_paths
from toysim.models.deep_linear.clock.phase import solve_phase
from toysim.models.deep_linear.coordinate import between, coordinate, mirrored, strength_at
from toysim.models.deep_linear.mode import ModeTask, Trajectory, task_of_row, trajectory_of_row
from toysim.models.deep_linear.phases import phase_edges

Array = npt.NDArray[np.float64]


@borrowing
def solve(
    p: Array,
    c: Array,
    invariant: Array,
    edges: Array,
    task: ModeTask,
    out: Trajectory,
    account: Account,
    scratch: Paths,
) -> None:
    """One row: strengths at the end and at the record times, invariants, half time; no exposure.

    ``p`` (P,) first layers, overwritten by the end state; ``c`` (P,); ``invariant`` (P,) becomes
    x_0 - x_p at the end; ``edges`` of the phases and ``task`` in flow time. At c = 0 and D > 1 all
    p must be positive.
    """
    # The edges of the deficits cut the run into phases in which the same pathways are open. A phase
    # knows where it would end (the root of the residual in x, found by Newton), so its clock can be
    # set before it begins; then it is walked in panels of v, the records, the half time and the
    # end of the phase being found by inverting t(v) on the way. What the next phase needs is
    # carried over: first layers, strengths, and the distances in x from the pathway of least |x|,
    # exact to rounding.
    is_open, lag, _, _, _, begin, bracket, start, end, nodes = scratch
    paths = Paths(is_open, lag, c, task.depth, p, begin, bracket, start, end, nodes)
    origin = nearest(p, c, task.depth)
    for j in range(len(p)):
        out.strength[j] = strength_at(p[j], c[j], task.depth)
        invariant[j] = between(p[j], c[j], p[origin], c[origin], task.depth)
    next_record = int(np.int64(0))  # for a literal Numba would compile a phase twice
    for e in range(len(edges) - 1):
        if edges[e] < edges[e + 1]:
            next_record = solve_phase(
                edges[e], edges[e + 1], next_record, origin, invariant, paths, task, out, account
            )
    first = invariant[0]
    for j in range(len(p)):
        invariant[j] -= first


@borrowing
def nearest(p: Array, c: Array, depth: int) -> int:
    """The pathway of least |x|: distances counted from it do not drown in one that is far off."""
    least, found = math.inf, 0
    for j in range(len(p)):
        x = abs(coordinate(-p[j] if mirrored(p[j], c[j], depth) else p[j], c[j], depth))
        if x < least:
            least, found = x, j
    return found


@kernel
def solve_rows(
    p: Array, c: Array, invariant: Array, tasks: ModeTask, outs: Trajectory, accounts: Account
) -> None:
    """``solve`` for every row: p, c, invariant (n, P), accounts (n, 1), bundles with a leading axis
    n; rows with NaN in c or p are skipped.
    """
    scratch = new_paths(np.empty(p.shape[1]), np.empty(p.shape[1]))
    for i in range(len(p)):
        if np.isfinite(p[i]).all() and np.isfinite(c[i]).all():
            account = Account(accounts.residual[i], accounts.iterations[i])
            task, out = task_of_row(tasks, i), trajectory_of_row(outs, i)
            edges = phase_edges(task.windows, task.end)
            solve(p[i], c[i], invariant[i], edges, task, out, account, scratch)


@borrowing
def take_sizes(p: Array, c: Array, depth: npt.NDArray[np.int64], out: Array) -> None:
    """``coordinate_sizes``, counted from where ``between`` does: p, c, out (n, P), depth (n,)."""
    for i in range(len(p)):
        for j in range(p.shape[1]):
            both = mirrored(p[i, 0], c[i, 0], depth[i]) and mirrored(p[i, j], c[i, j], depth[i])
            side = -1.0 if both else 1.0
            x_first = coordinate(side * p[i, 0], c[i, 0], depth[i])
            x = coordinate(side * p[i, j], c[i, j], depth[i])
            out[i, j] = max(abs(x_first), abs(x))


def coordinate_sizes(p: Array, c: Array, depth: npt.NDArray[np.int64]) -> Array:
    """The larger of |x_0| and |x_p| (n, P), of which rounding takes its share from x_0 - x_p."""
    size = np.empty(p.shape)
    take_sizes(p, c, depth, size)
    return size


def solved(p: Array, c: Array, tasks: ModeTask, out: Trajectory) -> tuple[Array, Account]:
    """Rows from Python: fills ``out``, overwrites p (n, P); returns the invariants (n, P) and the
    accounts, of rows that hold NaN both NaN or 0.
    """
    invariant = np.full(p.shape, np.nan)
    account = Account(np.zeros((len(p), 1)), np.zeros((len(p), 1), np.int64))
    solve_rows(p, c, invariant, tasks, out, account)
    return invariant, account
