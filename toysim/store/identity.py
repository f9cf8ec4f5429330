"""What a store is the store of, and how another sweep differs from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from toysim.errors import StoreError
from toysim.model import Model
from toysim.plan import Sweep
from toysim.shown import identified
from toysim.store.store import Store


def refuse_other(store: Store, sweep: Sweep) -> None:
    """One line with the first difference if a store belongs to another sweep."""
    for name, there, here in differences(store.identity, sweep.identity, sweep.model):
        raise StoreError(
            f"{store.path} is the store of another sweep: {name} is {told(there)} there and "
            f"{told(here)} here; give another --store or remove it"
        )


def told(value: Any) -> str:
    """A value of an identity in a message."""
    if isinstance(value, dict) and "digest" in value:
        return f"an array {value['shape']} with digest {value['digest'][:8]}"
    return repr(value)


def differences(
    mine: dict[str, Any], theirs: dict[str, Any], model: Model
) -> Iterator[tuple[str, Any, Any]]:
    """Names and values in which identities differ; a missing parameter is at its default."""
    defaults = {n: identified(v) for n, v in model.defaults.items()}
    for key in ("model", "version"):
        if mine[key] != theirs[key]:
            yield key, mine[key], theirs[key]
    for name in sorted(defaults):
        there, here = (_place(name, identity, defaults) for identity in (mine, theirs))
        if there != here:
            yield name, there, here
    for key in ("seed", "axes", "common_random_numbers", "simulation"):
        if mine[key] != theirs[key]:
            yield key, mine[key], theirs[key]


def _place(name: str, identity: dict[str, Any], defaults: dict[str, Any]) -> Any:
    """The value of a parameter in an identity, or that it is swept."""
    if any(name in names for names in identity["axes"].values()):
        return "an axis"
    return identity["fixed"].get(name, defaults[name])
