"""Tables on narrow terminals: nothing is cut."""

import json
import os
import subprocess
import sys
from contextlib import suppress

import pytest

from toysim.describing import told
from toysim.registry import all_models
from toysim.tables import table_lines

COLUMNS = ("observable", "verdict", "share", "theory", "worst cell")
ROWS = [
    ("final_strength", "agrees", "0.0312345", "1.41421356237", "depth=4, deficit_length=0.05"),
    ("crossing_time", "outside validity", "", "0.333333333333", "depth=2, deficit_length=1.95"),
]


@pytest.mark.parametrize("width", [40, 60, 80, 120, None])
def test_every_value_stands_whole(width):
    lines = list(table_lines(COLUMNS, ROWS, width))
    words = " ".join(" ".join(lines).split())
    for row in ROWS:
        for value in row:
            assert value in words
    assert width is None or max(map(len, lines)) <= width


def test_wide_enough_is_aligned_then_wrapped_then_blocks():
    def first(width):
        return next(iter(table_lines(COLUMNS, ROWS, width))).split()

    assert first(120) == first(90) == "observable verdict share theory worst cell".split()
    assert first(60) == ["final_strength"]
    assert len(list(table_lines(COLUMNS, ROWS, 120))) == 3
    assert len(list(table_lines(COLUMNS, ROWS, 85))) == 5


def test_a_value_longer_than_the_terminal_is_not_broken():
    long = "x" * 100
    assert long in " ".join(table_lines(("name", "store"), [("a", long)], 40))


def on_a_terminal(line, **environment):
    """What a command writes to a terminal."""
    import pty

    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "toysim", *line.split()],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # how Linux says that the other side has closed
        while piece := os.read(ours, 4096):
            seen += piece
    os.close(ours)
    assert running.wait() == 0
    return seen.decode()


@pytest.mark.skipif(os.name == "nt", reason="POSIX terminals")
@pytest.mark.parametrize("width", [60, 80, 120])
def test_show_and_list_keep_all_they_say(width):
    piped = subprocess.run(
        [sys.executable, "-m", "toysim", "show", "deep_linear.modes", "--json"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = json.loads(piped)
    seen = on_a_terminal("show deep_linear.modes", COLUMNS=str(width), NO_COLOR="1")
    assert "\x1b" not in seen
    assert "…" not in seen
    words = " ".join(seen.split())
    for p in known["parameters"]:
        assert p["name"] in words
        assert p["allowed"] in words
    assert "theory_residual" in [o["name"] for o in known["diagnostics"]]
    for o in known["observables"] + known["diagnostics"]:
        assert o["name"] in words
    assert "\x1b[1m" in on_a_terminal("models", COLUMNS=str(width))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_of_a_model_is_wider_than_the_terminal(width):
    """But for one that is a single word."""
    for model in all_models().values():
        for line in told(model, width):
            assert len(line) <= width or " " not in line.strip(), line
