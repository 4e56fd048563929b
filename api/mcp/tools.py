"""The tools of agents: few, drawn from the table of operations.

A tool is one operation or several that answer the same kind of question, told apart by a selector:
who uses a name, who calls it and what it calls are one tool with a ``relation``, as each tool costs
every conversation its description. Operations that are not in the table are left out, and so are
the tools that have no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..operations.table import OPERATIONS, Operation, Parameter

PROFILES = ("default", "guard", "loop", "full")
"""Names of the sets of tools."""


@dataclass(slots=True, frozen=True)
class Tool:
    """A tool as hosts list it."""

    name: str
    title: str
    doc: str
    operations: Mapping[str, Operation]
    """By value of the parameter called ``selector``, the first by default. Without a selector there
    is one operation, or a function of the tool in :mod:`.tool_calls` knows when to ask which."""
    parameters: tuple[Parameter, ...]
    selector: str = ""
    is_resident: bool = False
    """True if it is to be kept where hosts load tools only on demand."""
    unlisted: frozenset[str] = frozenset()
    """Parameters that are taken and not described, as each costs every conversation its tokens."""

    @property
    def reads_only(self) -> bool:
        """True if asking changes nothing, not even what a session remembers."""
        return not self.writes_files and not any(
            operation.name in _WRITING for operation in self.operations.values()
        )

    @property
    def writes_files(self) -> bool:
        """True if it may change files of the workspace."""
        return any(operation.writes for operation in self.operations.values())


@dataclass(slots=True, frozen=True)
class _ToolEntry:
    """A tool that is offered when at least one of its operations is in the table."""

    name: str
    title: str
    operations: tuple[str, ...]
    doc: str
    selector: str = ""
    leave_out: tuple[str, ...] = ()
    """Parameters of operations that the tool does not have."""
    says: Mapping[str, str] = field(default_factory=dict[str, str])
    """Descriptions of parameters in other words than those of operations."""
    own: tuple[Parameter, ...] = ()
    """Parameters in place of those of operations."""
    is_resident: bool = False
    unlisted: tuple[str, ...] = ()
    """Parameters that are taken and not described."""
    has_position: bool = False
    """True if it takes the parameters of a position in a file."""

    def tool(self, *, with_session: bool) -> Tool | None:
        """Return the tool; None if there is no operation for it."""
        found = {
            name.rpartition(".")[2]: OPERATIONS[name]
            for name in self.operations
            if name in OPERATIONS
        }
        if not found:
            return None
        several = self.selector if len(found) > 1 else ""
        parameters = self.own or self._parameters(found)
        if with_session and any("session" in one.takes for one in found.values()):
            parameters = (*parameters, _SESSION)
        if several:
            chosen = Parameter(
                several, "string", self.says.get(several, ""), choices=tuple(found),
                default=next(iter(found)),
            )  # fmt: skip
            parameters = (*parameters[:1], chosen, *parameters[1:])
        return Tool(
            self.name,
            self.title,
            self.doc,
            found,
            parameters,
            selector=several,
            is_resident=self.is_resident,
            unlisted=frozenset(self.unlisted),
        )

    def _parameters(self, operations: Mapping[str, Operation]) -> tuple[Parameter, ...]:
        left_out = {*self.leave_out, "session"}
        if not self.has_position:
            left_out.update(_POSITION)
        merged: dict[str, Parameter] = {}
        for operation in operations.values():
            for one in operation.parameters:
                if one.name in left_out or one.name in merged:
                    continue
                merged[one.name] = Parameter(
                    one.name,
                    one.type,
                    self.says.get(one.name, one.doc),
                    default=one.default,
                    required=all(_requires(other, one.name) for other in operations.values()),
                    choices=one.choices,
                    fields=one.fields,
                )
        return tuple(merged.values())


def tools(profile: str) -> dict[str, Tool]:
    """Return the tools of a profile by name, in the order in which they are listed."""
    entries = [*_DEFAULT]
    guards = profile != "default" and any(name in OPERATIONS for name in _SESSIONS)
    if guards and profile != "loop":
        entries += _GUARDING
    if profile in ("loop", "full"):
        entries.append(_LOOP)
    if profile == "full":
        listed = {name for entry in entries for name in entry.operations}
        entries += [_entry_of(name) for name in OPERATIONS if name not in listed]
    made = [entry.tool(with_session=guards) for entry in entries]
    return {tool.name: tool for tool in made if tool is not None}


_POSITION = ("line", "character")
_SESSIONS = ("begin", "guard")
# They change what a session is known to have been shown.
_WRITING = _SESSIONS
# fmt: off
_SESSION = Parameter("session", "string",
    "Handle from `begin`; what is shown then counts as read in that session.")
_DEFAULT = (
    _ToolEntry("search", "Search symbols", ("symbols",),
        "Find classes, functions, constants by name, part of it, initials (`QS`) or words.",
        says={"query": "", "path": "", "limit": "", "offset": ""}, unlisted=("kinds", "limit")),
    _ToolEntry("definition", "Show a definition",
        ("definition", "source", "outline"),
        "Source of a name with line numbers, imports followed, also into installed packages.",
        own=(
            Parameter("name", "string", required=True),
            Parameter("path", "string"),
            Parameter("offset", "integer", default=0))),
    _ToolEntry("references", "Who uses a name",
        ("references", "callers", "callees", "importers", "hierarchy"),
        "Who uses a name: counts, then places. Ask before you change or remove it.",
        selector="relation",
        leave_out=("textual", "declaration", "aliases", "conventions", "depth"),
        says={
            "relation": "", "name": "", "path": "", "roles": "Only these roles, of references.",
            "overrides": "Also uses of methods that override it or that it overrides.",
            "limit": "", "offset": ""},
        unlisted=("roles", "overrides", "limit")),
    _ToolEntry("members", "What a class or module offers",
        ("members", "outline"),
        "All that a class or module offers, with signatures; of a `path` alone, its outline.",
        own=(
            Parameter("name", "string"),
            Parameter("path", "string"),
            Parameter("inherited", "boolean", default=True),
            Parameter("private", "boolean", default=False),
            Parameter("limit", "integer", default=500),
            Parameter("offset", "integer", default=0)),
        unlisted=("inherited", "private", "limit")),
    _ToolEntry("exists", "Does an API exist", ("exists",),
        "Do APIs exist, with these arguments (`Model.save(force_insert=)`); if not, what is "
        "nearest. `unknown` is not missing.",
        own=(Parameter("names", "array", required=True),)),
    _ToolEntry("context", "Context of a task", ("context",),
        "What matters for a task (a sentence, an issue, a traceback), ranked. Ask first.",
        says={"task": "", "paths": "Files about to be written.", "budget": ""},
        unlisted=("budget",), is_resident=True),
    _ToolEntry("patterns", "How such code is written here",
        ("patterns", "similar", "reuse"),
        "How such code is written here: siblings, their pattern, a skeleton; `reuse`: what already "
        "does this. Ask before you write something new.",
        selector="find",
        says={
            "find": "", "name": "One of the kind.", "path": "", "text": "A stub or description.",
            "base": "", "into": "File it is for.", "query": "For `reuse`.", "limit": ""},
        unlisted=("path", "limit")),
    _ToolEntry("validate", "Judge an edit", ("validate",),
        "What an edit gets wrong and breaks elsewhere, with what exists instead; writes nothing. "
        "Give `path` and `text`, or `path`, `old`, `new`, or `diff`; nothing: what git says has "
        "changed.",
        own=(
            Parameter("path", "string"),
            Parameter("text", "string"),
            Parameter("old", "string"),
            Parameter("new", "string"),
            Parameter("diff", "string"),
            Parameter("paths", "array"),
            Parameter("since", "string"),
            Parameter("whole", "boolean", default=False),
            Parameter("limit", "integer", default=50)),
        unlisted=("paths", "since", "whole", "limit"), is_resident=True),
)
_GUARDING = (
    _ToolEntry("begin", "Begin a session", ("begin",),
        "A handle for the argument `session` of other tools, under which it is remembered what "
        "they show, for 30 days from its last use. Not needed where the protocol has sessions.",
        own=(Parameter("client", "string", "What the agent is called.", default=""),)),
    _ToolEntry("guard", "May this be written", ("guard",),
        "May an edit be written? Only when the lines that it changes were shown in the session as "
        "they are now, and for a new file a sibling and the APIs that it uses; else what to read "
        "first. Describe the edit as for `validate`.",
        own=(
            Parameter("path", "string", "The file that is edited."),
            Parameter("text", "string", "All of its proposed content."),
            Parameter("old", "string", "Text in it that is replaced; must occur once."),
            Parameter("new", "string", "Text in its place."),
            Parameter("diff", "string", "A unified diff."),
            Parameter("supply", "boolean", "Show what has to be read, too.", default=False))),
)
_LOOP = _ToolEntry("task", "Work on a task",
    ("task.begin", "task.plan", "task.step", "task.undo", "task.verify", "task.finish",
     "task.resume", "task.status", "task.list"),
    "Work on a task step by step. `begin` tells what is known and asks what only the user knows; "
    "`plan` has steps checked before a line is written; `step` judges edits, mends what is safe, "
    "and writes them all or none; `verify` holds the plan against the files; `finish` ends it. "
    "Every answer says what comes next.",
    selector="action",
    leave_out=("client", "model", "call", "limit", "budget", "state"),
    says={
        "text": "For `begin`: what is to be done.", "paths": "For `begin`: files to be written.",
        "task": "Handle that `begin` gave.", "step": "Id of the step.",
        "replace": "In place of the plan before.",
        "overrule": "Ids of findings that somebody decided are wrong.",
        "hold": "Write it with the next step.", "token": "For `undo`: what the step gave.",
        "run": "Also run the tests, by the command that the user allows.",
        "stop": "For `finish`: end it as it is, for this reason.",
        "abandon": "For `finish`: it is not wanted any more."})
# fmt: on


def _entry_of(name: str) -> _ToolEntry:
    """Return the tool of one operation, with all its parameters."""
    operation = OPERATIONS[name]
    return _ToolEntry(name, name.capitalize(), (name,), operation.doc, has_position=True)


def _requires(operation: Operation, name: str) -> bool:
    return any(one.name == name and one.required for one in operation.parameters)
