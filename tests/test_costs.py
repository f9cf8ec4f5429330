"""Costs by size: the page is that of the data, and these keep limits that were set before them."""

import json

import costs
import pytest

FOUND = json.loads(costs.PAGE.with_suffix(".json").read_text())
OPEN_SECONDS, OPEN_MEGABYTES = 1.0, 250.0  # at 10^7 end states, above the least store
COMPARE_MEGABYTES = 250.0  # at 10^6 cells with ten replicas


def test_the_page_is_that_of_the_data():
    assert costs.PAGE.read_text() == costs.page(FOUND)


def test_all_sizes_are_there_and_within_the_limits():
    assert all(set(FOUND[case]) == {str(n) for n in costs.CASES[case][2]} for case in costs.CASES)
    most = FOUND["end states"]["10000000"]["open"]
    assert most["processor"] <= OPEN_SECONDS
    assert most["above"] <= OPEN_MEGABYTES
    assert FOUND["ten replicas and theory"]["1000000"]["compare"]["above"] <= COMPARE_MEGABYTES


@pytest.mark.slow
def test_the_command_measures_what_is_not_there(tmp_path, monkeypatch):
    page = tmp_path / "costs.md"
    arguments = ["costs", "--most", "1000", "--page", str(page)]
    monkeypatch.setattr("sys.argv", arguments)
    monkeypatch.setattr(costs, "QUIET", 0.0)  # workers are not measured here
    assert costs.main() == 0
    text = page.read_text()
    assert text.count("| 10^3 |") == 2
    assert "Not measured" in text
    assert costs.main() == 0
    assert page.read_text() == text
