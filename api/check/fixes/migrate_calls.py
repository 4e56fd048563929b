"""Calls that do not fit, seen from before the edit: what was given, or what was taken then."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, FUNCTION, Entity, qualified_name
from ....indexer.paths import is_outside
from ....indexer.plugins.synthesized import last_name
from ...source.entity_views import enclosing, one_line
from ...source.ranges import end_of_argument, end_of_call
from ..api_diff.parameters import signature_of
from ..arguments import MISSING_ARGUMENT, TOO_MANY_ARGUMENTS, UNKNOWN_KEYWORD, CallArguments
from ..findings import Edit, Fix
from ..suggestions import similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.facts import FileFacts
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..findings import Finding
    from ..signatures import Parameter, Signature

# Names this much alike are one parameter, renamed.
_ALIKE = 0.5
_SHOWN = 60
# Values that may be left out without anybody missing what computing them did.
_PLAIN = frozenset(
    [f.NAME, f.ATTRIBUTE, f.STRING, f.BYTES, f.INTEGER, f.FLOAT, f.COMPLEX, f.TRUE, f.FALSE, f.NONE]
)


def add_migration_fixes(finding: Finding, after: Inference, before: Inference) -> None:
    """Put what the edit tells of a call, or of what it calls, before the fixes that are known."""
    call = _call_at(after.need(finding.path), finding.start)
    if call < 0 or not before.exists(finding.path):
        return
    changed = _followed(finding, after, before, call)
    if changed:
        titles = {_effect(each) for each in changed}
        rest = [fix for fix in finding.fixes if _effect(fix) not in titles]
        finding.fixes = [*changed, *rest]
        return
    fix = _as_before(finding, after, before, call)
    if fix is not None:
        text = after.text(finding.path)
        known = {_text(text, each) for each in finding.fixes}
        if _text(text, fix) not in known:
            finding.fixes.insert(0, fix)


def _effect(fix: Fix) -> tuple[tuple[str, int, int, str], ...]:
    return tuple((edit.path, edit.start, edit.end, edit.text) for edit in fix.edits)


def _text(text: bytes, fix: Fix) -> bytes:
    """A file's text after a fix, without what is white; empty for one of several files."""
    if len(fix.edits) != 1:
        return b""
    (edit,) = fix.edits
    return b"".join((text[: edit.start] + edit.text.encode() + text[edit.end :]).split())


def _call_at(facts: FileFacts, position: int) -> int:
    """The call whose function, or one of whose arguments, begins at a position."""
    ops, positions, lefts, rights = facts.expr
    (extra,) = facts.extra
    for row, op in enumerate(ops):
        if op != f.CALL:
            continue
        if positions[lefts[row]] == position:
            return row
        at = rights[row]
        if any(extra[index + 1] == position for index in range(at + 1, at + 1 + 3 * extra[at], 3)):
            return row
    return -1


# What was given before


def _as_before(finding: Finding, after: Inference, before: Inference, call: int) -> Fix | None:
    """The arguments that the same call gave before the edit, where they had not the same fault."""
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
    spans = _brackets(new, after.text(path), call), _brackets(old, before.text(path), earlier)
    if not fits or spans[0] is None or spans[1] is None:
        return None
    text = before.text(path)[spans[1][0] : spans[1][1]]
    shown = one_line(text)
    shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
    edit = Edit(path, *spans[0], text.decode("utf-8", "replace"))
    return Fix(f"Call it with `({shown})` as before", [edit])


def _brackets(facts: FileFacts, text: bytes, call: int) -> tuple[int, int] | None:
    """What stands between the parentheses of a call of a plain or dotted name."""
    function = facts.expr.a[call]
    name = last_name(facts, function)
    if not name:
        return None
    name_end = facts.expr.position[function] + len(name.encode())
    end = end_of_call(text, name_end)
    return (text.index(b"(", name_end) + 1, end - 1) if end > 0 else None


def _same_call(after: Inference, before: Inference, path: str, call: int) -> int:
    """The call of the same name in the same definition before the edit, or -1."""
    new, old = after.need(path), before.need(path)
    name = last_name(new, new.expr.a[call])
    around = _around(after, path, new.expr.position[call])
    mine, theirs = (
        [
            row
            for row in _calls(facts, name)
            if _around(inference, path, facts.expr.position[row]) == around
        ]
        for inference, facts in ((after, new), (before, old))
    )
    if len(mine) == len(theirs):
        return theirs[mine.index(call)]
    text = after.text(path)[slice(*(_brackets(new, after.text(path), call) or (0, 0)))]
    scored = [
        (similarity(text.decode("utf-8", "replace"), old_text.decode("utf-8", "replace")), row)
        for row in theirs
        for old_text in [
            before.text(path)[slice(*(_brackets(old, before.text(path), row) or (0, 0)))]
        ]
    ]
    return max(scored)[1] if scored and max(scored)[0] > _ALIKE else -1


def _calls(facts: FileFacts, name: str) -> list[int]:
    ops, _, lefts, _ = facts.expr
    return [
        row for row, op in enumerate(ops) if op == f.CALL and last_name(facts, lefts[row]) == name
    ]


def _around(inference: Inference, path: str, position: int) -> str:
    entity = enclosing(inference, path, position)
    return qualified_name(inference, entity) if entity is not None else ""


# What is taken now


def _followed(finding: Finding, after: Inference, before: Inference, call: int) -> list[Fix]:
    """Fixes that follow a change of what is called: a parameter renamed, removed or added."""
    found = _signatures(finding, after, before)
    if found is None:
        return []
    was, now = found
    old = {each.name: each for each in was.parameters}
    new = {each.name: each for each in now.parameters}
    removed = [each for each in was.parameters if each.name not in new]
    added = [each for each in now.parameters if each.name not in old]
    written = CallArguments(after.need(finding.path), call)
    name = finding.subject.rpartition(":")[2]
    if finding.rule == UNKNOWN_KEYWORD and name in old and name not in new:
        successor, sure = _successor(was, now, old[name], removed, added)
        if successor is not None and successor.name not in written.keywords:
            end = finding.start + len(name.encode())
            edit = Edit(finding.path, finding.start, end, successor.name)
            return [
                Fix(
                    f"Use the keyword `{successor.name}`, as `{name}` is called now",
                    [edit],
                    safe=sure,
                )
            ]
        return [_left_out(finding, after, written.keywords[name], name)]
    if finding.rule == TOO_MANY_ARGUMENTS and not written.starred:
        by_place = [each for each in was.parameters if each.kind <= f.POSITIONAL]
        gone = [place for place, each in enumerate(by_place) if each in removed]
        more = len(written.positional) - sum(each.kind <= f.POSITIONAL for each in now.parameters)
        if len(gone) == 1 == more and not added and gone[0] < len(written.positional):
            place = gone[0]
            return [_left_out(finding, after, written.positional[place], by_place[place].name)]
    if finding.rule == MISSING_ARGUMENT:
        wanted = [
            each
            for each in now.parameters
            if each.name in name.split(",")
            and (each.name not in old or not old[each.name].required)
        ]
        given = _default_given(after, now, wanted)
        return [*finding.fixes[:1], given] if given is not None else []
    return []


def _signatures(
    finding: Finding, after: Inference, before: Inference
) -> tuple[Signature, Signature] | None:
    """The signature of what is called, before and after, where the edit changed it."""
    for entity in reversed(finding.nearest):
        if entity.kind not in (FUNCTION, CLASS) or entity.is_outside:
            continue
        facts = before.facts(entity.path) if before.exists(entity.path) else None
        if facts is None:
            return None
        name = qualified_name(after, entity)
        for row, kind in enumerate(facts.definition.kind):
            other: Entity = Entity(CLASS if kind == f.CLASS else FUNCTION, entity.path, row)
            if other.kind == entity.kind and qualified_name(before, other) == name:
                was, now = signature_of(before, other), signature_of(after, entity)
                if was is not None and now is not None and was.shown() != now.shown():
                    return was, now
    return None


def _successor(
    was: Signature, now: Signature, old: Parameter, removed: list[Parameter], added: list[Parameter]
) -> tuple[Parameter | None, bool]:
    """What a parameter is called now, and whether that is sure: one went, and one came there."""
    place = was.parameters.index(old)
    sure = len(removed) == 1 == len(added)
    for each in added:
        if now.parameters.index(each) == place and each.kind == old.kind:
            alike = sure or similarity(each.name, old.name) >= _ALIKE
            if alike:
                return each, sure and each.required == old.required
    scored = [(similarity(each.name, old.name), each.name, each) for each in added]
    if scored and max(scored[:1])[0] >= _ALIKE:
        return max(scored, key=lambda each: each[:2])[2], False
    return None, False


def _left_out(finding: Finding, after: Inference, argument: tuple[int, int], name: str) -> Fix:
    """The call without the argument of a parameter that there is no longer."""
    position, value = argument
    text, path = after.text(finding.path), finding.path
    start, end = position, end_of_argument(text, position)
    before = len(text[:start].rstrip())
    if text[before - 1 : before] == b",":
        start = before - 1
    else:
        behind = len(text) - len(text[end:].lstrip())
        if text[behind : behind + 1] == b",":
            end = behind + 1
            end += len(text[end:]) - len(text[end:].lstrip(b" "))
    plain = after.need(path).expr.op[value] in _PLAIN
    return Fix(f"Leave out `{name}`, which was removed", [Edit(path, start, end, "")], safe=plain)


def _default_given(after: Inference, now: Signature, wanted: list[Parameter]) -> Fix | None:
    """New parameters with ``None`` for a default, so that calls of before still fit."""
    edits: list[Edit] = []
    behind = False
    for each in reversed(now.parameters):
        if each in wanted:
            edit = None if behind and each.kind <= f.POSITIONAL else _with_default(after, each)
            if edit is None:
                return None
            edits.append(edit)
        elif each.kind <= f.POSITIONAL and each.required:
            behind = True
    if not edits:
        return None
    names = " and ".join(f"`{each.name}`" for each in wanted)
    where = edits[0].path
    return Fix(f"Give {names} a default in {where}", edits[::-1])


def _with_default(after: Inference, parameter: Parameter) -> Edit | None:
    kind, path, row = parameter.entity
    if is_outside(path):
        return None
    facts = after.need(path)
    if kind == FUNCTION:
        at, annotation = facts.parameter.end[row], facts.parameter.annotation[row]
    else:
        if facts.binding.kind[row] != f.DECLARE:
            return None
        line = facts.line_of(facts.binding.position[row])
        text = after.text(path)[facts.line_starts[line] : facts.line_starts[line + 1]]
        at = facts.line_starts[line] + len(text.partition(b"#")[0].rstrip())
        annotation = facts.binding.annotation[row]
    written = after.text(path)[:at]
    if annotation < 0:
        return Edit(path, at, at, "=None")
    optional = (
        b"None" in written[written.rfind(b":") :] or b"Optional" in written[written.rfind(b":") :]
    )
    return Edit(path, at, at, " = None" if optional else " | None = None")
