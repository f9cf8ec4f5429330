"""What a declaration names in place of holding it: "module:name", imported on first use."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


def loaded(reference: Any) -> Any:
    """The object of a reference "module:name"; anything else is the object itself."""
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


@dataclass(frozen=True)
class Named:
    """A function of a module that is imported when the function is first called."""

    module: str
    name: str

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self.__wrapped__(*args, **keywords)

    @property
    def __wrapped__(self) -> Any:  # by which ``inspect`` finds file and signature
        return loaded(f"{self.module}:{self.name}")


@dataclass(frozen=True)
class Part:
    """A module whose functions a declaration names, ``evidence.grows``, before it is imported."""

    module: str

    def __getattr__(self, name: str) -> Named:
        if name.startswith("__"):  # what Python asks every object for
            raise AttributeError(name)
        return Named(self.module, name)


def parts(package: str, *names: str) -> tuple[Any, ...]:
    """Modules of a package by name, each as a ``Part``."""
    return tuple(Part(f"{package}.{name}") for name in names)
