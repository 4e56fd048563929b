"""How classes or functions of a kind are written here, and a skeleton that follows it."""

from __future__ import annotations

from ...indexer.inference.entities import CLASS, Found, name_of, qualified_name
from ..source.entity_views import envelope, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.inference import Inference
    from ..open_workspace import Session
    from ..patterns.family import Family
    from ..patterns.question import Question


def patterns(
    session: Session,
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
    from ..patterns.question import question

    # Without conventions: a pattern rests on what is written.
    inference = session.inference(whole=True).strict()
    target = _relative(inference, into) if into else ""
    asked = question(
        inference, name=name, position=(path, line, character), text=text, base=base,
        into=target,
    )  # fmt: skip
    answer: dict[str, Any] = {
        "kind": "", "why": "", "members": [], "total": 0, "sampled": False, "habits": [],
        "outliers": [], "skeleton": "", "skeleton_path": "", "truncated": False,
    }  # fmt: skip
    if asked is None or not asked.family.members:
        if asked is not None and asked.entity is not None:
            called = qualified_name(inference, asked.entity)
            answer["notes"] = [f"{called} has no kin here; `similar` tells what it has in common"]
        elif text or base or (name and not name.replace(".", "_").isidentifier()):
            answer["notes"] = [
                "nothing here is meant by that; name a class, a function or a base class that "
                "exists, or describe it in words of the code base"
            ]
        return envelope(inference, answer, set())
    _fill(inference, answer, asked, target, limit)
    return envelope(inference, answer, {item["path"] for item in answer["members"]})


def _fill(
    inference: Inference, answer: dict[str, Any], asked: Question, into: str, limit: int
) -> None:
    from ..patterns.draft import draft
    from ..patterns.family import FEWEST
    from ..patterns.statement import habits, outliers
    from ..patterns.surroundings import surroundings

    family = asked.family
    made = draft(inference, asked, into)
    members = family.members
    answer["kind"] = "class" if family.kind == CLASS else "function"
    answer["why"] = family.why
    answer["total"] = len(members)
    answer["sampled"] = family.is_sample
    answer["members"] = [symbol(inference, Found(each), details=False) for each in members[:limit]]
    answer["truncated"] = len(members) > limit
    if asked.entity is not None:
        answer["symbol"] = symbol(inference, Found(asked.entity), details=False)
    elif family.base is not None:
        answer["symbol"] = symbol(inference, Found(family.base), details=False)
    answer["habits"] = [
        {"kind": each.kind, "name": each.name, "count": each.count, "of": each.of,
         "detail": each.detail}
        for each in (*habits(inference, family, made.plan), *surroundings(inference, family))
    ]  # fmt: skip
    answer["outliers"] = [
        {"name": each.name, "path": each.path, "lacks": each.lacks}
        for each in outliers(inference, family)
    ]
    answer["skeleton"] = made.text
    answer["skeleton_path"] = made.path
    notes = list(asked.notes)
    if len(members) < FEWEST:
        notes.append(f"only {len(members)} of the kind: that is hardly a pattern")
    if family.left_out:
        notes.append(f"left out: {family.left_out} more {_side(family)}")
    if asked.entity is not None and asked.entity == family.base:
        notes.append(f"these derive from {name_of(inference, asked.entity)}; ask for one of them "
                     "to see what is beside it")  # fmt: skip
    if notes:
        answer["notes"] = notes


def _side(family: Family) -> str:
    from ..check.clones import is_test_file

    return "outside of tests" if is_test_file(family.members[0].path) else "in tests"


def _relative(inference: Inference, path: str) -> str:
    """The file that something is meant for, which need not be there."""
    from ...indexer.errors import OutsideWorkspaceError

    relative = inference.snapshot.index.workspace.relative(inference.snapshot.absolute(path))
    if relative is None:
        raise OutsideWorkspaceError(f"{path} is not inside the workspace")
    return relative
