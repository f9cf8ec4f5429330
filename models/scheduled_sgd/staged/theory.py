"""The stagewise search on exact losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scheduled_sgd.modes import modes
from toysim.models.scheduled_sgd.staged.pieces import best_pieces
from toysim.models.scheduled_sgd.staged.problem import searched
from toysim.numerics.spread import narrow


def predict(batch: Batch) -> Rows:
    """Every observable exactly; valid where means over replicas show it."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> dict[str, Any]:
    p = row.p
    search = searched(p)
    ends = np.arange(p.stage_steps, p.n_steps + 1, p.stage_steps)
    rates = search.every_rate(p.stage_steps)
    finite = bool(np.isfinite(search.losses).all())
    h, signal = modes(p)
    shown = narrow(h, signal, p.label_noise, float(p.batch_size), rates, ends)
    pieces, least = best_pieces(p) if p.pieces else (np.full(len(ends), np.nan), np.nan)
    return {
        "loss": search.losses,
        "final_loss": search.losses[-1],
        "rate": search.rates,
        "forecast_error": search.errors,
        "worst_forecast_error": search.worst,
        "best_pieces": least,
        "piece_rate": pieces,
        "valid": finite and shown,
    }
