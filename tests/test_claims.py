"""Verdicts follow from where a claim holds and where its limits say so; every claim can fail."""

import json

import numpy as np
import pytest
import xarray as xr

import toysim
from toysim.cli.values import plain
from toysim.errors import UnknownPreset
from toysim.figures.binary_continual_learning.learning_evidence import later
from toysim.outcomes import Verdict
from toysim.paper import (
    Claim,
    Evidence,
    Number,
    Reproduction,
    Spoiler,
    undecided_at_ci,
    verdict_of,
)
from toysim.papers.claims import judge, spoiled
from toysim.papers.reading import entered, reached_or_later
from toysim.registry import load_reproduction

T, F = True, False


@pytest.mark.parametrize(
    ("holds", "within", "word"),
    [
        ([T, T, T], [T, T, T], Verdict.REPRODUCED),
        ([T, T, F], [T, T, F], Verdict.LIMITED),
        ([T, F, F], [T, T, F], Verdict.REFUTED),  # fails inside its limits
        ([T, T, F], [T, F, F], Verdict.REFUTED),  # holds outside them: not the real limits
        ([F, F, F], [F, F, F], Verdict.REFUTED),  # limits that leave nothing
        ([T, T, T], [T, T, F], Verdict.REPRODUCED),  # no limits needed
    ],
)
def test_verdict(holds, within, word):
    assert verdict_of(Evidence(np.array(holds), within=np.array(within))) == word


def test_evidence_without_conditions_is_an_error():
    with pytest.raises(ValueError, match="non-empty"):
        verdict_of(Evidence(np.ones(0, bool)))


def tree(state=(1, 1)):
    ds = xr.Dataset({"state": ("depth", list(state)), "x": ("depth", [1.0, 2.0])})
    return xr.DataTree.from_dict({"/simulation": ds})


def paper_of(check, **more):
    claim = Claim("c", "it is so", "nowhere", ("s",), check, (), **more)
    return Reproduction("p", "Nobody", "Nothing", (), (claim,)), claim


def test_unfinished_data_are_said_to_be_missing():
    paper, claim = paper_of(lambda s: pytest.fail("checked on unfinished data"))
    found = judge(claim, paper, {"p.s": tree((1, 0))})
    assert found.verdict == Verdict.MISSING
    assert not found.as_expected


def test_a_check_that_raises_is_a_verdict():
    paper, claim = paper_of(lambda s: s["absent"])
    found = judge(claim, paper, {"p.s": tree()})
    assert (found.verdict, found.as_expected) == (Verdict.BROKEN, False)
    assert "absent" in found.told("measured")


def rises(s):
    x = s["simulation"]["x"].values
    return Evidence(np.diff(x) > 0, (Number("x", x, expected=[1, 2], error=0.5, unit="m"),))


def test_numbers_are_kept_and_told():
    paper, claim = paper_of(rises)
    found = judge(claim, paper, {"p.s": tree()})
    assert found.told("measured") == "x 1, 2 m"
    assert found.told("error") == "x ± 0.5 m"
    (number,) = json.loads(json.dumps(plain(found.as_dict())))["numbers"]
    assert number["measured"] == [1.0, 2.0]
    assert number["expected"] == [1, 2]


def test_means_say_how_many_entered_where_some_did_not():
    draws = xr.DataArray([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]], dims=("x", "replica"))
    lacking = Number("x", draws.mean("replica"), draws=draws)
    assert lacking.told("measured") == "x 2, 2 (2 of 3, 3 of 3 entered)"
    assert lacking.as_dict()["entered"].tolist() == [2, 3]
    assert Number("x", 2.0, draws=draws[1:]).told("measured") == "x 2"
    assert (entered(draws), entered(draws[1:])) == (" (2/3)", "")


def test_a_time_that_was_not_reached_is_later_than_any():
    times = reached_or_later(xr.DataArray([5.0, np.nan, 1.0], dims="replica"))
    assert float(times.median("replica")) == 5.0
    assert float(times.quantile(0.75, "replica", method="inverted_cdf")) == np.inf
    assert float(times.mean("replica")) == np.inf


def test_ranks_put_a_run_that_never_ends_last():
    late, early = np.array([3.0, np.inf, np.inf]), np.array([1.0, 2.0, np.inf])
    assert later(late, early) == pytest.approx((6 - 1) / 2 / np.sqrt(9 * 7 / 12))
    assert later(early, early) == 0


def test_an_expected_verdict_may_depend_on_the_preset():
    few = undecided_at_ci("two points only")
    paper, claim = paper_of(rises, at=few)
    assert judge(claim, paper, {"p.s": tree()}).verdict == Verdict.REPRODUCED
    small = judge(claim, paper, {"p.s": tree()}, "ci")
    assert (small.verdict, small.as_expected) == (Verdict.UNDECIDED, True)
    assert small.note == "two points only"
    assert small.told("measured")


def test_a_spoiler_changes_a_copy():
    paper, claim = paper_of(rises)
    data = {"p.s": tree()}
    wrong = spoiled(Spoiler("s", "x", lambda v: v[::-1]), paper, data)
    assert judge(claim, paper, wrong).verdict == Verdict.REFUTED
    assert judge(claim, paper, data).verdict == Verdict.REPRODUCED


def test_a_spoiler_that_the_type_swallows_is_an_error():
    """0.5 added to an integer would be lost, and the claim would seem to stand."""
    paper, _ = paper_of(rises)
    whole = tree()
    whole["simulation"]["n"] = xr.DataArray([1, 2], dims="depth")
    with pytest.raises(ValueError, match="int64 n cannot hold"):
        spoiled(Spoiler("s", "n", lambda v: v + 0.5), paper, {"p.s": whole})


def test_sweeps_go_by_their_short_names_or_in_full():
    paper, _ = paper_of(rises)
    assert paper.sweeps == ["p.s"]
    assert paper.full("other.s") == "other.s"


def test_expected_verdicts_come_out(reproduced):
    assert {c.name: c.verdict for c in reproduced.claims} == {
        c.name: c.expected.verdict for c in reproduced.claims
    }
    usual = {c.claim.expected_verdict for c in reproduced.claims}
    assert usual == {Verdict.REPRODUCED, Verdict.LIMITED, Verdict.REFUTED}


def test_a_mean_off_figure_1_is_seen(reproduced_data):
    """All draws still won by a, but b's strength 2 % too high."""
    paper = load_reproduction("critical_periods")
    claim = next(c for c in paper.claims if c.name == "early_deficit_decides")
    off = Spoiler("phase_portrait", "final_strength", lambda v: 1.02 * v)
    assert judge(claim, paper, spoiled(off, paper, reproduced_data)).verdict == Verdict.REFUTED


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


def test_a_preset_that_no_sweep_of_a_paper_has_is_refused(tmp_path):
    with pytest.raises(UnknownPreset, match="unknown preset 'cii'"):
        toysim.reproduce("learning_regimes", preset="cii", results=tmp_path)
    assert not list(tmp_path.iterdir())
