"""A control for every parameter of a model, within its allowed range."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.layouts import column
from bokeh.models import NumericInput, Select, Slider, TextInput

from toysim.parameters import Parameter
from toysim.typeset import typeset
from toysim.viewing.drawing import listen

STEPS = 200  # of a slider
DECADES = 1.0  # on both sides of a default, where no range is declared, or a longer one
WIDE = 1e3  # ratio of the ends, from which on a slider is logarithmic


def knob(p: Parameter, value: Any, turned: Callable[[Any], None]) -> Any:
    """A control of parameter ``p`` at ``value``, which calls ``turned`` with every new one."""
    words = f"{p.name}, {typeset(p.symbol)}" if p.symbol not in ("", p.name) else p.name
    told = words if p.unit == "1" else f"{words} [{p.unit}]"
    if p.ndim:
        return _text(told, value, turned)
    if p.kind == "choice":
        select = Select(title=told, options=list(p.choices), value=value)
        listen(select, turned)
        return select
    if p.kind == "bool":
        select = Select(title=told, options=["false", "true"], value=str(value).lower())
        listen(select, lambda new: turned(new == "true"))
        return select
    return _number(p, told, value, turned)


def _text(told: str, value: Any, turned: Callable[[Any], None]) -> TextInput:
    """A list, as it is written in a sweep file; one that cannot be read is left alone."""
    box = TextInput(title=told, value=json.dumps(value), placeholder="[1.0, 2.0]")

    def read(new: str) -> None:
        try:
            turned(json.loads(new))
        except json.JSONDecodeError:
            box.value = json.dumps(value)

    listen(box, read)
    return box


def _number(p: Parameter, told: str, value: Any, turned: Callable[[Any], None]) -> Any:
    """The number itself, and a slider for it."""
    low, high = reach(p)
    log = is_wide(low, high)
    box = NumericInput(title=told, value=value, mode=p.kind, low=None, high=None)
    slider = Slider(start=0, end=STEPS, step=1, show_value=False, value=0)
    slider.value = place_on(value, low, high, log)
    following: list[Any] = []  # the control that the other one sets, so that it does not answer

    def typed(new: Any) -> None:
        if new is not None and not following:
            following.append(slider)
            slider.value = place_on(new, low, high, log)
            following.clear()
            turned(new)

    def moved(new: int) -> None:
        if not following:
            following.append(box)
            share = new / STEPS
            at = low * (high / low) ** share if log else low + (high - low) * share
            box.value = round(at) if p.kind == "int" else float(f"{at:.4g}")
            following.clear()
            turned(box.value)

    listen(box, typed)
    listen(slider, moved)
    return column(box, slider)


def reach(p: Parameter) -> tuple[float, float]:
    """The ends of a slider: the allowed range, or some decades around the default where that is
    longer.
    """
    low, high = p.range
    default = float(p.default)
    size = max(abs(default), 1.0 if default == 0.0 else abs(default))
    far = size * 10.0**DECADES
    near = size / 10.0**DECADES if low > 0.0 or (low == 0.0 and default > 0.0) else -far
    near = 0.0 if low == 0.0 and p.kind == "int" else near
    low = low if math.isfinite(low) and low != 0.0 and low >= near else max(near, low)
    return min(low, default), max(min(high, far), default)


def grid(p: Parameter, points: int) -> list[Any]:
    """Values over a slider's reach."""
    low, high = reach(p)
    values = (np.geomspace if is_wide(low, high) else np.linspace)(low, high, points)
    if p.kind == "int":
        return sorted({round(v) for v in values.tolist()})
    return [float(v) for v in values]


def is_wide(low: float, high: float) -> bool:
    """Whether a slider is logarithmic."""
    return low > 0.0 and high >= WIDE * low


def place_on(value: float, low: float, high: float, log: bool) -> int:
    """Where on a slider a value lies, at an end where it is outside."""
    if high <= low:
        return 0
    inside = min(max(value, low), high)
    share = math.log(inside / low) / math.log(high / low) if log else (inside - low) / (high - low)
    return round(STEPS * share)
