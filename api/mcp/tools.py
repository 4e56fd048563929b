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
_NAME = "Dotted name, as fully or loosely as known."
_IN_FILE = "Only what is in this file."
_LIMIT = "Most items."
_OFFSET = "Items to skip."
_SESSIONS = ("begin", "guard")
# They change what a session is known to have been shown.
_WRITING = _SESSIONS
# fmt: off
_SESSION = Parameter("session", "string",
    "Handle from `begin`; what is shown then counts as read in that session.")
_DEFAULT = (
    _ToolEntry("search", "Search symbols", ("symbols",),
        "Find classes, functions, methods, constants by name, part of a name, initials (`QS` finds "
        "`QuerySet`) or words of name and docstring. A line each: place, signature, purpose.",
        says={
            "query": "Name or words.", "path": "Only in files that start with or match this.",
            "limit": _LIMIT, "offset": _OFFSET}),
    _ToolEntry("definition", "Show a definition",
        ("definition", "source", "outline"),
        "Where a name is defined, with its source and line numbers; imports are followed, into "
        "installed packages too. Of a class too long to show, the outline. Costs less than "
        "reading the file.",
        own=(
            Parameter("name", "string", _NAME, required=True),
            Parameter("path", "string", _IN_FILE),
            Parameter("offset", "integer", "Lines of source to skip.", default=0))),
    _ToolEntry("references", "Who uses a name",
        ("references", "callers", "callees", "importers", "hierarchy"),
        "Who uses a name, told apart from others of the same name: counts, then each place with "
        "its text and enclosing function. Ask before changing or removing anything.",
        selector="relation",
        leave_out=("textual", "declaration", "aliases", "conventions", "depth"),
        says={
            "relation": "`callers`/`callees`: functions with the places of the calls; `hierarchy`: "
            "bases and subclasses.", "name": _NAME, "path": _IN_FILE,
            "roles": "Only these roles, of references.",
            "overrides": "Also uses of methods that override it or that it overrides.",
            "limit": _LIMIT, "offset": _OFFSET}),
    _ToolEntry("members", "What a class or module offers",
        ("members", "outline"),
        "All that a class offers, own and inherited, with signatures and the class that defines "
        "each; of a module its names; of a file (`path` alone) its outline. Ask before using "
        "an API from memory.",
        own=(
            Parameter("name", "string", _NAME),
            Parameter("path", "string", "Only what is in this file; alone, the file's outline."),
            Parameter("inherited", "boolean", "Also those of base classes.", default=True),
            Parameter("private", "boolean", "Also `_names`.", default=False),
            Parameter("limit", "integer", _LIMIT, default=500),
            Parameter("offset", "integer", _OFFSET, default=0))),
    _ToolEntry("exists", "Does an API exist", ("exists",),
        "Do these APIs exist, with these arguments; if not, what is nearest. `unknown` means it "
        "cannot be told, not that it is missing.",
        own=(
            Parameter("names", "array",
                "Dotted names, as calls if arguments matter: `Model.save(force_insert=)`.",
                required=True),)),
    _ToolEntry("context", "Context of a task", ("context",),
        "What matters for a task, ranked and packed into a token budget: files, classes and "
        "functions, each with why. Ask first.",
        says={
            "task": "A sentence, an issue's text, a traceback, the output of a failing test.",
            "paths": "Files that are about to be written.", "budget": "Most tokens."},
        is_resident=True),
    _ToolEntry("patterns", "How such code is written here",
        ("patterns", "similar", "reuse"),
        "How code of a kind is written here: its nearest siblings, the pattern they follow with "
        "counts, a skeleton; `reuse`: what already does this. Ask before writing something new.",
        selector="find",
        says={
            "find": "`similar`: the siblings alone.",
            "name": "An existing class or function of the kind.", "path": _IN_FILE,
            "text": "A stub (`class Cache(Base):`), code, or a description of what is to be.",
            "base": "The class that a new one derives from.",
            "into": "The file it is meant for; need not exist.",
            "query": "For `reuse`: name, signature or description.", "limit": _LIMIT}),
    _ToolEntry("validate", "Judge an edit", ("validate",),
        "Is an edit right? What it gets wrong (names, attributes, arguments, overrides that do "
        "not fit) and what it breaks in other files, with what exists instead. Nothing is written. "
        "Describe it by `path` and `text`, by `path`, `old` and `new`, or by `diff`; with none of "
        "these, it is what git says has changed.",
        own=(
            Parameter("path", "string", "The file that is edited."),
            Parameter("text", "string", "All of its proposed content."),
            Parameter("old", "string", "Text in it that is replaced; must occur once."),
            Parameter("new", "string", "Text in its place."),
            Parameter("diff", "string", "A unified diff."),
            Parameter("paths", "array", "Of what git says has changed, only these."),
            Parameter("since", "string", "Changed since this revision of git."),
            Parameter("whole", "boolean", "Whole files, whoever wrote them.", default=False),
            Parameter("limit", "integer", "Most findings.", default=50)),
        is_resident=True),
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
