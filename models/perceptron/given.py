"""Instances handed in: patterns, teachers and other signs in place of drawn ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from toysim.model import Matrix, Vector, parameter
from toysim.models.perceptron.samplers.sizes import n_patterns

Given = Sequence[Sequence[float]]


def given_patterns(symbol: str = "xi", what: str = "patterns of +-1") -> Matrix:
    """A parameter: the pattern matrix, for which theory, a mean over all, does not hold."""
    meaning = f"{what}, a row a pattern, in place of random ones; theory is for random ones"
    value: Matrix = parameter((), symbol=symbol, meaning=meaning)
    return value


def given_signs(symbol: str, what: str) -> Vector:
    """A parameter: a vector of +-1, one a weight."""
    value: Vector = parameter((), symbol=symbol, meaning=f"{what}, +-1 a weight, not drawn")
    return value


def given_teachers() -> Matrix:
    """A parameter: both teachers."""
    meaning = "both teachers, two rows of +-1, not drawn; theory then wants their task_overlap"
    value: Matrix = parameter((), symbol="W", meaning=meaning)
    return value


def check_given(
    name: str, rows: Given, size: int, n_rows: int, why: str, width: str = "size"
) -> None:
    """Raise ValueError unless ``rows`` are empty, or n_rows rows of ``size`` signs."""
    if not rows:
        return
    if len(rows) != n_rows or {len(row) for row in rows} != {size}:
        lengths = sorted({len(row) for row in rows})
        raise ValueError(
            f"{name} has {len(rows)} rows of {lengths} signs; give {n_rows} ({why}) of {size} "
            f"({width})"
        )
    if any(value not in (1.0, -1.0) for row in rows for value in row):
        raise ValueError(f"{name}: every entry must be 1 or -1")


def check_signs(name: str, given: Sequence[float], size: int) -> None:
    """Raise ValueError unless ``given`` is empty, or ``size`` signs."""
    check_given(name, [given] if given else [], size, 1, "one list")


def check_patterns_given(name: str, rows: Given, size: int, load: float, of: str) -> None:
    """Raise ValueError unless there are as many patterns as the load makes."""
    check_given(name, rows, size, n_patterns(load, size), f"{of} * size")


def check_teachers(p: Any) -> None:
    """Raise ValueError unless two teachers have the overlap that they are said to have."""
    check_given("teachers", p.teachers, p.size, 2, "one a task")
    if not p.teachers:
        return
    overlap = sum(a * b for a, b in zip(*p.teachers, strict=True)) / p.size
    if abs(overlap - p.task_overlap) > 1e-9:
        raise ValueError(
            f"teachers have overlap {overlap:.12g}, and task_overlap = {p.task_overlap:.12g}; "
            "give their overlap"
        )


def drawn(batch: Any, *names: str) -> bool:
    """Whether a batch's patterns are random, all of them."""
    return not any(batch[name].size for name in names)
