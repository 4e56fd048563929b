"""Lines of files that commands show: `cat`, `head`, `tail`, `sed -n`, `nl`, `grep` and `rg`.

A command says what it would show; its output says what of that was really shown, for hosts cut long
outputs short. Where a command is more than is understood here, only its numbered lines count.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..source.text_edits import Ranges

_READERS = frozenset(["cat", "head", "tail", "sed", "nl", "bat", "batcat", "less", "more"])
_SEARCHERS = frozenset(["grep", "egrep", "fgrep", "rg", "ag"])
# `12:text`, `12-text` as grep writes it, `    12\ttext` as nl and cat -n do; with a path before it.
_NUMBERED = re.compile(
    r"^(?:(?P<path>[^\s:]+)[:-])?\s*(?P<line>\d+)(?:[:\t-]|\s\s?|→)(?P<text>.*)$"
)
# How searches and our own answers name a place: `path:12:text`, `path-12-text`, `path:12-20 …`, and
# below the latter its lines, `12 text`.
_PLACED = re.compile(r"^(?P<path>[^\s:]+?\.pyi?)[:-](?P<line>\d+)[:-](?P<text>.*)$")
_HEAD = re.compile(r"^(?:\S+ )?(?P<path>[^\s:]+\.pyi?):\d+(?:-\d+)?(?:\s|$)")
_LISTED = re.compile(r"^\s*(?P<line>\d+)(?:\t|\s)(?P<text>.*)$")
_SED = re.compile(r"^(\d+)(?:,(\d+|\$))?p$")


def lines_shown(
    command: str, output: str | None, folder: str, read: Callable[[str], str | None]
) -> dict[str, Ranges]:
    """Return lines of files that a command has shown, by absolute path, counted from 0.

    ``output`` is what it wrote, None when nobody says. ``read`` gives the text of a file that
    counts, None for any other. Lines are only taken for shown where the file has them.
    """
    found: dict[str, Ranges] = {}
    left = None if output is None else output.split("\n")
    for pipeline in _pipelines(command):
        if pipeline[0][:1] == ["cd"] and len(pipeline[0]) == 2:
            folder = os.path.join(folder, os.path.expanduser(pipeline[0][1]))
            continue
        paths, text = _file_read(pipeline, folder, read)
        if text is None:
            continue
        (path,) = paths
        lines = text.split("\n")
        wanted = _line_range(pipeline, len(lines))
        if wanted is None or left is None:
            ranges = [] if left is None else list(_numbered(left, lines, path))
            if left is None and wanted is not None:
                ranges = [wanted]
        else:
            ranges, left = _matched(lines, wanted, left)
            ranges = ranges or list(_numbered(left, lines, path))
        if ranges:
            found.setdefault(path, []).extend(ranges)
    return found


def lines_placed(output: str, folder: str, read: Callable[[str], str | None]) -> dict[str, Ranges]:
    """Return lines that any output shows with their places, where the files have them there.

    As :func:`lines_shown`; whatever wrote it: ``grep -rn``, or our own commands and tools.
    """
    found: dict[str, Ranges] = {}
    known: dict[str, list[str]] = {}
    current = ""
    for line in output.split("\n"):
        placed = _PLACED.match(line)
        head = _HEAD.match(line)
        listed = _LISTED.match(line) if current else None
        if head is not None:
            current = os.path.normpath(os.path.join(folder, head["path"]))
        shown = placed or listed
        if shown is None:
            continue
        path = os.path.normpath(os.path.join(folder, placed["path"])) if placed else current
        if path not in known:
            known[path] = (read(path) or "").split("\n")
        number = int(shown["line"]) - 1
        lines = known[path]
        # Answers may indent all their lines.
        if 0 <= number < len(lines) and lines[number].strip() == shown["text"].strip():
            found.setdefault(path, []).append((number, number + 1))
    return found


def _pipelines(command: str) -> Iterator[list[list[str]]]:
    """Yield the commands of each pipeline, as words; skip what cannot be split."""
    import shlex

    for line in command.split("\n"):
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()<>")
        lexer.whitespace_split = True
        lexer.commenters = ""
        try:
            words = list(lexer)
        except ValueError:
            continue
        commands: list[list[str]] = [[]]
        for word in words:
            if word in ("&&", "||", ";", "&"):
                if commands[0]:
                    yield commands
                commands = [[]]
            elif word in ("|", "|&"):
                commands.append([])
            else:
                commands[-1].append(word)
        if commands[0]:
            yield commands


def _file_read(
    pipeline: Sequence[Sequence[str]], folder: str, read: Callable[[str], str | None]
) -> tuple[list[str], str | None]:
    """Return the one file that a pipeline reads, and its text; None if there is not one."""
    program = os.path.basename(pipeline[0][0])
    if program not in _READERS and program not in _SEARCHERS:
        return [], None
    if any(word in ("<", ">", ">>", "<<") for words in pipeline for word in words):
        return [], None
    for words in pipeline[1:]:
        if not words or os.path.basename(words[0]) not in _READERS | _SEARCHERS:
            return [], None
    paths = [
        os.path.normpath(os.path.join(folder, word))
        for word in pipeline[0][1:]
        if not word.startswith("-") and os.path.isfile(os.path.join(folder, word))
    ]
    return (paths, read(paths[0])) if len(paths) == 1 else ([], None)


def _line_range(pipeline: Sequence[Sequence[str]], n_lines: int) -> tuple[int, int] | None:
    """Return the range of lines that a pipeline shows; None if it is not known or not one."""
    first, last = 0, n_lines
    for words in pipeline:
        program = os.path.basename(words[0])
        if program in ("cat", "nl", "bat", "batcat", "less", "more"):
            continue
        if program in ("head", "tail"):
            count, from_line = _count(words)
            if from_line:
                first = min(first + count - 1, last) if program == "tail" else first
            elif program == "head":
                last = min(first + count, last)
            else:
                # What `split` gives behind the last line break is no line.
                first = max(last - 1 - count, first)
        elif program == "sed":
            piece = _sed_range(words, last - first)
            if piece is None:
                return None
            first, last = first + piece[0], min(first + piece[1], last)
        else:
            return None
    return first, last


def _count(words: Sequence[str]) -> tuple[int, bool]:
    """Return the number in head's or tail's options, and True if it is a line to begin at."""
    for at, word in enumerate(words[1:], 1):
        value = ""
        if word in ("-n", "--lines") and at + 1 < len(words):
            value = words[at + 1]
        elif word.startswith("--lines="):
            value = word.partition("=")[2]
        elif word.startswith("-n"):
            value = word[2:]
        elif word[:1] in "-+" and word[1:].isdigit():
            value = word[1:] if word[0] == "-" else word
        if value.lstrip("+-").isdigit():
            return int(value.lstrip("+-")), value.startswith("+")
    return 10, False


def _sed_range(words: Sequence[str], n_lines: int) -> tuple[int, int] | None:
    """Return the range that ``sed -n '3,9p'`` prints."""
    if "-n" not in words:
        return None
    scripts = [found for word in words[1:] if (found := _SED.match(word.strip()))]
    if len(scripts) != 1:
        return None
    start, end = scripts[0].groups()
    return int(start) - 1, n_lines if end == "$" else int(end or start)


def _matched(
    lines: Sequence[str], wanted: tuple[int, int], output: list[str]
) -> tuple[Ranges, list[str]]:
    """Return the shown lines that are in a command's output, and what is left of that.

    From where they begin as far as both agree, and from the end of the output when it was cut.
    """
    first, last = wanted
    if first >= last or not output:
        return [], output
    start, count = _find_lines(lines, wanted, output)
    output = output[start:]
    if count == last - first or (count == len(output) and count):
        return [(first, first + count)], output[count:]
    behind = 0
    rest = output[:-1] if output and not output[-1] else output
    end = last - 1 if last == len(lines) and not lines[-1] else last
    while (
        count + behind < min(len(rest), end - first)
        and rest[-1 - behind].strip()
        and _is_same_line(rest[-1 - behind], lines[end - 1 - behind], end - 1 - behind)
    ):
        behind += 1
    ranges = [(first, first + count)] if count else []
    # A line or two at the end may be the same by chance.
    if count and behind > 2:
        ranges.append((end - behind, end))
    return ranges, output[count:]


def _find_lines(
    lines: Sequence[str], wanted: tuple[int, int], output: Sequence[str]
) -> tuple[int, int]:
    """Return the index in an output at which lines of a file begin, and their number."""
    first, last = wanted
    best = 0, 0
    for start, written in enumerate(output):
        if not _is_same_line(written, lines[first], first):
            continue
        count = 1
        while (
            count < last - first
            and start + count < len(output)
            and _is_same_line(output[start + count], lines[first + count], first + count)
        ):
            count += 1
        if count > best[1]:
            best = start, count
        if count == last - first:
            break
    return best


def _is_same_line(written: str, line: str, number: int) -> bool:
    """True if a line of output is a line of the file, as it is or numbered."""
    written, line = written.rstrip("\r"), line.rstrip("\r")
    if written == line:
        return True
    found = _NUMBERED.match(written)
    return (
        found is not None and int(found["line"]) == number + 1 and found["text"].endswith(line)
    ) or (not line and not written.strip())


def _numbered(output: Sequence[str], lines: Sequence[str], path: str) -> Iterator[tuple[int, int]]:
    """Yield lines of a file that are in an output with their numbers."""
    for written in output:
        found = _NUMBERED.match(written)
        if found is None or (found["path"] and not path.endswith(found["path"].lstrip("./"))):
            continue
        number = int(found["line"]) - 1
        if 0 <= number < len(lines) and found["text"] == lines[number].rstrip("\r"):
            yield number, number + 1
