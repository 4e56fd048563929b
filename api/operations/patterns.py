"""How code is written here: patterns, similar code, rules for agents."""

from __future__ import annotations

from typing import Any

from ...indexer.errors import OutsideWorkspaceError
from ...indexer.inference.entities import (
    CLASS,
    MODULE,
    Found,
    name_of,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ..open_workspace import OpenWorkspace
from ..patterns.family import FEWEST, Family
from ..patterns.features import class_features, function_features
from ..patterns.guidelines import rules_text
from ..patterns.modules import (
    ModuleFamily,
    described,
    imported,
    module_entities,
    module_skeleton,
    modules_beside,
)
from ..patterns.neighbours import find_neighbours
from ..patterns.question import Question, understand_question
from ..patterns.similarity import Subject
from ..patterns.skeleton import make_draft
from ..patterns.traits import find_outliers, find_traits, surrounding_traits
from ..source.entity_views import envelope, symbol
from ..source.targets import find_by_name
from ..source.tokens import count_tokens


def patterns(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    text: str | None,
    base: str | None,
    into: str | None,
    limit: int,
    budget: int,
) -> dict[str, Any]:
    """Answer the operation ``patterns``."""
    # Without conventions: a pattern rests on what is written.
    inference = workspace.inference(whole=True).strict()
    target = _target_path(inference, into) if into else ""
    answer: dict[str, Any] = {
        "kind": "", "why": "", "members": [], "total": 0, "sampled": False, "habits": [],
        "outliers": [], "skeleton": "", "skeleton_path": "", "truncated": False,
    }  # fmt: skip
    modules = _modules_asked(inference, name, path, line) if not (text or base) else None
    if modules is not None:
        _fill_in_modules(inference, answer, modules, target, limit)
        _keep_within(answer, budget)
        return envelope(inference, answer, {item["path"] for item in answer["members"]})
    if path is not None and line is None and not (name or text or base):
        answer["notes"] = ["no other modules define what this defines; ask for something in it"]
        return envelope(inference, answer, set())
    question = understand_question(
        inference, name=name, position=(path, line, character), text=text, base=base,
        into=target,
    )  # fmt: skip
    if question is None or not question.family.members:
        if question is not None and question.entity is not None:
            called = qualified_name(inference, question.entity)
            answer["notes"] = [
                f"no other class or function is of the same kind as {called}; `similar` tells what "
                "others have in common with it"
            ]
        elif text or base or (name and not name.replace(".", "_").isidentifier()):
            answer["notes"] = [
                "nothing here is meant by that; name a class, a function or a base class that "
                "exists, or describe it in words of the code base"
            ]
        return envelope(inference, answer, set())
    _fill_in(inference, answer, question, target, limit)
    _keep_within(answer, budget)
    return envelope(inference, answer, {item["path"] for item in answer["members"]})


def _modules_asked(
    inference: Inference, name: str | None, path: str | None, line: int | None
) -> ModuleFamily | None:
    """Return the modules beside a file or folder, named by its path or as a module."""
    if path is not None and line is None and name is None:
        return modules_beside(inference, _target_path(inference, path).rstrip("/"))
    if name is None or path is not None:
        return None
    if "/" in name:
        return modules_beside(inference, _target_path(inference, name).rstrip("/"))
    for found in find_by_name(inference, name) if name.replace(".", "_").isidentifier() else ():
        if found.entity.kind == MODULE and not found.entity.is_outside:
            where = found.entity.path.removesuffix("/__init__.py")
            return modules_beside(inference, where)
        return None
    return None


def _fill_in_modules(
    inference: Inference, answer: dict[str, Any], family: ModuleFamily, into: str, limit: int
) -> None:
    members = [symbol(inference, Found(each)) for each in module_entities(family)]
    total = len(members)
    by_path = {each["path"]: each for each in members}
    folder = family.paths[0].rpartition("/")[0]
    path = into or (f"{folder}/new.py" if folder else "new.py")
    habits = [
        ("defines", name, len(family.having(name)), described(inference, family, name))
        for name in family.usual
    ] + [("import", name, n, "") for name, n in imported(inference, family)]
    answer.update(
        kind="module", why=family.why, total=total, members=members[:limit],
        truncated=total > limit, skeleton=module_skeleton(inference, family, path),
        skeleton_path=path,
        habits=[
            {"kind": kind, "name": name, "count": n, "of": total, "detail": detail}
            for kind, name, n, detail in habits
        ],
        outliers=[
            {"name": by_path[where]["name"], "path": where, "lacks": lacks,
             "nearest": [by_path[each] for each in nearest]}
            for where, lacks, nearest in family.lacking()
        ],
    )  # fmt: skip


def _keep_within(answer: dict[str, Any], budget: int) -> None:
    """Leave out what fewest have, then the skeleton, until the text has so many tokens."""
    spent = count_tokens(answer["skeleton"]) + sum(
        count_tokens(f"{each['name']} {each['path']} {' '.join(each['lacks'])}")
        for each in answer["outliers"]
    )
    costs = [
        count_tokens(f"{each['count']}/{each['of']} {each['name']} {each['detail']}\n")
        for each in answer["habits"]
    ]
    spent += sum(costs) + 60
    order = sorted(
        range(len(costs)),
        key=lambda at: answer["habits"][at]["count"] / max(answer["habits"][at]["of"], 1),
    )
    gone: set[int] = set()
    for at in order:
        if spent <= budget:
            break
        gone.add(at)
        spent -= costs[at]
    said: list[str] = []
    if gone:
        answer["habits"] = [each for at, each in enumerate(answer["habits"]) if at not in gone]
        said.append(f"{len(gone)} rarer habits")
    if spent > budget and answer["skeleton"]:
        answer["skeleton"] = ""
        said.append("the skeleton")
    if said:
        answer.setdefault("notes", []).append(
            f"left out for a budget of {budget} tokens: {' and '.join(said)}"
        )


def _fill_in(
    inference: Inference, answer: dict[str, Any], question: Question, into: str, limit: int
) -> None:
    family = question.family
    draft = make_draft(inference, question, into)
    members = family.members
    answer["kind"] = "class" if family.kind == CLASS else "function"
    answer["why"] = family.why
    answer["total"] = len(members)
    answer["sampled"] = family.is_sample
    answer["members"] = [symbol(inference, Found(each), details=False) for each in members[:limit]]
    answer["truncated"] = len(members) > limit
    if question.entity is not None:
        answer["symbol"] = symbol(inference, Found(question.entity), details=False)
    elif family.base is not None:
        answer["symbol"] = symbol(inference, Found(family.base), details=False)
    traits = (*find_traits(inference, family, draft.plan), *surrounding_traits(inference, family))
    answer["habits"] = [
        {"kind": each.kind, "name": each.name, "count": each.count, "of": each.of,
         "detail": each.detail}
        for each in traits
    ]  # fmt: skip
    answer["outliers"] = [
        {
            "name": each.name,
            "path": each.path,
            "lacks": each.lacks,
            "nearest": [symbol(inference, Found(one), details=False) for one in each.nearest],
        }
        for each in find_outliers(inference, family)
    ]
    answer["skeleton"] = draft.text
    answer["skeleton_path"] = draft.path
    notes = list(question.notes)
    if len(members) < FEWEST:
        notes.append(f"only {len(members)} of the kind: that is hardly a pattern")
    if family.left_out:
        notes.append(f"left out: {family.left_out} more {_other_side(family)}")
    if question.entity is not None and question.entity == family.base:
        name = name_of(inference, question.entity)
        notes.append(f"these derive from {name}; ask for one of them to see what is beside it")
    if notes:
        answer["notes"] = notes


def _other_side(family: Family) -> str:
    return "outside of tests" if is_test_file(family.members[0].path) else "in tests"


def _target_path(inference: Inference, path: str) -> str:
    """The file that something is meant for, which need not be there."""
    relative = inference.snapshot.index.workspace.relative(inference.snapshot.absolute(path))
    if relative is None:
        raise OutsideWorkspaceError(f"{path} is not inside the workspace")
    return relative


def similar(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    text: str | None,
    into: str | None,
    limit: int,
) -> dict[str, Any]:
    """Answer the operation ``similar``."""
    inference = workspace.inference(whole=True).strict()
    question = understand_question(
        inference, name=name, position=(path, line, character), text=text, base=None,
        into=into or "",
    )  # fmt: skip
    answer: dict[str, Any] = {"items": [], "total": 0, "truncated": False}
    if question is None:
        return envelope(inference, answer, set())
    subject, entity = question.family.subject, question.entity
    if entity is not None:
        features = class_features if entity.kind == CLASS else function_features
        subject = Subject.of(features(inference, entity))
        answer["symbol"] = symbol(inference, Found(entity), details=False)
    found = find_neighbours(inference, question.family.kind, subject, question.family, entity)
    answer["items"] = [
        {
            "symbol": symbol(inference, Found(each.entity)),
            "likeness": round(each.likeness, 2),
            "why": each.why,
        }
        for each in found[:limit]
    ]
    answer["total"] = len(found)
    answer["truncated"] = len(found) > limit
    if question.notes:
        answer["notes"] = question.notes
    return envelope(inference, answer, {each.entity.path for each in found[:limit]})


def conventions(workspace: OpenWorkspace) -> dict[str, Any]:
    """Answer the operation ``conventions``."""
    inference = workspace.inference(whole=True).strict()
    text = rules_text(inference)
    return envelope(inference, {"text": text, "total": text.count("\n")}, set())
