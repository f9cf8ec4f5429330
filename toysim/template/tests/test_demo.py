"""Theory agrees with simulation, and the claims come out as expected."""

import toysim


def test_theory_agrees_with_simulation():
    data = toysim.sweep("demo.walk", drift=[0.5, 1.0], replicas=80_000)
    assert [v.verdict for v in toysim.compare(data)] == ["agrees", "agrees"]


def test_claims(tmp_path):
    assert toysim.reproduce("demo", preset="ci", results=tmp_path).ok
