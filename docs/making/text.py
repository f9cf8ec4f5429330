"""Markdown from data: escapes, tables, prose of docstrings."""

import re
from html import escape
from inspect import cleandoc

from toysim import mathml
from toysim.papers.site.words import said

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#$|~^])")
CODE = re.compile(r"``(.+?)``")
MARKUP = {sign: f"&#{ord(sign)};" for sign in "\\`*_{}[]$|~^"}


def plain(text):
    """A text whose characters all stand for themselves, but for ``code``."""
    parts = CODE.split(text)
    return "".join(f"`{p}`" if i % 2 else SPECIAL.sub(r"\\\1", p) for i, p in enumerate(parts))


def words(text):
    """A text with its Greek letters, indices and powers; ``code`` stays as it is."""
    parts = CODE.split(text)
    return "".join(f"`{p}`" if i % 2 else _kept(said(p)) for i, p in enumerate(parts))


def _kept(html):
    """HTML in which no sign is one that Markdown reads."""
    return "".join(MARKUP.get(sign, sign) for sign in html)


def prose(docstring):
    """A docstring's paragraphs."""
    text = cleandoc(docstring or "")
    return "\n\n".join(words(" ".join(run.split())) for run in text.split("\n\n"))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def symbol(text):
    """A symbol as a formula."""
    return _kept(mathml.symbol(text))


def equations(text):
    """Equations typeset, and as they are written, to be copied."""
    written = f"<pre>{escape(text, quote=False)}</pre>"
    told = f"<details><summary>as text</summary>{written}</details>"
    return f'```{{raw}} html\n<div class="equations">{mathml.equations(text)}\n{told}</div>\n```'


def section(*parts):
    return "\n\n".join(part for part in parts if part) + "\n"
