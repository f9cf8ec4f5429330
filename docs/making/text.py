"""Markdown from data: escapes, tables, prose of docstrings."""

import re
from html import escape
from inspect import cleandoc

from toysim.typeset import typeset

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#$|~^])")
CODE = re.compile(r"``(.+?)``")
RAISED_ESCAPED = re.compile(r"\\\^(\([^()]*\)|\w)")
RAISED = re.compile(r"\^(\([^()]*\)|\w)")


def plain(text):
    """A text whose characters all stand for themselves, but for ``code``."""
    parts = CODE.split(text)
    return "".join(f"`{p}`" if i % 2 else SPECIAL.sub(r"\\\1", p) for i, p in enumerate(parts))


def words(text):
    """A text with its Greek letters and raised signs; ``code`` stays as it is."""
    parts = CODE.split(text)
    return "".join(f"`{p}`" if i % 2 else _set(p) for i, p in enumerate(parts))


def _set(text):
    return RAISED_ESCAPED.sub(lambda m: f"<sup>{m[1].strip('()')}</sup>", plain(typeset(text)))


def prose(docstring):
    """A docstring's paragraphs."""
    text = cleandoc(docstring or "")
    return "\n\n".join(words(" ".join(run.split())) for run in text.split("\n\n"))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def symbol(text):
    """A symbol in Greek letters."""
    return plain(typeset(text))


def equations(text):
    """Equations line by line; raised signs that have no letter of their own are set as such."""
    lines = RAISED.sub(lambda m: f"<sup>{m[1].strip('()')}</sup>", escape(typeset(text)))
    return f'```{{raw}} html\n<pre class="equations">{lines}</pre>\n```'


def section(*parts):
    return "\n\n".join(part for part in parts if part) + "\n"
