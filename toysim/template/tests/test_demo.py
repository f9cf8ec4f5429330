"""The model keeps the contract, and the claims come out as expected."""

import toysim


def test_the_model_keeps_the_contract():
    found = toysim.check("demo.walk")
    assert found.ok, found


def test_claims(tmp_path):
    assert toysim.reproduce("demo", preset="ci", results=tmp_path).ok
