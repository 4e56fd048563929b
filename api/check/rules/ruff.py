"""Rules of ruff for likely bugs, as findings like all others.

Ruff runs as a process of its own on the proposed text, without the project's configuration: that is
about what belongs in a lint report, and not about whether an edit is broken. Comments such as
``# noqa: F841`` hold.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import Any

from ....indexer import platforms
from ....indexer.facts import CLASS_SCOPE
from ....indexer.facts_view import argument_values, operand
from ....indexer.inference.access_paths import enclosing_call
from ....indexer.inference.entities import CLASS, Entity
from ....indexer.inference.inference import Inference
from ...quoting import escaped
from ...source.programs import program_outside, run_bounded
from ..context import CheckContext
from ..excuses import is_expected_to_fail
from ..findings import HINT, WARNING, Edit, Finding, Fix

# Rules whose findings are bugs, or nearly always come of one. Style is none of our business, and
# undefined names, redefinitions and slots have rules of their own here, which know other files too.
_SELECTED = (
    "F402,F404,F406,F407,F5,F6,F7,F822,F842,F901,PLE,"
    "B002,B003,B005,B006,B012,B015,B016,B018,B020,B021,B022,B023,B025,B029,B030,B031,B032,"
    "B033,B035,ASYNC100,ASYNC105,ASYNC115,ASYNC210,ASYNC220,ASYNC221,ASYNC222,ASYNC230,ASYNC251,"
    "RUF006,RUF008,RUF009,RUF016,RUF018,RUF024,RUF026,RUF030,RUF034,F401,F841"
)
_IGNORED = "F502,F541,F722,PLE0237,PLE0605,PLE0704,PLE25"
# Unused code rather than faults.
_UNUSED = frozenset(["F401", "F841", "F842"])
# Right as often as not: a function defined in a loop is mostly called there as well, a name
# that is exported may be set by a call.
_UNSURE = frozenset(["B020", "B023", "F402", "F822", "RUF024"])
# Slow at worst, and not in a test or for a small file.
_SLOW = frozenset(["ASYNC115", "ASYNC220", "ASYNC221", "ASYNC222", "ASYNC230"])
# Of calls of what is called like a logger: too many or too few arguments for its format.
_LOGGING = frozenset(["PLE1205", "PLE1206"])
# Words in names of parameters whose defaults are meant to last: `__deepcopy__(self, memo={})`.
_MEMORIES = ("cache", "memo", "seen", "visited")
_SECONDS = 10
# Minor versions of Python that every ruff knows.
_OLDEST, _NEWEST = 7, 13


def ruff(context: CheckContext) -> Iterator[Finding]:
    """Yield faults that ruff finds in a file by itself."""
    if context.names is not None:
        return
    key = _key(context.inference, context.path)
    if key not in context.facts.memo:
        run_ruff(context.inference, [context.path])
    for reported in context.facts.memo.get(key, ()):
        finding = _finding(context, reported)
        if finding is not None:
            yield finding


def _key(inference: Inference, path: str) -> str:
    # It looks at nothing but the text and its name, so what it reports can be kept.
    version = inference.snapshot.index.search_path.version
    return f"ruff {os.path.basename(path)} {version}"


def run_ruff(inference: Inference, paths: Sequence[str]) -> None:
    """Have ruff look at some files at once, and keep what it reports on each with its facts.

    Notes when it is not installed, and that something is left out when it fails.
    """
    todo = [
        (facts, inference.text(path), path)
        for path in paths
        if (facts := inference.facts(path)) is not None and _key(inference, path) not in facts.memo
    ]
    if not todo:
        return
    index = inference.snapshot.index
    program = find_ruff(index.workspace.root)
    if not program:
        index.note("ruff is not installed beside flux-index: its rules were left out.")
        return
    minor = index.search_path.version[1] if index.search_path.version[0] == 3 else _NEWEST
    command = [
        program, "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--no-fix",
        "--no-respect-gitignore", "--output-format=json", f"--select={_SELECTED}",
        f"--ignore={_IGNORED}",
        f"--target-version=py3{min(max(minor, _OLDEST), _NEWEST)}",
    ]  # fmt: skip
    try:
        reports = _reports(command, [(os.path.basename(path), text) for _, text, path in todo])
    except (OSError, subprocess.SubprocessError, ValueError):
        inference.snapshot.work.leave_out("ruff could not be run: its rules were left out.")
        return
    for (facts, _, path), reported in zip(todo, reports, strict=True):
        facts.memo[_key(inference, path)] = reported


def _reports(command: list[str], files: list[tuple[str, bytes]]) -> list[list[Mapping[str, Any]]]:
    """Return what ruff reports on each of some files, given as (name, text).

    Several are copied to a folder first: their texts may not be what is on disk by now.
    """
    if len(files) == 1:
        [(name, text)] = files
        return [_run([*command, f"--stdin-filename={name}", "-"], text, _SECONDS)]
    reports: list[list[Mapping[str, Any]]] = [[] for _ in files]
    with TemporaryDirectory(prefix="flux-index-") as folder:
        for number, (name, text) in enumerate(files):
            os.mkdir(f"{folder}/{number}")
            with open(f"{folder}/{number}/{name}", "wb") as file:
                file.write(text)
        for each in _run([*command, "--", folder], b"", _SECONDS + len(files)):
            number = os.path.basename(os.path.dirname(each["filename"]))
            reports[int(number)].append(each)
    return reports


def _run(command: list[str], text: bytes, seconds: float) -> list[Mapping[str, Any]]:
    output, _, status = run_bounded(command, text, os.path.dirname(command[0]), seconds=seconds)
    if status:
        raise ValueError(f"ruff ended with status {status}")
    return json.loads(output)


def find_ruff(root: str) -> str:
    """Return the ruff that is installed with this program, else one on the path; empty for none.

    One that lies in the workspace came with it, and is none.
    """
    name = platforms.program_file("ruff")
    sibling = os.path.join(os.path.dirname(sys.executable), name)
    if os.path.isfile(sibling):
        return sibling
    scripts = os.path.join(sysconfig.get_path("scripts") or "", name)
    return scripts if os.path.isfile(scripts) else program_outside(name, root) or ""


def _finding(context: CheckContext, item: Mapping[str, Any]) -> Finding | None:
    code, message = item.get("code"), item.get("message")
    start = _offset(context, item.get("location"))
    end = _offset(context, item.get("end_location"))
    if not isinstance(code, str) or not isinstance(message, str) or code == "invalid-syntax":
        return None
    if code == "B018" and (b"." in context.text[start:end] or "attribute access" in message):
        return None  # reading a property may be what is wanted
    if code in ("B015", "B018") and _is_meant_to_fail(context, start, end):
        return None
    if code == "B018" and context.text[start:end].isalnum() and not context.scope_at(start):
        return None  # at the top of a module it marks an import as used
    if code == "B030" and _is_choice(context.text[start:end]):
        return None
    if code == "PLE0101" and b".__init__(" in context.text[start:end]:
        return None  # it returns what the constructor of the base returns, which is None
    if code == "B002" and context.text[start + 1 : start + 2] not in (b"-", b"+"):
        return None  # `- -size` and `-(-size)` are written for what they mean
    if code == "PLE0302" and _is_in_interface(context, start):
        return None
    if code in _LOGGING and _is_of_own_logger(context, start, end):
        return None
    text = escaped(message.strip().splitlines()[0].rstrip(".")) + "."
    is_minor = code in _UNUSED | _UNSURE | _SLOW or (
        code == "B006" and not _is_changed(context, start)
    )
    return Finding(
        f"ruff:{code}", context.path, start, max(end, start), text,
        # With the code, because the same message may be about many places.
        subject=f"{text}{context.text[start:min(end, start + 200)].decode('utf-8', 'replace')}",
        severity=HINT if is_minor else WARNING,
        fixes=_fixes(context, code, item.get("fix")),
    )  # fmt: skip


def _is_meant_to_fail(context: CheckContext, start: int, end: int) -> bool:
    """True if an expression is written for the exception that it raises: ``1 / 0``."""
    text = context.text[start:end].replace(b" ", b"")
    return text.endswith((b"/0", b"%0")) or is_expected_to_fail(context, start)


def _is_choice(text: bytes) -> bool:
    """True for an expression that chooses among others by a condition, of which ruff knows none."""
    try:
        return isinstance(ast.parse(text.strip(), mode="eval").body, ast.IfExp)
    except (SyntaxError, ValueError):
        return False


def _is_in_interface(context: CheckContext, position: int) -> bool:
    """True if a method is one of what is no class, although a statement ``class`` makes it.

    Interfaces of zope derive from an object, and their methods are written without ``self``.
    """
    facts = context.facts
    scope = context.scope_at(position)
    while scope > 0 and facts.scope.kind[scope] != CLASS_SCOPE:
        scope = facts.scope.parent[scope]
    if scope <= 0:
        return False
    cls = Entity(CLASS, context.path, facts.scope.definition[scope])
    return any(base.kind != CLASS for base in context.strict.mro(cls))


def _is_of_own_logger(context: CheckContext, start: int, end: int) -> bool:
    """True if a call that ruff takes for one of :mod:`logging` is of another logger, or may be.

    Those of loguru, and classes derived from ``Logger``, format with braces. Of what is not known,
    braces in the call tell that it does; so they may where the workspace sets the class of loggers.
    """
    inference, facts = context.inference, context.facts
    name = context.text[start:end].partition(b"(")[0].rpartition(b".")[2].decode("utf-8", "replace")
    for _, position, function in facts.occurrences(name):
        if not start <= position < end:
            continue
        receiver = operand(facts, function)
        layer = inference.snapshot.index.search_path.layer
        owners = [value.entity for value in inference.infer_type(context.path, receiver)]
        if any(layer(owner.path) != "stdlib" for owner in owners):
            return True
        if owners and not any(map(inference.files_with, _SETTING_LOGGERS)):
            return False
        call = enclosing_call(facts, function)
        values = argument_values(facts, call) if call >= 0 else ()
        return len(values) > 1 and b"{" in context.text[end : facts.expr.position[values[1]]]
    return False


# What has `logging.getLogger` give loggers, or records, of a class of one's own.
_SETTING_LOGGERS = ("setLoggerClass", "loggerClass", "setLogRecordFactory")


def _is_changed(context: CheckContext, start: int) -> bool:
    """True if a function changes the default value of a parameter, or returns it to be changed.

    A list that is only read or kept, or copied first, does no harm; nor does one that is there to
    remember things from call to call.
    """
    facts, table = context.facts, context.facts.definition
    rows = [
        row
        for row, position in enumerate(table.position)
        if position <= start < table.header_end[row]
    ]
    parameters = facts.parameter
    names = [
        (parameters.position[row], facts.names[parameters.name[row]])
        for row in range(len(parameters.position))
        if parameters.position[row] <= start < parameters.end[row]
    ]
    if not rows or not names:
        return True
    body = context.text[table.header_end[rows[-1]] : table.end[rows[-1]]]
    if any(word in max(names)[1] for word in _MEMORIES):
        return False
    name = re.escape(max(names)[1].encode())
    if re.search(rb"^\s*" + name + rb"\s*=[^=]", body, re.MULTILINE):
        return False  # `info = dict(info)`
    changed = (
        rb"(?<![\w.])" + name + rb"\s*(\.(append|extend|insert|add|update|pop|popitem|remove|clear|"
        rb"discard|setdefault|sort|reverse)\(|\[[^\]\n]*\]\s*(=[^=]|[-+*/|&^]=)|[-+*/|&^]=)"
    )
    given = rb"(return\s+|yield\s+|del\s+)" + name + rb"(\[[^\]\n]*\])?\s*(#.*)?$"
    return bool(re.search(changed + rb"|" + given, body, re.MULTILINE))


def _fixes(context: CheckContext, code: str, fix: Mapping[str, Any] | None) -> list[Fix]:
    if not fix or not fix.get("edits"):
        return []
    edits = [
        Edit(
            context.path,
            _offset(context, edit["location"]),
            _offset(context, edit["end_location"]),
            edit["content"],
        )
        for edit in fix["edits"]
    ]
    # What is not used yet may be about to be.
    safe = fix.get("applicability") == "safe" and code not in _UNUSED
    return [Fix(fix.get("message") or f"Fix as ruff does for {code}", edits, safe=safe)]


def _offset(context: CheckContext, place: Mapping[str, int] | None) -> int:
    """Return the byte offset of a line and column as ruff counts them, in characters from 1."""
    if not place:
        return 0
    starts = context.facts.line_starts
    line = min(max(place["row"] - 1, 0), len(starts) - 1)
    begin = starts[line]
    if context.facts.is_ascii:
        return min(begin + place["column"] - 1, len(context.text))
    end = starts[line + 1] if line + 1 < len(starts) else len(context.text)
    before = context.text[begin:end].decode("utf-8", "replace")[: place["column"] - 1]
    return begin + len(before.encode())
