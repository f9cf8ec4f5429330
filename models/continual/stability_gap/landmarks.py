"""Landmarks of a switch between two tasks."""

from __future__ import annotations

from typing import Any

from toysim.models.continual.stability_gap import flow


def _two_losses(p: Any) -> tuple[float, float, float]:
    if not 0.0 < p.replay_weight < 1.0:
        raise ValueError(
            f"replay_weight = {p.replay_weight:g}: of one loss alone nothing is won back; give a "
            "weight between 0 and 1"
        )
    return p.replay_weight, p.old_curvature, p.new_curvature


def worst_overlap(p: Any) -> float:
    """c* of the largest gap of the flow with equal labels."""
    found = flow.worst_overlap(*_two_losses(p))
    if found == 1.0:
        raise ValueError(
            f"old_curvature = {p.old_curvature:g}, new_curvature = {p.new_curvature:g}: the gap is "
            "largest towards parallel tasks, where it is not won back; give curvatures nearer to "
            "each other"
        )
    return found


def largest_gap(p: Any) -> float:
    """The gap there."""
    return flow.gap_of_same_labels(worst_overlap(p), *_two_losses(p)).gap
