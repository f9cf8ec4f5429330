"""What a declaration names in place of holding it: "module:name", imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def loaded(reference: Any) -> Any:
    """The object of a reference "module:name"; anything else is the object itself."""
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
