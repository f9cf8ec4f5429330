"""The models keep the contract; the claims come out as expected, and would not on wrong data."""

import toysim


def test_models():
    report = toysim.check("demo.walk")
    assert report.ok, report


def test_claims(tmp_path):
    assert toysim.reproduce("demo", preset="ci", results=tmp_path).ok
