"""Pictures are arranged to their width so that they can be read, and the check of that can fail."""

from itertools import combinations

import matplotlib
import numpy as np
import pytest
import readable
from matplotlib.colors import to_rgb
from readable import distance, faults

from toysim.papers.drawing import BLUE, RED, STYLE, new_figure, style
from toysim.papers.layout import arranged

X = np.linspace(0.0, 1.0, 30)


def crowded(panels=3, curves=4):
    """Long names everywhere, and data where a legend would stand."""
    with style():
        figure = new_figure()
        for axes in np.atleast_1d(figure.subplots(1, panels)):
            for k in range(curves):
                axes.plot(X, np.sin(9 * X + k) + 0.2 * k, "o-", label=f"a series of value {k}")
            axes.set(xlabel="an axis with a name that is long [unit of it]", ylim=(-1.1, 1.7))
            axes.set(ylabel="what is measured, which is long as well [unit]")
            axes.set_title("A title that does not fit into a panel of that width")
            axes.legend(loc="upper left")
        figure.suptitle("What is the same in all panels: " + "n = 100, m = 20, " * 4)
        return figure


def told(figure):
    return " ".join(faults(figure))


@pytest.mark.parametrize("width", [3.4, 7.0])
@pytest.mark.parametrize("panels", [1, 3])
def test_a_crowded_picture_can_be_read(panels, width):
    with style():
        figure = arranged(crowded(panels), width)
        assert not told(figure)
    assert figure.get_size_inches()[0] == width


def test_it_could_not_before():
    with style():
        figure = crowded(4)
        figure.set_size_inches(3.4, 2.0)
        wrong = told(figure)
    assert "lies on" in wrong
    assert "leaves the picture" in wrong


def test_panels_stand_one_below_the_other_in_a_column():
    with style():
        tall, wide = (arranged(crowded(3), width) for width in (3.4, 7.0))
    for figure, rows in ((tall, 3), (wide, 1)):
        assert figure.axes[0].get_subplotspec().get_gridspec().nrows == rows
    titles = [axes.get_title(loc="left") for axes in tall.axes]
    assert [title[:12] for title in titles] == [rf"$\mathbf{{{k}}}$" for k in "abc"]


def test_each_fault_is_found():
    with style():
        figure = arranged(crowded(1, curves=1), 3.4)
        assert not told(figure)
        (axes,) = figure.axes
        axes.legend(loc="center")
        assert "what is drawn" in told(figure)
        axes.get_legend().remove()
        axes.text(0.5, 0.5, "one")
        axes.text(0.5, 0.5, "two")
        assert "'one' lies on 'two'" in told(figure)
        axes.text(3.0, 0.5, "out", in_layout=False)
        assert "'out' leaves the picture" in told(figure)
        axes.plot(X, X, "o-", color="#0173b3")
        assert "look alike" in told(figure)
        axes.lines[0].remove()
        axes.lines[0].remove()
        assert "is empty" in told(figure)


def test_axes_that_panels_share_are_named_by_outer_ones():
    with style():
        figure = new_figure()
        panels = figure.subplots(1, 4, sharey=True)
        for axes in panels:
            axes.plot(X, X)
            axes.set(title="a panel", xlabel="x")
        panels[0].set_ylabel("y")
        arranged(figure, 3.4)
    shown = [(a.get_ylabel(), bool(a.yaxis.get_tick_params()["labelleft"])) for a in panels]
    assert shown == [("y", True), ("", False)] * 2


def test_panels_that_share_an_axis_keep_the_name_of_their_row():
    with style():
        figure = new_figure()
        rows = figure.subplots(2, 3, sharex=True, sharey=True)
        for row, name in zip(rows, ("open", "deprived"), strict=True):
            row[0].set_ylabel(name)
            for axes in row:
                axes.plot(X, X)
                axes.set(title="a panel")
        arranged(figure, 3.4)
    named = [{a.get_ylabel() for a in row} - {""} for row in rows]
    assert named == [{"open"}, {"deprived"}]


def test_two_names_of_a_legend_that_look_the_same_are_found():
    with style():
        figure = new_figure()
        axes = figure.subplots()
        for shift in (0.0, 1.0):
            axes.plot(X, X + shift, color="C1", label=f"up by {shift:g}")
        axes.legend()
        assert "'up by 0' and 'up by 1' of a legend look the same" in told(figure)


def test_colors_are_told_apart_without_one_kind_of_cones():
    """The first four of the house, and its pair: what marks and dashes do not say."""
    house = [entry["color"] for entry in STYLE["axes.prop_cycle"]][:4]
    for kind in readable.BLINDNESS:
        for a, b in [*combinations(house, 2), (BLUE, RED)]:
            assert distance(to_rgb(a), to_rgb(b), kind) > readable.FAR, (a, b, kind)


def test_settings_of_ones_own_are_kept():
    with matplotlib.rc_context({"font.size": 11.0}), style():
        assert matplotlib.rcParams["font.size"] == 11.0
        assert matplotlib.rcParams["axes.titlesize"] == STYLE["axes.titlesize"]
    with style():
        assert matplotlib.rcParams["font.size"] == STYLE["font.size"]
