"""Fixes for calls that fitted before the edit: the arguments as they were, or as they are now."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer import facts_view
from ....indexer.facts import FileFacts
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import CLASS, FUNCTION, qualified_name
from ....indexer.inference.inference import Inference
from ....indexer.paths import is_outside
from ...source.entity_views import enclosing, one_line
from ...source.ranges import end_of_call
from ...source.text_edits import apply_to_text, remove_argument
from ..api_diff.surface import counterpart, signature_of
from ..arguments import MISSING_ARGUMENT, TOO_MANY_ARGUMENTS, UNKNOWN_KEYWORD, CallArguments
from ..callees import Parameter, Signature
from ..findings import Edit, Finding, Fix
from ..suggestions import similarity

# From here on two names are one parameter, renamed.
_CLOSE = 0.5
_TITLE_WIDTH = 60
# Values that may be left out without losing what computing them did.
_WITHOUT_EFFECT = frozenset(
    [f.NAME, f.ATTRIBUTE, f.STRING, f.BYTES, f.INTEGER, f.FLOAT, f.COMPLEX, f.TRUE, f.FALSE, f.NONE]
)


def migration_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return the fixes of a call that does not fit, those first that follow from the edit."""
    call = _call_at(after.need(finding.path), finding.start)
    if before is None or call < 0 or not before.exists(finding.path):
        return finding.fixes
    followed = _follow_signature(finding, after, before, call)
    if followed:
        edits = [fix.edits for fix in followed]
        return [*followed, *(fix for fix in finding.fixes if fix.edits not in edits)]
    fix = _restore_arguments(finding, after, before, call)
    if fix is None:
        return finding.fixes
    text = after.text(finding.path)
    known = {_result(text, each) for each in finding.fixes}
    return [fix, *finding.fixes] if _result(text, fix) not in known else finding.fixes


def _result(text: bytes, fix: Fix) -> bytes:
    """Return a text after a fix, without white space; empty for a fix of several edits."""
    result = apply_to_text(text, fix.edits) if len(fix.edits) == 1 else b""
    return b"".join((result or b"").split())


def _call_at(facts: FileFacts, position: int) -> int:
    """Return the call whose function, or one of whose arguments, begins at a position, or -1."""
    known: dict[int, int] | None = facts.memo.get("calls by position")
    if known is None:
        known = facts.memo["calls by position"] = {}
        for call in facts_view.calls(facts):
            known.setdefault(facts.expr.position[call.function], call.row)
            for argument in facts_view.arguments(facts, call.row):
                known.setdefault(argument.position, call.row)
    return known.get(position, -1)


# Arguments as they were before


def _restore_arguments(
    finding: Finding, after: Inference, before: Inference, call: int
) -> Fix | None:
    """Return the fix that passes the arguments of before, if these had not the same fault."""
    path = finding.path
    new, old = after.need(path), before.facts(path)
    earlier = _same_call(after, before, path, call) if old is not None else -1
    if old is None or earlier < 0:
        return None
    now, was = CallArguments(new, call), CallArguments(old, earlier)
    wrong = finding.subject.rpartition(":")[2].split(",")
    if finding.rule == MISSING_ARGUMENT:
        fits = len(was.positional) > len(now.positional) or set(wrong) & was.keywords.keys()
    elif finding.rule == TOO_MANY_ARGUMENTS:
        fits = len(was.positional) < len(now.positional)
    else:
        fits = not set(wrong) & was.keywords.keys()
    new_span = _argument_list(new, after.text(path), call)
    old_span = _argument_list(old, before.text(path), earlier)
    if not fits or new_span is None or old_span is None:
        return None
    text = before.text(path)[slice(*old_span)]
    shown = one_line(text)
    shown = shown if len(shown) <= _TITLE_WIDTH else f"{shown[: _TITLE_WIDTH - 1]}…"
    edit = Edit(path, *new_span, text.decode("utf-8", "replace"))
    return Fix(f"Call it with ({shown}) as before", [edit])


def _argument_list(facts: FileFacts, text: bytes, call: int) -> tuple[int, int] | None:
    """Return the range between the parentheses of a call of a plain or dotted name."""
    function = facts_view.called(facts, call)
    name = last_name(facts, function)
    if not name:
        return None
    name_end = facts.expr.position[function] + len(name.encode())
    end = end_of_call(text, name_end)
    return (text.index(b"(", name_end) + 1, end - 1) if end > 0 else None


def _same_call(after: Inference, before: Inference, path: str, call: int) -> int:
    """Return the call of the same name in the same definition before the edit, or -1."""
    facts = after.need(path)
    name = last_name(facts, facts_view.called(facts, call))
    around = _enclosing_name(after, path, facts.expr.position[call])
    calls = _calls(after, path, name, around)
    earlier = _calls(before, path, name, around)
    if len(calls) == len(earlier):
        return earlier[calls.index(call)]
    text = _argument_text(after, path, call)
    scored = [(similarity(text, _argument_text(before, path, row)), row) for row in earlier]
    return max(scored)[1] if scored and max(scored)[0] > _CLOSE else -1


def _argument_text(inference: Inference, path: str, call: int) -> str:
    text = inference.text(path)
    span = _argument_list(inference.need(path), text, call) or (0, 0)
    return text[slice(*span)].decode("utf-8", "replace")


def _calls(inference: Inference, path: str, name: str, around: str) -> list[int]:
    """Return the calls of a name in the definition of a qualified name."""
    facts = inference.need(path)
    return [
        call.row
        for call in facts_view.calls(facts)
        if last_name(facts, call.function) == name
        and _enclosing_name(inference, path, call.position) == around
    ]


def _enclosing_name(inference: Inference, path: str, position: int) -> str:
    entity = enclosing(inference, path, position)
    return qualified_name(inference, entity) if entity is not None else ""


# Arguments as they have to be now


def _follow_signature(
    finding: Finding, after: Inference, before: Inference, call: int
) -> list[Fix]:
    """Return fixes that follow a change of what is called: a parameter renamed, removed, added."""
    found = _signatures(finding, after, before)
    if found is None:
        return []
    was, now = found
    old = {each.name: each for each in was.parameters}
    new = {each.name: each for each in now.parameters}
    removed = [each for each in was.parameters if each.name not in new]
    added = [each for each in now.parameters if each.name not in old]
    arguments = CallArguments(after.need(finding.path), call)
    name = finding.subject.rpartition(":")[2]
    if finding.rule == UNKNOWN_KEYWORD and name in old and name not in new:
        successor, sure = _successor(was, now, old[name], removed, added)
        if successor is None or successor.name in arguments.keywords:
            return [_remove_argument(finding, after, arguments.keywords[name], name)]
        title = f"Rename keyword '{name}' to '{successor.name}'"
        end = finding.start + len(name.encode())
        return [Fix(title, [Edit(finding.path, finding.start, end, successor.name)], safe=sure)]
    if finding.rule == TOO_MANY_ARGUMENTS and not arguments.has_star:
        positional = [each for each in was.parameters if each.kind <= f.POSITIONAL]
        places = [place for place, each in enumerate(positional) if each in removed]
        n_allowed = sum(each.kind <= f.POSITIONAL for each in now.parameters)
        n_extra = len(arguments.positional) - n_allowed
        if len(places) == 1 == n_extra and not added and places[0] < len(arguments.positional):
            (place,) = places
            argument = arguments.positional[place]
            return [_remove_argument(finding, after, argument, positional[place].name)]
    if finding.rule == MISSING_ARGUMENT:
        wanted = [
            each
            for each in now.parameters
            if each.name in name.split(",")
            and (each.name not in old or not old[each.name].required)
        ]
        fix = _default_none(after, now, wanted)
        return [*finding.fixes[:1], fix] if fix is not None else []
    return []


def _signatures(
    finding: Finding, after: Inference, before: Inference
) -> tuple[Signature, Signature] | None:
    """Return the signature of what is called, before and after, if the edit changed it."""
    for entity in reversed(finding.nearest):
        if entity.kind not in (FUNCTION, CLASS) or entity.is_outside:
            continue
        if not before.exists(entity.path):
            return None
        other = counterpart(after, entity, before)
        if other is not None:
            was, now = signature_of(before, other), signature_of(after, entity)
            if was is not None and now is not None and was.shown() != now.shown():
                return was, now
    return None


def _successor(
    was: Signature, now: Signature, old: Parameter, removed: list[Parameter], added: list[Parameter]
) -> tuple[Parameter | None, bool]:
    """Return the parameter that an old one became, and if that is sure: none else came or went."""
    place = was.parameters.index(old)
    sure = len(removed) == 1 == len(added)
    for each in added:
        if (
            now.parameters.index(each) == place
            and each.kind == old.kind
            and (sure or similarity(each.name, old.name) >= _CLOSE)
        ):
            return each, sure and each.required == old.required
    scored = [(similarity(each.name, old.name), each.name, each) for each in added]
    if scored and scored[0][0] >= _CLOSE:
        return max(scored, key=lambda each: each[:2])[2], False
    return None, False


def _remove_argument(
    finding: Finding, after: Inference, argument: tuple[int, int], name: str
) -> Fix:
    """Return the fix that leaves out the argument of a parameter that was removed."""
    position, value = argument
    edit = remove_argument(finding.path, after.text(finding.path), position)
    safe = after.need(finding.path).expr.op[value] in _WITHOUT_EFFECT
    return Fix(f"Remove argument '{name}'", [edit], safe=safe)


def _default_none(after: Inference, now: Signature, wanted: list[Parameter]) -> Fix | None:
    """Return the fix that makes ``None`` the default of new parameters, so that calls fit again."""
    edits: list[Edit] = []
    followed_by_required = False
    for each in reversed(now.parameters):
        if each in wanted:
            if followed_by_required and each.kind <= f.POSITIONAL:
                return None
            edit = _add_default(after, each)
            if edit is None:
                return None
            edits.append(edit)
        elif each.kind <= f.POSITIONAL and each.required:
            followed_by_required = True
    if not edits:
        return None
    names = " and ".join(f"'{each.name}'" for each in wanted)
    return Fix(f"Add a default for {names} in {edits[0].path}", edits[::-1])


def _add_default(after: Inference, parameter: Parameter) -> Edit | None:
    path, row = parameter.entity.path, parameter.entity.row
    if is_outside(path):
        return None
    facts, text = after.need(path), after.text(path)
    if parameter.entity.kind == FUNCTION:
        at, annotation = facts.parameter.end[row], facts.parameter.annotation[row]
    else:
        if facts.binding.kind[row] != f.DECLARE:
            return None
        line = facts.line_of(facts.binding.position[row])
        start = facts.line_starts[line]
        at = start + len(text[start : facts.line_starts[line + 1]].partition(b"#")[0].rstrip())
        annotation = facts.binding.annotation[row]
    if annotation < 0:
        return Edit(path, at, at, "=None")
    annotation_text = text[text.rfind(b":", 0, at) : at]
    is_optional = b"None" in annotation_text or b"Optional" in annotation_text
    return Edit(path, at, at, " = None" if is_optional else " | None = None")
