"""The picture of any sweep: what goes where, theory's own grid, scales, and what is refused."""

import numpy as np
import pytest

import toysim
from toysim.errors import ToysimError
from toysim.papers.lines import is_geometric, theory_curve
from toysim.plotting.choice import choose, spans_decades
from toysim.plotting.picture import drawn
from toysim.registry import all_models


@pytest.fixture(scope="module")
def data():
    return toysim.sweep(
        "walk.gaussian", drift=np.linspace(0.5, 2, 9), n_rounds=[4, 8, 16], noise=0.1, replicas=5
    )


def curves(axes, side):
    return [line for line in axes.lines if str(line.get_gid()).startswith(side)]


def test_it_chooses_the_longest_axis_then_colours(data):
    choice = choose(data)
    assert (choice.x, choice.hue, choice.panel) == ("drift", "n_rounds", None)
    assert choice.y == ("position", "square")
    figure = toysim.plot(data)
    assert len(figure.axes) == 2
    assert figure.axes[0].get_xlabel() == "drift [m], v"
    assert figure.axes[0].get_ylabel() == "position [m]"
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told == ["simulation", "theory", *(f"n_rounds = {n}" for n in (4, 8, 16))]


def test_theory_has_a_grid_of_its_own_and_passes_through_the_cells(data):
    (axes,) = toysim.plot(data, y="square").axes
    line = curves(axes, "theory")[2]
    x, y = np.asarray(line.get_data())
    assert len(x) > 100
    there = data["theory"]["square"].sel(n_rounds=16)
    np.testing.assert_allclose(np.interp(there["drift"], x, y), there, rtol=1e-6)


def test_a_curve_of_a_paper_is_that_of_the_cells_on_a_finer_grid(data):
    x, law = theory_curve(data, "square", "drift", n_rounds=16)
    kept = data["theory"].to_dataset()["square"].sel(n_rounds=16)
    assert len(x) > 4 * kept.sizes["drift"]
    np.testing.assert_allclose(law[np.isin(x, kept["drift"])], np.ravel(kept), rtol=1e-12)


def test_points_are_means_with_standard_errors(data):
    (axes,) = toysim.plot(data, y="position", x="n_rounds", hue="drift").axes
    bars = axes.containers[3]
    mean = data.toysim.mean()["position"].isel(drift=3)
    error = data.toysim.sem()["position"].isel(drift=3)
    np.testing.assert_allclose(bars[0].get_ydata(orig=False), mean.values)
    up, down = (np.array([s[k][1] for s in bars[2][0].get_segments()]) for k in (1, 0))
    np.testing.assert_allclose((up - down) / 2, error.values)
    assert axes.get_xscale() == "log"


def test_a_panel_for_each_value(data):
    figure = toysim.plot(data, y="position", panel="n_rounds")
    assert [axes.get_title() for axes in figure.axes] == [f"n_rounds = {n}" for n in (4, 8, 16)]


def test_two_long_axes_are_a_map_with_theory_as_contours():
    tree = toysim.sweep(
        "walk.gaussian", drift=np.linspace(1, 2, 9), n_rounds=list(range(2, 12)), replicas=2
    )
    figure = toysim.plot(tree, y="position")
    assert choose(tree).map
    mesh, *contours = figure.axes[0].collections
    assert mesh.get_array().shape == (9, 10)
    assert contours


def test_a_map_shows_the_landmarks_that_are_values_of_its_axes():
    load = list(np.linspace(0.02, 0.2, 9))
    tree = toysim.sweep(
        "memory.hopfield", alpha=load, temperature=list(np.linspace(0.1, 1.2, 9)), simulation=False
    )
    figure = toysim.plot(tree, x="alpha", hue="temperature", y="mean_overlap")
    marks = {line.get_gid(): line for line in figure.axes[0].lines if line.get_gid()}
    x, y = marks["landmark:glass_temperature"].get_data()
    np.testing.assert_allclose(y, 1.0 + np.sqrt(x))
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "glass_temperature" in told


def test_landmarks_name_a_parameter_that_they_do_not_depend_on():
    for model in all_models().values():
        for mark in model.landmarks:
            if mark.along:
                assert mark.along in model.parameters, (model.id, mark.name)
                assert mark.along not in mark.parameters, (model.id, mark.name)


def test_courses_run_over_their_times():
    tree = toysim.sweep("walk.gaussian", drift=[1.0, 2.0, 3.0], n_rounds=20, n_records=6)
    (axes,) = toysim.plot(tree, y="course").axes
    assert axes.get_xlabel() == "round [rounds]"
    np.testing.assert_array_equal(axes.containers[0][0].get_xdata(), [0, 4, 8, 12, 16, 20])


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"x": "drfit"}, "x = 'drfit' is no dimension of position: did you mean 'drift'"),
        ({"y": "positon"}, "did you mean 'position'"),
        ({"x": "drift", "hue": "drift"}, "different dimensions"),
        ({"file": "a.gif"}, "must end in .png, .svg or .pdf"),
    ],
)
def test_what_is_not_there_is_one_line(data, asked, match):
    with pytest.raises(ToysimError, match=match):
        toysim.plot(data, **asked)


def test_nothing_that_varies_is_said():
    with pytest.raises(ToysimError, match="nothing varies in this sweep"):
        toysim.plot(toysim.sweep("walk.gaussian", drift=[1.0], replicas=3))


def test_no_text_lies_on_text_and_no_legend_on_data(data):
    """At the width of a column: what is drawn is asked where it stands."""
    figure = drawn(data, choose(data, y="square"))
    figure.canvas.draw()
    (axes,) = figure.axes
    boxes = [t.get_window_extent() for t in axes.get_xticklabels() + axes.get_yticklabels()]
    boxes = [box for box in boxes if box.width > 0]
    boxes += [axes.xaxis.label.get_window_extent(), axes.yaxis.label.get_window_extent()]
    for k, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[:k])
    legend = figure.legends[0].get_window_extent()
    assert not legend.overlaps(axes.get_window_extent())


def test_scales_follow_the_design():
    assert is_geometric([1, 2, 4, 8])
    assert is_geometric([1, 3, 10, 30, 100])
    assert not is_geometric(np.linspace(1, 200, 5))
    assert not is_geometric([0, 1, 2])
    assert spans_decades([1e-3, np.nan, 1.0])
    assert not spans_decades([-1.0, 1e3])
