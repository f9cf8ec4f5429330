"""Buttons that hand the browser a file: the picture as toysim draws it, and its numbers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from typing import Any

import xarray as xr
from bokeh.layouts import row
from bokeh.models import Button, CustomJS, Div

from toysim.papers.drawing import METADATA, style
from toysim.plotting.choice import Choice
from toysim.plotting.picture import drawn
from toysim.store.table import tidy

KINDS = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv"}
# The server writes "NAME KIND BASE64" into an element that nobody sees.
SAVE = """
const [name, kind, bytes] = cb_obj.text.split(" ")
const link = document.createElement("a")
link.href = `data:${kind};base64,${bytes}`
link.download = name
link.click()
"""


def download_buttons(name: str, now: Callable[[], tuple[xr.DataTree, Choice]]) -> Any:
    """A button a kind of file, of the data and the choice that ``now`` tells."""
    handed = Div(text="", visible=False)
    handed.js_on_change("text", CustomJS(code=SAVE))

    def save(kind: str) -> None:
        content = base64.b64encode(written(kind, *now())).decode()
        handed.text = ""
        handed.text = f"{name}.{kind} {KINDS[kind]} {content}"

    buttons = []
    for kind in KINDS:
        button = Button(label=kind, width=60)
        button.on_click(lambda kind=kind: save(kind))
        buttons.append(button)
    return row(*buttons, handed)


def written(kind: str, tree: xr.DataTree, choice: Choice) -> bytes:
    """The bytes of a file: a picture, or the table of the observable of all cells."""
    if kind == "csv":
        table: str = tidy(tree, *choice.y).to_csv(index=False)
        return table.encode()
    buffer = BytesIO()
    with style():
        drawn(tree, choice).savefig(buffer, format=kind, metadata=METADATA[kind])
    return buffer.getvalue()
