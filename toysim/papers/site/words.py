"""Words of a page: links to arXiv, anchors, what a spoiler does, what the verdicts mean."""

from __future__ import annotations

import ast
import hashlib
import inspect
import linecache
import re
from collections.abc import Callable
from functools import cache
from textwrap import dedent
from typing import Any

from markupsafe import Markup, escape

from toysim.outcomes import Agreement, Verdict
from toysim.paper import Spoiler
from toysim.typeset import typeset

ARXIV = re.compile(
    r"(?<![\w./])((?:arXiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?)\b"
)
VERDICTS = {
    Verdict.REPRODUCED: "true under every condition that was tested",
    Verdict.LIMITED: "true wherever its limits say so and false outside them: they are real",
    Verdict.REFUTED: "false somewhere inside its limits, or they do not separate true from false",
    Verdict.UNDECIDED: "the data of this preset cannot decide it: its numbers are not judged",
    Verdict.MISSING: "a sweep that it is tested on has not run to its end",
    Verdict.BROKEN: "its check raised an error on these data",
}
AGREEMENTS = {
    Agreement.AGREES: "no decided cell is farther from theory than its tolerance",
    Agreement.DIFFERS: "some cell is farther from theory than its tolerance",
    Agreement.UNDECIDED: "every tolerance is too wide to see a theory that is 3 % off",
    Agreement.OUTSIDE: "theory does not claim to hold in any of these cells",
}
TERMS = {
    "spoiler": "a wrong change of the data that must turn the verdict, so that the claim can fail; "
    "the tests try it",
    "criterion": "when a condition counts as true, and what the errors are",
    "cell": "one place of a sweep's grid: one value of each of its axes",
    "replica": "one of several runs of a cell, each with random numbers of its own",
    "tolerance": "the largest distance of simulation from theory that still agrees: from the "
    "spread of the replicas, from the order of the method in its step, or as declared, never from "
    "what came out",
    "difference in tolerances": "the distance of simulation from theory in units of the tolerance; "
    "above 1 they differ",
    "worst cell": "where that distance is largest; the numbers of the table are those of this cell",
    "decided, undecided, outside": "cells whose tolerance could see a theory 3 % off, cells whose "
    "tolerance could not, and cells where theory does not claim to hold",
}


SCRIPTS = re.compile(
    r"(?<=[\w)*|])\^(\([^()]*\)|-?\w+)"
    r"|(?<![^\W\d_])([^\W\d_])_(\([^()]*\)|\w{1,4})(?!\w)"  # longer ones are names of the code
)


def said(text: str) -> Markup:
    """A sentence with Greek letters and signs, its indices and powers lowered and raised."""
    return Markup(SCRIPTS.sub(_script, str(escape(typeset(text)))))


def _script(found: re.Match[str]) -> str:
    if found[1]:
        return f"<sup>{found[1].strip('()')}</sup>"
    return f"{found[2]}<sub>{found[3].strip('()')}</sub>"


def formulas(set_: Callable[[str], str]) -> Callable[[str], Markup]:
    """What makes formulas of a text, for a page: its letters are escaped already."""
    return lambda text: Markup(set_(text))


def linked(text: str) -> Markup:
    """The text with its arXiv numbers as links."""
    parts, end = [], 0
    for found in ARXIV.finditer(text):
        url = f"https://arxiv.org/abs/{found[2]}"
        link = Markup('<a href="{}">{}</a>').format(url, found[1])
        parts += [escape(text[end : found.start()]), link]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def anchor(kind: str, name: str) -> str:
    """An id of a page, unique to the name; signs that an address would need to quote are hashed."""
    if re.fullmatch(r"[\w.-]+", name, re.ASCII):
        return f"{kind}-{name}"
    return f"{kind}-{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"


def spoiler_told(spoiler: Spoiler) -> str:
    """``final_weak of weak_feature: v becomes 0.99 * v``."""
    where = " and ".join(spoiler.sweeps)
    return f"{spoiler.observable} of {where}: {change_told(spoiler.change)}"


def change_told(change: Callable[..., Any]) -> str:
    """What a change of values does: its formula, the first line it says of itself, or its name."""
    change = inspect.unwrap(change)
    named = getattr(change, "__name__", type(change).__name__)  # of a ufunc before NumPy 2.2
    name = getattr(change, "__qualname__", named)
    outer = name.partition(".<locals>.")[0]
    if outer != name:
        formula = _formula(change.__code__)
        return f"{_spaced(outer)}{': ' * bool(formula)}{formula} ({_given(change)})"
    if name.endswith("<lambda>"):  # a comprehension may stand before it
        return _formula(change.__code__) or "changed"
    told = inspect.getdoc(change) if inspect.isfunction(change) else ""
    return told.partition("\n\n")[0].replace("\n", " ") if told else _returned(change, name)


def _returned(change: Any, name: str) -> str:
    """The name, and what a function of one line returns."""
    match _parsed(change):
        case ast.Module([ast.FunctionDef(args=args, body=[ast.Return(ast.expr() as value)])]):
            given = ", ".join(argument.arg for argument in args.args)
            return f"{_spaced(name)}: {given} becomes {ast.unparse(value)}"
    return _spaced(name)


def _parsed(change: Any) -> ast.Module | None:
    """A function's source; none of what is no function, or is not in a file."""
    try:
        return ast.parse(dedent(inspect.getsource(change)))
    except (TypeError, OSError, SyntaxError):
        return None


def _given(change: Any) -> str:
    """What a function was made with, where it is a word or a number."""
    inner = inspect.getclosurevars(change).nonlocals
    return ", ".join(f"{k} {v}" for k, v in inner.items() if isinstance(v, str | int | float))


def _spaced(name: str) -> str:
    return name.strip("_").replace("_", " ")


def _formula(code: Any) -> str:
    """The body of a lambda as its source has it: the one that spans what was compiled."""
    spans = {p for p in code.co_positions() if None not in p}
    for node in _lambdas(code.co_filename):
        body = node.body
        span = (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset)
        if span in spans:
            given = ", ".join(argument.arg for argument in node.args.args)
            return f"{given} becomes {ast.unparse(body)}"
    return ""


@cache
def _lambdas(file: str) -> list[ast.Lambda]:
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
