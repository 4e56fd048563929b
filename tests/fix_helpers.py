"""Fixes of an edit's faults, as a person would read them."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import open_workspace, parse_fixture

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import proposed
from flux_index.api.check.fixes.apply import apply_edits, apply_fixes


class Offered:
    """A fix: its rule and place (`path:line`), title, if it is safe, what it makes of files."""

    def __init__(
        self, place: str, rule: str, title: str, files: dict[str, str], *, safe: bool
    ) -> None:
        """Describe a fix."""
        self.place = place
        self.rule = rule
        self.title = title
        self.files = files
        self.safe = safe


def offered(folder: Path, before: str, edit: str, *rules: str) -> list[Offered]:
    """Every fix of what an edit introduces or breaks, in order; of some rules when they are given.

    Both texts are in the fixture language; files that the edit does not name stay what they are.
    """
    session = open_workspace(folder, parse_fixture(before))
    found: list[Offered] = []
    try:
        contents = {path: text.encode() for path, text in parse_fixture(edit).files.items()}
        change = proposed(session, {**contents})
        for finding in check_change(change):
            if rules and finding.rule not in rules:
                continue
            line = change.after.need(finding.path).line_of(finding.start) + 1
            for fix in finding.fixes:
                made = apply_edits(change, {}, fix)
                assert made is not None, f"the edits of {fix.title!r} overlap"
                files = {path: text.decode() for path, text in made.items()}
                place = f"{finding.path}:{line}"
                found.append(Offered(place, finding.rule, fix.title, files, safe=fix.safe))
    finally:
        session.index.close()
    return found


def titled(fixes: list[Offered], title: str) -> Offered:
    """The only fix of a title."""
    chosen = [fix for fix in fixes if fix.title == title]
    assert len(chosen) == 1, [fix.title for fix in fixes]
    return chosen[0]


def mended(folder: Path, before: str, edit: str, *, unsafe: bool = False) -> dict[str, str]:
    """What mending an edit makes of the files that it changes."""
    session = open_workspace(folder, parse_fixture(before))
    try:
        contents = {path: text.encode() for path, text in parse_fixture(edit).files.items()}
        done = apply_fixes(session, proposed(session, {**contents}), whole=False, unsafe=unsafe)
        return {path: text.decode() for path, text in done.contents.items()}
    finally:
        session.index.close()
