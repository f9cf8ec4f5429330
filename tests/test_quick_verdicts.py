"""Verdicts at ``quick``: the command, its data, and what the pages say."""

import json

import quick_verdicts

from toysim.registry import load_reproduction, reproduction_names

FOUND = json.loads(quick_verdicts.DATA.read_text())
CLAIMS = {
    f"{name}.{claim.name}": claim
    for name in reproduction_names()
    for claim in load_reproduction(name).claims
}


def test_verdicts_are_those_that_the_claims_expect():
    assert set(FOUND) <= set(CLAIMS)
    other = {
        key: told["verdict"]
        for key, told in FOUND.items()
        if told["verdict"] != CLAIMS[key].expected("quick").verdict
    }
    assert not other
