"""Registers every command, in the order of ``toysim --help``."""

from toysim.cli import listing, one_cell, running, looking, papers  # noqa: F401, I001
