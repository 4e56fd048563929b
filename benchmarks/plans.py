"""Plans: true ones, made from real commits, and each of them corrupted in six ways.

    python plans.py NAME=REPOSITORY… [--each 8] [--env FOLDER] [--json FILE] [--show]

REPOSITORY is a folder, or an address that git can clone. Of each, the newest commits are taken that
change from 2 to 12 Python files and more than bodies. The true plan of a commit, asked at its
parent, has a step for every class and function that it makes, changes or removes, with the
signature that this has afterwards and the APIs that it calls anew. Then one thing of it is made
wrong: a file that is not there, a method that nobody has, a keyword that nothing takes, a name that
is in use, a caller that is left out, a step before what it needs. Tells how many true plans are
called wrong, how many corruptions are found in the step that they are in, what a check takes, and
how many questions the messages of the commits leave for the user.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from commits import changed, clone, history
from process import quantile
from tasks import git

from flux_index.api.check.existence import look_up
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.source.entity_views import signature
from flux_index.api.tasks.changed import ChangedSymbol, changed_symbols, symbol_texts
from flux_index.indexer import facts as f
from flux_index.indexer import facts_view
from flux_index.indexer.errors import InvalidArgumentsError
from flux_index.indexer.index import Index
from flux_index.indexer.inference.access_paths import enclosing_call
from flux_index.indexer.inference.entities import (
    CLASS,
    FUNCTION,
    INFERRED,
    Entity,
    qualified_name,
)
from flux_index.indexer.inference.inference import Inference
from flux_index.indexer.inference.locate import entities_at
from flux_index.indexer.paths import is_test_file

Step = dict[str, Any]
Plan = list[Step]
_LEAST_FILES, _MOST_FILES, _MOST_STEPS = 2, 12, 30
_USES = 4
_SEED = 2026


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repositories", nargs="+", metavar="NAME=REPOSITORY")
    parser.add_argument("--each", type=int, default=8, help="plans of each repository")
    parser.add_argument("--look", type=int, default=150, help="commits that are looked at for them")
    parser.add_argument("--env", default="", help="the environment that the code runs in")
    parser.add_argument("--show", action="store_true", help="say what was wrong")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.env:
        os.environ["VIRTUAL_ENV"] = options.env
    results: list[dict[str, Any]] = []
    with TemporaryDirectory(prefix="flux-index-plans-") as work:
        os.environ["XDG_CACHE_HOME"] = os.path.join(work, "cache")
        for given in options.repositories:
            name, _, repository = given.partition("=")
            tree = clone(repository, os.path.join(work, name))
            found = 0
            for commit in reversed(history(tree, "HEAD", options.look, with_tests=False)):
                if found == options.each:
                    break
                result = measured(name, tree, commit)
                if result is not None:
                    found += 1
                    results.append(result)
                    if options.show:
                        show(result)
    print(summary(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


def measured(name: str, tree: str, commit: str) -> dict[str, Any] | None:
    """Check the true plan of a commit and its corruptions; None for one that gives no plan."""
    paths = changed(tree, commit)
    if not _LEAST_FILES <= len(paths) <= _MOST_FILES:
        return None
    git(tree, "checkout", "--quiet", "--force", "--detach", f"{commit}^")
    index = Index.open(tree)
    try:
        index.refresh()
        workspace = OpenWorkspace(index, "live")
        contents = {path: content_at(tree, commit, path) for path in paths}
        plan = true_plan(workspace, contents)
        if not _is_telling(plan):
            return None
        message = git(tree, "log", "-1", "--format=%B", commit).strip() or "a change"
        begun = call(workspace, "task.begin", {"text": message, "budget": 100})
        task = begun["task"]
        result: dict[str, Any] = {"name": name, "commit": commit, "steps": len(plan), "ms": []}
        result["asked"] = sum(each["by"] == "user" for each in begun["questions"])
        result["answered"] = len(begun["questions"]) - result["asked"]
        check(workspace, task, plan)  # from here on, warm
        answer, ms = check(workspace, task, plan)
        result["ms"].append(ms)
        result["verdict"], result["wrong"] = answer["verdict"], told(answer)
        at = random.Random(f"{_SEED}{commit}")
        result["corrupted"] = {}
        for kind, corrupt in CORRUPTIONS.items():
            made = corrupt(workspace, copy.deepcopy(plan), at)
            if made is None:
                continue
            worse, is_found = made
            answer, ms = check(workspace, task, worse)
            result["ms"].append(ms)
            is_told = is_found(answer)
            result["corrupted"][kind] = is_told or {"plan": worse, "answer": told(answer)}
        return result
    finally:
        index.close()


def content_at(tree: str, commit: str, path: str) -> bytes | None:
    """Return what a file is after a commit, None if it is gone."""
    if not git(tree, "ls-tree", commit, "--", path).strip():
        return None
    return git(tree, "show", f"{commit}:{path}").encode()


def check(workspace: OpenWorkspace, task: str, plan: Plan) -> tuple[Any, float]:
    """Return the answer to a plan, and how many milliseconds of CPU it took."""
    begun = time.thread_time()
    answer = call(workspace, "task.plan", {"task": task, "steps": plan, "replace": True})
    return answer, (time.thread_time() - begun) * 1000


def told(answer: Any) -> list[str]:
    """Return what an answer says is wrong."""
    wrong = [
        f"step {item['id']} {item['kind']} {item['path']}: {one['message']}"
        for item in answer["items"]
        for one in item["remarks"]
        if one["verdict"] == "wrong"
    ]
    missing = [
        f"missing {each['path']} {each.get('symbol', '')}: {each['message']}"
        for each in answer["missing"]
        if each["certain"]
    ]
    return wrong + missing


# The true plan


def true_plan(workspace: OpenWorkspace, contents: dict[str, bytes | None]) -> Plan:
    """Return the plan that a commit carried out, in an order in which it can be done."""
    before = workspace.inference(whole=True)
    after = workspace.with_contents(contents).inference(whole=False)
    steps: Plan = []
    for path in sorted(contents):
        if contents[path] is None:
            steps.append({"kind": "remove", "path": path})
            continue
        found = changed_symbols(before, after, [path])
        named = [each for each in found if each.name]
        if is_test_file(path):
            uses = [use for each in named for use in new_uses(before, after, each)]
            steps.append({"kind": "test", "path": path, "uses": uses[:_USES]})
            continue
        if not before.exists(path):
            steps.append({"kind": "create", "path": path})
        elif not named and found:
            steps.append({"kind": "change", "path": path})
        steps += [step_of(before, after, each) for each in named if not _is_inside(each, named)]
    for number, step in enumerate(steps, 1):
        step["id"] = str(number)
    return in_order(after, steps)


def _is_inside(one: ChangedSymbol, others: list[ChangedSymbol]) -> bool:
    """True for what is removed with its class, and for what is in a function."""
    owner = one.name.rpartition(".")[0]
    around = next((each for each in others if each.name == owner), None)
    if around is None:
        return False
    both = (around.after or around.before, one.after)
    return both[1] is None or (both[0] is not None and both[0].kind == FUNCTION)


def step_of(before: Inference, after: Inference, each: ChangedSymbol) -> Step:
    """Return the step that makes, changes or removes a class or function."""
    step: Step = {"kind": "change", "path": each.path, "symbol": each.name}
    if each.after is None:
        return {**step, "kind": "remove"}
    if each.before is None:
        step["kind"] = "create"
    if each.after.kind == CLASS:
        facts = after.need(each.path)
        written = [
            after_base(after, each.path, one.value)
            for one in facts_view.bases(facts, each.after.row)
            if one.is_positional
        ]
        if each.before is None and all(written):
            step["bases"] = written
    else:
        header = signature(after, each.after)
        if each.before is None or signature(before, each.before) != header:
            step["signature"] = header
    uses = new_uses(before, after, each)
    if uses:
        step["uses"] = uses[:_USES]
    return step


def after_base(after: Inference, path: str, expr: int) -> str:
    """Return the full name of a base."""
    found = after.strict().definitions_of(path, expr)
    return qualified_name(after, found[0].entity) if found else ""


def new_uses(before: Inference, after: Inference, each: ChangedSymbol) -> list[str]:
    """Return the calls of a symbol that it did not have, with their keywords."""
    old = set(calls_of(before, each.before)) if each.before is not None else set()
    return [use for use in calls_of(after, each.after) if use not in old]


def calls_of(inference: Inference, entity: Entity | None) -> list[str]:
    """Return the APIs that a definition calls, by their full names."""
    if entity is None:
        return []
    facts = inference.need(entity.path)
    table = facts.definition
    start, end = table.start[entity.row], table.end[entity.row]
    found: dict[str, None] = {}
    for one in facts_view.all_occurrences(facts, f.CALLED):
        if not start <= one.position < end or one.ref < 0:
            continue
        targets = entities_at(inference.strict(), entity.path, one)
        if len(targets) != 1 or targets[0].evidence > INFERRED:
            continue
        target = targets[0].entity
        if target.kind in (CLASS, FUNCTION) and not _is_local(inference, target):
            name = qualified_name(inference, target)
            found[name + _keywords(facts, one.ref)] = None
    return list(found)


def _keywords(facts: f.FileFacts, expr: int) -> str:
    """Return the keywords of a call as a plan tells of them; nothing for one without."""
    row = enclosing_call(facts, expr, 100)
    given = list(facts_view.arguments(facts, row)) if row >= 0 else []
    if any(one.is_unpacked for one in given):
        return ""
    names = [facts.names[one.key] for one in given if one.is_keyword]
    return f"({', '.join(f'{name}=' for name in names)})" if names else ""


def _is_local(inference: Inference, entity: Entity) -> bool:
    facts = inference.need(entity.path)
    scope = facts.definition.scope[entity.row]
    while scope > 0:
        if facts.scope.kind[scope] != f.CLASS_SCOPE:
            return True
        scope = facts.scope.parent[scope]
    return False


def in_order(after: Inference, steps: Plan) -> Plan:
    """Return steps so that what is made comes before what needs it, by the names in their texts."""
    ranks = {"create": 0, "change": 1, "remove": 2, "test": 3}
    steps = sorted(steps, key=lambda step: (ranks[step["kind"]], len(step.get("symbol", ""))))
    names = {
        step["id"]: full_name(after, step) for step in steps
        if step["kind"] == "create" and "symbol" in step
    }  # fmt: skip
    found: Plan = []
    left = steps
    while left:
        waiting = [step for step in left if step["id"] in names]
        ready = next((step for step in left if not _needs(step, waiting, names)), left[0])
        found.append(ready)
        left = [step for step in left if step is not ready]
    return found


def full_name(after: Inference, step: Step) -> str:
    """Return the dotted name of what a step is about."""
    module = after.snapshot.index.module_name(step["path"]) or ""
    return f"{module}.{step['symbol']}".strip(".")


def _needs(step: Step, waiting: Plan, names: dict[str, str]) -> bool:
    texts = [*step.get("uses", ()), *step.get("bases", ())]
    for other in waiting:
        name = names[other["id"]]
        if other is step:
            continue
        if any(text == name or text.startswith((f"{name}.", f"{name}(")) for text in texts):
            return True
        owner = step.get("symbol", "").rpartition(".")[0]
        if other["path"] == step["path"] and owner and other["symbol"] == owner:
            return True
    return False


def _is_telling(plan: Plan) -> bool:
    """True if a plan is more than changed bodies."""
    told_of = any(step["kind"] in ("create", "remove") or "signature" in step for step in plan)
    return told_of and 2 <= len(plan) <= _MOST_STEPS and any("symbol" in step for step in plan)


# Corruptions: the plan, and if an answer finds what is wrong about it.

Found = Callable[[Any], bool]
Made = tuple[Plan, Found] | None


def _remarked(step: str, *kinds: str) -> Found:
    def is_found(answer: Any) -> bool:
        return any(
            one["verdict"] == "wrong" and one["what"] in kinds
            for item in answer["items"]
            if item["id"] == step
            for one in item["remarks"]
        )

    return is_found


def _sources(plan: Plan) -> Iterator[Step]:
    """Yield the steps about classes and functions that are there."""
    for step in plan:
        if step["kind"] in ("change", "remove") and "symbol" in step:
            yield step


def no_such_file(workspace: OpenWorkspace, plan: Plan, at: random.Random) -> Made:
    """A step changes a file that is not there."""
    del workspace
    steps = [*_sources(plan)] or [each for each in plan if each["kind"] == "change"]
    if not steps:
        step: Step = {"id": "x", "kind": "change", "path": plan[0]["path"], "symbol": "run"}
        plan.append(step)
        steps = [step]
    step = at.choice(steps)
    folder, _, name = step["path"].rpartition("/")
    step["path"] = f"{folder}/{name.removesuffix('.py')}_core.py".lstrip("/")
    return plan, _remarked(step["id"], "path")


def invented_method(workspace: OpenWorkspace, plan: Plan, at: random.Random) -> Made:
    """A step uses a method that its class does not have."""
    inference = workspace.inference(whole=False)
    owner = _a_class(inference, plan, at)
    if owner is None:
        return None
    step = at.choice(plan)
    step["uses"] = [*step.get("uses", ()), f"{owner}.fetch_everything_again()"]
    return plan, _remarked(step["id"], "use")


def _a_class(inference: Inference, plan: Plan, at: random.Random) -> str | None:
    """Return a class of the workspace that no step makes or changes as a whole."""
    taken = {(step["path"], step.get("symbol", "")) for step in plan}
    taken |= {(step["path"], "") for step in plan if "symbol" not in step}
    found: list[str] = []
    for path in inference.snapshot.paths():
        facts = None if is_test_file(path) or (path, "") in taken else inference.facts(path)
        for row in facts_view.definitions(facts, f.CLASS) if facts is not None else ():
            entity = Entity(CLASS, path, row)
            known = call_exists(
                inference, f"{qualified_name(inference, entity)}.fetch_everything_again"
            )
            inner = facts_view.definition_name(facts, row) if facts is not None else ""
            if known == "missing" and (path, inner) not in taken:
                found.append(qualified_name(inference, entity))
        if len(found) > 20:
            break
    return at.choice(found) if found else None


def call_exists(inference: Inference, query: str) -> str:
    """Return if an API exists, as the operation of that name says it."""
    try:
        return look_up(inference, query).verdict
    except InvalidArgumentsError:  # a file that is no module
        return "unknown"


def wrong_keyword(workspace: OpenWorkspace, plan: Plan, at: random.Random) -> Made:
    """A step calls a function with a keyword that it does not take."""
    inference = workspace.inference(whole=False)
    changed_ones = {step.get("symbol", "").rpartition(".")[2] for step in plan}
    used = [use for step in plan for use in step.get("uses", ())]
    functions = [*(use.partition("(")[0] for use in used), *_functions(inference)]
    right = [
        name
        for name in functions[:80]
        if name.rpartition(".")[2] not in changed_ones
        and call_exists(inference, name) == "exists"
        and call_exists(inference, f"{name}(colour_of_the_sky=)") == "missing"
    ]
    if not right:
        return None
    step = at.choice(plan)
    step["uses"] = [*step.get("uses", ()), f"{at.choice(right[:10])}(colour_of_the_sky=)"]
    return plan, _remarked(step["id"], "use")


def _functions(inference: Inference) -> list[str]:
    found: list[str] = []
    for path in inference.snapshot.paths():
        facts = None if is_test_file(path) else inference.facts(path)
        for row in facts_view.definitions(facts, f.FUNCTION) if facts is not None else ():
            entity = Entity(FUNCTION, path, row)
            if not _is_local(inference, entity):
                found.append(qualified_name(inference, entity))
        if len(found) > 60:
            break
    return found


def name_in_use(workspace: OpenWorkspace, plan: Plan, at: random.Random) -> Made:
    """A step makes something under a name that its file has already."""
    inference = workspace.inference(whole=False)
    removed = {(step["path"], step.get("symbol")) for step in plan if step["kind"] == "remove"}
    places = [
        (step["path"], facts_view.definition_name(facts, row))
        for step in plan
        if step["path"].endswith(".py") and inference.exists(step["path"])
        if (facts := inference.facts(step["path"])) is not None
        for row in facts_view.definitions(facts)
        if facts.definition.scope[row] == 0
    ]
    places = [each for each in places if each not in removed and (each[0], None) not in removed]
    if not places:
        return None
    path, name = at.choice(places)
    plan.append({"id": "x", "kind": "create", "path": path, "symbol": name})
    return plan, _remarked("x", "symbol")


def missing_caller(workspace: OpenWorkspace, plan: Plan, at: random.Random) -> Made:
    """A function gets a parameter that has to be given, and a caller of it has no step."""
    inference = workspace.inference(whole=False)
    places: list[tuple[Step, str, str]] = []
    for step in _sources(plan):
        if step["kind"] == "change" and _is_function(inference, step):
            places += [(step, *caller) for caller in _callers(workspace, inference, step)]
    if not places:  # no caller of what the commit changed: one of the same files
        for path in dict.fromkeys(step["path"] for step in plan if inference.exists(step["path"])):
            facts = inference.need(path)
            for row in facts_view.definitions(facts, f.FUNCTION):
                if facts.definition.scope[row] == 0 and not is_test_file(path):
                    name = facts_view.definition_name(facts, row)
                    step = {"id": "x", "kind": "change", "path": path, "symbol": name}
                    places += [(step, *each) for each in _callers(workspace, inference, step)]
    if not places:
        return None
    step, path, symbol = at.choice(places)
    if step["id"] == "x":
        plan.append(step)
    header = step.get("signature") or _header(inference, step)
    step["signature"] = _with_required(header)
    plan = [
        each
        for each in plan
        if each is step
        or each["path"] != path
        or not (each.get("symbol", "") in ("", symbol) or symbol.startswith(f"{each['symbol']}."))
    ]

    def is_found(answer: Any) -> bool:
        return any(
            each["path"] == path and each.get("symbol", "") == symbol for each in answer["missing"]
        )

    return plan, is_found


def _is_function(inference: Inference, step: Step) -> bool:
    entity = _entity(inference, step)
    return (
        entity is not None
        and entity.kind == FUNCTION
        and bool(_with_required(_header(inference, step)))
    )


def _entity(inference: Inference, step: Step) -> Entity | None:
    return symbol_texts(inference, step["path"]).get(step["symbol"], (None, b""))[0]


def _header(inference: Inference, step: Step) -> str:
    entity = _entity(inference, step)
    return signature(inference, entity) if entity is not None else ""


def _with_required(header: str) -> str:
    """Return a header with one more keyword that has to be given; empty if it takes any."""
    try:
        tree = ast.parse(f"def _{header.removeprefix('async ')}: ...").body[0]
    except SyntaxError:
        return ""
    assert isinstance(tree, ast.FunctionDef)
    if tree.args.kwarg or tree.decorator_list:
        return ""
    tree.args.kwonlyargs.append(ast.arg("newly_required"))
    tree.args.kw_defaults.append(None)
    text = ast.unparse(tree)
    return text[text.index("(") : text.rindex(":")].rstrip()


def _callers(
    workspace: OpenWorkspace, inference: Inference, step: Step
) -> Iterator[tuple[str, str]]:
    """Yield file and symbol of the certain callers of a function, in other symbols."""
    name = full_name(inference, step)
    for item in call(workspace, "callers", {"name": name})["items"]:
        symbol = item["symbol"]
        calls = [
            each
            for each in item["calls"]
            if each["role"] == "call" and each["evidence"] in ("exact", "inferred")
            and f"{name.rpartition('.')[2]}(" in each["text"] and "*" not in each["text"]
        ]  # fmt: skip
        module = inference.snapshot.index.module_name(symbol["path"]) or ""
        inner = symbol["name"].removeprefix(f"{module}.") if symbol["kind"] != "module" else ""
        is_same = symbol["path"] == step["path"] and (inner or step["symbol"]) == step["symbol"]
        if calls and not is_same and inner:
            yield symbol["path"], inner


def wrong_order(workspace: OpenWorkspace, plan: Plan, at: random.Random) -> Made:
    """A step uses what a later one makes."""
    inference = workspace.inference(whole=False)
    made = [
        step for step in plan
        if step["kind"] == "create" and "symbol" in step and "." not in step["symbol"]
        and inference.snapshot.index.module_name(step["path"])
    ]  # fmt: skip
    if made:
        step = at.choice(made)
    else:
        sources = [each for each in plan if not is_test_file(each["path"])] or plan
        step = {
            "id": "x",
            "kind": "create",
            "path": at.choice(sources)["path"],
            "symbol": "brand_new",
        }
        plan.append(step)
    others = [each for each in plan if each is not step and each["kind"] in ("change", "create")]
    others = [
        each for each in others if not each.get("symbol", "").startswith(f"{step['symbol']}.")
    ]
    if not others:
        return None
    user = at.choice(others)
    user["uses"] = [full_name(inference, step), *user.get("uses", ())]
    plan = [each for each in plan if each is not step]
    place = next(number for number, each in enumerate(plan) if each is user)
    plan.insert(place + 1, step)
    return plan, _remarked(user["id"], "order")


CORRUPTIONS: dict[str, Callable[[OpenWorkspace, Plan, random.Random], Made]] = {
    "no such file": no_such_file,
    "invented method": invented_method,
    "wrong keyword": wrong_keyword,
    "name in use": name_in_use,
    "missing caller": missing_caller,
    "wrong order": wrong_order,
}


def show(result: dict[str, Any]) -> None:
    """Say what was wrong about the judgement of one commit."""
    head = f"{result['name']} {result['commit'][:10]}"
    if result["verdict"] == "wrong":
        print(f"{head}: the true plan is called wrong", *result["wrong"], sep="\n  ")
    for kind, found in result["corrupted"].items():
        if found is not True:
            print(f"{head}: {kind} not found", json.dumps(found)[:3000], sep="\n  ")
    sys.stdout.flush()


def summary(results: list[dict[str, Any]]) -> str:
    """Return the figures as tables."""
    times = [ms for each in results for ms in each["ms"]]
    wrong = sum(each["verdict"] == "wrong" for each in results)
    unknown = sum(each["verdict"] == "unknown" for each in results)
    made: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for each in results:
        for kind, is_found in each["corrupted"].items():
            made[kind] += 1
            found[kind] += is_found is True
    lines = ["| corruption | found | of |", "|---|---|---|"]
    lines += [f"| {kind} | {found[kind]} | {made[kind]} |" for kind in CORRUPTIONS]
    total, all_found = made.total(), found.total()
    share = 100 * all_found / total if total else 0.0
    lines.append(f"| all | {all_found} ({share:.1f} %) | {total} |")
    steps = sorted(each["steps"] for each in results)
    lines += [
        "",
        f"{len(results)} true plans of {len({each['name'] for each in results})} repositories, "
        f"{steps[0]} to {steps[-1]} steps: {wrong} called wrong, {unknown} not known in all",
        "questions that their messages leave open, a task: "
        f"{sum(each['answered'] for each in results) / len(results):.2f} answered by the index, "
        f"{sum(each['asked'] for each in results) / len(results):.2f} for the user, "
        f"most {max(each['asked'] for each in results)}",
        "a check, warm, in ms of CPU: "
        f"p50 {quantile(times, 0.5):.0f}, p95 {quantile(times, 0.95):.0f}, max {max(times):.0f}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
