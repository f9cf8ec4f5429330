"""A picture at the width it is wanted: panels in as many columns as can be read, words that fit
them, legends where nothing is drawn. What stands where is measured, not guessed.
"""

from __future__ import annotations

from matplotlib.figure import Figure

from toysim.papers.layout.grid import all_legends, lettered, row_height, spread
from toysim.papers.layout.legends import place_legends
from toysim.papers.layout.series import tell_apart
from toysim.papers.layout.words import (
    few_ticks_where_short,
    name_panels,
    settle_counts,
    thin_ticks,
    wrap_words,
)

__all__ = ["COLUMN", "PAGE", "arranged", "lettered"]

COLUMN, PAGE = 3.4, 7.0  # inches of a journal's column and of its page
LINE = 0.15  # inches, of words beside the panels


def arranged(figure: Figure, width: float | None = None) -> Figure:
    """The figure ``width`` inches wide; by default a page, or a column where there is one panel."""
    panels = list(lettered(figure).values())
    width = width or (PAGE if len(panels) > 1 else COLUMN)
    cells = spread(figure, panels, width)
    heights = row_height(panels, cells, width)
    tell_apart(figure, panels)
    titles = name_panels(panels)
    for legend in all_legends(figure):
        legend.set_in_layout(False)  # till it has a place
    _measured(figure, width, sum(heights))
    few_ticks_where_short(panels)
    for _ in range(2):  # panels change as their words do and as legends leave them
        beside = LINE * wrap_words(figure, titles, cells) + place_legends(figure, panels, cells)
        _measured(figure, width, sum(heights) + beside)
    thin_ticks(figure.axes)
    _measured(figure, width, sum(heights) + beside)
    settle_counts(panels)
    figure.set_layout_engine("none")  # measured again at each drawing: .2 s a format
    return figure


def _measured(figure: Figure, width: float, height: float) -> None:
    """Resized, everything at its place."""
    figure.set_size_inches(width, height)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
