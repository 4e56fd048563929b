"""Whether an API exists, judged as code that uses it is; and what is nearest if it does not."""

from __future__ import annotations

from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.classes import has_unknown_bases, members
from ...indexer.inference.dynamic_attributes import has_dynamic_attributes
from ...indexer.inference.entities import (
    CLASS,
    EXACT,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    Found,
    owner_class,
    qualified_name,
)
from ...indexer.inference.has_member import (
    ABSENT,
    PRESENT,
    UNSURE,
    has_member,
    module_has_member,
)
from ...indexer.inference.locate import member_of_entity, resolve_dotted_name
from ...indexer.inference.stub_mapping import source_path
from ...indexer.inference.types import CLASS_OBJECT, INSTANCE, Value
from ...indexer.paths import is_test_file
from ...indexer.snapshot.name_search import NameSearch, nearest
from ..source.targets import entity_of_symbol, find_by_name, find_by_suffix, symbols_by_name
from .arguments import rejecting_callee
from .callees import Callee, Signature
from .known_names import is_assigned_to, is_given_to_module
from .signatures import class_signature, function_signature, method_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...indexer.inference.inference import Inference

_NEAREST = 5
# Characters of a name with the arguments of a call.
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Existence:
    """``exists``, ``missing`` or ``unknown``, why, what it is, and what is nearest."""

    verdict: str
    reason: str = ""
    found: Found | None = None
    nearest: Sequence[Found] = ()


def look_up(inference: Inference, query: str) -> Existence:
    """Return if a dotted name, optionally called with arguments, exists.

    Raises InvalidArgumentsError for what is no dotted name.
    """
    name, arguments = _parse_call(query)
    found = find_by_name(inference, name)
    known = _in_modules(inference, name) if found else PRESENT
    if known != PRESENT:
        owner, _, last = name.rpartition(".")
        reason = f"{owner} has no {last!r}"
        if known == UNSURE:
            return Existence("unknown", f"{reason} of its own that is shown here", None, found)
        return Existence("missing", reason, None, found)
    inside = [item for item in found if item.entity.kind != OUTSIDE]
    if inside:
        verdict, reason = "exists", ""
        if arguments is not None:
            verdict, reason = _check_call(inference, inside[0], name, arguments)
        return Existence(verdict, reason, inside[0])
    if found:
        return Existence("unknown", f"{found[0].entity.path or name} leads out of the workspace")
    verdict, reason, near = _explain_missing(inference, name)
    return Existence(verdict, reason, None, near)


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


def _in_modules(inference: Inference, name: str) -> int:
    """Return whether the modules that a dotted name begins with have its last part for others."""
    owner, _, last = name.rpartition(".")
    modules = [
        item.entity
        for item in (resolve_dotted_name(inference, owner) if owner else ())
        if item.entity.kind == MODULE
    ]
    strict = inference.strict()
    known = {_in_module(strict, each, last) for each in modules} or {PRESENT}
    return next(each for each in (PRESENT, UNSURE, ABSENT) if each in known)


def _in_module(strict: Inference, module: Entity, name: str) -> int:
    known = module_has_member(strict, module, name)
    is_stub = module.path.endswith(".pyi")
    if known != PRESENT or not is_stub or not strict.is_private_import(module.path, name):
        return known
    # What a stub imports for itself is none of its module, unless the source has it as well:
    # `collections.Mapping`, but `os.Mapping`.
    source = source_path(strict, module.path)
    facts = strict.facts(source) if source is not None else None
    if source is None or facts is None or strict.has_dynamic_members(source):
        return UNSURE
    row = facts.name_id(name)
    return PRESENT if row >= 0 and facts.bindings_of(0, row) else ABSENT


# Classes or modules of a name that are asked for a member.
_MOST_OWNERS = 20


def _explain_missing(inference: Inference, name: str) -> tuple[str, str, list[Found]]:
    """Verdict, reason and nearest for a name that leads nowhere."""
    parts = name.split(".")
    for split in range(len(parts) - 1, 0, -1):
        prefix, wanted = ".".join(parts[:split]), parts[split]
        found = resolve_dotted_name(inference, prefix) or find_by_suffix(inference, prefix)
        if not found:
            continue
        answers = [_of_owner(inference, each, wanted) for each in found[:_MOST_OWNERS]]
        # It is missing only if nothing that is called so has it.
        verdict, reason = next((each for each in answers if each[0] != "missing"), answers[0])
        if verdict == "exists" and split < len(parts) - 1:
            verdict, reason = "unknown", f"what {prefix}.{wanted} holds is not known"
        near = (
            [] if found[0].entity.kind == OUTSIDE else _nearest_members(inference, found[0], wanted)
        )
        return verdict, reason, [] if verdict == "exists" else near
    near = _nearest_anywhere(inference, parts[-1])
    if len(parts) > 1:
        return "unknown", f"nothing called {parts[0]!r} is in the workspace", near
    return "missing", f"nothing in the workspace is called {name!r}", near


def _of_owner(inference: Inference, owner: Found, wanted: str) -> tuple[str, str]:
    """Return verdict and reason on a member of something, which nothing defines."""
    entity = owner.entity
    if entity.kind == OUTSIDE:
        return "unknown", f"{entity.path} leads out of the workspace"
    dotted = qualified_name(inference, entity)
    if entity.kind == CLASS:
        return _of_class(inference, entity, dotted, wanted)
    if entity.kind == NAMESPACE:
        return "missing", f"{dotted} has no {wanted!r}"
    if entity.kind != MODULE:
        return "unknown", f"what {dotted} holds is not known"
    if inference.has_dynamic_members(entity.path):
        return "unknown", f"{dotted} makes names up as it is asked for them"
    strict = inference.strict()
    known = module_has_member(strict, entity, wanted)
    search_path = inference.snapshot.index.search_path
    if known == UNSURE and search_path.is_known and _is_for_others(inference, entity, wanted):
        version = ".".join(map(str, search_path.version))
        return (
            "missing",
            f"{dotted} has no {wanted!r} in Python {version} on {search_path.platform}",
        )
    if known == UNSURE or is_given_to_module(strict, wanted, entity):
        return "unknown", f"{dotted} has no {wanted!r} here, but may have it elsewhere"
    return ("exists", "") if known == PRESENT else ("missing", f"{dotted} has no {wanted!r}")


def _is_for_others(inference: Inference, module: Entity, name: str) -> bool:
    """True if a stub of the standard library has a name for other versions or platforms only."""
    layer = inference.snapshot.index.search_path.layer(module.path)
    is_private = name.startswith("_") and not name.endswith("__")  # stubs leave these out
    return module.path.endswith(".pyi") and layer == "stdlib" and not is_private


def _of_class(inference: Inference, cls: Entity, dotted: str, wanted: str) -> tuple[str, str]:
    strict = inference.strict()
    values = [Value(form, cls, (), EXACT) for form in (INSTANCE, CLASS_OBJECT)]
    known = [has_member(strict, each, wanted) for each in values]
    if PRESENT in known:
        return "exists", ""
    here = f"{dotted} has no {wanted!r} here, but"
    if has_unknown_bases(inference, cls):
        outside = [base.path for base in inference.mro(cls) if base.kind == OUTSIDE]
        why = f"inherits from {', '.join(outside)}" if outside else "answers any attribute"
        return "unknown", f"{here} {why}"
    if has_dynamic_attributes(strict, cls):
        return "unknown", f"{here} gets attributes that its text does not show"
    if UNSURE in known:
        return "unknown", f"{here} what is one of it may have it"
    if is_assigned_to(strict, wanted, tuple(values)):
        return "unknown", f"{here} code elsewhere sets it"
    return "missing", f"{dotted} has no {wanted!r}"


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


def _check_call(
    inference: Inference, item: Found, name: str, arguments: list[str]
) -> tuple[str, str]:
    """Return verdict and reason on calling something with these arguments.

    That others are missing says nothing: the question is about those that are given.
    """
    dotted = qualified_name(inference, item.entity)
    if item.entity.kind not in (CLASS, FUNCTION):
        return "unknown", f"{dotted} is no function that is written in the workspace"
    strict = inference.strict()
    callee = _callee(strict, item.entity, name)
    if callee is None:
        what = "the constructor of " if item.entity.kind == CLASS else "what is called as "
        return "unknown", f"{what}{dotted} is not shown by the workspace's text"
    if any(argument.startswith("*") for argument in arguments):
        return "exists", ""
    keywords = [each.partition("=")[0].strip() for each in arguments if _is_keyword(each)]
    n_positional = len(arguments) - len(keywords)
    answers = [
        _fits(strict, signature, dotted, keywords, n_positional) for signature in callee.signatures
    ]
    ranked = sorted(answers, key=lambda answer: ("exists", "unknown", "missing").index(answer[0]))
    return ranked[0] if ranked else ("exists", "")


def _is_keyword(argument: str) -> bool:
    keyword, equals, rest = argument.partition("=")
    return bool(equals) and keyword.strip().isidentifier() and not rest.startswith("=")


def _callee(strict: Inference, entity: Entity, name: str) -> Callee | None:
    """Return what calling a class or function takes; a method as it is called on an instance."""
    if entity.kind == CLASS:
        return class_signature(strict, entity)
    owner = owner_class(strict.need(entity.path), entity)
    if owner < 0:
        return function_signature(strict, entity, bound=False)
    cls = Entity(CLASS, entity.path, owner)
    # The class that was asked about, which may pass arguments on to methods of its own.
    prefix = name.rpartition(".")[0]
    for each in find_by_name(strict, prefix) if prefix else ():
        if each.entity.kind == CLASS and cls in strict.mro(each.entity):
            cls = each.entity
            break
    return method_signature(strict, Value(INSTANCE, cls, (), EXACT), entity)


def _fits(
    strict: Inference, signature: Signature, dotted: str, keywords: list[str], n_positional: int
) -> tuple[str, str]:
    """Return verdict and reason on a signature: as :mod:`..check.arguments` judges a call."""
    passed = frozenset([*(each.name for each in signature.positional[:n_positional]), *keywords])
    for keyword in keywords:
        takes = _keywords(signature)
        if keyword in takes:
            continue
        last = signature
        if signature.takes_any(f.VAR_KEYWORD):
            rejecting = rejecting_callee(strict, signature, keyword, passed)
            if rejecting is None:
                return "unknown", f"{dotted} passes {keyword!r} on through **"
            last = rejecting
        listed = ", ".join(_keywords(last)) or "none"
        behind = "" if last is signature else f" in the end, {qualified_name(strict, last.entity)}"
        return "missing", f"{dotted} takes no {keyword!r}; its keywords are{behind}: {listed}"
    room = len(signature.positional)
    if n_positional > room and not signature.takes_any(f.VAR_POSITIONAL):
        return "missing", f"{dotted} takes {room} positional arguments, not {n_positional}"
    return "exists", ""


def _keywords(signature: Signature) -> list[str]:
    kinds = (f.POSITIONAL, f.KEYWORD_ONLY)
    return [each.name for each in signature.parameters if each.kind in kinds]
