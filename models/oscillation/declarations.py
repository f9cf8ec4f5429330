"""What several models of the family declare: their clock, and how closely two exact ways agree."""

from __future__ import annotations

from typing import Any

from toysim.records import Clock

UPDATES = Clock("update", "updates", end=lambda p: p.n_steps, whole=True)

# Simulation and theory compute the same numbers in two ways; valid rows round at 1e-10 or so.
EXACT: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-9, "scale": 1.0}
