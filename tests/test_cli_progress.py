"""How far a build is, on a terminal and in a log."""

from __future__ import annotations

import io
import sys

import pytest

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
