"""Drawing the runs of a sweep one by one."""

from __future__ import annotations

from typing import Any


def draw_runs(axes: Any, time: Any, courses: Any, name: str, label: str, **style: Any) -> None:
    """A line for every course (runs, R), called ``name:k``; the first carries the label."""
    for k, course in enumerate(courses):
        axes.plot(time, course, label=label if k == 0 else None, gid=f"{name}:{k}", **style)
