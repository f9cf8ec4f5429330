"""Adaptive refinement: more cells where a number changes fast, in rounds that anybody repeats."""

import numpy as np
import pytest
from helpers import chunk_digests

import toysim
from toysim.errors import ToysimError
from toysim.focus import Focus
from toysim.runner.focusing import _middles
from toysim.store.status import read_status

WALL = 0.3137


def step(x: float = 0.5, width: float = 0.0):
    """A jump at WALL, or a slope of some width; above 0.9 there is no number."""
    if x > 0.9:
        return {"height": np.nan}
    return {"height": float(x > WALL + width) if width == 0 else np.tanh((x - WALL) / width)}


MODEL = toysim.define(step, None, {"height": "1"}, id="steps.jump")
REFINE = {"along": "x", "by": "height", "budget": 12, "width": 1e-6}
START = [0.0, 0.25, 0.5, 0.75]


def run(place=None, **more):
    given = {"x": START, "refine": REFINE, "block": 1, **more}
    return toysim.sweep(MODEL, store=place, **given)["simulation"]


def test_a_jump_is_halved_to_the_end_of_the_budget():
    found = run()
    x, height = found["x"].values, found["height"].values.ravel()
    assert len(x) == len(START) + 12
    at = np.flatnonzero(np.diff(height))
    assert len(at) == 1
    assert x[at] <= WALL <= x[at + 1]
    assert np.diff(x)[at] == 0.25 / 2**12


def test_a_slope_is_sampled_until_no_step_is_too_large():
    found = run(width=0.05, refine={**REFINE, "budget": 500, "change": 0.1})
    height = found["height"].values.ravel()
    assert np.abs(np.diff(height)).max() <= 0.1 * np.ptp(height)
    assert len(height) < 60
    even = np.tanh((np.linspace(0.0, 0.75, len(height)) - WALL) / 0.05)
    assert np.abs(np.diff(even)).max() > 0.1 * np.ptp(even), "as many cells evenly are too few"


def test_where_numbers_end_is_a_boundary():
    found = run(x=[0.4, 1.0], refine={**REFINE, "budget": 12})
    x, there = found["x"].values, np.isfinite(found["height"].values.ravel())
    assert x[there].max() <= 0.9 < x[~there].min()
    assert x[~there].min() - x[there].max() == pytest.approx(0.6 / 2**12, rel=1e-9)


def test_each_line_of_the_other_axes_has_its_own_cells(tmp_path):
    found = run(tmp_path / "s.zarr", width=[0.0, 0.1], refine={**REFINE, "budget": 10})
    ran = (found["state"] == 1).values[..., 0]
    assert ran.shape[found["state"].dims.index("x")] > 10
    assert read_status(tmp_path / "s.zarr").rows_done == ran.sum() <= 2 * (len(START) + 10)


@pytest.mark.parametrize(
    "how",
    [
        {"workers": 1},
        {"workers": 3},
        pytest.param({"backend": "processes", "workers": 2}, marks=pytest.mark.slow),
    ],
)
def test_rounds_do_not_depend_on_who_runs_them(tmp_path, how):
    model, axes = "walk.gaussian", {"drift": [0.0, 1.0, 4.0], "noise": 0.0}
    refine = {"along": "drift", "by": "position", "budget": 12}
    toysim.sweep(model, **axes, refine=refine, block=1, store=tmp_path / "a.zarr", workers=2)
    toysim.sweep(model, **axes, refine=refine, block=1, store=tmp_path / "b.zarr", **how)
    assert chunk_digests(tmp_path / "a.zarr") == chunk_digests(tmp_path / "b.zarr")


def test_a_stopped_refinement_goes_on_to_the_same_bytes(tmp_path):
    run(tmp_path / "whole.zarr")
    cut = tmp_path / "cut.zarr"
    toysim.sweep(MODEL, x=START, store=cut, block=1)
    for budget in (3, 7, 12):  # killed between rounds, and in the middle of one
        run(cut, refine={**REFINE, "budget": budget})
        chunks = sorted((cut / "simulation" / "state" / "c").rglob("*"))
        [c for c in chunks if c.is_file()][-1].unlink()
    run(cut)
    np.testing.assert_array_equal(
        toysim.open_store(cut, model=MODEL)["simulation"]["x"],
        toysim.open_store(tmp_path / "whole.zarr", model=MODEL)["simulation"]["x"],
    )
    assert chunk_digests(cut) == chunk_digests(tmp_path / "whole.zarr")


def test_noise_is_no_change():
    focus = Focus("x", "y", "simulation", 10, 0.05)
    x, mean = np.arange(4.0), np.array([[0.0], [0.1], [0.0], [1.0]])
    ran, error = np.ones(4, bool), np.full((4, 1), 0.1)
    assert _middles(x, mean, error, ran, focus).tolist() == [2.5]
    assert _middles(x, mean, 0 * error, ran, focus).tolist() == [2.5], "the largest first"
    ran[3] = False
    assert _middles(x, mean, 0 * error, ran, focus).tolist() == [0.5, 1.5], "failed: no interval"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"along": "y"}, "refine: along = 'y' must be an axis of fractions"),
        ({"by": "hieght"}, "must be a number of simulation: did you mean 'height'"),
        ({"side": "theory"}, "refine: side = 'theory' must be a side"),
        ({"budget": 0}, "budget = 0 must be from 1"),
        ({"change": 1.0}, "change = 1.0 must be between 0 and 1"),
        ({"width": 0.0}, "width = 0.0 must be between 0 and 1"),
        ({"bugdet": 3}, "unknown key 'bugdet' in refine: did you mean 'budget'"),
    ],
)
def test_wrong_tables_are_one_line(tmp_path, wrong, words):
    with pytest.raises(ToysimError, match=words):
        run(tmp_path / "s.zarr", refine={**REFINE, **wrong})
    assert not (tmp_path / "s.zarr").exists()


def test_a_sweep_file_refines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.toml").write_text(
        'model = "walk.gaussian"\n[fixed]\nnoise = 0.0\n[axes]\ndrift = [0.0, 4.0]\n'
        '[refine]\nalong = "drift"\nby = "position"\nside = "theory"\nbudget = 5\n'
    )
    found = toysim.sweep("f.toml")
    assert found["theory"].sizes["drift"] == 7
    (tmp_path / "g.toml").write_text((tmp_path / "f.toml").read_text().replace("5", "-5"))
    with pytest.raises(ToysimError, match="g.toml:10: refine: budget = -5"):
        toysim.sweep("g.toml")
