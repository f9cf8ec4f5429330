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
                text.parent.replace(text, [linked(part) for part in NUMBER.split(text)])

    free = (nodes.paragraph, nodes.emphasis, nodes.strong, nodes.caption, nodes.term)


def linked(part):
    if not NUMBER.fullmatch(part):
        return nodes.Text(part)
    return nodes.reference("", part, refuri=f"https://arxiv.org/abs/{part.removeprefix('arXiv:')}")


def setup(app):
    app.add_post_transform(Links)
