"""Figures draw what is stored, every panel of them; pictures are kept while nothing they depend on
changes.
"""

import os
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from helpers import every_panel_is_drawn
from PIL import Image

import toysim
from toysim.errors import ToysimError, UnknownPreset
from toysim.paper import Film, Spoiler
from toysim.papers import pictures
from toysim.papers.claims import spoiled
from toysim.papers.drawing import draw_landmark, draw_means, new_figure
from toysim.papers.one_run import plot_run
from toysim.papers.panels import Look, shaped, table_of
from toysim.papers.reading import landmark
from toysim.papers.reproduction import make_figures
from toysim.papers.site.facts import lacking
from toysim.registry import load_reproduction, reproduction_names
from toysim.sweep_file import load_sweep

PAPER = load_reproduction("critical_periods")
RECIPES = {r.name: r for r in PAPER.figures}


@pytest.fixture(scope="module")
def figures(reproduced_data):
    return {name: pictures.draw(recipe, PAPER, reproduced_data) for name, recipe in RECIPES.items()}


def drawn(figure):
    """Arrays of the artists that carry a name: lines as (x, y), meshes as values."""
    found = {}
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_gid():
                found[line.get_gid()] = np.array([line.get_xdata(), line.get_ydata()], float)
        for mesh in axes.collections:
            if mesh.get_gid():
                found[mesh.get_gid()] = np.asarray(mesh.get_array(), float)
    return found


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_no_panel_is_empty_or_nan(figures, name):
    every_panel_is_drawn(figures[name])


def side(data, sweep, side, name):
    ds = data[f"critical_periods.{sweep}"][side].to_dataset()[name]
    return ds.squeeze("replica", drop=True) if ds.sizes.get("replica") == 1 else ds


def test_phase_portrait_shows_every_draw(figures, reproduced_data):
    arrays = drawn(figures["phase_portrait"])
    strength = side(reproduced_data, "phase_portrait", "simulation", "final_strength")
    courses = side(reproduced_data, "trajectories", "simulation", "mode_strength")
    name = "critical_periods.phase_portrait"
    assert strength.sizes["replica"] == load_sweep(name, "ci").replicas
    assert load_sweep(name).replicas >= 1000
    for timing, word in enumerate(("early", "late")):
        for depth in (2, 5, 8, 13):
            stored = strength.sel(depth=depth, timing=timing).transpose("pathway", "replica").values
            np.testing.assert_array_equal(arrays[f"ends:depth={depth}:{word}"], stored)
            way = (
                courses.sel(depth=depth, timing=timing)
                .isel(replica=3)
                .transpose("pathway", "record")
                .values
            )
            np.testing.assert_array_equal(arrays[f"way:depth={depth}:{word}:3"], way)


@pytest.mark.parametrize(
    ("name", "depths"), [("noise_free", (2, 3, 5, 8, 13)), ("small_start", (2, 3, 4))]
)
def test_ends_are_the_stored_ones(figures, reproduced_data, name, depths):
    arrays = drawn(figures[name])
    for part in ("simulation", "theory"):
        strength = side(reproduced_data, name, part, "final_strength")
        for timing, word in enumerate(("early", "late")):
            for depth in depths:
                stored = strength.sel(depth=depth, timing=timing).values
                np.testing.assert_array_equal(
                    arrays[f"{part}:depth={depth}:{word}"].ravel(), stored
                )


def test_small_starts_name_the_updates_that_were_made(figures):
    """5200 time units of the preset ci in steps of 0.01; the paper's figure has a million."""
    assert "520,000 updates of size 0.01" in figures["small_start"].get_suptitle()


@pytest.mark.parametrize(("name", "sweep"), [("timing", "late"), ("end_share", "fixed_product")])
def test_shares_are_the_stored_ones(figures, reproduced_data, name, sweep):
    arrays = drawn(figures[name])
    for part in ("simulation", "theory"):
        share = side(reproduced_data, sweep, part, "final_share").sel(pathway=1)
        for depth in share["depth"].values:
            np.testing.assert_array_equal(
                arrays[f"{part}:depth={depth}"][1], share.sel(depth=depth).values
            )


def test_map_is_the_stored_one(figures, reproduced_data):
    share = side(reproduced_data, "depth", "simulation", "final_share").sel(pathway=1)
    np.testing.assert_array_equal(
        drawn(figures["end_share"])["map"], share.transpose("depth", "deficit_length").values
    )


@pytest.fixture
def timing(reproduced_data):
    """Makes one figure that is cheap to draw, of these or other data."""

    def made(folder, data=reproduced_data, form="png"):
        return pictures.make(RECIPES["timing"], PAPER, data, folder, (form,))

    return made


def test_unchanged_figures_are_left_alone(timing, tmp_path):
    first = timing(tmp_path)
    before = {p: (os.stat(p).st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()}
    again = timing(tmp_path)
    assert (first.cached, first.reason, again.cached) == (False, "new", True)
    assert {p: (os.stat(p).st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()} == before


def test_changed_data_or_code_redraw_and_say_why(timing, reproduced_data, tmp_path, monkeypatch):
    timing(tmp_path)
    off = Spoiler("late", "final_share", lambda v: v + 1e-6)
    data = spoiled(off, PAPER, reproduced_data)
    assert timing(tmp_path, data).reason == "changed: data of critical_periods.late"
    monkeypatch.setattr(pictures, "hash_of", lambda places: "edited")
    assert timing(tmp_path, data).reason == "changed: sources"


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_equal_data_give_equal_files(timing, tmp_path, form):
    a, b = (timing(tmp_path / k, form=form).paths[0].read_bytes() for k in "ab")
    assert len(a) > 1000
    assert a == b


def test_films_stand_beside_their_pictures(reproduced_data, tmp_path):
    """Frames differ; a film that is gone is made anew."""

    def film(tree):
        figure = new_figure(1.0, 1.0)
        (line,) = figure.subplots().plot([0, 1], [0, 0])
        return Film(figure, lambda k: line.set_ydata([0, 0.01 * k]), 3)

    recipe = replace(RECIPES["timing"], film=lambda *trees: film(trees[0]))
    made = pictures.make(recipe, PAPER, reproduced_data, tmp_path, ("png",))
    assert [path.suffix for path in made.paths] == [".png", ".gif"]
    moving = made.paths[1]
    with Image.open(moving) as image:
        assert image.n_frames == 3
    first = moving.read_bytes()
    assert pictures.make(recipe, PAPER, reproduced_data, tmp_path, ("png",)).cached
    moving.unlink()
    again = pictures.make(recipe, PAPER, reproduced_data, tmp_path, ("png",))
    assert (again.reason, moving.read_bytes()) == ("new format: gif", first)


def test_figure_by_name_and_its_nearest(results):
    figure = toysim.figure("critical_periods.timing", preset="ci", results=results)
    assert figure.axes
    with pytest.raises(ToysimError, match="did you mean 'critical_periods.timing'"):
        toysim.figure("critical_periods.timin", results=results)
    with pytest.raises(ToysimError, match="is not one figure"):
        toysim.figure("critical_periods", results=results)
    with pytest.raises(ToysimError, match="did you mean 'critical_periods'"):
        make_figures(["critical_perods"], results=results)


def test_second_reproduction_computes_and_draws_nothing(reproduced, results):
    events = []
    before = {
        p: os.stat(p).st_mtime_ns
        for p in results.rglob("*")
        if p.is_file() and p.parent != results  # the pages
    }
    again = toysim.reproduce("critical_periods", preset="ci", results=results, listen=events.append)
    assert again.ok
    assert all(f.cached for f in again.figures)
    assert not [e for e in events if e["event"] == "block"]
    assert {p: os.stat(p).st_mtime_ns for p in before} == before


@pytest.mark.parametrize("paper", reproduction_names())
def test_paper_presets_grow_the_quick_stores(paper):
    """A preset that shares the quick store has every quick level bit for bit; windows are whole
    updates.
    """
    for name in load_reproduction(paper).sweeps:
        quick = load_sweep(name)
        try:
            full = load_sweep(name, "paper")
        except UnknownPreset:
            continue
        if full.store_name != quick.store_name:
            continue
        assert full.replicas >= quick.replicas
        for before, after in zip(quick.dimensions, full.dimensions, strict=True):
            for axis, levels in before.values.items():
                kept = [level in after.values[axis].tolist() for level in levels.tolist()]
                assert all(kept), f"{name}: {axis}"
                if axis == "deficit_length":
                    updates = after.values[axis] / full.fixed["step"]
                    np.testing.assert_allclose(updates, np.rint(updates), atol=1e-9)


def test_means_that_lack_runs_have_their_counts_beside_them():
    draws = xr.DataArray([[1.0, np.nan], [1.0, 2.0], [np.nan, np.nan]], dims=("x", "replica"))
    axes = new_figure(2, 2).subplots()
    draw_means(axes, [0, 1, 2], draws)
    assert [text.get_text() for text in axes.texts] == ["1/2"]


def test_the_page_lists_means_that_lack_runs(reproduced, reproduced_data):
    assert "did not enter a mean" not in reproduced.page.read_text()
    name = "critical_periods.phase_portrait"
    tree = reproduced_data[name].copy(deep=True)
    strength = tree["simulation"].to_dataset()["final_strength"]
    strength[{"replica": 0, "depth": 0, "timing": 0}] = np.nan
    n = strength.sizes["replica"]
    row = {"sweep": name, "observable": "final_strength", "cells": 1, "fewest": n - 1, "of": n}
    assert row in lacking({name: tree})


def test_landmarks_are_drawn_where_they_are_and_named():
    axes = new_figure(2, 2).subplots()
    draw_landmark(axes, landmark("oscillation.single_datum", "orbit_unstable"), unit=2.0)
    (line,) = axes.lines
    assert line.get_gid() == "landmark:orbit_unstable"
    assert line.get_xdata()[0] == pytest.approx((5**0.5 - 1) / 2)
    with pytest.raises(ToysimError, match="half_time: the start is not balanced"):
        draw_landmark(axes, landmark("deep_linear.modes", "half_time", layer_offset=1.0))


def test_plot_of_one_run_shows_courses_or_numbers():
    courses = plot_run(
        toysim.run("deep_linear.modes", n_records=9),
        toysim.theory("deep_linear.modes", n_records=9),
    )
    assert [len(axes.lines) for axes in courses.axes] == [4, 2]
    numbers = plot_run(toysim.run("walk.gaussian"), toysim.theory("walk.gaussian"))
    assert numbers.axes[0].lines


def two_panels():
    figure = new_figure(7, 3)
    left, right = figure.subplots(1, 2)
    left.plot([1, 2], [3.0, 4.0], label="law")
    left.set_title("left")
    mesh = right.pcolormesh([0, 1, 2], [0, 1], [[5.0, 6.0]])
    figure.colorbar(mesh, ax=right)
    return figure


def test_numbers_behind_a_picture():
    table = table_of(two_panels())
    law = table[table["series"] == "law"]
    assert law[["panel", "title", "x", "y"]].values.tolist() == [
        ["a", "left", 1, 3.0],
        ["a", "left", 2, 4.0],
    ]
    cells = table[table["panel"] == "b"]
    assert cells[["x", "y", "value"]].values.tolist() == [[0.5, 0.5, 5.0], [1.5, 0.5, 6.0]]


@pytest.mark.parametrize(("letter", "axes"), [("a", 1), ("b", 2)])
def test_one_panel_alone_at_the_width_of_a_column(letter, axes):
    figure = shaped(two_panels(), Look(width=3.4, panel=letter))
    assert len(figure.axes) == axes  # the colour bar stays with its panel
    assert figure.get_size_inches()[0] == pytest.approx(3.4)
    figure.canvas.draw()
    with pytest.raises(ToysimError, match="panel 'c': this figure has a, b"):
        shaped(two_panels(), Look(panel="c"))


@pytest.mark.parametrize(("letter", "axes"), [("a", 1), ("b", 2)])
def test_a_panel_alone_of_those_that_share_a_colour_bar(letter, axes):
    figure = new_figure(7, 3)
    for panel in figure.subplots(1, 2):
        mesh = panel.pcolormesh([0, 1, 2], [0, 1], [[5.0, 6.0]])
    figure.colorbar(mesh, ax=figure.axes, label="loss")
    figure.set_layout_engine("constrained")
    shaped(figure, Look(panel=letter))
    figure.canvas.draw()
    assert len(figure.axes) == axes


def test_a_panel_alone_names_the_axes_that_it_shares():
    figure = new_figure(6, 3)
    _, right = figure.subplots(1, 2, sharey=True)
    figure.axes[0].set(ylabel="loss", xlabel="time")
    shaped(figure, Look(panel="b"))
    assert (right.get_ylabel(), right.get_xlabel()) == ("loss", "time")
    assert right.yaxis.get_tick_params()["labelleft"]
