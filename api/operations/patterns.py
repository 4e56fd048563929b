"""The operation ``patterns``: how definitions of a kind are written, with a skeleton."""

from __future__ import annotations

from ...indexer.errors import OutsideWorkspaceError
from ...indexer.inference.entities import CLASS, Found, name_of, qualified_name
from ...indexer.paths import is_test_file
from ..patterns.family import FEWEST
from ..patterns.question import understand_question
from ..patterns.skeleton import make_draft
from ..patterns.traits import find_outliers, find_traits, surrounding_traits
from ..source.entity_views import envelope, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace
    from ..patterns.family import Family
    from ..patterns.question import Question


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
) -> dict[str, Any]:
    """Answer the operation ``patterns``."""
    # Without conventions: a pattern rests on what is written.
    inference = workspace.inference(whole=True).strict()
    target = _relative(inference, into) if into else ""
    question = understand_question(
        inference, name=name, position=(path, line, character), text=text, base=base,
        into=target,
    )  # fmt: skip
    answer: dict[str, Any] = {
        "kind": "", "why": "", "members": [], "total": 0, "sampled": False, "habits": [],
        "outliers": [], "skeleton": "", "skeleton_path": "", "truncated": False,
    }  # fmt: skip
    if question is None or not question.family.members:
        if question is not None and question.entity is not None:
            called = qualified_name(inference, question.entity)
            answer["notes"] = [f"{called} has no kin here; `similar` tells what it has in common"]
        elif text or base or (name and not name.replace(".", "_").isidentifier()):
            answer["notes"] = [
                "nothing here is meant by that; name a class, a function or a base class that "
                "exists, or describe it in words of the code base"
            ]
        return envelope(inference, answer, set())
    _fill(inference, answer, question, target, limit)
    return envelope(inference, answer, {item["path"] for item in answer["members"]})


def _fill(
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
    traits = (
        *find_traits(inference, family, draft.plan),
        *surrounding_traits(inference, family),
    )
    answer["habits"] = [
        {"kind": each.kind, "name": each.name, "count": each.count, "of": each.of,
         "detail": each.detail}
        for each in traits
    ]  # fmt: skip
    answer["outliers"] = [
        {"name": each.name, "path": each.path, "lacks": each.lacks}
        for each in find_outliers(inference, family)
    ]
    answer["skeleton"] = draft.text
    answer["skeleton_path"] = draft.path
    notes = list(question.notes)
    if len(members) < FEWEST:
        notes.append(f"only {len(members)} of the kind: that is hardly a pattern")
    if family.left_out:
        notes.append(f"left out: {family.left_out} more {_side(family)}")
    if question.entity is not None and question.entity == family.base:
        name = name_of(inference, question.entity)
        notes.append(f"these derive from {name}; ask for one of them to see what is beside it")
    if notes:
        answer["notes"] = notes


def _side(family: Family) -> str:
    return "outside of tests" if is_test_file(family.members[0].path) else "in tests"


def _relative(inference: Inference, path: str) -> str:
    """The file that something is meant for, which need not be there."""
    relative = inference.snapshot.index.workspace.relative(inference.snapshot.absolute(path))
    if relative is None:
        raise OutsideWorkspaceError(f"{path} is not inside the workspace")
    return relative
