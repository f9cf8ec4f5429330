"""Equations as ``toysim show`` and a notebook set them."""

import os
import re
import subprocess
import sys

import pytest

from toysim.describing import as_html, told
from toysim.mathml import equations
from toysim.registry import all_models, load_model
from toysim.typeset import GREEK, typeset


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("phi = extr -hat(q) (1-q)/2", "φ = extr -q̂ (1-q)/2"),
        ("w_(t+1) = r^T x^2 + i^-a", "wₜ₊₁ = rᵀ x² + i⁻ᵃ"),
        ("e^(-lambda t) <= sqrt(2 pi)", "e^(-λ t) ≤ √(2 π)"),
        ("p2 = int_0^pi f dt, X^+ y", "p2 = ∫[0, π] f dt, X⁺ y"),
        ("dlambda/dtau -> 0; B_old, steps_in_turn", "dλ/dτ → 0; B_old, steps_in_turn"),
        ("sum_i h_i, the sum of squares", "Σᵢ hᵢ, the sum of squares"),
        ("    theta and beta1", "    θ and β1"),
    ],
)
def test_a_line_is_set(written, set_):
    assert typeset(written) == set_


@pytest.mark.parametrize("model", all_models().values(), ids=lambda model: model.id)
def test_a_circumflex_is_a_power_and_nothing_else(model):
    """Hats are written hat(x): nothing but an exponent follows a circumflex, nor stands before one
    a bound of an integral.
    """
    found = typeset(model.equations)
    assert not re.search(r"\^(?![\w(-])", found)
    assert not re.search(r"(^|\s)\^|∫_\w+\^", found)
    assert "hat(" not in found
    assert not re.search(rf"(?<![A-Za-z])({'|'.join(GREEK)})(?![A-Za-z])", found)
    for line, written in zip(found.splitlines(), model.equations.splitlines(), strict=True):
        assert len(line) <= len(written)


def test_terminal_and_notebook_show_them_and_data_keep_what_was_written():
    model = load_model("perceptron.storage")
    line = "φ = extr -q̂ (1-q)/2 + ∫ Dz ln 2cosh(√(q̂) z + x) + α ∫ Dz ln H(t),"
    assert line in "\n".join(told(model))
    assert equations(model.equations) in as_html(model)
    assert "hat(q)" in model.equations


@pytest.mark.parametrize(("encoding", "line"), [("utf-8", "φ = extr"), ("cp1252", "phi = extr")])
def test_a_terminal_without_greek_gets_ascii(encoding, line):
    run = [sys.executable, "-m", "toysim", "show", "perceptron.storage"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(run, env=environment, capture_output=True, check=True)
    assert line in done.stdout.decode(encoding)
