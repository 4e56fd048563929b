"""Search by name or words, and the question whether an API exists."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.classes import has_unknown_bases, members
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Found,
    qualified_name,
)
from ...indexer.inference.locate import member_of_entity, resolve_dotted_name
from ...indexer.paths import is_test_file
from ...indexer.snapshot.name_search import NameSearch, nearest
from ...indexer.symbols import KIND_NAMES
from ..source.entity_views import envelope, name_range, signature, symbol
from ..source.symbol_search import qualified_container, search_symbols
from ..source.targets import entity_of_symbol, find_by_name, find_by_suffix, symbols_by_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.inference import Inference
    from ...indexer.store.index_store import StoredSymbol
    from ..open_workspace import OpenWorkspace


def symbols(
    workspace: OpenWorkspace,
    *,
    query: str,
    kinds: list[str] | None,
    path: str | None,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``symbols``."""
    inference = workspace.inference(whole=True)
    found = search_symbols(inference, query, kinds, path)
    page = found[offset : offset + limit]
    items = [_symbol_item(inference, where, each) for where, each in page]
    answer = {"items": items, "total": len(found), "truncated": offset + len(page) < len(found)}
    return envelope(inference, answer, {where for where, _ in page})


def _symbol_item(inference: Inference, path: str, stored: StoredSymbol) -> dict[str, Any]:
    """Return a symbol as answers show it, brought up to date if its file has changed."""
    found = entity_of_symbol(inference, path, stored)
    if found is not None:
        item = symbol(inference, found, details=False)
        item["kind"] = KIND_NAMES[stored.kind]
        text = signature(inference, found.entity)
        if text:
            item["signature"] = text
        return item
    return {
        "name": f"{qualified_container(inference, path, stored)}.{stored.name}",
        "kind": KIND_NAMES[stored.kind],
        "path": path,
        "range": name_range(inference, path, 0, ""),
        "evidence": "textual",
        "note": "the file has changed since it was indexed",
    }


_NEAREST = 5
# Characters of a name with the arguments of a call.
_LONGEST = 20_000


def exists(workspace: OpenWorkspace, *, query: str) -> dict[str, Any]:
    """Answer the operation ``exists``."""
    inference = workspace.inference(whole=True)
    name, arguments = _parse_call(query)
    found = find_by_name(inference, name)
    inside = [item for item in found if item.entity.kind != OUTSIDE]
    if inside:
        verdict, reason, near = "exists", "", list[Found]()
        if arguments is not None:
            verdict, reason = _check_call(inference, inside[0], arguments)
        answer = _exists_answer(inference, query, verdict, reason, inside[0], near)
    elif found:
        reason = f"{found[0].entity.path or name} leads out of the workspace"
        answer = _exists_answer(inference, query, "unknown", reason, None, [])
    else:
        verdict, reason, near = _explain_missing(inference, name)
        answer = _exists_answer(inference, query, verdict, reason, None, near)
    paths = {item["path"] for item in (*answer["nearest"], answer.get("symbol", {"path": ""}))}
    return envelope(inference, answer, paths)


def _parse_call(query: str) -> tuple[str, list[str] | None]:
    """Dotted name, and the arguments of a call: ``name=`` for a keyword, ``*`` forms, else any."""
    name, opening, rest = query.strip().partition("(")
    name = name.strip()
    if len(query) > _LONGEST:
        raise InvalidArgumentsError(f"a name may have {_LONGEST:,} characters, not {len(query):,}")
    if not name or not all(part.isidentifier() for part in name.split(".")):
        raise InvalidArgumentsError(f"{query!r} is not a dotted name, with or without a call")
    if not opening:
        return name, None
    arguments: list[str] = []
    depth, current = 0, ""
    for character in rest.rpartition(")")[0] if ")" in rest else rest:
        if character == "," and depth == 0:
            arguments.append(current.strip())
            current = ""
            continue
        depth += (character in "([{") - (character in ")]}")
        current += character
    if current.strip():
        arguments.append(current.strip())
    return name, arguments


def _exists_answer(
    inference: Inference,
    query: str,
    verdict: str,
    reason: str,
    found: Found | None,
    near: list[Found],
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "query": query,
        "verdict": verdict,
        "reason": reason,
        "nearest": [symbol(inference, item) for item in near],
        "total": int(verdict == "exists"),
    }
    if found is not None:
        answer["symbol"] = symbol(inference, found)
    return answer


def _explain_missing(inference: Inference, name: str) -> tuple[str, str, list[Found]]:
    """Verdict, reason and nearest for a name that leads nowhere."""
    parts = name.split(".")
    for split in range(len(parts) - 1, 0, -1):
        prefix, wanted = ".".join(parts[:split]), parts[split]
        found = resolve_dotted_name(inference, prefix) or find_by_suffix(inference, prefix)
        if not found:
            continue
        owner = found[0]
        if owner.entity.kind == OUTSIDE:
            return "unknown", f"{owner.entity.path} leads out of the workspace", []
        dotted = qualified_name(inference, owner.entity)
        near = _nearest_members(inference, owner, wanted)
        if owner.entity.kind == CLASS and has_unknown_bases(inference, owner.entity):
            outside = [base.path for base in inference.mro(owner.entity) if base.kind == OUTSIDE]
            why = f"inherits from {', '.join(outside)}" if outside else "answers any attribute"
            return "unknown", f"{dotted} has no {wanted!r} here, but {why}", near
        if owner.entity.kind == MODULE and inference.has_dynamic_members(owner.entity.path):
            return "unknown", f"{dotted} makes names up as it is asked for them", near
        if owner.entity.kind not in (CLASS, MODULE, NAMESPACE):
            return "unknown", f"what {dotted} holds is not known", near
        return "missing", f"{dotted} has no {wanted!r}", near
    near = _nearest_anywhere(inference, parts[-1])
    if len(parts) > 1:
        return "unknown", f"nothing called {parts[0]!r} is in the workspace", near
    return "missing", f"nothing in the workspace is called {name!r}", near


def _nearest_members(inference: Inference, owner: Found, wanted: str) -> list[Found]:
    entity = owner.entity
    if entity.kind == CLASS:
        names = [name for name, _, _ in members(inference, entity)]
        close = nearest(wanted, names, _NEAREST)
        return [found for name in close for found in inference.class_member(entity, name)[:1]]
    if entity.kind == MODULE:
        facts = inference.need(entity.path)
        bound, scopes = facts.binding.name, facts.binding.scope
        names = sorted({facts.names[bound[row]] for row, scope in enumerate(scopes) if scope == 0})
        near = [
            found
            for name in nearest(wanted, names, _NEAREST)
            for found in member_of_entity(inference, owner, name)[:1]
            if found.entity.kind != OUTSIDE
        ]
        # A name that exists under another module is what was meant more often than a similar one.
        return (_nearest_anywhere(inference, wanted, exact=True)[:2] + near)[:_NEAREST]
    return _nearest_anywhere(inference, wanted)


def _nearest_anywhere(inference: Inference, wanted: str, *, exact: bool = False) -> list[Found]:
    names = (
        [wanted]
        if exact
        else [wanted, *NameSearch.of(inference.snapshot).nearest(wanted, _NEAREST)]
    )
    result: list[Found] = []
    for name in names:
        rows = sorted(
            symbols_by_name(inference, name), key=lambda row: (is_test_file(row[0]), row[0])
        )
        for where, row in rows[:2]:
            found = entity_of_symbol(inference, where, row)
            if found is not None:
                result.append(found)
    return result[:_NEAREST]


def _check_call(inference: Inference, item: Found, arguments: list[str]) -> tuple[str, str]:
    """Return verdict and reason on calling something with these arguments."""
    entity, bound = item.entity, False
    dotted = qualified_name(inference, entity)
    if entity.kind == CLASS:
        found = inference.class_member(entity, "__init__")
        if not found or found[0].entity.kind != FUNCTION:
            return "unknown", f"the constructor of {dotted} is not written in the workspace"
        entity, bound = found[0].entity, True
    if entity.kind != FUNCTION:
        return "unknown", f"{dotted} is no function that is written in the workspace"
    facts = inference.need(entity.path)
    row = entity.row
    scope = facts.definition.own_scope[row]
    table = facts.parameter
    kinds: dict[str, int] = {}
    for index, owner in enumerate(table.scope):
        if owner == scope:
            kinds[facts.names[table.name[index]]] = table.kind[index]
    in_class = facts.scope.kind[facts.definition.scope[row]] == f.CLASS_SCOPE
    if (in_class or bound) and not facts.definition.flags[row] & f.STATIC and kinds:
        del kinds[next(iter(kinds))]
    takes = [name for name, kind in kinds.items() if kind in (f.POSITIONAL, f.KEYWORD_ONLY)]
    if any(argument.startswith("*") for argument in arguments):
        return "exists", ""
    for argument in arguments:
        keyword, equals, _ = argument.partition("=")
        keyword = keyword.strip()
        if equals and keyword.isidentifier() and keyword not in takes:
            if f.VAR_KEYWORD in kinds.values():
                return "unknown", f"{dotted} passes {keyword!r} on through **"
            listed = ", ".join(takes) or "none"
            return "missing", f"{dotted} takes no {keyword!r}; its keywords are: {listed}"
    positional = sum(1 for argument in arguments if "=" not in argument)
    room = sum(kind in (f.POSITIONAL, f.POSITIONAL_ONLY) for kind in kinds.values())
    if positional > room and f.VAR_POSITIONAL not in kinds.values():
        return "missing", f"{dotted} takes {room} positional arguments, not {positional}"
    return "exists", ""
