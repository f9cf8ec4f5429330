"""The benchmarks' harness at tiny sizes with NumPy's peers: results held equal, a table, absent
peers by name; nothing is said of speed.
"""

import numpy as np
import pytest
from benchmarks import cold
from benchmarks.bench import Peer, Result, Row, Seconds, equal_means, equal_to, measured
from benchmarks.families import chosen, families
from benchmarks.report import as_json, growth_tables, page, ratios_table

MACHINE = {"date": "2000-01-01"}


def absent():
    raise ImportError("no module named peer")


def row(theirs, **more):
    """Ours returns 1, 2, 3."""
    peers = {"NumPy": Peer(lambda: lambda: {"x": np.asarray(theirs)}), "absent": Peer(absent)}
    return Row("sum: cells 3", "cell", 3, lambda: lambda: {"x": np.arange(1.0, 4.0)}, peers, **more)


def test_equal_results_are_timed_and_an_absent_peer_is_named():
    result = measured(row([1.0, 2.0, 3.0 + 1e-12]), turns=2)
    assert result.absent == ["absent"]
    assert result.quarrels == {}
    assert result.differences["NumPy"] == pytest.approx(1e-12 / 3.0, rel=1e-3)
    assert len(result.ratios("NumPy")) == 2
    table = ratios_table([result])
    assert "absent: absent" in table
    assert "| NumPy |" in table.replace("  ", "")


def test_different_results_are_told_and_not_timed():
    result = measured(row([1.0, 2.0, 3.1]), turns=1)
    assert list(result.times) == ["toysim"]
    assert "x" in result.quarrels["NumPy"]
    assert "NumPy: DIFFERS" in ratios_table([result])


@pytest.mark.parametrize("ours", [lambda: 1 / 0, lambda: lambda: 1 / 0])
def test_a_failure_of_ours_is_a_row_of_its_own(ours):
    failed, sound = (
        measured(Row("fails: cells 3", "cell", 3, ours, grows="cells"), turns=1),
        row([1]),
    )
    assert failed.failure == "ZeroDivisionError: division by zero"
    assert failed.times == {}
    assert "FAILED" in page([failed, measured(sound, turns=1)], MACHINE)
    assert growth_tables([failed]) == ""
    assert as_json([failed], MACHINE)["rows"][0]["failed"] == failed.failure


def test_another_precision_does_not_count():
    single = {"NumPy float32": Peer(lambda: lambda: {"x": np.ones(3)}, "float32")}
    ones = Row("ones", "cell", 3, lambda: lambda: {"x": np.ones(3)}, single)
    result = measured(ones, turns=1)
    assert result.counted == []
    assert "(NumPy float32)" in ratios_table([result])


def test_ratio_is_the_peers_time_over_ours_within_a_turn():
    times = {
        "toysim": [Seconds(1.0, 9.0), Seconds(2.0, 9.0)],
        "NumPy": [Seconds(3.0, 9.0), Seconds(8.0, 9.0)],
    }
    assert Result(row([1.0]), times).ratios("NumPy") == [3.0, 4.0]
    assert Result(row([1.0], clock="wall"), times).ratios("NumPy") == [1.0, 1.0]


def test_means_are_held_together_within_their_errors():
    generator = np.random.default_rng(0)
    ours = {"x": generator.normal(size=(400, 3))}
    equal_means()(ours, {"x": generator.normal(size=(400, 3))})
    with pytest.raises(AssertionError, match="standard errors apart"):
        equal_means()(ours, {"x": generator.normal(0.5, size=(400, 3))})
    with pytest.raises(AssertionError):
        equal_to(1e-8)({"x": np.ones(2)}, {"x": np.array([1.0, np.nan])})


def test_every_family_has_rows_of_distinct_names():
    names = [each.name for each in chosen()]
    assert len(set(names)) == len(names)
    assert {"modes", "engine", "learner"} <= set(families())


def test_an_unknown_name_is_refused():
    with pytest.raises(SystemExit, match="no row 'moods'"):
        chosen(["moods"])


@pytest.mark.parametrize(
    "name", ["modes", "samplers", "noisy", "rugged", "drift", "memory", "teacher_student"]
)
def test_tiny_rows_agree_with_numpy_and_make_a_page(name):
    results = []
    for each in chosen([name], tiny=True):
        numpy_alone = {n: peer for n, peer in each.peers.items() if n == "NumPy"}
        alone = Row(**{**vars(each), "peers": numpy_alone, "floor": ()})
        results.append(measured(alone, turns=1))
    assert not any(result.quarrels for result in results)
    assert any(result.counted == ["NumPy"] for result in results)
    told = page(results, MACHINE)
    assert results[0].row.name in told
    assert growth_tables(results) in told
    assert len(as_json(results, MACHINE)["rows"]) == len(results)


def test_first_runs_are_told_by_how_long_they_took():
    """A model without kernels has none to compile; one with them leaves them in the folder."""
    none, some = (cold.first_run(name) for name in ("continual.sparse_masks", "bayes_icl.evidence"))
    assert none.kernels == 0 < some.kernels
    assert min(none.seconds, some.seconds) > 0.1
    told = cold.page([some._replace(seconds=9.0), none], "1")
    assert told.index(none.model) < told.index(some.model)
