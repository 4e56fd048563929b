"""What agents are offered: few tools, drawn from the table of operations.

A tool is one operation or several that answer the same kind of question, told apart by a selector:
who uses a name, who calls it and what it calls are one tool with a ``relation``, as each tool costs
every conversation its description. Operations that are not in the table are left out, and so are
the tools that have no other.
"""

from __future__ import annotations

from ..operations.table import OPERATIONS, Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..operations.table import Operation

PROFILES = ("default", "guard", "full")
"""Names of the sets of tools."""


class Tool:
    """A tool: name, title, description, parameters, and the operations that it asks.

    ``operations`` are by value of the parameter called ``selector``, the first by default; without
    a selector there is one operation, or the tool's own function in :mod:`.asking` knows when to
    ask which.
    """

    __slots__ = ("doc", "is_resident", "name", "operations", "parameters", "selector", "title")

    def __init__(
        self,
        name: str,
        title: str,
        doc: str,
        operations: Mapping[str, Operation],
        parameters: tuple[Parameter, ...],
        *,
        selector: str = "",
        is_resident: bool = False,
    ) -> None:
        """Describe a tool. A resident one is to be kept where hosts load tools only on demand."""
        self.name = name
        self.title = title
        self.doc = doc
        self.operations = operations
        self.parameters = parameters
        self.selector = selector
        self.is_resident = is_resident

    @property
    def reads_only(self) -> bool:
        """Whether asking changes nothing, not even what a session remembers."""
        return not any(operation.name in _WRITING for operation in self.operations.values())


class _Entry:
    """A tool as it is curated here, before it is known which operations there are."""

    __slots__ = ("doc", "is_resident", "leave_out", "name", "operations", "own", "says", "selector",
                 "title")  # fmt: skip

    def __init__(
        self,
        name: str,
        title: str,
        operations: str,
        doc: str,
        *,
        selector: str = "",
        leave_out: str = "",
        says: Mapping[str, str] | None = None,
        own: tuple[Parameter, ...] = (),
        is_resident: bool = False,
    ) -> None:
        """``says`` describes parameters in other words, ``own`` replaces those of operations."""
        self.name = name
        self.title = title
        self.operations = operations.split()
        self.doc = doc
        self.selector = selector
        self.leave_out = {*leave_out.split(), *_POSITION, "session"}
        self.says = says or {}
        self.own = own
        self.is_resident = is_resident

    def tool(self, *, with_session: bool) -> Tool | None:
        """The tool, if there is an operation for it."""
        found = {name: OPERATIONS[name] for name in self.operations if name in OPERATIONS}
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
        merged: dict[str, Parameter] = {}
        for operation in operations.values():
            for one in operation.parameters:
                if one.name in self.leave_out or one.name in merged:
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
    """The tools of a profile by name, in the order in which they are listed."""
    entries = [*_DEFAULT]
    guards = profile != "default" and any(name in OPERATIONS for name in _SESSIONS)
    if guards:
        entries += _GUARDING
    if profile == "full":
        listed = {name for entry in entries for name in entry.operations}
        entries += [_whole(name) for name in OPERATIONS if name not in listed]
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
_SESSION = Parameter(
    "session", "string", "Handle from `begin`; what is shown then counts as read in that session."
)

_DEFAULT = (
    _Entry(
        "search",
        "Search symbols",
        "symbols",
        "Find classes, functions, methods, constants by name, part of a name, initials (`QS` finds "
        "`QuerySet`) or words of name and docstring. A line each: place, signature, purpose.",
        says={
            "query": "Name or words.",
            "path": "Only in files that start with or match this.",
            "limit": _LIMIT,
            "offset": _OFFSET,
        },
    ),
    _Entry(
        "definition",
        "Show a definition",
        "definition source outline",
        "Where a name is defined, with its source and line numbers; imports are followed, into "
        "installed packages too. Of a class too long to show, the outline. Costs less than "
        "reading the file.",
        own=(
            Parameter("name", "string", _NAME, required=True),
            Parameter("path", "string", _IN_FILE),
            Parameter("offset", "integer", "Lines of source to skip.", default=0),
        ),
    ),
    _Entry(
        "references",
        "Who uses a name",
        "references callers callees importers hierarchy",
        "Who uses a name, told apart from others of the same name: counts, then each place with "
        "its text and enclosing function. Ask before changing or removing anything.",
        selector="relation",
        leave_out="textual declaration aliases conventions depth",
        says={
            "relation": "`callers`/`callees`: functions with the places of the calls; `hierarchy`: "
            "bases and subclasses.",
            "name": _NAME,
            "path": _IN_FILE,
            "roles": "Only these roles, of references.",
            "overrides": "Also uses of methods that override it or that it overrides.",
            "limit": _LIMIT,
            "offset": _OFFSET,
        },
    ),
    _Entry(
        "members",
        "What a class or module offers",
        "members outline",
        "All that a class offers, own and inherited, with signatures and the class that defines "
        "each; of a module its names; of a file (`path` alone) its outline. Ask before using "
        "an API from memory.",
        own=(
            Parameter("name", "string", _NAME),
            Parameter("path", "string", "Only what is in this file; alone, the file's outline."),
            Parameter("inherited", "boolean", "Also those of base classes.", default=True),
            Parameter("private", "boolean", "Also `_names`.", default=False),
            Parameter("limit", "integer", _LIMIT, default=500),
            Parameter("offset", "integer", _OFFSET, default=0),
        ),
    ),
    _Entry(
        "exists",
        "Does an API exist",
        "exists",
        "Do these APIs exist, with these arguments; if not, what is nearest. `unknown` means it "
        "cannot be told, not that it is missing.",
        own=(
            Parameter(
                "names",
                "array",
                "Dotted names, as calls if arguments matter: `Model.save(force_insert=)`.",
                required=True,
            ),
        ),
    ),
    _Entry(
        "context",
        "Context of a task",
        "context",
        "What matters for a task, ranked and packed into a token budget: files, classes and "
        "functions, each with why. Ask first.",
        says={
            "task": "A sentence, an issue's text, a traceback, the output of a failing test.",
            "paths": "Files that are about to be written.",
            "budget": "Most tokens.",
        },
        is_resident=True,
    ),
    _Entry(
        "patterns",
        "How such code is written here",
        "patterns similar reuse",
        "How code of a kind is written here: its nearest siblings, the pattern they follow with "
        "counts, a skeleton; `reuse`: what already does this. Ask before writing something new.",
        selector="find",
        says={
            "find": "`similar`: the siblings alone.",
            "name": "An existing class or function of the kind.",
            "path": _IN_FILE,
            "text": "A stub (`class Cache(Base):`), code, or a description of what is to be.",
            "base": "The class that a new one derives from.",
            "into": "The file it is meant for; need not exist.",
            "query": "For `reuse`: name, signature or description.",
            "limit": _LIMIT,
        },
    ),
    _Entry(
        "validate",
        "Judge an edit",
        "validate",
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
            Parameter("limit", "integer", "Most findings.", default=50),
        ),
        is_resident=True,
    ),
)


_GUARDING = (
    _Entry(
        "begin",
        "Begin a session",
        "begin",
        "A handle for the argument `session` of other tools, under which it is remembered what "
        "they show, for 30 days from its last use. Not needed where the protocol has sessions.",
        own=(Parameter("client", "string", "What the agent is called.", default=""),),
    ),
    _Entry(
        "guard",
        "May this be written",
        "guard",
        "May an edit be written? Only when the lines that it changes were shown in the session as "
        "they are now, and for a new file a sibling and the APIs that it uses; else what to read "
        "first. Describe the edit as for `validate`.",
        own=(
            Parameter("path", "string", "The file that is edited."),
            Parameter("text", "string", "All of its proposed content."),
            Parameter("old", "string", "Text in it that is replaced; must occur once."),
            Parameter("new", "string", "Text in its place."),
            Parameter("diff", "string", "A unified diff."),
            Parameter("supply", "boolean", "Show what has to be read, too.", default=False),
        ),
    ),
)


def _whole(name: str) -> _Entry:
    """An operation with all its parameters, positions included."""
    operation = OPERATIONS[name]
    entry = _Entry(name, name.capitalize(), name, operation.doc)
    entry.leave_out = {"session"}
    return entry


def _requires(operation: Operation, name: str) -> bool:
    return any(one.name == name and one.required for one in operation.parameters)
