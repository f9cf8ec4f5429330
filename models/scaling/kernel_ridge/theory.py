"""Losses of ridge regression by its deterministic equivalent."""

from __future__ import annotations

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.scaling.power_laws import spectrum
from toysim.numerics.ridge_equivalent import Ridge


def predicted(row: Row) -> dict[str, float]:
    """Every observable and diagnostic of one row."""
    p = row.p
    h, c = spectrum(p.n_modes, p.capacity_exponent, p.signal_exponent)
    ridge = Ridge(h, c, p.label_noise)
    fit, best = ridge.fit(p.n_samples, p.penalty), ridge.best(p.n_samples)
    return {
        "test_loss": fit.test,
        "train_loss": fit.train,
        "kappa": fit.kappa,
        "overfitting": p.n_samples / fit.size,
        "best_penalty": best.penalty,
        "best_test_loss": best.test,
        "valid": ridge.reliable(p.n_samples, fit),
    }


def predict(batch: Batch) -> Rows:
    """Every row; valid where n (1 - D) is large and nothing is lost in rounding."""
    return stacked([predicted(row) for row in batch.rows()])
