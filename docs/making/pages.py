"""Writes the generated pages before the build reads its sources."""

from pathlib import Path

from making import commands, families, known, papers


def written():
    """Name to text of every page."""
    yield "commands", commands.page()
    yield "papers", papers.page()
    for family, models in known.families().items():
        yield family, families.page(family, models)


def write(app):
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    for name, text in written():
        page = folder / f"{name}.md"
        if not page.is_file() or page.read_text() != text:
            page.write_text(text)


def setup(app):
    app.connect("builder-inited", write)
