"""Verdicts follow from where a claim holds and where its limits say so; every claim can fail."""

import numpy as np
import pytest
import xarray as xr
from helpers import spoiled

from toysim.papers.claims import (
    BROKEN,
    LIMITED,
    MISSING,
    REFUTED,
    REPRODUCED,
    Claim,
    Evidence,
    judge,
    verdict_of,
)
from toysim.registry import load_reproduction

T, F = True, False


@pytest.mark.parametrize(
    ("holds", "within", "word"),
    [
        ([T, T, T], [T, T, T], REPRODUCED),
        ([T, T, F], [T, T, F], LIMITED),
        ([T, F, F], [T, T, F], REFUTED),  # fails inside its limits
        ([T, T, F], [T, F, F], REFUTED),  # holds outside them: the limits are not the real ones
        ([F, F, F], [F, F, F], REFUTED),  # limits that leave nothing
        ([T, T, T], [T, T, F], REPRODUCED),  # no limits needed
    ],
)
def test_verdict(holds, within, word):
    assert verdict_of(Evidence("", "", "", np.array(holds), np.array(within))) == word


def test_evidence_without_conditions_is_an_error():
    with pytest.raises(ValueError, match="non-empty"):
        verdict_of(Evidence("", "", "", np.ones(0, bool), np.ones(0, bool)))


def test_unfinished_data_are_said_to_be_missing():
    ds = xr.Dataset({"state": ("depth", [1, 0])})
    data = {"s": xr.DataTree.from_dict({"/simulation": ds})}
    claim = Claim(
        "c", "it is so", "nowhere", ("s",), lambda data: pytest.fail("checked on unfinished data")
    )
    found = judge(claim, data)
    assert found.verdict == MISSING
    assert not found.as_expected


def test_a_check_that_raises_is_a_verdict():
    ds = xr.Dataset({"state": ("depth", [1, 1])})
    data = {"s": xr.DataTree.from_dict({"/simulation": ds})}
    found = judge(Claim("c", "it is so", "nowhere", ("s",), lambda data: data["s"]["absent"]), data)
    assert (found.verdict, found.as_expected) == (BROKEN, False)
    assert "absent" in found.measured


def swap_pathways(values):
    return values.isel(pathway=[1, 0]).values


def one_update_more(values):
    return values.roll(deficit_length=1).values


def late_ends_even(values):
    return values.where(values.timing != 1, 5.0).transpose(*values.dims).values


# For each claim: sweeps, the observable and what is done to it.
SPOILERS = {
    "deeper_is_hurt_more": (["depth"], "final_share", lambda v: 1 - v.values),
    "harmless_after_learning": (["late"], "final_share", lambda v: 0.9 * v.values),
    "residual_law": (["noise_free"], "final_strength", lambda v: 1.001 * v.values),
    "early_deficit_decides": (["phase_portrait"], "final_strength", swap_pathways),
    "small_starts": (["small_start"], "final_strength", lambda v: 1.001 * v.values),
    "winner_takes_all": (["winner"], "final_share", lambda v: 0 * v.values + 0.45),
    "winner_unaligned": (["unaligned"], "final_share", lambda v: 0 * v.values + 0.5),
    "windows_as_named": (["window", "window_small"], "final_strength", one_update_more),
    "analytic_is_the_map": (["network_even"], "mode_strength", lambda v: (1 + 1e-9) * v.values),
    "figure_2": (["network"], "final_strength", lambda v: 1.01 * v.values),
    "lesioned_feature": (["lesion"], "mode_strength", swap_pathways),
    "nonlinear_too": (["nonlinear"], "final_strength", swap_pathways),
    "late_is_harmless": (["noise_free", "phase_portrait"], "final_strength", late_ends_even),
}


def test_expected_verdicts_come_out(reproduced):
    found = {c.name: (c.verdict, c.expected_verdict) for c in reproduced.claims}
    assert {name: a for name, (a, b) in found.items()} == {
        name: b for name, (a, b) in found.items()
    }
    assert {a for a, _ in found.values()} == {REPRODUCED, LIMITED, REFUTED}


@pytest.mark.parametrize("name", sorted(SPOILERS))
def test_each_claim_can_come_out_otherwise(reproduced_data, name):
    claim = {c.name: c for c in load_reproduction("critical_periods").claims}[name]
    honest = judge(claim, reproduced_data)
    sweeps, observable, change = SPOILERS[name]
    data = dict(reproduced_data)
    for sweep in (f"critical_periods.{s}" for s in sweeps):
        data[sweep] = spoiled(data[sweep], "simulation", observable, change)
    assert judge(claim, data).verdict != honest.verdict


def test_a_mean_off_figure_1_is_seen(reproduced_data):
    """All draws still won by a, but b's strength 2 % too high."""
    name = "critical_periods.phase_portrait"
    claim = next(
        c for c in load_reproduction("critical_periods").claims if c.name == "early_deficit_decides"
    )
    off = spoiled(reproduced_data[name], "simulation", "final_strength", lambda v: 1.02 * v.values)
    assert judge(claim, {name: off}).verdict == REFUTED


@pytest.mark.parametrize("sweep", ["depth", "fixed_product"])
def test_order_of_depths_is_reversed_before_learning_is_over(reproduced_data, sweep):
    """The stated reason of the limit: where the curves first cross, the shallower network has not
    learned half.
    """
    theory = reproduced_data[f"critical_periods.{sweep}"]["theory"].to_dataset().squeeze("replica")
    share = (
        theory["final_share"]
        .sel(pathway=1, deficit_length=slice(1e-9, None))
        .transpose("deficit_length", "depth")
    )
    rises = np.diff(share.values, axis=1) >= 0
    first = int(np.argmax(rises.any(axis=1)))
    assert rises[first].sum() == 1
    at = share.isel(deficit_length=first, depth=int(np.argmax(rises[first])))
    half = theory["half_learning_time"].sel(depth=at.depth, deficit_length=at.deficit_length)
    assert float(at.deficit_length) < float(half)


def test_every_claim_has_a_spoiler():
    assert {c.name for c in load_reproduction("critical_periods").claims} == set(SPOILERS)
