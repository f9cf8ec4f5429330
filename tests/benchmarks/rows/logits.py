"""Flow of the nested logits to past the cliff, with the times of its crossings.

All sides: the pair 5(4) of Dormand and Prince, rtol 1e-10, atol 1e-12, N = 8, L = 32, to t = 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.bench import Job, Peer, Row, equal_to
from benchmarks.limits import Amount, Limit
from benchmarks.peers import jax_numpy
from benchmarks.sides import Engine, batch_of, sweep_of
from reference.induction_head import logits_flow

from toysim.plan import Sweep

PAIRS, LABELS, END = 8, 32, 100.0
RTOL, ATOL = 1e-10, 1e-12
# Of p(right); at the last the loss has left log L by 0.05.
LEVELS = (0.1, 0.5, 0.9, math.exp(0.05) / LABELS)
SLOPES = 6 * 330  # of a flow to t = 100, about; each has four exponentials


def rows(tiny: bool) -> Iterator[Row]:
    for n in (2,) if tiny else (1, 10, 100, 1000):
        sweep = sweep_of(
            "induction_head.logits",
            {"n_pairs": PAIRS, "n_labels": LABELS, "duration": END},
            {"alpha_start": {"linspace": [0.0, 0.5, n]}},
        )
        peers = {"JAX": Peer(partial(jax_flows, sweep))}
        if n <= 10:
            peers["SciPy"] = Peer(partial(scipy_flows, sweep))
        yield Row(
            f"logits: sets {n}",
            "flow",
            n,
            lambda sweep=sweep: Engine(sweep),
            peers,
            equal_to(1e-6, 1e-9),
            size=n,
            grows="parameter sets",
            floor=(Amount(Limit("exp"), 4.0 * SLOPES * n),),
        )


def scipy_flows(sweep: Sweep) -> Job:
    """solve_ivp with events, the order and tolerances of ours."""

    def job() -> dict[str, Any]:
        starts = batch_of(sweep)["alpha_start"]
        flows = [
            logits_flow(np.array([0.0, a, 0.0, 0.0]), np.ones(4), PAIRS, LABELS, PAIRS, False, END)
            for a in starts
        ]
        return {"t50": np.array([flow.t_events[0][0] for flow in flows])}

    return job


# Butcher's table: rows of the stages, and fifth-order minus fourth-order weights.
TABLE = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def jax_flows(sweep: Sweep) -> Job:
    """One adaptive loop for all sets side by side (vmap); the steps in which p(right) passes a
    level are kept, and the crossing is found in them after the loop.
    """
    jax, jnp = jax_numpy()
    levels = jnp.asarray(LEVELS)

    def slope(y: Any) -> Any:
        """Three logits y = (beta1, alpha, xi) and p(right)."""
        beta1, alpha, xi = y
        p = 1.0 / (1.0 + PAIRS * jnp.exp(-beta1))
        z = jnp.exp(-alpha * p)
        q, r = 1.0 / (1.0 + (PAIRS - 1) * z), z / (1.0 + (PAIRS - 1) * z)
        other, absent = (PAIRS - 1) * jnp.exp(xi * (r - q)), (LABELS - PAIRS) * jnp.exp(-xi * q)
        norm = 1.0 + other + absent
        right, other, wrong = 1.0 / norm, other / norm, (other + absent) / norm
        by_q, by_r = -xi * wrong, xi * other
        match = q * (1.0 - q) * by_q - q * r * by_r
        return (-alpha * p * (1.0 - p) * match, -p * match, q * wrong - r * other), right

    def step(y: Any, first: Any, h: Any) -> Any:
        """State, slope and p(right) at the end of a step, and all slopes."""
        slopes, right, new = [first], 0.0, y
        for weights in TABLE:
            new = tuple(
                y[i] + h * sum(w * k[i] for w, k in zip(weights, slopes, strict=True) if w)
                for i in range(3)
            )
            last, right = slope(new)
            slopes.append(last)
        return new, right, slopes

    def flow(alpha: Any) -> Any:
        y = (jnp.zeros(()), alpha, jnp.zeros(()))
        first, right = slope(y)
        fastest = jnp.maximum(jnp.maximum(abs(first[0]), abs(first[1])), abs(first[2]))
        cautious = 0.01 * abs(alpha) / fastest
        h = jnp.where(alpha == 0.0, 1e-3 / (1.0 + fastest), cautious)
        seen = jnp.where(right >= levels, 0.0, jnp.nan)
        kept = (seen, *(jnp.zeros(4) for _ in range(8)))

        def goes_on(at: Any) -> Any:
            return at[0] < END

        def advance(at: Any) -> Any:
            t, h, y, first, right, kept = at
            h = jnp.minimum(h, END - t)
            new, after, slopes = step(y, first, h)
            error = 0.0
            for i in range(3):
                e = h * sum(w * k[i] for w, k in zip(ERROR, slopes, strict=True))
                scale = ATOL + RTOL * jnp.maximum(abs(y[i]), abs(new[i]))
                error = jnp.maximum(error, abs(e) / scale)
            good = error <= 1.0
            crossed = good & jnp.isnan(kept[0]) & (after >= levels)
            values = (t, h, *y, *first, right)
            kept = tuple(
                jnp.where(crossed, value, old)
                for value, old in zip((t, *values[1:]), kept, strict=True)
            )
            following = h * jnp.clip(0.9 * error**-0.2, 0.2, 5.0)
            done = t + h >= END * (1.0 - 1e-15)
            t = jnp.where(good, jnp.where(done, END, t + h), t)
            y = tuple(jnp.where(good, a, b) for a, b in zip(new, y, strict=True))
            first = tuple(jnp.where(good, a, b) for a, b in zip(slopes[-1], first, strict=True))
            return t, following, y, first, jnp.where(good, after, right), kept

        *_, kept = jax.lax.while_loop(goes_on, advance, (0.0, h, y, first, right, kept))
        return jax.vmap(cross)(levels, kept)

    def cross(level: Any, kept: Any) -> Any:
        """Time at which p(right) is ``level`` within a step: false position (Illinois)."""
        t, h, *y, a, b, c, before = kept
        first = (a, b, c)

        def look(x: Any) -> Any:
            return step(tuple(y), first, x)[1] - level

        def narrow(_: Any, at: Any) -> Any:
            low, high, below, above, side = at
            x = low + (high - low) * below / (below - above)
            value = look(x)
            left = value < 0.0
            return (
                jnp.where(left, x, low),
                jnp.where(left, high, x),
                jnp.where(left, value, jnp.where(side == -1, 0.5 * below, below)),
                jnp.where(left, jnp.where(side == 1, 0.5 * above, above), value),
                jnp.where(left, 1, -1),
            )

        low, high, *_ = jax.lax.fori_loop(0, 8, narrow, (0.0 * h, h, before - level, look(h), 0))
        x = jnp.where(abs(look(low)) < abs(look(high)), low, high)
        return t + x

    run = jax.jit(jax.vmap(flow))

    def job() -> dict[str, Any]:
        found = np.asarray(run(jnp.asarray(batch_of(sweep)["alpha_start"])))
        return dict(zip(("t10", "t50", "t90", "leave_time"), found.T, strict=True))

    return job
