"""Numbers asked of a theory by name: the landmarks that models declare."""

from __future__ import annotations

import math
from typing import Any

from toysim.errors import ToysimError, suggest
from toysim.landmarks import Landmark, LandmarkValue
from toysim.long_calls import announce
from toysim.model import Model
from toysim.registry import all_models, load_model


def landmark(
    model: str | Model, name: str, *, yes: bool = False, **parameters: Any
) -> LandmarkValue:
    """A named number of a model, such as its capacity, at the parameters it depends on.

    Parameters not given have their defaults. One that takes more than two seconds by its declared
    cost says so (``LongCall``), and more than a minute wants ``yes``. The result has ``value``,
    ``unit``, ``digits`` that are right, ``valid`` and, where there is no such number, the
    ``reason`` (``value`` is NaN then).
    Raises ToysimError, in one line, on an unknown name, and on a parameter that the number does not
    depend on.
    """
    found = load_model(model)
    marks = {mark.name: mark for mark in found.landmarks}
    if name not in marks:
        known = _known(name, found)
        raise ToysimError(f"unknown landmark {name!r} of {found.id}: {known}", "name")
    found.refuse_unknown(parameters)
    for given in parameters:
        if given not in marks[name].parameters:
            takes = ", ".join(marks[name].parameters) or "no parameter"
            text = f"{found.id} {name} does not depend on {given}: it takes {takes}"
            raise ToysimError(text, given)
    return _value(found, marks[name], parameters, yes)


def list_landmarks(
    model: str | Model | None = None, *, yes: bool = False, **parameters: Any
) -> list[LandmarkValue]:
    """All landmarks of a model (or of every model) at their defaults or the parameters given; each
    takes those that it depends on, and says its cost as ``landmark``.
    """
    found = all_models().values() if model is None else (load_model(model),)
    for one in found:
        if model is not None:
            one.refuse_unknown(parameters)
    return [
        _value(one, mark, {k: v for k, v in parameters.items() if k in mark.parameters}, yes)
        for one in found
        for mark in one.landmarks
    ]


def _value(model: Model, mark: Landmark, given: dict[str, Any], yes: bool) -> LandmarkValue:
    p = model.validate(given)
    announce(f"{mark.name} of {model.id}", mark.seconds(p), yes, stacklevel=4)
    taken = {name: getattr(p, name) for name in mark.parameters}
    try:
        value = float(mark.load()(p))
    except ValueError as absent:
        return LandmarkValue(model.id, mark, taken, math.nan, str(absent))
    return LandmarkValue(model.id, mark, taken, value)


def _known(name: str, model: Model) -> str:
    if not model.landmarks:
        return f"it declares none; toysim find {model.id} looks for crossings of its theory"
    return suggest(name, [mark.name for mark in model.landmarks])
