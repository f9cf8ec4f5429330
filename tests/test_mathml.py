"""Equations as formulas: every sign that models write is read, and none is lost."""

import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from toysim.mathml import equations, formula, symbol
from toysim.notation import read
from toysim.registry import all_models
from toysim.typeset import GREEK

MODELS = all_models().values()
NAMES = {letter: name for name, letter in GREEK.items() if name != "eps"}
WRITTEN = NAMES | {
    **{"∑": "sum", "∏": "prod", "∫": "int", "∞": "infinity", "¯": "bar", "^": "hat"},
    **{"−": "-", "←": "<-", "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "∼": "~", "≪": "<<"},
    **{"±": "+-", "∓": "-+", "×": "*", "∗": "*", "·": ".", "‖": "||", "′": "'", "’": "'"},
    **{"⟨": "<", "⟩": ">"},
}


def tree(markup):
    return ET.fromstring(f"<p>{markup.replace('<wbr>', '')}</p>")


def bare(markup):
    """The markup without attributes, spaces and rows."""
    markup = re.sub(r'<mspace width="[^"]*"/>|</?mrow>|<wbr>', "", markup)
    return re.sub(r"<(\w+) [^>]*>", r"<\1>", markup)


def signs(text, without):
    return Counter(sign for sign in text if not sign.isspace() and sign not in without)


def shown(markup):
    """A formula's signs in the letters that a model would write."""
    found = tree(markup)
    drawn = {"msqrt": "sqrt", "mfrac": "/"}
    return "".join(WRITTEN.get(sign, sign) for sign in "".join(found.itertext())) + "".join(
        sign * len(found.findall(f".//{tag}")) for tag, sign in drawn.items()
    )


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("w*_i^2", "<msubsup><mi>w</mi><mi>i</mi><mo>∗</mo><mn>2</mn></msubsup>"),
        ("hat(q0)", "<msub><mover><mi>q</mi><mo>^</mo></mover><mn>0</mn></msub>"),
        ("(a + b)/c", "<mfrac><mi>a</mi><mo>+</mo><mi>b</mi><mi>c</mi></mfrac>"),
        ("a b/c", "<mi>a</mi><mi>b</mi><mo>/</mo><mi>c</mi>"),
        ("sqrt(2 pi)", "<msqrt><mn>2</mn><mi>π</mi></msqrt>"),
        ("x_(i,j)", "<msub><mi>x</mi><mi>i</mi><mo>,</mo><mi>j</mi></msub>"),
        ("lambda+-", "<msub><mi>λ</mi><mo>±</mo></msub>"),
        ("X_S'e", "<msubsup><mi>X</mi><mi>S</mi><mo>′</mo></msubsup><mi>e</mi>"),
        ("[a]^n'", "<msup><mo>[</mo><mi>a</mi><mo>]</mo><msup><mi>n</mi><mo>′</mo></msup></msup>"),
        ("dlambda", "<mi>d</mi><mi>λ</mi>"),
        ("E<l^2>", "<mi>E</mi><mo>⟨</mo><msup><mi>l</mi><mn>2</mn></msup><mo>⟩</mo>"),
        ("u.v", "<mi>u</mi><mo>·</mo><mi>v</mi>"),
        ("L_test", "<msub><mi>L</mi><mtext>test</mtext></msub>"),
    ],
)
def test_a_formula_is_set(written, set_):
    assert bare(symbol(written)) == f"<math>{set_}</math>"


def test_less_is_no_bracket():
    assert "⟨" not in formula("sum_{k<d} b, y h < 0, a -> 1 > 0")


def test_words_stand_outside_of_formulas():
    words = bare(formula("the sum of squares, Spitzer's sum; cross-entropy in a run"))
    assert words == "the sum of squares, Spitzer’s sum; cross-entropy in a run"


def test_lines_break_before_terms_and_indented_ones_go_on():
    set_ = equations("a = b + (c\n+ d)\n    e = -f")
    assert set_.count("<p") == 2
    assert set_.count("<wbr>") == 3
    assert '<p class="continued">' in set_


def test_what_no_fraction_may_hold_stays_a_vector():
    assert "mfrac" not in symbol("(1, 1)/sqrt(2)")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_no_sign_of_a_model_is_lost_or_left_unread(model):
    """But for brackets that a fraction, a root, an accent or a script makes superfluous."""
    for text in (model.equations, *(p.symbol for p in model.parameters.values())):
        set_ = equations(text)
        source = re.sub(r"(?<![A-Za-z])([dD]?)eps(?![A-Za-z])", r"\1epsilon", text)
        source = re.sub(r"\.\.+", "…", source)
        assert signs(shown(set_), "()[]{}_") == signs(source, "()[]{}_^"), text
        names = re.findall(r"[a-z]{3,}(?:_[a-z]+)*_[a-z]{3,}", " ".join(tree(set_).itertext()))
        assert shown(set_).count("_") == sum(name.count("_") for name in names)
        for fence in ("()", "[]", "{}"):
            assert shown(set_).count(fence[0]) == shown(set_).count(fence[1])


@pytest.mark.parametrize("text", ["", "(", "x_", "a^", ")", "<", "hat(", "x_(", "sqrt", "'", "{a)"])
def test_what_is_not_finished_is_set_as_it_stands(text):
    read(text)
    tree(formula(text))
