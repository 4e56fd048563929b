"""How far a build is, on a terminal and in a log."""

from __future__ import annotations

import io
import sys
import time

import pytest

from flux_index.api.cli import output, waiting
from flux_index.api.cli.progress import Bar, Lines, Silence, display
from flux_index.indexer.maintain import Progress


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def progress(done: int) -> Progress:
    state = Progress("extract", 10, 1000)
    state.done, state.bytes_done = done, 100 * done
    return state


def test_progress_shows_what_fits_where_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert type(display(quiet=False)) is Lines
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert type(display(quiet=False)) is Bar
    assert type(display(quiet=True)) is Silence


def test_progress_in_lines_is_rare(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("flux_index.api.cli.progress.time.monotonic", lambda: clock[0])
    with Lines() as show:
        for tenths in range(26):
            clock[0] = 100 + tenths / 10
            show(progress(tenths // 3))
    assert capsys.readouterr().err == " 30%  3 of 10 files\n 60%  6 of 10 files\n"


def test_progress_on_a_terminal_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with display(quiet=False) as show:
        show(Progress("sweep"))
        show(progress(4))
        show(progress(10))
    drawn = terminal.getvalue()
    assert "10 of 10 files" in drawn
    # The last thing drawn is nothing: the line of the bar is erased.
    assert drawn.rstrip("\r\n").endswith("\x1b[2K")


def impatient_person(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in front of somebody who wonders soon."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(waiting, "_SILENCE", 0.05)
    monkeypatch.setattr(waiting, "_SECONDS_BETWEEN", 0.001)
    return terminal


def until(terminal: Terminal, text: str) -> str:
    """Wait until something is written, and return all that is."""
    while text not in terminal.getvalue():
        time.sleep(0.001)
    return terminal.getvalue()


def test_a_command_that_is_long_silent_says_that_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient = impatient_person(monkeypatch)
    shown = waiting.waiting(["suggest", "--grade", "look"])
    assert shown is not None
    with shown:
        until(impatient, "\rflux-index suggest is working, 0 s")
        output.say("found something")
        # The line was taken away before that was written.
        before = until(impatient, "found something\n").partition("found something")[0]
        assert before.endswith(" \r")
        shown.clear(held=True)
        so_far = impatient.getvalue()
        time.sleep(0.2)
        assert impatient.getvalue() == so_far
        shown.clear()
        until(impatient, f"{so_far}\rflux-index suggest")
    assert impatient.getvalue().endswith(" \r")
    assert output.waiting is None


@pytest.mark.parametrize("line", ["watch", "serve", "validate --stdin --path a.py", "--help"])
def test_what_talks_with_somebody_itself_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    impatient_person(monkeypatch)
    assert waiting.waiting(line.split()) is None


def test_nobody_is_told_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert waiting.waiting(["suggest"]) is None
