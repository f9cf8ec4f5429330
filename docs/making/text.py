"""Markdown from data: escapes, tables, prose of docstrings."""

import re
from html import escape
from inspect import cleandoc

from toysim.typeset import typeset

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#$|~^])")
CODE = re.compile(r"``(.+?)``")
GROUP = r"\((?:[^()]|\([^()]*\))*\)|\{[^{}]*\}"
LETTERS = "A-Za-z0-9\u0370-\u03ff"  # Latin and Greek, without raised digits
RAISED = re.compile(rf"\\?\^({GROUP}|-?[{LETTERS}]+)")  # in Markdown the sign is escaped
LOWERED = re.compile(
    rf"(?:(?<=[ΣΠ*'|)])|(?<=\b[^\W\d_]))\\?_({GROUP}|[+-]|[{LETTERS}]{{1,4}}(?![{LETTERS}_]))"
)
LONG = re.compile(rf"(?<=[ΣΠ])_([{LETTERS}]+)")


def plain(text):
    """A text whose characters all stand for themselves, but for ``code``."""
    parts = CODE.split(text)
    return "".join(f"`{p}`" if i % 2 else SPECIAL.sub(r"\\\1", p) for i, p in enumerate(parts))


def words(text):
    """A text with its Greek letters and raised signs; ``code`` stays as it is."""
    parts = CODE.split(text)
    return "".join(f"`{p}`" if i % 2 else _set(p) for i, p in enumerate(parts))


def _set(text):
    return _raised(plain(typeset(text)))


def _raised(text):
    return RAISED.sub(lambda m: f"<sup>{_inner(m[1])}</sup>", text)


def _lowered(text):
    return LOWERED.sub(lambda m: f"<sub>{_inner(m[1])}</sub>", text)


def _inner(script):
    """A script without the brackets that hold it together."""
    return script[1:-1] if script[0] in "({" else script


def prose(docstring):
    """A docstring's paragraphs."""
    text = cleandoc(docstring or "")
    return "\n\n".join(words(" ".join(run.split())) for run in text.split("\n\n"))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def symbol(text):
    """A symbol in Greek letters, with its indices."""
    return _lowered(_set(text))


def equations(text):
    """Equations line by line; raised and lowered signs without a letter of their own are set so."""
    lines = LONG.sub(r"<sub>\1</sub>", _raised(escape(typeset(text), quote=False)))
    return f'```{{raw}} html\n<pre class="equations">{_lowered(lines)}</pre>\n```'


def section(*parts):
    return "\n\n".join(part for part in parts if part) + "\n"
