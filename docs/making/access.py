"""What the theme leaves out for those who use no mouse or no eyes: the level of headings over the
contents, and a stop of the keyboard at everything that scrolls.
"""

import re

LEVEL = (re.compile(r'role="heading">'), 'role="heading" aria-level="2">')
SCROLLS = r'<(pre(?=[ >])|div(?= class="(?:math|table-wrapper)[ "]))'
STOP = (re.compile(SCROLLS), r'<\1 tabindex="0"')
PARTS = {"body": (LEVEL, STOP), "furo_navigation_tree": (LEVEL,)}


def reach(app, pagename, templatename, context, doctree):
    for part, changes in PARTS.items():
        for pattern, text in changes if part in context else ():
            context[part] = pattern.sub(text, context[part])


def setup(app):
    app.connect("html-page-context", reach, priority=900)  # after the theme's own
