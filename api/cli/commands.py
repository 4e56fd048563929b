"""The commands beside ``query``: names, parameters, and the modules that run them."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ..operations.table import OPERATIONS
from ..version import version
from .help import command_help, operations_help, overview
from .options import AS_JSON, FORMAT, HELP, Parameter, parse, suggestion
from .output import tell, write, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


class Command:
    """A command, run by ``run`` of the module of the same name, or by the function that it names.

    That is called with the values of its parameters and, as ``workspace``, the folder that it works
    on. A command that ``takes`` other arguments has its ``PARAMETERS`` in its module, and is called
    with its whole command line.
    """

    # To import typing or dataclasses would cost as much as the rest of a short command.
    __slots__ = ("doc", "examples", "function", "name", "on_workspace", "parameters", "takes")

    def __init__(
        self,
        name: str,
        doc: str,
        parameters: tuple[Parameter, ...] = (),
        *,
        examples: tuple[str, ...],
        on_workspace: bool = True,
        takes: str = "",
        function: str = "",
    ) -> None:
        """``on_workspace`` is True if it takes a folder, as ``[DIR]`` or ``--workspace``.

        ``function`` is ``module:function``, by name so that no command loads another's code.
        """
        self.name = name
        self.doc = doc
        self.parameters = parameters
        self.examples = examples
        self.on_workspace = on_workspace
        self.takes = takes
        self.function = function

    @property
    def usage(self) -> str:
        """The form of its command line."""
        takes = self.takes or ("[DIR]" if self.on_workspace else "")
        return f"flux-index {self.name} {takes}{' ' if takes else ''}[options]"

    @property
    def module(self) -> Any:
        """The module that runs it, loaded for this command alone."""
        return import_module(self.function.partition(":")[0] or f".{self.name}", __package__)

    @property
    def run(self) -> Callable[..., int]:
        """The function that runs it."""
        return getattr(self.module, self.function.partition(":")[2] or "run")

    @property
    def options(self) -> tuple[Parameter, ...]:
        """All that it takes on the command line."""
        if self.takes:
            return (*self.module.PARAMETERS, HELP)
        return (*self.parameters, *((_WORKSPACE,) if self.on_workspace else ()), HELP)


# fmt: off
_WORKSPACE = Parameter("workspace", "string",
    "The same as DIR: a folder or file of the workspace.", default=None)
_JSON = Parameter("json", "boolean", "Print one JSON object.", default=False)
_QUIET = Parameter("quiet", "boolean", "Print errors only.", default=False)
_ALL = (
    Command("index",
        "Bring the index of a workspace up to date: find its files, extract what is new, store it. "
        "What is done is kept when this is interrupted. When another process keeps the index, "
        "this waits until that one is done.",
        (
            Parameter("jobs", "integer",
                "Worker processes; by default one for each processor, 1 for none."),
            Parameter("executor", "string",
                "Extract on other machines: dask://HOST:PORT or ray://HOST:PORT, a cluster that "
                "you trust and that has the same flux-index installed."),
            Parameter("semantic", "boolean",
                "Also make vectors of what definitions mean, for `reuse`, with the model that the "
                "user's setting `semantic-model` names; it is downloaded once.", default=False),
            _QUIET, _JSON),
        examples=(
            "flux-index index", "flux-index index ~/src/project --jobs 2",
            "flux-index index --executor dask://127.0.0.1:8786")),
    Command("status",
        "Show the state of the index: how current, how large, what is not indexed and why.",
        (FORMAT, AS_JSON),
        examples=("flux-index status",), function=".query:status"),
    Command("export",
        "Write what is known of the workspace as an index of SCIP, which code search and other "
        "tools read: definitions, references and docs of every symbol, as far as they are known "
        "exactly or through types.",
        examples=("flux-index export scip", "flux-index export scip --output /tmp/index.scip"),
        on_workspace=False, takes="scip [DIR]"),
    Command("examples",
        "Write pairs of bad and good code with their context, for training and judging models: "
        "from agents' mistakes here, from commits that mended one, and from mutations. Each was "
        "judged; `check` judges those of the files as they are again.",
        examples=(
            "flux-index examples export", "flux-index examples export --format openai-chat",
            "flux-index examples check examples.jsonl"),
        on_workspace=False, takes="export [DIR] | check FILE"),
    Command("train",
        "Fit the ranker of fixes to what was taken, overruled or mended in this workspace, and to "
        "mutations of its code. It shows weights, figures and what would have been otherwise, and "
        "is kept only when it is better on what was held back, beyond chance. Below 300 decisions "
        "nothing is fitted.",
        (
            Parameter("dry_run", "boolean", "Keep nothing.", default=False),
            Parameter("show", "boolean", "Show the ranker that is kept.", default=False),
            Parameter("forget_it", "boolean", "Remove the ranker that is kept.", default=False),
            _JSON),
        examples=("flux-index train", "flux-index train --dry-run", "flux-index train --show")),
    Command("import",
        "Take over what another indexer knows of the workspace, from an index of SCIP that it "
        "wrote: `definition` and `references` answer by it what they do not know themselves, and "
        "say whose knowledge it is. Without a file, list what was imported.",
        examples=(
            "flux-index import scip index.scip", "flux-index import scip",
            "flux-index import scip --remove"),
        on_workspace=False, takes="scip [FILE]", function=".import_index"),
    Command("sql",
        "Ask the index in SQL, by views that are documented and stay: files, symbols, occurrences, "
        "inheriting. Read-only, and bounded in time. Without a question, list the views and the "
        "file, which datasette opens as well.",
        examples=(
            "flux-index sql",
            'flux-index sql "SELECT path, symbols FROM files ORDER BY symbols DESC LIMIT 5"'),
        on_workspace=False, takes="[SELECT]"),
    Command("watch",
        "Bring the index up to date, then keep it so until interrupted. A line names files that "
        "changed together, and says how long after the last of them was saved queries saw it.",
        (_QUIET,), examples=("flux-index watch",)),
    Command("clean",
        "Remove the index of a workspace. What was learned (ledger.db) is never removed.",
        (
            Parameter("all", "boolean", "Also the cache that all workspaces share.",
                default=False),
            _JSON),
        examples=("flux-index clean",), function=".index:clean"),
    Command("doctor",
        "Check whether all that flux-index needs is there and works, and say what to do if not.",
        (_JSON,), examples=("flux-index doctor",)),
    Command("serve",
        "Keep the index current and answer JSON-RPC 2.0: on standard input and output, a socket or "
        "a TCP port. One process serves a workspace; later ones attach to it.",
        (
            Parameter("stdio", "boolean", "Speak on standard input and output.", default=False),
            Parameter("tcp", "string",
                "Listen on PORT or HOST:PORT of the loopback; port 0 takes any that is free."),
            Parameter("socket", "string", "Listen on a Unix socket at this path."),
            Parameter("idle_exit", "number", "End after so many seconds without a client.")),
        examples=("flux-index serve --stdio", "flux-index serve --tcp 127.0.0.1:0"),
        function="..rpc.serve:run"),
    Command("ps",
        "Show the processes that serve workspaces of yours: by `serve`, by `watch`, by an editor's "
        "language server, or started by an agent's first question.",
        (_JSON,),
        examples=("flux-index ps", "flux-index ps --json"), on_workspace=False),
    Command("stop",
        "End the process that serves a workspace; the next question that needs one starts another. "
        "The language server of an editor is left alone.",
        (Parameter("all", "boolean", "Those of all workspaces.", default=False), _JSON),
        examples=("flux-index stop", "flux-index stop --all")),
    Command("ui",
        "Show the code base in the browser, on a page that only this machine can reach: who uses "
        "a symbol and what it uses, classes, modules and their circles, what your edit breaks "
        "while you make it, and what agents did. Ends when nobody looks at it.",
        (
            Parameter("port", "integer", "Port of the loopback; 0 takes any that is free.",
                default=0),
            Parameter("open", "boolean", "Open the page in the browser.", default=True),
            Parameter("editor", "string",
                "How to open a place in your editor: an address with {path}, {line} and {column}.",
                default="vscode://file{path}:{line}:{column}"),
            Parameter("idle_exit", "number", "End after so many seconds without a page.",
                default=900.0)),
        examples=("flux-index ui", "flux-index ui ~/src/project --port 8800 --no-open"),
        function="..ui.main:run"),
    Command("mcp",
        "Serve a coding agent by the Model Context Protocol, on standard input and output. "
        "Questions are passed on to the process that serves the workspace, which is started when "
        "there is none.",
        (
            Parameter("workspace", "string",
                "A folder or file of the workspace; by default what the agent's host says."),
            Parameter("profile", "string",
                "`default` for few tools, `guard` for those that remember what was read as well, "
                "`loop` for `task`, which works step by step, `full` for every operation.",
                default="default", choices=("default", "guard", "loop", "full")),
            Parameter("budget", "integer", "Tokens that an answer may have.", default=1500),
            Parameter("idle_exit", "number",
                "Seconds without a question after which the serving process ends.",
                default=900.0),
            Parameter("raw", "boolean",
                "For programs: structured answers hold what the operations answered, too.",
                default=False)),
        examples=("flux-index mcp", "flux-index mcp --workspace ~/src/project"),
        on_workspace=False, function="..mcp.main:run"),
    Command("validate",
        "Check an edit against the whole code base: what it gets wrong, and what it breaks "
        "elsewhere. Without options, the edit is what git says has changed.",
        examples=(
            "flux-index validate", "flux-index validate src --all",
            "flux-index validate --stdin --path src/app.py < proposed.py"),
        on_workspace=False, takes="[PATH...]"),
    Command("suggest",
        "Show what is worth changing, found unasked: dead code, clones, import cycles, parameters "
        "that are only passed on, and more. Each comes with what it rests on and what would make "
        "it wrong. --apply makes one of them, checked like any edit; `query task.undo` takes it "
        "back.",
        examples=(
            "flux-index suggest", "flux-index suggest src --grade likely --kind dead-code",
            "flux-index suggest --apply 7c1fb9a2"),
        on_workspace=False, takes="[PATH...]"),
    Command("explain",
        "Show why `validate` made a finding: the chain of knowledge behind it, link by link, and "
        "why no excuse applies. FINDING is a place, FILE:LINE or FILE:LINE:COL, or an id, as "
        "`validate --format json` prints it.",
        examples=("flux-index explain src/app.py:12", "flux-index explain 7c1fb9a2 --since main"),
        on_workspace=False, takes="FINDING"),
    Command("fix",
        "Fix what can be fixed in an edit: safe fixes only, or with --unsafe the first that is "
        "offered. A fix that does not help is not kept. On a terminal, the changes are shown and "
        "asked about first.",
        examples=("flux-index fix", "flux-index fix src/app.py --all --dry-run"),
        on_workspace=False, takes="[PATH...]"),
    Command("run",
        "Have a language model work on a task here, step by step: it asks the index, plans, and "
        "submits edits; each is judged before anybody is asked, shown as a diff, and written all "
        "or none. Ends with 0 done, 1 verify failed, 3 budget, 4 no progress, 5 refused by the "
        "user, 6 model error; what is left is said. Needs the extra: "
        "pip install 'flux-index[agent]'.",
        examples=(
            'flux-index run "Add a discount to Order.total" --model anthropic:claude-sonnet-4-5',
            'flux-index run "…" --model openai:local --base-url http://127.0.0.1:8000/v1 --dry-run',
            "flux-index run --resume last"),
        on_workspace=False, takes='"TASK"'),
    Command("hook",
        "Answer an event of an agent's host, told as JSON on standard input: session-start, "
        "user-prompt, pre-tool, post-tool, task-completed, stop or subagent-stop. Set up "
        "by `flux-index setup`. Whatever goes wrong is logged in .flux-index/hooks.log and stops "
        "nobody.", examples=("flux-index hook pre-tool --guard refuse",), on_workspace=False,
        takes="EVENT"),
    Command("setup",
        "Set up a client of agents to use flux-index: hooks, the MCP server, and what its agents "
        "should know; or take all of that out again. CLIENT is claude-code, claude-plugin, codex, "
        "codex-plugin, cursor, opencode, aider, gemini, gemini-extension or vscode. Only our own "
        "parts of files are touched.",
        examples=(
            "flux-index setup claude-code --dry-run", "flux-index setup codex --guard refuse",
            "flux-index setup claude-code --remove"),
        on_workspace=False, takes="CLIENT"),
    Command("rules",
        "List what `validate` looks for, with how severe it is at most. With --agent, show how to "
        "work in the workspace's code base, as rules for a coding agent; or put them into a file "
        "that agents read, in a block of their own, and take them out again.",
        (
            Parameter("agent", "boolean", "The rules of the code base, for an agent.",
                default=False),
            Parameter("write", "array",
                "With --agent: files to put the rules into, such as AGENTS.md, CLAUDE.md or "
                ".cursor/rules/flux-index.mdc; what else is in them stays."),
            Parameter("remove", "array", "With --agent: files to take the rules out of."),
            Parameter("workspace", "string", "A folder or file of the workspace."),
            _JSON),
        examples=(
            "flux-index rules", "flux-index rules --agent",
            "flux-index rules --agent --write AGENTS.md,CLAUDE.md"),
        on_workspace=False),
    Command("stats",
        "Show whether checking helps, in figures of the tasks so far: valid and working at first "
        "try, rounds, mistakes, what hooks cost; of all, and per day, client and model.",
        (
            Parameter("days", "integer", "Only the last days.", default=90),
            Parameter("client", "string", "Only tasks of this client."),
            Parameter("model", "string", "Only tasks of this model."),
            Parameter("html", "string",
                "Write a page with plots to this file; it needs no network."),
            FORMAT, AS_JSON),
        examples=("flux-index stats", "flux-index stats --days 30 --html figures.html")),
    Command("lessons",
        "List, show or forget what was learned from mistakes that were mended here, or write it to "
        "a file of the repository for others. Lessons rank fixes, and warn from the second "
        "sighting on; those of the repository only rank until they were seen here.",
        examples=(
            "flux-index lessons list", "flux-index lessons show a133b2c6d8",
            "flux-index lessons forget a133b2c6d8", "flux-index lessons share"),
        on_workspace=False, takes="list|show|forget|share [ID...]"),
    Command("ledger",
        "Show what is kept of sessions and tasks, write it as JSON lines, or forget a task, a "
        "session, all until a day, or all. What files were before an edit, kept for undoing it, "
        "is never exported.",
        examples=(
            "flux-index ledger show", "flux-index ledger export --output ledger.jsonl",
            "flux-index ledger forget --before 2026-01-31"),
        on_workspace=False, takes="show|export|forget"),
    Command("lsp",
        "The language server, on standard input and output unless its options say otherwise.",
        (
            Parameter("stdio", "boolean",
                "Speak on standard input and output, as without options.", default=False),
            Parameter("tcp", "integer",
                "Wait for one editor on this loopback port instead, which is "
                "told on standard error; 0 takes any that is free.")),
        examples=("flux-index lsp", "flux-index lsp --tcp 0"),
        on_workspace=False, function="...lsp.main:run"),
    Command("config",
        "Show the settings that are in force, where each comes from and what it means, and where "
        "everything lies.",
        (_JSON,), examples=("flux-index config", "flux-index config --json")),
    Command("completion",
        "Write the script by which a shell completes command lines of flux-index. SHELL is bash, "
        "zsh or fish.",
        examples=(
            "flux-index completion bash > ~/.local/share/bash-completion/completions/flux-index",
            "flux-index completion zsh > ~/.zfunc/_flux-index",
            "flux-index completion fish > ~/.config/fish/completions/flux-index.fish"),
        on_workspace=False, takes="SHELL"),
    Command("version", "Show the version of flux-index and of what it runs on.", (_JSON,),
        examples=("flux-index version",), on_workspace=False, function=".commands:show_versions"),
)
# fmt: on
# Those that look at all files of the workspace.
_INDEXING = ("index", "serve", "status", "watch")
COMMANDS: dict[str, Command] = {command.name: command for command in _ALL}

_DOC = "An always-current index of a Python workspace, for editors and coding agents."


def run(arguments: Sequence[str]) -> int:
    """Run a command other than ``query``; returns the exit code."""
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        return _help(arguments[1:])
    if arguments[0] in ("--version", "-V"):
        write(f"flux-index {version()}\n")
        return 0
    command = COMMANDS.get(arguments[0])
    if command is None:
        raise InvalidArgumentsError(_unknown(arguments[0]))
    if not {"--help", "-h"}.isdisjoint(arguments):
        return _help([command.name])
    # The language server reads its own options, since editors add some of theirs.
    if command.name == "lsp":
        return _serve_editor(command, arguments[1:])
    if command.takes:
        return command.run(arguments[1:])
    values, targets = parse(arguments[1:], command.options, command.name)
    values = {each.name: values.get(each.name, each.default) for each in command.options[:-1]}
    if command.on_workspace:
        values["workspace"] = _folder(command, values["workspace"], targets)
    elif targets:
        raise InvalidArgumentsError(f"{command.name} takes no argument, it is given {targets[0]!r}")
    return command.run(**values)


def show_versions(*, json: bool) -> int:
    """Show the version of flux-index and of what it runs on."""
    # Late, since it costs more than the other commands' parsing.
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    parts = {"flux-index": version(), "python": sys.version.partition(" ")[0]}
    for package in ("tree-sitter", "tree-sitter-python", "watchdog", "pygls"):
        try:
            parts[package] = version_of(package)
        except PackageNotFoundError:
            parts[package] = "missing"
    if json:
        write_json(parts)
    else:
        tell(*(f"{name} {number}" for name, number in parts.items()))
    return 0


def _serve_editor(command: Command, arguments: Sequence[str]) -> int:
    """Run the language server with its own options; returns the exit code."""
    try:
        server = command.run
    except ModuleNotFoundError as error:
        if error.name not in ("flux_index.lsp", "flux_index.lsp.main"):
            raise
        raise FluxIndexError("this installation has no language server") from None
    return server(list(arguments))


def _folder(command: Command, option: str | None, targets: Sequence[str]) -> str:
    folders = [*targets, *([option] if option is not None else [])]
    if len(folders) > 1:
        raise InvalidArgumentsError(
            f"{command.name} works on one workspace, it is given {' and '.join(folders)}"
        )
    if not folders:
        if command.name in _INDEXING:
            from .opening import refuse_too_wide

            refuse_too_wide(os.getcwd())
        return os.getcwd()
    if not os.path.exists(folders[0]):
        raise InvalidArgumentsError(f"there is no folder {folders[0]}")
    return folders[0]


def _unknown(name: str) -> str:
    if name in OPERATIONS:
        return f"{name} is a query: flux-index query {name} ..."
    if name.startswith("-"):
        return f"there is no option {name}; flux-index --help tells what there is"
    near = suggestion(name, ("query", *COMMANDS))
    return f"there is no command {name!r}{near or '; flux-index --help tells what there is'}"


def _help(arguments: Sequence[str]) -> int:
    if not arguments:
        listed = [("query", "Ask a question; `flux-index query` tells which there are.")]
        listed += [(command.name, command.doc) for command in COMMANDS.values()]
        write(overview("flux-index COMMAND [options]", _DOC, listed))
    elif arguments[0] == "query":
        write(operations_help())
    elif (command := COMMANDS.get(arguments[0])) is not None:
        write(command_help(command.usage, command.doc, command.options, command.examples))
    else:
        raise InvalidArgumentsError(_unknown(arguments[0]))
    return 0
