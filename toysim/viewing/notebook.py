"""The page of a sweep in a notebook's cell."""

from __future__ import annotations

from typing import Any

import xarray as xr

from toysim.viewing.needed import need_bokeh


def explore(data: xr.DataTree, notebook_url: str | None = None) -> None:
    """Show the explorer of ``data`` below the cell: axes, sliders, replicas, maps, courses.

    notebook_url: the address of the notebook's own server, by default that of the browser's page
        where Bokeh finds it, else http://localhost:8888. Needs ``pip install "toysim[view]"``.
    """
    need_bokeh()
    from bokeh.io import output_notebook, show

    from toysim.viewing.pages import of_data

    given: dict[str, Any] = {} if notebook_url is None else {"notebook_url": notebook_url}
    output_notebook(hide_banner=True)
    show(of_data(data), **given)
