"""Pages as a server fills them: of a store, live while it grows, of data at hand, of a model."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import xarray as xr

from toysim.model import Model
from toysim.store.dataset import read_tree
from toysim.store.status import read_status
from toysim.viewing.model_page import ModelPage
from toysim.viewing.server import Page
from toysim.viewing.store_page import StorePage

EVERY = 1000  # milliseconds between two looks at a store that grows
SHARE = 0.2  # of the time, at most, that goes into reading it again


def of_store(path: Path) -> Page:
    """A store's page; while rows are to come it looks for them. Raises StoreError on another folder
    than a store.
    """
    read_status(path)

    def fill(document: Any) -> None:
        document.title = f"toysim: {path.stem}"
        page = StorePage(read_tree(path), f'"{path}"', path.stem)
        document.add_root(page.layout)
        follow(path, page, document)

    return fill


def follow(path: Path, page: StorePage, document: Any) -> None:
    """Tell how far the sweep is, and draw what is new, until nothing is to come."""
    seen = {"blocks": -1, "not before": 0.0}

    def look() -> None:
        if time.monotonic() < seen["not before"]:
            return
        status = read_status(path)
        page.state.text = f"{status.blocks_done} of {status.blocks} blocks, run: {status.run}"
        if status.blocks_done != seen["blocks"]:
            start = time.monotonic()
            page.take(read_tree(path))
            end = time.monotonic()
            seen.update({"blocks": status.blocks_done, "not before": end + (end - start) / SHARE})
        if status.finished:
            document.remove_periodic_callback(watching)

    watching = document.add_periodic_callback(look, EVERY)


def of_data(tree: xr.DataTree) -> Page:
    """The page of data at hand."""

    def fill(document: Any) -> None:
        document.add_root(StorePage(tree, "data", str(tree.name or "sweep")).layout)

    return fill


def of_model(model: Model) -> Page:
    """The page of a model."""

    def fill(document: Any) -> None:
        document.title = f"toysim: {model.id}"
        document.add_root(ModelPage(model, document).layout)

    return fill
