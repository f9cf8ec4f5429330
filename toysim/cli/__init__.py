"""The command line: thin commands over the Python calls; heavy libraries load inside the command
that needs them.
"""

from toysim.cli.app import main

__all__ = ["main"]
