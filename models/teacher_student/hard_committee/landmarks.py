"""Where the units of a hard committee part."""

from __future__ import annotations

from typing import Any

from toysim.models.teacher_student.hard_committee import state_evolution


def specialisation(p: Any) -> float:
    """alpha_s."""
    return state_evolution.specialisation()
