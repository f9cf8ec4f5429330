"""Best intervals as functions of the model's parameters."""

from __future__ import annotations

from typing import Any

from toysim.models.continual.fast_slow_memory.closed_forms import best_gap, late_best_gap


def best_interval(p: Any) -> float:
    """At the lag of the parameters."""
    return _told(best_gap(p.lag, p.fast_decay, p.slow_decay, p.feed, p.gain), p)


def late_best_interval(p: Any) -> float:
    """At long lags."""
    if p.feed == 0.0:
        raise ValueError("feed = 0: a single trace has no best gap; give feed above 0")
    return _told(late_best_gap(p.fast_decay, p.slow_decay, p.gain), p)


def _told(gap: float, p: Any) -> float:
    if not gap > 0.0:
        raise ValueError(
            f"the shortest gap is best at lag {p.lag}: raise gain, feed, slow_decay or lag"
        )
    return gap
