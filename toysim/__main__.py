"""``python -m toysim``, and the console entry point."""

import sys

from toysim.cli.entry import main as command_line


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(command_line())


if __name__ == "__main__":
    main()
