"""A page with every paper: its question, its models, how its claims came out."""

import re
from collections import Counter

from making import known
from making.text import plain, section, words

HEAD = """\
# Papers

What `toysim list papers` lists: each is a folder of sweeps, claims and figures, run by
`toysim reproduce NAME`. Verdicts are those of `quick`, with the day on which they were judged;
single claims stand on the families' pages.
"""


def page():
    return section(HEAD, *map(of_paper, known.papers()))


NUMBER = re.compile(r"\d{4}\.\d{4,5}")


def cited(source):
    """Papers by their arXiv numbers; what has none as it is written."""
    numbers = NUMBER.findall(source)
    return ", ".join(f"arXiv:{number}" for number in numbers) or plain(source)


def of_paper(paper):
    verdicts = Counter(known.verdict_at_quick(f"{paper.name}.{c.name}") for c in paper.claims)
    told = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())
    models = ", ".join(
        f"[`{m}`]({known.family_of(m)}.md#model-{m.replace('.', '-')})"
        for m in known.models_of(paper)
    )
    return section(
        f"(paper-{paper.name.replace('_', '-')})=\n## {paper.name}",
        f"{words(paper.title)} ({cited(paper.paper)})",
        f"* `toysim reproduce {paper.name}`\n* {len(paper.claims)} claims: {told}\n"
        f"* {len(paper.figures)} figures, {len(paper.sweeps)} sweeps\n* models: {models}",
    )
