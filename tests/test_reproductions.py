"""Every reproduction but the README's, run whole: expected verdicts, claims that can fail, figures without gaps."""

import pytest
from helpers import every_panel_is_drawn, spoiled

import toysim
from toysim import drawing
from toysim.claims import judge
from toysim.registry import load_reproduction, reproduction_names
from toysim.runner.dataset import read_tree

pytestmark = pytest.mark.slow

# For each claim: the sweep whose data are changed, the observable, and what is done to it.
SPOILERS = {
    "learning_regimes": {
        "rich_or_lazy": ("rich_lazy", "half_learning_time", lambda v: 1.05 * v.values),
        "deeper_is_slower": ("depth_time", "half_learning_time", lambda v: v.values[::-1]),
        "large_steps_rebalance": ("rebalancing", "final_share", lambda v: 0 * v.values),
    },
}


@pytest.fixture(scope="module", params=sorted(set(reproduction_names()) - {"critical_periods"}))
def reproduced(request, tmp_path_factory):
    return toysim.reproduce(request.param, results=tmp_path_factory.mktemp(request.param))


def test_comes_out_as_expected(reproduced):
    assert {c.name: c.verdict for c in reproduced.claims} == {c.name: c.expected_verdict for c in reproduced.claims}
    assert reproduced.ok


def test_no_panel_is_empty_or_nan(reproduced):
    data = {name: read_tree(path) for name, path in reproduced.stores.items()}
    for recipe in load_reproduction(reproduced.name).figures:
        every_panel_is_drawn(drawing.draw(recipe, data))


def test_each_claim_can_come_out_otherwise(reproduced):
    claims = {claim.name: claim for claim in load_reproduction(reproduced.name).claims}
    assert set(SPOILERS[reproduced.name]) == set(claims)
    for found in reproduced.claims:
        sweep, observable, change = SPOILERS[reproduced.name][found.name]
        claim, name = claims[found.name], f"{reproduced.name}.{sweep}"
        data = {s: read_tree(reproduced.stores[s]) for s in claim.sweeps}
        data[name] = spoiled(data[name], "simulation", observable, change)
        assert judge(claim, data).verdict != found.verdict, found.name
