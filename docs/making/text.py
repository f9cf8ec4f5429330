"""Markdown from data: escapes, tables, prose of docstrings."""

import re
from html import escape
from inspect import cleandoc

from toysim import mathml
from toysim.typeset import typeset

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#$|~^])")
CODE = re.compile(r"``(.+?)``")
MARKUP = {sign: f"&#{ord(sign)};" for sign in "|[]_*"}
GROUP = r"\((?:[^()]|\([^()]*\))*\)|\{[^{}]*\}"
LETTERS = "A-Za-z0-9\u0370-\u03ff"  # Latin and Greek, without raised digits
RAISED = re.compile(rf"\\?\^({GROUP}|-?[{LETTERS}]+)")  # in Markdown the sign is escaped


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
    """A symbol as a formula; its signs are nothing that Markdown reads."""
    return "".join(MARKUP.get(sign, sign) for sign in mathml.symbol(text))


def equations(text):
    """Equations typeset, and as they are written, to be copied."""
    written = f"<pre>{escape(text, quote=False)}</pre>"
    told = f"<details><summary>as text</summary>{written}</details>"
    return f'```{{raw}} html\n<div class="equations">{mathml.equations(text)}\n{told}</div>\n```'


def section(*parts):
    return "\n\n".join(part for part in parts if part) + "\n"
