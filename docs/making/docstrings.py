"""Docstrings of the API: plain text with indented lists, set as it was written."""

import re

INLINE = re.compile(r"(``.+?``)")


def paragraphs(lines):
    """Runs of lines between empty ones."""
    run = []
    for line in [*lines, ""]:
        if line.strip():
            run.append(line)
        elif run:
            yield run
            run = []


def escaped(text):
    """What would be markup stands for itself, but for what is in double back quotes."""
    return "".join(
        part if INLINE.fullmatch(part) else re.sub(r"([\\*_`|])", r"\\\1", part)
        for part in INLINE.split(text)
    )


def entries(run):
    """One string an entry: a line, with those that are indented under it."""
    found = []
    for line in run:
        if line[:1].isspace() and found:
            found[-1] += " " + line.strip()
        else:
            found.append(line.strip())
    return found


def as_rst(lines):
    """Paragraphs; one that has indented lines becomes a list of its entries."""
    for run in paragraphs(lines):
        if any(line[:1].isspace() for line in run):
            yield from (f"* {escaped(entry)}" for entry in entries(run))
        else:
            yield from map(escaped, run)
        yield ""


def process(app, what, name, obj, options, lines):
    lines[:] = list(as_rst(lines))


def setup(app):
    app.connect("autodoc-process-docstring", process)
