"""What the panels of several figures share."""

from typing import Any

ERROR = "generalisation error"


def name_axes(axes: Any, x: str, y: str, title: str, **limits: Any) -> None:
    """Names of a panel and its axes, and the legend of its curves."""
    axes.set(xlabel=x, ylabel=y, title=title, **limits)
    axes.legend()
