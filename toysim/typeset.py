"""Equations as models write them, in ASCII, set for reading: Greek letters, raised and lowered
signs. What has no such sign stays as it was written.

``q^2`` is a power, ``x_i`` an index, ``hat(q)`` a letter with a hat, ``int_0^pi`` an integral with
its bounds.
"""

from __future__ import annotations

import re

GREEK = dict(
    pair.split(":")
    for pair in (
        "alpha:α beta:β gamma:γ delta:δ epsilon:ε eps:ε zeta:ζ eta:η theta:θ kappa:κ lambda:λ mu:μ "
        "nu:ν xi:ξ pi:π rho:ρ sigma:σ tau:τ phi:φ chi:χ psi:ψ omega:ω Gamma:Γ Delta:Δ Theta:Θ "
        "Lambda:Λ Sigma:Σ Phi:Φ Psi:Ψ Omega:Ω"
    ).split()
)
RAISED = dict(
    zip(
        "0123456789+-()abcdefghijklmnoprstuvwxyzT",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ",
        strict=True,
    )
)
LOWERED = dict(
    zip("0123456789+-()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
SIGNS = (
    ("sqrt ?", "√"),
    (r"infinity\b", "∞"),
    (r"<=", "≤"),
    (r">=", "≥"),
    (r"!=", "≠"),
    (r"<-(?=\s)", "←"),
    (r"->", "→"),
    (r"\+-", "±"),
    (r"-\+", "∓"),
    (r"<<", "≪"),
)
SCRIPT = r"(-?\d+|[+-]?[A-Za-z](?![A-Za-z])|[+-](?=[\s,;)]|$)|\([a-z0-9+\-]+\))"


def typeset(text: str) -> str:
    """The text line by line; indented lines stay indented."""
    return "\n".join(_line(line) for line in text.splitlines())


def _line(line: str) -> str:
    line = re.sub(r"\bhat\((\w)(\w*)\)", "\\1\u0302\\2", line)
    line = re.sub(r"\bint_(\w+)\^(\w+) ", r"∫[\1, \2] ", line)
    line = re.sub(r"\bint\b", "∫", line)
    line = re.sub(r"(?<!the )(?<!of )(?<!their )(?<!s' )\bsum(?=_| (?!of))", "Σ", line)
    line = re.sub(r"\bprod(?=[_ ])", "Π", line)
    for name, letter in GREEK.items():
        line = re.sub(rf"(?<![A-Za-z])([dD]?){name}(?![A-Za-z])", rf"\1{letter}", line)
    for sign, set_ in SIGNS:
        line = re.sub(sign, set_, line)
    line = re.sub(r"(?<=\S)\^" + SCRIPT, lambda m: _moved(m, RAISED), line)
    return re.sub(r"(?<=[^\W_])_([a-z]{1,2}|\d+|\([a-z0-9+\-]+\))(?![A-Za-z_])", _index, line)


def _moved(found: re.Match[str], letters: dict[str, str]) -> str:
    """A script in raised or lowered letters without its brackets; as written if one lacks."""
    inner = found[1].strip("()")
    if not all(letter in letters for letter in inner):
        return found[0]
    return "".join(letters[letter] for letter in inner)


def _index(found: re.Match[str]) -> str:
    return _moved(found, LOWERED)
