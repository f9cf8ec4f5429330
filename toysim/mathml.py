"""Equations as models write them, as MathML, which every browser sets by itself.

A line becomes pieces of formula with words between them, so that it breaks where a reader would:
at words, before relations and before terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise

from toysim.notation import RELATIONS, SIGNED, Node, read

SIGNS = {
    "<-": "←",
    "->": "→",
    "<=": "≤",
    ">=": "≥",
    "!=": "≠",
    "~": "∼",
    "<<": "≪",
    "+-": "±",
    "-+": "∓",
    "-": "−",
    "*": "×",
    "||": "‖",
}
ANGLES = {"<": "⟨", ">": "⟩"}
CLOSE = ' lspace="0" rspace="0"'
WIDE = ' lspace="0.2em" rspace="0.2em"'
FREE = ' lspace="0.28em" rspace="0.28em"'
SPACES = {"/": CLOSE, "|": CLOSE, "·": ' lspace="0.08em" rspace="0.08em"'}
WHOLE = {"group": 36, "fraction": 44}  # signs of what stays on one line


def equations(text: str) -> str:
    """All equations of a model, a paragraph a line; an indented one goes on with the last."""
    return "\n".join(
        f'<p class="{"continued" if line[:1].isspace() else "equation"}">{formula(line)}</p>'
        for line in _lines(text)
    )


def formula(text: str) -> str:
    """One line, with words as HTML; two spaces and more part one equation from the next."""
    columns = filter(str.strip, text.split("  "))
    return ' <span class="gap"></span> '.join("".join(_set(read(c.strip()))) for c in columns)


def symbol(text: str) -> str:
    """A letter with its scripts, or several, as one formula."""
    return _math(_row(read(text)))


def _lines(text: str) -> Iterator[str]:
    """Lines, joined while a bracket is open."""
    held = ""
    for line in text.splitlines():
        held = f"{held} {line.strip()}" if held else line
        if sum(map(held.count, "([{")) <= sum(map(held.count, ")]}")):
            yield held
            held = ""
    if held:
        yield held


def _set(nodes: Sequence[Node]) -> Iterator[str]:
    """Words and pieces of formula, with a space, or else a place to break, before each."""
    for piece in _pieces([*_flat(nodes)]):
        first = piece[0]
        yield " " if first.apart and not _joins(first) else "<wbr>" * _joins(first)
        yield _text(piece) or _math(_row(piece))


def _text(piece: Sequence[Node]) -> str:
    """Words and points, which need no formula."""
    said = all(_is_prose(node) or node.kind == "mark" for node in piece)
    return escape("".join(node.text for node in piece)) if said else ""


def _joins(node: Node) -> bool:
    """Whether it stands between two terms, and brings its own space."""
    return node.kind == "operator" and node.text in RELATIONS | SIGNED


def _is_prose(node: Node) -> bool:
    return node.kind in ("word", "code") and node.bare


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes, with what is long taken apart so that lines may break within."""
    for node in nodes:
        long = _length(node) > WHOLE.get(node.kind, 0)
        if long and node.kind == "group" and node.text != "<>":
            yield Node("open", node.text[0], apart=node.apart)
            yield from _flat(node.parts)
            yield Node("close", node.text[1], sub=node.sub, sup=node.sup)
        elif long and node.kind == "fraction":
            above, below = map(_bracketed, node.parts)
            yield from _flat([replace(above, apart=node.apart), Node("operator", "/"), below])
        else:
            yield node


def _bracketed(side: Node) -> Node:
    """A side of a fraction, as it stands beside a stroke."""
    return side.parts[0] if len(side.parts) == 1 else replace(side, kind="group", text="()")


def _length(node: Node) -> int:
    held = (*node.parts, *node.sub, *node.sup)
    return len(node.text) + node.apart + sum(map(_length, held))


def _pieces(nodes: list[Node]) -> Iterator[list[Node]]:
    """Words one by one; of formulas, what no line should part."""
    start = 0
    for i in range(1, len(nodes) + 1):
        if i == len(nodes) or _breaks(nodes[i - 1], nodes[i]):
            yield nodes[start:i]
            start = i


def _breaks(before: Node, node: Node) -> bool:
    if _is_prose(before) or _is_prose(node):
        return True
    factor = node.kind in ("big", "open") and before.factor and before.kind != "open"
    return node.apart and (before.kind == "mark" or _joins(node) or factor or _is_remark(node))


def _is_remark(node: Node) -> bool:
    """Brackets that say something beside the formula."""
    says = any(_is_prose(part) or part.text in RELATIONS for part in node.parts)
    return says and node.kind == "group" and node.text == "()"


def _math(markup: str) -> str:
    return f'<math displaystyle="true">{markup}</math>' if markup else ""


def _row(nodes: Sequence[Node]) -> str:
    """Nodes side by side, with the spaces that a reader needs."""
    gaps = ["", *(_gap(*pair) for pair in pairwise(nodes))]
    return "".join(gap + _scripted(n, _base(n)) for gap, n in zip(gaps, nodes, strict=False))


def _gap(before: Node, node: Node) -> str:
    """Nothing beside operators, which bring their own; a hair where factors stood apart."""
    if {"operator", "prefix"} & {before.kind, node.kind} or node.kind == "mark":
        return ""
    if {"word", "code"} & {before.kind, node.kind} or before.kind == "mark" or _is_remark(node):
        return '<mspace width="0.25em"/>' * node.apart
    if node.kind == "function" or (before.kind == "function" and node.kind not in OPENS):
        return '<mspace width="0.17em"/>'
    return '<mspace width="0.1em"/>' * node.apart


OPENS = ("group", "open", "close")


def _base(node: Node) -> str:
    """A node without its scripts."""
    if node.parts:
        return _built(node)
    text = escape(SIGNS.get(node.text, node.text))
    if space := _space(node):
        return f'<mo stretchy="false"{space}>{text}</mo>'
    tag = TAGS.get(node.kind, "mi")
    return f"<{tag}>{text}</{tag}>"


TAGS = {"number": "mn", "big": "mo", "word": "mtext", "code": "mtext"}


def _space(node: Node) -> str:
    """What is about an operator or a mark; nothing is said of others."""
    if node.kind == "operator":
        return SPACES.get(node.text, WIDE if node.text in SIGNED else FREE)
    return CLOSE if node.kind in ("prefix", "open", "close", "mark") else ""


def _built(node: Node) -> str:
    if node.kind == "fraction":
        above, below = (_row(side.parts) for side in node.parts)
        return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"
    inner = _row(node.parts)
    if node.kind == "root":
        return f"<msqrt>{inner}</msqrt>"
    if node.kind == "accent":
        return f'<mover accent="true">{inner}<mo stretchy="false">{node.text}</mo></mover>'
    fences = [f"<mo{CLOSE}>{escape(ANGLES.get(f, f))}</mo>" for f in node.text]
    return f"<mrow>{inner.join(fences) if fences else inner}</mrow>"


def _scripted(node: Node, base: str) -> str:
    held = "".join(f"<mrow>{_row(s)}</mrow>" for s in (node.sub, node.sup) if s)
    below, above = ("under", "over") if node.text in ("∑", "∏") else ("sub", "sup")
    tag = f"m{below * bool(node.sub)}{above * bool(node.sup)}"
    return f"<{tag}>{base}{held}</{tag}>" if held else base
