"""What a user of Claude Code sees: plays that say themselves what is wanted of what comes back."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from claude_code import Workbench
from plays import Play, Reply

VIEWS, HELPERS, APP = "src/flask/views.py", "src/flask/helpers.py", "src/flask/app.py"
SIGNALS, GLOBALS, SCAFFOLD = (
    "src/flask/signals.py",
    "src/flask/globals.py",
    "src/flask/sansio/app.py",
)
SYNC = "        return current_app.ensure_sync(meth)(**kwargs)  # type: ignore[no-any-return]\n"
BARE = "        return current_app.ensure_sync(meth)(**kwargs)\n"
ASYNCH = "        return current_app.ensure_asynch(meth)(**kwargs)\n"
HEAD = "        view.view_class = cls  # type: ignore\n"
MISSING = HEAD + "        current_app.nothing_here()  # type: ignore[no-any-return]\n"
RAISE = "        raise NotImplementedError{}\n\n    @classmethod"
MOST_TOKENS = 1_800
"""What is before a model without a call may have so many."""
_SERVED_SECONDS = 30.0


@dataclass(frozen=True)
class Scenario:
    """A play, and the state in which the workspace is found."""

    play: Callable[[Workbench], Play]
    index: bool = True
    mcp: bool = True
    client: str = "claude-code"
    prompts: tuple[str, ...] = ("PLAY:main do it",)
    others: tuple[tuple[str, Callable[[Workbench], Play]], ...] = ()
    """Plays of subagents, and of later prompts."""
    arguments: tuple[str, ...] = ()
    """What the program is called with besides."""
    may_refuse: bool = False
    """True if something in it is to be refused."""


def _served(b: Workbench) -> None:
    """Wait until the workspace is served, as it is by the time that a model has thought."""
    until = time.monotonic() + _SERVED_SECONDS
    while time.monotonic() < until:
        notes = b.home.glob(".cache/flux-index/workspaces/*/writer.lock")
        if any(note.read_bytes()[1:] for note in notes):
            return
        time.sleep(0.05)


def _invented(b: Workbench) -> Play:
    _served(b)
    yield b.read(VIEWS)
    t = yield b.edit(VIEWS, SYNC, ASYNCH)
    b.want("refused, and what exists is named", t.is_refused and "ensure_sync" in t.all, t)
    t = yield b.edit(VIEWS, SYNC, BARE)
    b.want(
        "the right one passes without a word", not t.is_refused and "flux-index:" not in t.all, t
    )
    t = yield b.edit(VIEWS, HEAD, MISSING)
    b.want("`type: ignore` of something else hides nothing", t.is_refused, t)


def _new_file(b: Workbench) -> Play:
    _served(b)
    module = "from .helpers import url_for\n\n\ndef link_of(name: str) -> str:\n"
    t = yield b.write("src/flask/links.py", f"{module}    return url_for(name)\n")
    b.want("a module is not refused", not t.is_refused, t)
    b.want("what it calls is told beside it", "def url_for(" in t.all, t)
    script = 'import flask\n\n\ndef main():\n    print(flask.Flask("x").url_map)\n\n\nmain()\n'
    t = yield b.write("scratch.py", script)
    b.want("a script is not refused", not t.is_refused, t)


def _shown(b: Workbench) -> Play:
    _served(b)
    yield b.read(APP, offset=1, limit=10)
    yield b.mcp("definition", name="Flask.make_response")
    old = "        :param rv: the return value from the view function. The view function\n"
    t = yield b.edit(APP, old, old.replace("from", "of"))
    b.want("an edit of what `definition` has shown passes", not t.is_refused, t)
    yield b.bash("flux-index query source Flask.handle_user_exception")
    old = "        if isinstance(e, BadRequestKeyError) and (\n"
    t = yield b.edit(APP, old, old.replace("\n", "  # noqa\n"))
    b.want("an edit of what `query source` has shown passes", not t.is_refused, t)
    yield b.bash("grep -rn 'def full_dispatch_request' src/flask")
    old = "    def full_dispatch_request(self) -> Response:\n"
    t = yield b.edit(APP, old, old.replace("\n", "  # noqa\n"))
    b.want("an edit of a line that grep has shown passes", not t.is_refused, t)


def _partial(b: Workbench) -> Play:
    _served(b)
    yield b.read(APP, offset=1, limit=60)
    old = "    def create_jinja_environment(self) -> Environment:\n"
    t = yield b.edit(APP, old, old.replace("\n", "  # x\n"))
    b.want("what is around it is told beside it", "create_jinja_environment" in t.all, t)
    b.want("it is not refused", not t.is_refused, t)


def _overwritten(b: Workbench) -> Play:
    _served(b)
    yield b.read(SIGNALS)
    text = b.text(SIGNALS)
    changed = text.replace("_signals = Namespace()", "_signals = Namespace()  # by the user")
    (b.folder / SIGNALS).write_text(changed)
    t = yield b.write(SIGNALS, text + "\n# by the agent\n")
    b.want("what its user changed is not overwritten", "by the user" in b.text(SIGNALS), t)


def _removed(b: Workbench) -> Play:
    yield b.read(HELPERS)
    source = b.text(HELPERS)
    at = source.index("def get_flashed_messages(")
    t = yield b.edit(HELPERS, source[at : source.index("\ndef ", at) + 1], "")
    b.want("told after the edit", "was removed" in t.all, t)
    t = yield Reply("I am done.")
    b.want("kept from stopping", "get_flashed_messages" in t.all, t)
    yield Reply("I am done.")


def _refactoring(b: Workbench) -> Play:
    """Uses first, definitions after."""
    _served(b)
    yield b.read(VIEWS, HELPERS, APP, GLOBALS, SCAFFOLD, "src/flask/__init__.py")
    request, session = "from .globals import request\n", "from .globals import session\n"
    age = "def _age_of(name: str) -> int | None:\n    return current_app.download_age(name)\n\n\n"
    static = "    def send_static_file(self, filename: str) -> Response:\n"
    rules = "    def download_age(self, name: str) -> int | None:\n"
    rules += "        return self.age_rules().get(name)\n\n"
    aborter = "    def make_aborter(self) -> Aborter:\n"
    table = "    def age_rules(self) -> dict[str, int]:\n        return {}\n\n"
    made = "import typing as t\n\nfrom .globals import current_app\n\n\n"
    made += "def run_view(view: t.Callable[..., t.Any], given: dict[str, t.Any]) -> t.Any:\n"
    made += "    return current_app.ensure_sync(view)(**given)\n"
    sender = "def send_from_directory(\n"
    steps = [
        b.edit(VIEWS, request, "from .dispatching import run_view\n" + request),
        b.edit(VIEWS, SYNC, "        return run_view(meth, kwargs)\n"),
        b.edit(HELPERS, session, session + "from .globals import unbound_names\n"),
        b.edit(HELPERS, sender, age + sender),
        b.edit(APP, static, rules + static),
        b.edit(SCAFFOLD, aborter, table + aborter),
        b.edit(GLOBALS, "_no_app_msg = ", 'unbound_names = ("app",)\n\n_no_app_msg = '),
        b.write("src/flask/dispatching.py", made),
    ]
    n_refused = n_told = 0
    for step in steps:
        t = yield step
        n_refused += t.is_refused
        n_told += "flux-index: this" in t.all
    b.want(f"no right step is refused ({n_refused})", not n_refused)
    b.want(f"no note is made untrue by a later step ({n_told})", not n_told)
    b.want("Stop says nothing", True)  # which ends the play
    t = yield Reply("done")
    b.want("Stop says nothing", "Stop hook" not in t.all, t)


def _parallel(b: Workbench) -> Play:
    yield b.read(VIEWS, GLOBALS)
    old = "from .globals import request\n"
    first = b.edit(VIEWS, old, "from .globals import names_known\n" + old)
    second = b.edit(GLOBALS, "_no_app_msg = ", "names_known = ()\n_no_app_msg = ")
    t = yield Reply(calls=first.calls + second.calls)
    b.want("neither is refused", not t.is_refused, t)


def _subagent(b: Workbench) -> Play:
    given = {"description": "x", "prompt": "PLAY:sub", "subagent_type": "general-purpose"}
    yield Reply(calls=(("Agent", given),))
    b.want("the main agent is not told again", True)  # which ends the play
    t = yield Reply("done")
    b.want("the main agent is not told again", "Stop hook" not in t.all, t)
    yield Reply("done")


def _sub(b: Workbench) -> Play:
    path = "src/flask/templating.py"
    yield b.read(path)
    t = yield b.edit(path, "def stream_template(", "def streamed_template(")
    b.want("the subagent is told", "stream_template" in t.all and "flux-index" in t.all, t)
    yield Reply("done")
    yield Reply("done")


def _worktree(b: Workbench) -> Play:
    _served(b)
    yield Reply(calls=(("EnterWorktree", {"name": "wt"}),))
    tree = b.path(".claude/worktrees/wt") + "/"
    yield b.read(tree + VIEWS, tree + HELPERS)
    t = yield b.edit(tree + VIEWS, HEAD, HEAD + "        current_app.nothing_here()\n")
    b.want("an invented method is refused there too", t.is_refused, t)
    old = "def get_debug_flag() -> bool:\n"
    yield b.edit(tree + HELPERS, old, "def brand_new(x: int) -> int:\n    return x\n\n\n" + old)
    t = yield b.mcp("exists", names=["flask.helpers.brand_new"])
    b.want("what was just written there exists", "missing: flask" not in t.all, t)
    b.want("the answer says of which tree it is", ".claude/worktrees/wt" in t.all, t)
    t = yield b.mcp("references", name="get_flashed_messages")
    b.want("nothing is counted twice", "20 references" not in t.all, t)
    yield Reply("done")
    yield Reply("done")


def _late_index(b: Workbench) -> Play:
    yield b.read(VIEWS)
    yield b.bash("flux-index index")
    t = yield b.edit(VIEWS, "class View:\n", "class View:  # x\n")
    b.want("what was read before there was an index is not called unread", not t.is_refused, t)


def _damaged(b: Workbench) -> Play:
    yield b.read(VIEWS)
    for path in (b.folder / ".flux-index").glob("*.db*"):
        with path.open("r+b") as file:
            file.write(os.urandom(8192))
    t = yield b.edit(VIEWS, "class View:\n", "class View:  # x\n")
    b.want("what is damaged stops nobody", not t.is_refused, t)


def _tools(b: Workbench) -> Play:
    _served(b)
    right = [
        b.mcp("search", query="jinja env"), b.mcp("definition", name="Flask.make_response"),
        b.mcp("references", name="get_flashed_messages"), b.mcp("members", name="Blueprint"),
        b.mcp("exists", names=["flask.Flask.make_response(status=)"]),
        b.mcp("context", task="a max age"), b.mcp("patterns", base="JSONTag"),
        b.mcp("validate", path=VIEWS, old=SYNC, new=ASYNCH),
    ]  # fmt: skip
    wrong = [
        b.mcp("search", limit="many"), b.mcp("definition", names=["x"]),
        b.mcp("references", name="x", relation="friends"), b.mcp("members", nome="x"),
        b.mcp("exists"), b.mcp("context", task=""), b.mcp("patterns", query="x"),
        b.mcp("validate", path="no/such.py", old="x", new="y"),
    ]  # fmt: skip
    for call in right:
        t = yield call
        b.want(f"{call.calls[0][0]} answers", not t.is_refused and len(t.all) < 8_000, t)
    for call in wrong:
        t = yield call
        is_told = t.is_refused and "Traceback" not in t.all
        b.want(f"{call.calls[0][0]} says what is wrong", is_told, t)


def _by_shell(b: Workbench) -> Play:
    _served(b)
    yield b.bash(f"printf '\\nno_such_call()\\n' >> {SIGNALS}")
    t = yield Reply("done")
    b.want("what a command has broken keeps it from stopping", "no_such_call" in t.all, t)
    yield Reply("done")


def _users_work(b: Workbench) -> Play:
    _served(b)
    yield b.read(VIEWS)
    for path, line in ((SIGNALS, "half_done("), (GLOBALS, "not_there_yet()")):
        with (b.folder / path).open("a") as file:
            file.write(f"\n{line}\n")
    b.want("it is not kept for its user's work", True)  # which ends the play
    t = yield Reply("The answer is 42.")
    b.want("it is not kept for its user's work", "Stop hook" not in t.all, t)
    yield Reply("The answer is 42.")


def _anothers_work(b: Workbench) -> Play:
    _served(b)
    yield b.read(VIEWS)
    yield b.edit(VIEWS, "class View:\n", "class View:  # mine\n")
    renamed = b.text(HELPERS).replace("def get_template_attribute(", "def template_attribute(")
    (b.folder / HELPERS).write_text(renamed)
    b.want("it is not kept for another agent's work", True)  # which ends the play
    t = yield Reply("done")
    b.want("it is not kept for another agent's work", "Stop hook" not in t.all, t)
    yield Reply("done")


def _start(b: Workbench) -> Play:
    t = yield b.bash("true")
    text = json.dumps(t.request["messages"])
    names = [tool["name"] for tool in t.request["tools"]]
    b.want("a map", "keeps an index of this Python workspace" in text)
    b.want("the rules", "How to work in this code base" in text)
    b.want("the tools", any("flux-index" in name for name in names))
    b.want("the skill", "flux-task: Change Python code step by step" in text)
    b.want("few tokens", b.tokens() < MOST_TOKENS, t)


def _completed(b: Workbench) -> Play:
    _served(b)
    yield Reply(calls=(("TaskCreate", {"subject": "Rename", "description": "Rename it"}),))
    yield b.read(HELPERS)
    yield b.edit(HELPERS, "def get_root_path(", "def get_package_path(")
    done = Reply(calls=(("TaskUpdate", {"taskId": "1", "status": "completed"}),))
    t = yield done
    b.want("not completed while uses are left", "get_root_path" in t.all, t)
    t = yield done
    b.want("told once", "get_root_path" not in t.all, t)


def _plugin(b: Workbench) -> Play:
    _served(b)
    yield b.read(VIEWS)
    t = yield b.edit(VIEWS, SYNC, ASYNCH)
    b.want("its hooks refuse", t.is_refused and "ensure_sync" in t.all, t)
    text = json.dumps(t.request["messages"])
    b.want("its skill is offered", "judge edits. Before Python code is written" in text)


def _before_compaction(b: Workbench) -> Play:
    yield b.read(VIEWS)
    yield b.edit(VIEWS, RAISE.format("()"), RAISE.format(""))


def _after_compaction(b: Workbench) -> Play:
    t = yield b.edit(VIEWS, RAISE.format(""), RAISE.format("()"))
    b.want("the host puts the file back", "calling the Read tool" in json.dumps(t.request), t)
    b.want("what the host puts back counts as read", not t.is_refused, t)


SCENARIOS = {
    "invented": Scenario(_invented, may_refuse=True),
    "new file": Scenario(_new_file),
    "shown by own tools": Scenario(_shown),
    "in part": Scenario(_partial),
    "overwritten": Scenario(_overwritten, may_refuse=True),
    "removed": Scenario(_removed),
    "refactoring": Scenario(_refactoring),
    "parallel": Scenario(_parallel),
    "subagent": Scenario(_subagent, others=(("sub", _sub),)),
    "worktree": Scenario(_worktree, may_refuse=True),
    "late index": Scenario(_late_index, index=False, mcp=False),
    "damaged": Scenario(_damaged),
    "tools": Scenario(_tools),
    "by shell": Scenario(_by_shell),
    "user's work": Scenario(_users_work),
    "another's work": Scenario(_anothers_work),
    "start": Scenario(_start),
    "completed": Scenario(_completed, arguments=("--allowedTools", "TaskCreate,TaskUpdate")),
    # Without a screen nobody can say that the folder is trusted, in which it is found otherwise.
    "plugin": Scenario(
        _plugin,
        client="claude-plugin",
        arguments=("--plugin-dir", ".claude/skills/flux-index"),
        may_refuse=True,
    ),
    "compaction": Scenario(
        _before_compaction,
        prompts=("PLAY:main", "/compact", "PLAY:after"),
        others=(("after", _after_compaction),),
    ),
}
