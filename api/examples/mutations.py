"""Mutations: mistakes that models make, made in code that is right.

Names become such as might well exist: a word is said in other words, or another class has the name.
What everybody knows is left alone: builtins, and names that other modules give a file. Each says by
which rule it is to be found; whether it is, is judged afterwards.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.inference import Inference
from ...indexer.scope_map import scope_at
from ...indexer.symbols import words
from ..check.arguments import MISSING_ARGUMENT, TOO_MANY_ARGUMENTS, UNKNOWN_KEYWORD
from ..patterns.synonyms import synonyms
from ..source.ranges import end_of_call
from ..source.text_edits import remove_argument

_READ = (f.READ, f.CALLED)
# What is written before a member's name that has no words to say otherwise.
_PREFIXES = ("get", "new", "current", "default")
_AWAIT = b"await "


@dataclass(frozen=True, slots=True)
class Mutation:
    """A replacement in the text of a file, and the rule that is to find it."""

    kind: str
    rule: str
    start: int
    end: int
    text: str

    def apply(self, content: bytes) -> bytes:
        """Return the file with the mistake in it."""
        return content[: self.start] + self.text.encode() + content[self.end :]


def mutations(
    inference: Inference, path: str, borrowed: list[str], chance: random.Random
) -> list[Mutation]:
    """Return one mutation of each place of a file where one is known, in no order.

    ``borrowed`` are names of members of classes.
    """
    facts = inference.facts(path)
    if facts is None:
        return []
    by_kind: dict[bool, set[str]] = {True: set(), False: set()}
    for name, kind in zip(facts.binding.name, facts.binding.kind, strict=True):
        by_kind[kind == f.IMPORT].add(facts.names[name])
    own, imported = frozenset(by_kind[False]), frozenset(by_kind[True])
    site = _Site(facts, inference.text(path), path, borrowed, chance, own, imported)
    found = [each for make in _KINDS for each in make(site)]
    chance.shuffle(found)
    return found


@dataclass(slots=True)
class _Site:
    facts: FileFacts
    text: bytes
    path: str
    borrowed: list[str]
    chance: random.Random
    own: frozenset[str]
    """Names that the file itself binds."""
    imported: frozenset[str]

    def invent(self, name: str, kind: str) -> str:
        """Return a name that may be meant by whoever means this one; empty if there is none."""
        if kind == "attribute" and self.borrowed and self.chance.random() < 0.3:
            return self.chance.choice(self.borrowed)
        parts = words(name).split()
        told = [(at, other) for at, part in enumerate(parts) for other in sorted(synonyms(part))]
        if told:
            at, other = self.chance.choice(told)
            parts[at] = other
        elif len(parts) > 1 and self.chance.random() < 0.5:
            parts.pop(self.chance.randrange(len(parts)))
        elif kind == "name":  # of the file itself, which is in sight
            return ""
        else:
            parts.insert(0, self.chance.choice(_PREFIXES))
        lead = name[: len(name) - len(name.lstrip("_"))]
        if "_" not in name.strip("_") and name.lower() != name:
            made = "".join(part.capitalize() for part in parts)
        else:
            made = "_".join(parts)
        return lead + (made.upper() if name.isupper() else made)

    def renamed(self, kind: str, rule: str, name: str, position: int) -> Iterator[Mutation]:
        end = position + len(name.encode())
        other = self.invent(name, kind)
        if self.text[position:end] == name.encode() and other != name and other.isidentifier():
            yield Mutation(kind, rule, position, end, other)


def _attributes(site: _Site) -> Iterator[Mutation]:
    for role in _READ:
        for each in facts_view.all_occurrences(site.facts, role):
            if each.role & f.ATTRIBUTE_ROLE and not each.name.startswith("__"):
                yield from site.renamed(
                    "attribute", "unresolved-attribute", each.name, each.position
                )


def _names(site: _Site) -> Iterator[Mutation]:
    for role in _READ:
        for each in facts_view.all_occurrences(site.facts, role):
            is_own = each.name in site.own and not each.name.startswith("__")
            if is_own and not each.role & f.ATTRIBUTE_ROLE:
                yield from site.renamed("name", "undefined-name", each.name, each.position)


def _imported(site: _Site) -> Iterator[Mutation]:
    table = site.facts.imports
    for row, name in enumerate(table.name):
        if name >= 0:
            spelled = site.facts.names[name]
            yield from site.renamed(
                "imported name", "unresolved-name", spelled, table.bound_position[row]
            )
        module = site.facts.names[table.module[row]]
        last = module.rpartition(".")[2]
        at = site.text.find(module.encode(), table.position[row], table.position[row] + 200)
        if last and at >= 0:
            start = at + len(module.encode()) - len(last.encode())
            yield from site.renamed("imported module", "unresolved-import", last, start)


def _keywords(site: _Site) -> Iterator[Mutation]:
    facts = site.facts
    for call in facts_view.calls(facts):
        for each in facts_view.arguments(facts, call.row):
            if each.is_keyword:
                yield from site.renamed(
                    "keyword", UNKNOWN_KEYWORD, facts.names[each.key], each.position
                )


def _arguments(site: _Site) -> Iterator[Mutation]:
    """Yield calls without one of their arguments, and with one too many."""
    facts, text = site.facts, site.text
    for call in facts_view.calls(facts):
        arguments = [*facts_view.arguments(facts, call.row)]
        name = last_name(facts, call.function)
        named = facts_view.attribute(facts, call.function)
        is_builtin = named is None and name not in site.own and name not in site.imported
        if is_builtin or name.startswith("__") or any(each.is_unpacked for each in arguments):
            continue
        if arguments:
            edit = remove_argument(site.path, text, site.chance.choice(arguments).position)
            yield Mutation("argument left out", MISSING_ARGUMENT, edit.start, edit.end, edit.text)
        at = named.position if named is not None else facts.expr.position[call.function]
        end = end_of_call(text, at + len(name.encode())) if name else -1
        if end > 0 and text[end - 1 : end] == b")" and all(e.is_positional for e in arguments):
            before = text[:end].rstrip(b") \n")
            comma = "" if not arguments or before.endswith(b",") else ", "
            for other in _one_more(site, call, text[at:end]):
                added = f"{comma}{other}"
                yield Mutation("argument too many", TOO_MANY_ARGUMENTS, end - 1, end - 1, added)


def _one_more(site: _Site, call: facts_view.Call, written: bytes) -> list[str]:
    """Return a parameter of the function around a call that the call is not given."""
    facts = site.facts
    taken = facts_view.parameters(facts, scope_at(facts, call.position))
    names = [facts.names[facts.parameter.name[row]] for row in taken]
    spelled = set(re.findall(r"\w+", written.decode()))
    left = [name for name in names if name not in ("self", "cls") and name not in spelled]
    return [site.chance.choice(left)] if left else []


def _awaits(site: _Site) -> Iterator[Mutation]:
    """Yield coroutines that are not awaited, and calls of plain functions that are."""
    facts, text = site.facts, site.text
    awaited: set[int] = set()
    for row, kind in enumerate(facts.expr.op):
        if kind == f.AWAIT:
            awaited.add(facts.expr.a[row])
            at = facts.expr.position[row]
            if text[at : at + len(_AWAIT)] == _AWAIT:
                yield Mutation("await left out", "missing-await", at, at + len(_AWAIT), "")
    for call in facts_view.calls(facts):
        start = call.position
        line = text[text.rfind(b"\n", 0, start) + 1 : start]
        if call.row not in awaited and not line.strip() and b"await " in text:
            yield Mutation("await too many", "not-awaitable", start, start, "await ")


_KINDS: tuple[Callable[[_Site], Iterator[Mutation]], ...] = (
    _attributes, _names, _imported, _keywords, _arguments, _awaits,
)  # fmt: skip
