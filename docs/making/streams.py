"""What a cell prints comes in pieces of any length: they are joined as they come.

The notebooks' own joining ends a piece with a line break, in the middle of a word if need be.
"""

from myst_nb.core import render


def joined(outputs):
    """One output for each stream of a cell, where its first piece was."""
    kept, streams = [], {}
    for output in outputs:
        name = output.get("name")
        if name in streams:
            streams[name]["text"] += output["text"]
            continue
        kept.append(output)
        if output["output_type"] == "stream":
            streams[name] = output
    return kept


def setup(app):
    render.coalesce_streams = joined
