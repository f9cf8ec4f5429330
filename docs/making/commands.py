"""The command line's help as a page."""

import re

import typer
from typer.cli import get_docs_for_click

from toysim.cli import entry  # noqa: F401  registers the commands
from toysim.cli.app import app


def page():
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="toysim")
    text = get_docs_for_click(obj=command, ctx=context, name="toysim")
    text = re.sub(r"\n\*\*Commands\*\*:\n\n(\* .*\n)+", "\n", text)  # cut short; they follow
    text = re.sub(r"^# .*", "# Command line", text)
    text = re.sub(r"^(Example: )(.*)$", r"\1`\2`", text, flags=re.MULTILINE)
    return text.replace("## `toysim ", "## `")
