"""Claims at the papers' sizes: the command, its data and its page."""

import json

import paper_sizes
import pytest

from toysim.outcomes import Verdict
from toysim.registry import all_sweeps, load_reproduction

FOUND = json.loads((paper_sizes.DOCS / "paper_sizes.json").read_text())


def claims():
    for key, told in FOUND["claims"].items():
        paper, name = key.split(".")
        (claim,) = [c for c in load_reproduction(paper).claims if c.name == name]
        yield claim, told


def test_the_page_is_that_of_the_data():
    assert (paper_sizes.DOCS / "paper_sizes.md").read_text() == paper_sizes.page(FOUND)


def test_a_claim_is_judged_only_where_all_its_sweeps_have_run():
    assert set(FOUND["sweeps"]) <= set(all_sweeps())
    for _, told in claims():
        ran = ["seconds" in FOUND["sweeps"][sweep] for sweep in told["sweeps"]]
        assert "paper" not in told or all(ran)


def test_another_verdict_at_the_papers_sizes_is_said_by_the_claim():
    for claim, told in claims():
        assert told["ci"] == claim.expected("ci").verdict, claim.name
        assert told["quick"] == claim.expected("quick").verdict, claim.name
        assert told.get("paper", claim.expected("paper").verdict) == claim.expected("paper").verdict


@pytest.mark.slow
def test_the_command_runs_what_is_cheap_and_says_what_is_not(tmp_path, monkeypatch):
    data, results = tmp_path / "sizes.json", tmp_path / "results"
    arguments = ["paper_sizes", "learning_regimes", "--data", data, "--results", results]

    def say(*more):
        monkeypatch.setattr("sys.argv", [str(a) for a in (*arguments, *more)])
        assert paper_sizes.main() == 0
        return json.loads(data.read_text())

    key = "learning_regimes.deeper_is_slower"
    left = say("--seconds", "0")
    assert set(left["claims"]) == {key}  # the only one with a sweep of that preset
    assert "paper" not in left["claims"][key]
    assert "| not run | about" in data.with_suffix(".md").read_text()
    ran = say()
    assert ran["claims"][key]["paper"] == Verdict.LIMITED
    assert ran["sweeps"]["learning_regimes.depth_time"]["seconds"] > 0
    assert say() == ran
