"""What a reader of a picture trips over, found in the drawn picture: words over words or cut off,
a legend over data, panels without data, series that a colour-blind reader cannot tell apart.
"""

import re
from itertools import combinations

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from toysim.papers.layout.grid import all_legends

TOUCH = 1.0  # pixels by which boxes of words may overlap: they hold some space of their own
LIGHT = 0.8  # of what may lie behind a legend: paper, shades

# Linear RGB as seen without one of the three kinds of cones (Machado's matrices at severity 1).
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
FAR = 12.0  # distance in CIE Lab from which two colours are told apart at a glance


def faults(figure):
    """Everything that is wrong with a picture, a line each."""
    figure.draw_without_rendering()
    return [
        *words_over_words(figure),
        *words_outside(figure),
        *legends_over_data(figure),
        *empty_panels(figure),
        *not_told_apart(figure),
        *names_alike(figure),
        *sides_alike(figure),
        *values_with_two_colors(figure),
    ]


def words(figure):
    """Every visible text with its box."""
    found = []
    ticks = {}
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            pairs = [
                *zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False),
                *zip(axis.get_minorticklocs(), axis.get_minorticklabels(), strict=False),
            ]
            ticks |= {id(t): low <= at <= high for at, t in pairs}
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                ticks.setdefault(id(tick.label1), False)
                ticks.setdefault(id(tick.label2), False)
    for text in figure.findobj(Text):
        if not text.get_visible() or not text.get_text().strip() or not ticks.get(id(text), True):
            continue
        if text.axes is not None and not text.axes.get_visible():
            continue
        box = text.get_window_extent()
        if np.isfinite(box.extents).all() and box.width > 0:
            found.append((text, box))
    return found


def words_over_words(figure):
    for (a, one), (b, other) in combinations(words(figure), 2):
        shared = Bbox.intersection(one, other)
        if shared is not None and min(shared.width, shared.height) > TOUCH:
            yield f"{a.get_text()!r} lies on {b.get_text()!r}"


def words_outside(figure):
    whole = figure.bbox.padded(TOUCH)
    for text, box in words(figure):
        if not (whole.contains(*box.min) and whole.contains(*box.max)):
            yield f"{text.get_text()!r} leaves the picture"


def legends_of(figure):
    inside = [a.get_legend() for a in figure.axes if a.get_legend() is not None]
    return [*inside, *figure.legends]


def legends_over_data(figure):
    """The picture is drawn without its legends: where they stand it is paper or light shade."""
    legends = legends_of(figure)
    boxes = [legend.get_window_extent() for legend in legends]
    for legend in legends:
        legend.set_in_layout(False)
    engine = figure.get_layout_engine()
    figure.set_layout_engine("none")
    for legend in legends:
        legend.set_visible(False)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3] / 255.0
    for legend, box in zip(legends, boxes, strict=True):
        legend.set_visible(True)
        legend.set_in_layout(True)
        left, low = (max(0, int(np.ceil(v))) for v in box.min)
        right, high = (max(0, int(np.floor(v))) for v in box.max)
        if (pixels[low:high, left:right].min(axis=-1) < LIGHT - 0.2).any():
            names = [text.get_text() for text in legend.get_texts()]
            yield f"legend {names} lies on what is drawn"
    figure.set_layout_engine(engine)


def empty_panels(figure):
    for axes in figure.axes:
        arrays = [np.asarray(line.get_ydata(), float) for line in axes.lines]
        arrays += [np.asarray(c.get_array(), float) for c in axes.collections if _has(c)]
        arrays += [np.asarray(image.get_array(), float) for image in axes.images]
        if not any(np.isfinite(a).any() for a in arrays):
            yield f"panel {axes.get_title(loc='left')!r} is empty"


def _has(collection):
    return collection.get_array() is not None


def not_told_apart(figure):
    for axes in figure.axes:
        seen = {}
        for line in axes.lines:
            if _is_named(axes, line):
                look = (str(line.get_marker()), line.get_linestyle(), _dashes(line), _face(line))
                seen.setdefault(look, {})[to_rgb(line.get_color())] = line
        for look, lines in seen.items():
            for a, b in combinations(lines, 2):
                kinds = [kind for kind in BLINDNESS if distance(a, b, kind) < FAR]
                if kinds:
                    title = axes.get_title(loc="left")
                    yield f"{title!r}: {a} and {b} ({look[0]}, {look[1]}) look alike: {kinds}"


def names_alike(figure):
    """Each name of a legend has a look of its own."""
    for legend in all_legends(figure):
        seen = {}
        for text, line in zip(legend.get_texts(), legend.legend_handles, strict=True):
            if isinstance(line, Line2D):
                look = (str(line.get_marker()), line.get_linestyle(), _dashes(line), _face(line))
                other = seen.setdefault((to_rgb(line.get_color()), *look), text.get_text())
                if other != text.get_text():
                    yield f"{other!r} and {text.get_text()!r} of a legend look the same"


def sides_alike(figure):
    """Theory is a line and simulation points, where a panel has both."""
    for axes in figure.axes:
        sides = {"theory": [], "simulation": []}
        for line in axes.lines:
            sides.setdefault(str(line.get_gid() or "").split(":")[0], []).append(line)
        if not (sides["theory"] and sides["simulation"]):
            continue
        title = axes.get_title(loc="left")
        for line in sides["simulation"]:
            if line.get_marker() in ("None", ""):
                yield f"{title!r}: simulation as a line, {line.get_gid()}"
        for line in sides["theory"]:
            curve = np.size(line.get_xdata()) > 2 and "broken" not in line.get_gid()
            if curve and (line.get_marker() not in ("None", "") or line.get_linestyle() == "None"):
                yield f"{title!r}: theory as points, {line.get_gid()}"


VALUE = re.compile(r"^(\S.*?) = (-?[\d.e+-]+)$")


def values_with_two_colors(figure):
    """A value of a parameter has one colour in every panel that shows several, and another has
    another.
    """
    colors = {}
    for number, axes in enumerate(figure.axes):
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found = VALUE.match(label.replace("$", "").replace("\\", ""))
            line = handle[0] if isinstance(handle, tuple) and len(handle) else handle
            if found and isinstance(line, Line2D):
                name, value = found.groups()
                colors.setdefault(name, []).append((number, value, to_rgb(line.get_color())))
    for name, seen in colors.items():
        several = {a for a, *_ in seen if sum(a == b for b, *_ in seen) > 1}
        kept = [entry for entry in seen if entry[0] in several]
        for (a, one, color), (b, other, second) in combinations(kept, 2):
            if a != b and (one == other) != (color == second):
                yield f"{name}: {one} and {other} in two panels have {color} and {second}"


def _dashes(line):
    return str(getattr(line, "_unscaled_dash_pattern", ""))


def _face(line):
    return line.get_marker() not in ("None", "") and line.get_fillstyle() + str(
        line.get_markerfacecolor() in ("none", "white", "w")
    )


def _is_named(axes, line):
    caps = str(line.get_marker()) in ("|", "_")
    return isinstance(line, Line2D) and line.get_transform() == axes.transData and not caps


def distance(a, b, kind):
    """Between two colours in CIE Lab, as they are seen with a kind of blindness."""
    return float(np.linalg.norm(_lab(_seen(a, kind)) - _lab(_seen(b, kind))))


def _seen(color, kind):
    rgb = np.asarray(color, float)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.clip(np.asarray(BLINDNESS[kind]) @ linear, 0.0, 1.0)


def _lab(linear):
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    scaled = np.asarray(to_xyz) @ linear / np.array([0.9505, 1.0, 1.089])
    f = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
