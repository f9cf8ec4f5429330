"""``where`` of a sweep: what a cell must fulfil, such as ``n_visits <= 2 * n_tasks``.

The text is parsed, and evaluated here node by node; nothing of it is ever executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.design import MAX_AXIS, Dimension
from toysim.errors import ToysimError, suggest
from toysim.parameters import Parameter

Array = npt.NDArray[Any]
LONGEST = 500  # characters
ARITHMETIC: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.remainder,
    ast.Pow: np.power,
}
EQUALITIES: dict[type[ast.cmpop], Callable[..., Any]] = {ast.Eq: np.equal, ast.NotEq: np.not_equal}
COMPARISONS: dict[type[ast.cmpop], Callable[..., Any]] = {
    **EQUALITIES,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}
ALLOWED = "numbers, names of parameters, + - * / // % **, comparisons, and, or, not"


def kept_cells(
    text: str,
    dimensions: Sequence[Dimension],
    fixed: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
) -> npt.NDArray[np.int64] | None:
    """The cells of the product, by index, that fulfil ``text``; None where all do.

    Numbers are compared in double precision, and what is no number (0 / 0) fulfils nothing.
    Raises ToysimError, in one line, on anything but ``ALLOWED``, and where no cell is left.
    """
    shape = tuple(len(d) for d in dimensions)
    if np.prod(shape, dtype=float) > MAX_AXIS:
        raise _refused(text, f"it is tried on {MAX_AXIS:.0e} cells at most; shorten an axis")
    known = dict(_named(dimensions, fixed, parameters))
    with np.errstate(all="ignore"):
        try:
            holds = _Reader(text, known, parameters).truth(_parsed(text))
        except (RecursionError, OverflowError):
            raise _refused(text, "nested too deep, or a number too large") from None
    kept = np.flatnonzero(np.broadcast_to(holds, shape))
    if len(kept) == 0:
        raise _refused(text, "no cell is left; loosen it, or change the axes")
    return None if len(kept) == np.prod(shape, dtype=np.int64) else kept


def _refused(text: str, what: str) -> ToysimError:
    short = text if len(text) <= 80 else f"{text[:80]}..."
    return ToysimError(f"where = {short!r}: {what}", "where")


def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise _refused(text, f"{len(text)} characters, {LONGEST} are allowed")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError):
        raise _refused(text, f"no expression; allowed are {ALLOWED}") from None


def _named(
    dimensions: Sequence[Dimension], fixed: Mapping[str, Any], parameters: Mapping[str, Parameter]
) -> Iterator[tuple[str, Array]]:
    """Values of every parameter that is one number or word, along its own dimension."""
    for name, p in parameters.items():
        if p.ndim == 0 and name in fixed:
            yield name, np.asarray(fixed[name], p.dtype)
    for k, d in enumerate(dimensions):
        for name, values in d.values.items():
            if values.ndim == 1:
                yield name, values.reshape(-1, *[1] * (len(dimensions) - k - 1))


class _Reader:
    """Evaluates the nodes of one text; everything that it does not name is refused."""

    def __init__(
        self, text: str, values: Mapping[str, Array], parameters: Mapping[str, Parameter]
    ) -> None:
        self.text, self.values, self.parameters = text, values, parameters

    def truth(self, node: ast.expr) -> Array:
        """A node that is true or false."""
        found = self.value(node)
        if found.dtype.kind != "b":
            raise self.refused(f"{ast.unparse(node)} is neither true nor false; compare it")
        return found

    def number(self, node: ast.expr) -> Array:
        found = self.value(node)
        if found.dtype.kind not in "iuf":
            raise self.refused(f"{ast.unparse(node)} is no number")
        return found.astype(float)

    def value(self, node: ast.expr) -> Array:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() as given):
                return np.asarray(given if isinstance(given, bool | str) else float(given))
            case ast.Name(id=name):
                return self.named(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.number(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ~self.truth(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                done = ARITHMETIC[type(op)](self.number(left), self.number(right))
                return np.asarray(done)
            case ast.BoolOp(op=op, values=parts):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                truths = [self.truth(part) for part in parts]
                return _joined(join, truths)
            case ast.Compare(left=left, ops=ops, comparators=others):
                pairs = zip([left, *others], ops, others, strict=False)
                return _joined(np.logical_and, [self.compared(*pair) for pair in pairs])
        raise self.refused(f"{ast.unparse(node)} is not allowed; allowed are {ALLOWED}")

    def named(self, name: str) -> Array:
        if name in self.values:
            return self.values[name]
        if name in self.parameters:
            raise self.refused(f"{name} is a list; take parameters that are one number or word")
        raise self.refused(f"unknown parameter {name!r}: {suggest(name, self.values)}")

    def compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Array:
        sides = self.value(left), self.value(right)
        kinds = {"n" if side.dtype.kind in "iuf" else side.dtype.kind for side in sides}
        if len(kinds) > 1 or type(op) not in (COMPARISONS if kinds == {"n"} else EQUALITIES):
            told = f"{ast.unparse(left)} and {ast.unparse(right)} cannot be compared like that"
            raise self.refused(told)
        for one, other in ((left, right), (right, left)):
            self.refuse_other_words(one, other)
        return np.asarray(COMPARISONS[type(op)](*sides))

    def refuse_other_words(self, name: ast.expr, word: ast.expr) -> None:
        """A choice is compared with one of its own words."""
        if isinstance(name, ast.Name) and isinstance(word, ast.Constant):
            p = self.parameters[name.id]
            if p.kind == "choice" and word.value not in p.choices:
                raise self.refused(f"{p.name} is {p.allowed}, never {word.value!r}")

    def refused(self, what: str) -> ToysimError:
        return _refused(self.text, what)


def _joined(join: Callable[..., Any], parts: list[Array]) -> Array:
    found = parts[0]
    for part in parts[1:]:
        found = join(found, part)
    return np.asarray(found)
