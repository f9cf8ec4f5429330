"""``arXiv:NUMBER`` in any text becomes a link, and so do numbers listed after it."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

NUMBER = re.compile(r"((?:arXiv:|(?<=\d, ))\d{4}\.\d{4,5})\b")


class Links(SphinxPostTransform):
    default_priority = 900

    def run(self):
        for text in list(self.document.findall(nodes.Text)):
            if "arXiv:" in text and isinstance(text.parent, self.free):
                parts = enumerate(NUMBER.split(text))
                text.parent.replace(text, [linked(p) if i % 2 else nodes.Text(p) for i, p in parts])

    free = (nodes.paragraph, nodes.emphasis, nodes.strong, nodes.caption, nodes.term)


def linked(number):
    address = f"https://arxiv.org/abs/{number.removeprefix('arXiv:')}"
    return nodes.reference("", number, refuri=address)


def setup(app):
    app.add_post_transform(Links)
