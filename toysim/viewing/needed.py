"""What the explorer needs beside toysim."""

from __future__ import annotations

from importlib.util import find_spec

from toysim.errors import ToysimError


def need_bokeh() -> None:
    """Raise ToysimError, in one line, where Bokeh is not installed."""
    if find_spec("bokeh") is None:
        raise ToysimError('the explorer needs Bokeh: pip install "toysim[view]"')
