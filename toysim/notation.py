"""Equations as models write them, in ASCII, read into a tree.

``x_(i,j)^2`` is a letter with its scripts, ``w*`` and ``w'`` have theirs above, ``w+-`` below;
``hat(q)`` and ``qbar`` wear an accent, ``sqrt(x)`` is a root, ``(a + b)/c`` a fraction, ``<x>`` a
mean, ``u.v`` a product. Words of three letters and more are words, two letters are two factors but
for prepositions and differentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from toysim.typeset import GREEK

FUNCTIONS = frozenset(
    "ln log exp sin cos tan sinh cosh tanh atanh artanh asin arcsin arccos erf sign det tr diag "
    "max min argmin extr softmax relu round Var grad prox KL IW Bin Binom Binomial Beta Dirichlet "
    "Hyp Hypergeometric".split()
)
BIG = {"sum": "∑", "prod": "∏", "int": "∫"}
SHORT = frozenset("of at in is it if or to on an by up so no as be si kl".split())
ARTICLE = "a"
SIGNED = frozenset("+ - +- -+".split())
RELATIONS = frozenset("= += <- -> <= >= != ~ < > <<".split())
OPERATORS = SIGNED | RELATIONS | frozenset("* / | ||".split())
FENCES = {"(": ")", "[": "]", "{": "}", "<": ">"}
_PREFIX = "|".join((*BIG, *GREEK))
TOKEN = re.compile(
    rf"\s+|(?!(?:{_PREFIX})_)[a-z]{{3,}}(?:_[a-z]+)*_[a-z]{{3,}}"  # a name of the code
    r"|[A-Za-z]+\d*|\d+(?:\.\d+)?|\+=|<-|->|<=|>=|!=|\+-|-\+|<<|\|\||\.\.+|."
)


@dataclass(frozen=True)
class Node:
    """``kind``: letter, number, word, code, function, big, operator, prefix, mark, group, root,
    accent, product or fraction. ``text`` is its sign, of a group its fences; ``parts``: what it
    holds; ``apart``: there was space before it.
    """

    kind: str
    text: str = ""
    parts: tuple[Node, ...] = ()
    sub: tuple[Node, ...] = ()
    sup: tuple[Node, ...] = ()
    apart: bool = False

    @property
    def bare(self) -> bool:
        return not (self.sub or self.sup)

    @property
    def factor(self) -> bool:
        """Whether it may stand in a product."""
        return self.kind not in ("operator", "prefix", "mark", "word", "code")


def read(text: str) -> tuple[Node, ...]:
    """The equation, or a line that has several, as a row of nodes."""
    return _Reader([*TOKEN.findall(text)]).row(None)


@dataclass
class _Reader:
    tokens: list[str]
    at: int = 0
    closed_at: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.closed_at = _matched(self.tokens)

    @property
    def token(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def row(self, end: int | None, stacked: bool = True) -> tuple[Node, ...]:
        """Nodes up to a token, which is passed over; ``stacked``: with fractions."""
        found: list[Node] = []
        stop = len(self.tokens) if end is None else end
        while self.at < stop:
            apart = self.token.isspace() and bool(self.next())
            if self.at < stop:
                found.append(replace(self.scripted(self.atom(found)), apart=apart))
        self.at = stop + (end is not None)
        found = [*_prefixes(found)]
        return tuple(_fractions(found) if stacked else found)

    def atom(self, before: list[Node]) -> Node:
        if self.at in self.closed_at:
            return self.group()
        token = self.next()
        if token[0].isalpha():
            return self.name(token, before)
        if token[0].isdigit():
            return Node("number", token)
        return _sign(token, before, self)

    def group(self, stacked: bool = True) -> Node:
        end = self.closed_at[self.at]
        fences = self.next() + self.tokens[end]
        return Node("group", fences, self.row(end, stacked))

    def name(self, token: str, before: list[Node]) -> Node:
        if token == "hat" and self.at in self.closed_at:
            return _hatted(self.group().parts)
        if token == "sqrt" and self.token:
            return Node("root", parts=self.under_the_root())
        if token in BIG and self.sums(before):
            return Node("big", BIG[token])
        if token == ARTICLE and self.leads_to_a_word(before):
            return Node("word", token)
        return named(token)

    def under_the_root(self) -> tuple[Node, ...]:
        if self.token.isspace():
            self.next()
        node = self.atom([])
        return node.parts if node.kind == "group" else (node,)

    def sums(self, before: list[Node]) -> bool:
        """Not so of ``the sum of squares`` and ``Spitzer's sum``."""
        after = "".join(self.tokens[self.at : self.at + 2]).rstrip()
        return bool(after) and after not in (" of", ",", ".", ";") and not _is_article(before)

    def leads_to_a_word(self, before: list[Node]) -> bool:
        follows = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        begins = not before or before[-1].kind != "operator"
        return self.token.isspace() and begins and bool(follows) and named(follows).kind == "word"

    def scripted(self, node: Node) -> Node:
        """The node with all that hangs on it, in the order in which it was written."""
        if node.kind in ("operator", "mark") and node.text != "|":
            return node
        if node.kind == "word" and self.token == "'":
            node = replace(node, text=node.text + "’" * bool(self.next()) + self.ending())
        while True:
            if self.token == "_":
                node = replace(node, sub=(*node.sub, *self.script()))
            elif self.token == "^":
                node = replace(node, sup=(*node.sup, *self.script(primes=True)))
            elif sign := self.above(node):
                node = replace(node, sup=(*node.sup, sign))
            elif sign := self.below(node):
                node = replace(node, sub=(sign,))
            else:
                return node

    def ending(self) -> str:
        return self.next() if self.token == "s" else ""

    def above(self, node: Node) -> Node | None:
        """A prime or a star; a star between factors has space before it."""
        if self.token == "'" or (self.token == "*" and node.factor and node.kind != "number"):
            return Node("mark", {"'": "′", "*": "∗"}[self.next()])
        return None

    def below(self, node: Node) -> Node | None:
        """The sign of ``w+`` and ``lambda-``; between two terms one stands apart from neither."""
        after = self.tokens[self.at + 1][0] if self.at + 1 < len(self.tokens) else " "
        fits = self.token in ("+", "-", "+-") and (after.isspace() or after in "^),;")
        return (
            Node("operator", self.next()) if fits and node.kind == "letter" and node.bare else None
        )

    def script(self, primes: bool = False) -> tuple[Node, ...]:
        """What stands after ``_`` or ``^``: a sign, a number and a name, or a group, which loses
        its round brackets and braces. ``primes``: those behind the name are part of it.
        """
        self.next()
        if self.at in self.closed_at:
            group = self.group(stacked=False)
            return (group,) if group.text == "[]" else group.parts
        found: list[Node] = []
        if self.token in ("-", "+", "*", "+-"):
            found.append(Node("prefix", self.next()))
        if self.token[:1].isdigit():
            found.append(Node("number", self.next()))
        if self.token[:1].isalpha():
            found += self.index(self.next(), primes)
        return tuple(found)

    def index(self, token: str, primes: bool) -> tuple[Node, ...]:
        """Letters that stand together are indices side by side, digits after a letter as well."""
        node = _letters(token) if token in SHORT else named(token)
        if node.kind == "product":
            return node.parts
        if not primes:
            return replace(node, sub=()), *node.sub
        while self.token == "'":
            node = replace(node, sup=(*node.sup, Node("mark", "′" * bool(self.next()))))
        return (node,)


def named(token: str) -> Node:
    """A letter with the digits behind it, a function, a word, or letters that stand together."""
    if "_" in token:
        return Node("code", token)
    name = token.rstrip("0123456789")
    digits = token[len(name) :]
    node = _named(name)
    if digits and node.kind == "product":  # Dz1
        last = replace(node.parts[-1], sub=(Node("number", digits),))
        return replace(node, parts=(*node.parts[:-1], last))
    return replace(node, sub=(Node("number", digits),)) if digits else node


def _named(name: str) -> Node:
    if name in GREEK or len(name) == 1:
        return Node("letter", GREEK.get(name, name))
    if name == "infinity":
        return Node("letter", "∞")
    if name in FUNCTIONS:
        return Node("function", name)
    if len(name) == 4 and name.endswith("bar"):
        return Node("accent", "¯", (Node("letter", name[0]),))
    if name[0] in "dD" and name[1:] in GREEK:
        return Node("product", parts=(Node("letter", name[0]), _named(name[1:])))
    if name in SHORT or (len(name) > 2 and (name[1:].islower() or name.isupper())):
        return Node("word", name)
    return _letters(name)


def _hatted(parts: tuple[Node, ...]) -> Node:
    """The hat is on the letter, not on its index."""
    letter = parts[0] if len(parts) == 1 else Node("product", parts=parts)
    return replace(letter, kind="accent", text="^", parts=(replace(letter, sub=()),))


def _letters(name: str) -> Node:
    return Node("product", parts=tuple(Node("letter", letter) for letter in name))


def _sign(token: str, before: list[Node], reader: _Reader) -> Node:
    if token == "-" and _in_a_word(before, reader):
        return Node("word", "-")
    if token == "." and not _ends(reader.token):
        return Node("operator", "·")
    if token == "#":
        return Node("letter", token)
    if token in OPERATORS or token in FENCES or token in FENCES.values():
        return Node("operator", token)
    return Node("mark", "…" if token.startswith("..") else token)


def _prefixes(row: list[Node]) -> Iterator[Node]:
    """Signs before a term are parted from those between two: they stand close to what follows."""
    for i, node in enumerate(row):
        before = row[i - 1] if i else Node("mark")
        close = i + 1 < len(row) and not row[i + 1].apart
        if node.kind == "operator" and node.text in SIGNED and close and not _is_a_term(before):
            node = replace(node, kind="prefix")
        yield node


def _is_a_term(node: Node) -> bool:
    return node.text == "|" or (node.factor and node.kind != "function")


def _in_a_word(before: list[Node], reader: _Reader) -> bool:
    """A hyphen, as in cross-entropy."""
    joined = not reader.tokens[reader.at - 2].isspace() and reader.token[:1].isalpha()
    return joined and bool(before) and before[-1].kind == "word" and len(reader.token) > 2


def _ends(follows: str) -> bool:
    return not follows or follows.isspace()


def _is_article(before: list[Node]) -> bool:
    return bool(before) and before[-1].text in ("the", "of", "their", "s")


def _matched(tokens: list[str]) -> dict[int, int]:
    """Where the brackets that are opened are closed; those without a partner are left out."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for i, token in enumerate(tokens):
        if token in ("(", "[", "{") or (token == "<" and _closing_angle(tokens, i)):
            opened.append(i)
        elif token in (")", "]", "}", ">"):
            if opened and FENCES[tokens[opened[-1]]] == token:
                found[opened.pop()] = i
            elif token != ">":
                opened.clear()
    return found


def _closing_angle(tokens: list[str], at: int) -> bool:
    """Whether ``<`` opens a mean: something stands close to it and to a ``>`` at its own depth."""
    depth = 0
    if _ends(tokens[at + 1] if at + 1 < len(tokens) else ""):
        return False
    for before, token in zip(tokens[at:], tokens[at + 1 :], strict=False):
        depth += (token in "([{") - (token in ")]}")
        if depth < 0:
            return False
        if token == ">" and depth == 0:
            return not before.isspace()
    return False


def _fractions(row: list[Node]) -> Iterator[Node]:
    """Strokes with a bracket on a side become fractions; others stay strokes.

    What is divided are the factors that stand close to the stroke, so no fraction takes in more
    than the stroke itself would.
    """
    at = 0
    while at < len(row):
        stroke = _run(row, at)
        end = _run(row, stroke + 1) if _is_stroke(row, stroke) else stroke
        above, below = row[at:stroke], row[stroke + 1 : end]
        if above and below and (_is_group(above) or _is_group(below)):
            yield Node("fraction", parts=(_held(above), _held(below)), apart=row[at].apart)
            at = end
        else:
            yield from above or row[at : at + 1]
            at = max(stroke, at + 1)


def _is_stroke(row: list[Node], at: int) -> bool:
    pair = row[at : at + 2]
    return len(pair) == 2 and pair[0].text == "/" and not (pair[0].apart or pair[1].apart)


def _run(row: list[Node], at: int) -> int:
    """The end of the factors that stand close together from here on."""
    end = at
    while end < len(row) and row[end].factor and (end == at or not row[end].apart):
        end += 1
    return end


def _is_group(nodes: list[Node]) -> bool:
    """Whether it is one bracket that a fraction makes superfluous; that of a vector is not."""
    node = nodes[0]
    held = node.kind == "group" and node.text != "<>" and node.bare
    return len(nodes) == 1 and held and not any(part.text == "," for part in node.parts)


def _held(nodes: list[Node]) -> Node:
    """A side of a fraction, which needs no brackets of its own."""
    return Node("product", parts=nodes[0].parts if _is_group(nodes) else tuple(nodes))
