"""The table of operations, each defined once.

The command line, JSON-RPC with its OpenRPC document, MCP tools and the language server's custom
commands are made from this table. The function of an operation is in a module of this package,
imported when it is first called.
"""

from __future__ import annotations

from importlib import import_module

from ...indexer.errors import DamagedError, FluxIndexError, InvalidArgumentsError
from ...indexer.snapshot import StaleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypedDict

    from ..open_workspace import OpenWorkspace

    Function = Callable[..., Mapping[str, Any]]

    class Target(TypedDict):
        """What is asked about, as the parameters of ``_TARGET``: a name, or a position."""

        name: str | None
        path: str | None
        line: int | None
        character: int


class Parameter:
    """A named argument: JSON type (``string``, ``integer``, ``boolean``, ``array``), default, doc.

    ``array`` means a list of strings, ``objects`` one of JSON objects, whose ``fields`` are given
    by their types. A parameter with default ``None`` may be left out.
    """

    __slots__ = ("choices", "default", "doc", "fields", "name", "required", "type")

    def __init__(
        self,
        name: str,
        type_: str,
        doc: str = "",
        *,
        default: object = None,
        required: bool = False,
        choices: tuple[str, ...] = (),
        fields: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self.type = type_
        self.doc = doc
        self.default = default
        self.required = required
        self.choices = choices
        self.fields = fields or {}


class Operation:
    """An operation: name, parameters, result type (a name in :mod:`..types`), doc, function."""

    __slots__ = ("doc", "module", "name", "parameters", "result")

    def __init__(
        self, name: str, module: str, result: str, doc: str, *parameters: Parameter
    ) -> None:
        """Describe an operation, whose function is ``<module>.<name>`` in this package.

        Of a dotted name the last part is the function's, unless ``module`` names it: ``a:f``.
        """
        self.name = name
        self.module = module
        self.result = result
        self.doc = doc
        self.parameters = parameters

    @property
    def takes(self) -> frozenset[str]:
        """Names of its parameters."""
        return frozenset(each.name for each in self.parameters)

    @property
    def needs_session(self) -> bool:
        """True if it is about an agent's session, rather than recorded in one."""
        return any(each.name == "session" and each is not _SESSION for each in self.parameters)

    @property
    def writes(self) -> bool:
        """True if it changes files or what is kept of a task, so that it must not run twice."""
        return self.name.startswith("task.") and self.name not in ("task.status", "task.list")

    @property
    def function(self) -> Function:
        """The function, called with the workspace and the arguments by keyword."""
        module, _, name = self.module.partition(":")
        found = import_module(f".{module}", __package__)
        function: Function = getattr(found, name or self.name.rpartition(".")[2])
        return function


# fmt: off
_TARGET = (
    Parameter("name", "string",
        "Dotted name, as fully or as loosely as known: `django.db.models.Model.save`, "
        "`Model.save` or `save`."),
    Parameter("path", "string", "File, relative to the workspace or absolute; with `line`."),
    Parameter("line", "integer", "Zero-based line in `path`."),
    Parameter("character", "integer", "Zero-based UTF-16 character in the line.", default=0),
)
_EDIT = (
    Parameter("text", "string", "Proposed content of `path`."),
    Parameter("diff", "string", "A unified diff that is to be applied."),
    Parameter("since", "string", "A revision of git; by default HEAD."),
)
_PAGE = (
    Parameter("limit", "integer", "Most items in one answer.", default=50),
    Parameter("offset", "integer", "Items to leave out at the start.", default=0),
)
_LONG_PAGE = (
    Parameter("limit", "integer", "Most items in one answer.", default=200),
    _PAGE[1],
)
_SESSION = Parameter("session", "string",
    "Handle that `begin` gave: what this answer shows counts as read in that session.")
# fmt: on
_KINDS = (
    "class",
    "function",
    "method",
    "property",
    "field",
    "variable",
    "constant",
    "enum",
    "enum-member",
    "module",
)  # fmt: skip
_SUGGESTED = ("dead-code", "clones", "import-cycles", "passed-through", "deprecated", "drift",
              "missing-base", "misplaced", "untested")  # fmt: skip
_TASK_STATES = ("open", "understood", "planned", "working", "verifying", "done", "stopped",
                "abandoned")  # fmt: skip
# fmt: off
# Fields of a step of a plan, and of an edit, as :mod:`..tasks` takes them.
_STEP_FIELDS = {
    **dict.fromkeys(("id", "kind", "path", "symbol", "signature", "to", "why"), "string"),
    **dict.fromkeys(("bases", "uses", "after"), "array"),
}
_EDIT_FIELDS = {
    **dict.fromkeys(
        ("path", "text", "old", "new", "diff", "patch", "symbol", "do", "to", "base"), "string"
    ),
    "delete": "boolean",
}
_HANDLE = Parameter("task", "string", "Handle that `task.begin` gave.", required=True)
_RUN = Parameter("run", "boolean",
    "Also run the tests, by the command that the user allows: FLUX_INDEX_TEST_COMMAND.",
    default=False)
_CALL = Parameter("call", "string",
    "A name for this call: made again, it is not done again but answered as it was.")
# fmt: on
_ROLES = (
    "definition",
    "call",
    "read",
    "write",
    "delete",
    "import",
    "inherit",
    "annotation",
    "decorator",
    "keyword",
    "parameter",
    "export",
    "string",
)  # fmt: skip

# fmt: off
_ALL = (
    Operation("symbols", "search", "Listing",
        "Search symbols of the workspace by exact name, prefix, humps (`QS` finds `QuerySet`), "
        "dotted suffix (`Model.save`), fuzzily, or by words of name and docstring; best first.",
        Parameter("query", "string", "What to look for.", required=True),
        Parameter("kinds", "array", "Only these kinds.", choices=_KINDS),
        Parameter("path", "string", "Only in files whose path starts with or matches this."),
        *_PAGE, _SESSION),
    Operation("outline", "navigation", "Listing",
        "What a file or module defines, nested, with signatures and one-line docs.",
        Parameter("path", "string", "A file."),
        Parameter("name", "string", "Or a module's or class's dotted name."),
        _SESSION),
    Operation("definition", "navigation", "Listing", "Where a name is defined, imports followed.",
        *_TARGET, _SESSION),
    Operation("references", "relations", "ReferenceListing",
        "Who uses a symbol: counts by role, then references grouped by file, each with its line "
        "of text, enclosing symbol and evidence.",
        *_TARGET,
        Parameter("roles", "array", "Only these roles.", choices=_ROLES),
        Parameter("textual", "boolean", "Also list places where only the name is the same.",
            default=True),
        Parameter("declaration", "boolean", "Also list the definition itself.", default=False),
        Parameter("aliases", "boolean",
            "Also list uses under another name that an import gives it.", default=True),
        Parameter("overrides", "boolean",
            "Also list uses of the methods that it overrides and that override it.",
            default=False),
        Parameter("conventions", "boolean",
            "Ask of each place that is only textual whether the code base's conventions say that "
            "it is meant. Without, an answer takes less time.", default=True),
        Parameter("limit", "integer", "Most references in one answer.", default=200),
        Parameter("offset", "integer", "References to leave out at the start.", default=0),
        _SESSION),
    Operation("members", "navigation", "Listing",
        "Members of a class, own and inherited in order of resolution, with signatures and the "
        "class that defines each; or the names of a module.",
        *_TARGET,
        Parameter("inherited", "boolean", "Also those of base classes.", default=True),
        Parameter("private", "boolean", "Also names with a leading underscore.", default=True),
        Parameter("limit", "integer", "Most items in one answer.", default=500),
        _PAGE[1], _SESSION),
    Operation("hierarchy", "relations", "HierarchyAnswer",
        "Bases, method resolution order and subclasses of a class.",
        *_TARGET,
        Parameter("depth", "integer", "Levels of subclasses.", default=3),
        Parameter("limit", "integer", "Most subclasses in one answer.", default=200),
        _SESSION),
    Operation("callers", "relations", "CallListing",
        "Functions that call a function, with the places.",
        *_TARGET, *_PAGE, _SESSION),
    Operation("callees", "relations", "CallListing",
        "Functions that a function calls, with the places.",
        *_TARGET, *_PAGE, _SESSION),
    Operation("imports", "imports", "ImportListing",
        "What a file or module imports, and the files that the imports lead to.",
        Parameter("path", "string", "A file."),
        Parameter("name", "string", "Or a module's dotted name."),
        *_LONG_PAGE),
    Operation("importers", "imports", "ImportListing", "Who imports a module, or a name from it.",
        Parameter("name", "string", "Dotted name of a module or of something in it."),
        Parameter("path", "string", "Or the module's file."),
        *_LONG_PAGE),
    Operation("exists", "exists", "ExistsAnswer",
        "Does this API exist, and if not, what is nearest? Takes a dotted name, with a call's "
        "arguments if they matter: `django.db.models.Model.save(force_insert=)`.",
        Parameter("query", "string", "Dotted name, optionally with `(arguments)`.", required=True),
        _SESSION),
    Operation("source", "navigation", "SourceAnswer",
        "The exact text of a symbol, with its line numbers.",
        *_TARGET,
        Parameter("context", "integer", "Lines around it to show as well.", default=0),
        Parameter("offset", "integer", "Lines to leave out at the start.", default=0),
        Parameter("limit", "integer", "Most lines in one answer."),
        _SESSION),
    Operation("context", "context", "ContextAnswer",
        "What matters for a task: the files, classes and functions to read before writing, ranked, "
        "each with why, packed into a budget of tokens; an outline first, then the text of the few "
        "that matter most.",
        Parameter("task", "string",
            "What is to be done: a sentence, an issue's text, a traceback, the output of a test."),
        Parameter("paths", "array", "Files that are about to be written; they need not be there."),
        Parameter("budget", "integer", "Most tokens of `text`.", default=4000)),
    Operation("validate", "validate", "Judgement",
        "Is an edit right? Judges it against the whole code base and tells what it gets wrong and "
        "what it breaks elsewhere, with what exists instead. Nothing is written. Without `text`, "
        "`diff` or `whole`, the edit is what git says has changed.",
        Parameter("paths", "array", "Only these files and folders."),
        Parameter("path", "string",
            "The file that `text` is meant for, or the only one to judge."),
        *_EDIT,
        Parameter("staged", "boolean", "What is staged, not what is on disk.", default=False),
        Parameter("whole", "boolean", "Whole files, whoever wrote what is wrong.", default=False),
        Parameter("strict", "boolean", "Whole files as strictly as an edit.", default=False),
        Parameter("limit", "integer", "Most findings in one answer.", default=200)),
    Operation("breakage", "validate", "Judgement",
        "What an edit breaks in files that it does not touch: every use that no longer binds, what "
        "is certain first. The edit is described as for `validate`.",
        Parameter("path", "string", "The file that `text` is meant for."),
        *_EDIT,
        Parameter("staged", "boolean", "What is staged, not what is on disk.", default=False),
        Parameter("limit", "integer", "Most findings in one answer.", default=200)),
    Operation("fix", "validate", "Mending",
        "What mending an edit would come to: the fixes that help, what files contain after them, "
        "and what is left. Nothing is written. The edit is described as for `validate`.",
        Parameter("paths", "array", "Only these files and folders."),
        Parameter("path", "string", "The file that `text` is meant for, or the only one to mend."),
        *_EDIT,
        Parameter("whole", "boolean", "Whole files, whoever wrote what is wrong.", default=False),
        Parameter("unsafe", "boolean",
            "Also fixes that may change what the code means: the first that is offered.",
            default=False)),
    Operation("reasons", "reasons", "Reasons",
        "Why `validate` made a finding: the chain of knowledge behind it, link by link with "
        "evidence and places, and the excuses that were considered, each with why it does not "
        "apply. Without `text`, `diff` or `since`, it is a finding of the files as they are.",
        Parameter("finding", "string",
            "Its `id`, or its place: `FILE:LINE` or `FILE:LINE:COLUMN`, counted from 1.",
            required=True),
        Parameter("path", "string",
            "The file that `text` is meant for, or the only one to look in for an `id`."),
        *_EDIT),
    Operation("tests", "reached_tests", "TestListing",
        "Which tests reach a class or function, or what an edit changes: by the calls between "
        "them, nearest first. Without a target, `diff` or `since`, the edit is what git says.",
        *_TARGET, *_EDIT[1:],
        Parameter("limit", "integer", "Most tests in one answer.", default=50)),
    Operation("patterns", "patterns", "PatternAnswer",
        "How classes or functions of a kind are written here: what their siblings have in common, "
        "with counts, who does otherwise, and a skeleton of a new one. The kind is that of an "
        "existing class or function, what a decorator, call or table registers, the modules of a "
        "file or folder, the subclasses of `base`, or what `text` says.",
        *_TARGET,
        Parameter("text", "string",
            "What is to be written: a stub (`class Cache(Base):`), a name, or a description such "
            "as `a new subclass of click.ParamType`."),
        Parameter("base", "string", "The class that a new class is to derive from."),
        Parameter("into", "string", "The file that it is meant for, which need not exist."),
        Parameter("limit", "integer", "Most members that are listed.", default=5),
        Parameter("budget", "integer", "Most tokens of the answer as text.", default=1500)),
    Operation("similar", "patterns", "SimilarListing",
        "The classes or functions most like one: by base, members or parameters, decorators, "
        "place and name, with what they have in common.",
        *_TARGET,
        Parameter("text", "string", "A stub or description of what is to be written."),
        Parameter("into", "string", "The file that it is meant for, which need not exist."),
        Parameter("limit", "integer", "Most items in one answer.", default=10)),
    Operation("reuse", "reuse", "SimilarListing",
        "Before a helper is written: what does this already, in the workspace and in what it "
        "imports. By name, signature (`slugify(text: str) -> str`), description, or code that is "
        "not written yet.",
        Parameter("query", "string", "Name, signature or description."),
        Parameter("text", "string", "Code that would do it."),
        Parameter("into", "string", "The file that it is meant for, which need not exist."),
        Parameter("limit", "integer", "Most items in one answer.", default=8)),
    Operation("conventions", "patterns", "RulesAnswer",
        "How to work in this code base, as rules for an agent: where things live, what to extend, "
        "how errors, logging, names and tests are written, and the commands."),
    Operation("suggest", "suggest", "SuggestionListing",
        "What is worth changing here, found before anybody asks: dead code, clones, import cycles, "
        "parameters that are only passed on, and more. Each with evidence and with what would make "
        "it wrong.",
        Parameter("paths", "array", "Only about what is in these files and folders."),
        Parameter("grade", "string",
            "How sure at least: `certain` if nothing known speaks against it, `likely` if "
            "something may, `look` if somebody has to look.", default="certain",
            choices=("certain", "likely", "look")),
        Parameter("kinds", "array", "Only these kinds.", choices=_SUGGESTED),
        Parameter("ids", "array", "Only these, of any grade, with their edits for `task.step`."),
        Parameter("limit", "integer", "Most suggestions in one answer.", default=10)),
    Operation("explain", "relations", "Explanation",
        "Why a name leads where it leads: the chain of bindings, imports and types behind the "
        "answer, the answer first.",
        *_TARGET[1:]),
    Operation("begin", "sessions", "SessionAnswer",
        "Open a session for an agent: a handle under which it is remembered what questions showed "
        "it, and which `guard` is asked with. Forgotten after 30 days without use.",
        Parameter("client", "string", "What the agent is called.", default="")),
    Operation("guard", "sessions", "GuardAnswer",
        "May an agent write this? Only when the lines that it changes were shown in its session as "
        "they are now, and for a new file a sibling and what it uses. Tells what to read first. "
        "Nothing is written; what is allowed counts as known once it is there.",
        Parameter("session", "string", "Handle that `begin` gave.", required=True),
        Parameter("path", "string", "The file that `text` is meant for."),
        *_EDIT[:2],
        Parameter("supply", "boolean",
            "Hand over what is missing, which then counts as read, so that the next try may pass.",
            default=False)),
    Operation("task.begin", "tasks", "TaskBegun",
        "Open a task: what its text leaves open, answered where the index can; what to read, what "
        "can be reused, and who is affected, within a budget. Gives the handle of the task.",
        Parameter("text", "string", "What is to be done, in words.", required=True),
        Parameter("paths", "array", "Files that are about to be written; they need not be there."),
        Parameter("client", "string", "What the agent is called.", default=""),
        Parameter("model", "string", "Which model it works with.", default=""),
        Parameter("session", "string",
            "Handle that `begin` gave: then steps may only change lines that were shown in it."),
        Parameter("budget", "integer", "Most tokens of what is told.", default=4000)),
    Operation("task.plan", "tasks", "PlanAnswer",
        "Give a task a plan, and have it checked before a line is written: what does not exist, "
        "what is there already, which callers, overrides and tests it forgets, and the order. It "
        "advises: what is unknown is not wrong, and nothing is refused.",
        _HANDLE,
        Parameter("steps", "objects",
            "`{id, kind, path, symbol, signature, bases, uses, after, to, why}` each; `kind` is "
            "create, change, move (with `to`), remove or test; `uses` are APIs such as "
            "`a.B.save(force=)`, `after` ids of steps that come first.", required=True,
            fields=_STEP_FIELDS),
        Parameter("replace", "boolean",
            "In place of the plan before, rather than added to it.", default=False)),
    Operation("task.step", "tasks", "StepAnswer",
        "Submit the edits of a step: judged over all earlier steps, mended where that is safe, and "
        "written all or none if nothing is certainly wrong. What a later step of the plan is to "
        "mend is no hindrance. A step has three rounds, and ends when one repeats a finding.",
        _HANDLE,
        Parameter("step", "string", "Id of the step; another one is added to the plan.",
            required=True),
        Parameter("edits", "objects",
            "Edits, in order: `{path, text}`, `{path, old, new}`, `{path, delete: true}`, "
            "`{diff}`, `{patch}`, or `{symbol, do}` where `do` is replace, body, before or after "
            "(with `text`), rename or move (with `to`), or delete. `base` is the hash of the file "
            "that an edit was made for.", required=True, fields=_EDIT_FIELDS),
        Parameter("overrule", "array", "Ids of findings that are wrong, as somebody has decided."),
        Parameter("hold", "boolean",
            "Do not write yet: what is accepted is written with the next step.", default=False),
        _CALL),
    Operation("task.undo", "tasks", "UndoAnswer",
        "Put back what a step has written, file by file where that is still what is there.",
        Parameter("token", "string", "Token that the step gave.", required=True)),
    Operation("task.verify", "tasks", "VerifyAnswer",
        "Hold a task against the tree: is each step of the plan there, is anything wrong in what "
        "changed or in what uses it, and which tests reach it.",
        _HANDLE, _RUN),
    Operation("task.finish", "tasks", "VerifyAnswer",
        "Verify a task and end it: `done` if every step is there and nothing is certainly wrong, "
        "else it stays open and the answer says what is left.",
        _HANDLE, _RUN,
        Parameter("stop", "string", "End it as it is, for this reason."),
        Parameter("abandon", "boolean", "End it: it is not wanted any more.", default=False)),
    Operation("task.resume", "tasks", "TaskAnswer",
        "Go on with a task after a break: what a crash has cut off is completed or put back, and "
        "told file by file.",
        Parameter("task", "string", "Handle; by default that of the task that changed last.")),
    Operation("task.status", "tasks", "TaskAnswer",
        "Where a task stands: its steps, what can be undone, and the call that comes next.",
        Parameter("task", "string", "Handle; by default that of the task that changed last.")),
    Operation("task.list", "tasks:list_tasks", "TaskListing",
        "The tasks of the workspace, those first that changed last.",
        Parameter("state", "string", "Only those in this state.", choices=_TASK_STATES),
        Parameter("limit", "integer", "Most tasks in one answer.", default=20)),
    Operation("stats", "metrics", "StatsAnswer",
        "Whether checking helps, in figures of the tasks so far: valid and working at first try, "
        "rounds, mistakes, what hooks cost; of all, and per day, client and model.",
        Parameter("days", "integer", "Only the last days.", default=90),
        Parameter("client", "string", "Only tasks of this client."),
        Parameter("model", "string", "Only tasks of this model.")),
    Operation("lessons", "lessons", "LessonListing",
        "Mistakes that were mended here, and what is right instead: seen how often, with how many "
        "hits. They rank fixes, and warn from the second sighting on.",
        Parameter("name", "string", "Only those of this id, class, module, function or name."),
        Parameter("state", "string", "Only those in this state.",
            choices=("on", "off", "dead", "forgotten")),
        *_PAGE),
    Operation("map", "overview", "MapListing",
        "What the workspace consists of: packages and other folders with the number of their files "
        "and what lies in them, tests last.",
        Parameter("below", "string", "Only what lies below this folder."),
        *_PAGE),
    Operation("dependencies", "dependencies", "DependencyAnswer",
        "Which parts of the workspace import which: the folders and modules in a folder, how often "
        "each imports another, and the circles of modules that import each other.",
        Parameter("below", "string", "The folder whose parts are meant; by default the root."),
        *_LONG_PAGE),
    Operation("status", "overview", "StatusAnswer",
        "State of the index: generation, pending, what was not indexed and why, environment, "
        "sizes, watcher."),
)
# fmt: on
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _ALL}

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": (list, tuple),
    "objects": (list, tuple),
    "object": dict,
}


# A file may change again while it is read again; not for ever.
_ATTEMPTS = 8


def call(workspace: OpenWorkspace, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer an operation; raise KeyError for an unknown one, or InvalidArgumentsError."""
    operation = OPERATIONS[name]
    arguments = checked(operation, arguments)
    handle: str | None = arguments.pop("session", None)
    if operation.needs_session:
        arguments["handle"] = handle
    answer = _answer(workspace, operation, arguments)
    if handle and not operation.needs_session:
        # Late: only sessions of agents need it.
        from ..sessions.read_log import record

        record(workspace, handle, answer)
    return answer


def _answer(
    workspace: OpenWorkspace, operation: Operation, arguments: dict[str, Any]
) -> Mapping[str, Any]:
    """Return the answer of an operation, again and again if a file changes meanwhile."""
    for _ in range(_ATTEMPTS):
        try:
            return operation.function(workspace, **arguments)
        except StaleError as stale:
            workspace = workspace.after_change(stale.path)
        except DamagedError:
            workspace = workspace.after_change("")
    raise FluxIndexError("files change faster than they are read")


def checked(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with defaults filled in; raise InvalidArgumentsError if they do not fit."""
    known = {parameter.name: parameter for parameter in operation.parameters}
    for key in arguments:
        if key not in known:
            takes = ", ".join(known) or "no arguments"
            raise InvalidArgumentsError(
                f"{operation.name} has no argument {key!r}; it takes {takes}"
            )
    result: dict[str, Any] = {}
    for parameter in operation.parameters:
        value = arguments.get(parameter.name)
        if value is None:
            if parameter.required:
                raise InvalidArgumentsError(f"{operation.name} needs {parameter.name!r}")
            value = parameter.default
        elif not isinstance(value, _PYTHON_TYPES[parameter.type]) or (
            parameter.type == "integer" and isinstance(value, bool)
        ):
            raise InvalidArgumentsError(
                f"{parameter.name!r} takes a value of type {parameter.type}, not {value!r}"
            )
        elif parameter.type == "objects":
            if not all(isinstance(each, dict) for each in value):
                raise InvalidArgumentsError(f"{parameter.name!r} takes a list of JSON objects")
        elif parameter.choices:
            for choice in value if parameter.type == "array" else [value]:
                if choice not in parameter.choices:
                    raise InvalidArgumentsError(
                        f"{parameter.name!r} takes {', '.join(parameter.choices)}, not {choice!r}"
                    )
        if parameter.type == "integer" and isinstance(value, int) and value < 0:
            raise InvalidArgumentsError(f"{parameter.name!r} cannot be negative")
        result[parameter.name] = value
    return result
