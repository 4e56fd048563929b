"""Dictionaries that lack keys which the type requires that is declared for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_findings

CASES = {
    "what is declared to be a typed dictionary": """
        from typing import NotRequired, Optional, Required, TypedDict
        class User(TypedDict):
            name: str
            age: NotRequired[int]
        class Team(TypedDict):
            lead: User
            members: list[User]
        class Change(TypedDict, total=False):
            id: Required[int]
            note: str
        a: User = {"age": 1}
        #         ^ missing-key (1 required key of 'User': 'name')
        b: Optional[User] = {}
        #                   ^ missing-key
        c: Change = {"note": "x"}
        #           ^ missing-key
        d: Team = {"lead": {"age": 1}, "members": [{"name": "x"}, {}]}
        #                  ^ missing-key
        #                                                         ^ missing-key
        later: User
        later = {}
        #       ^ missing-key
        def give() -> User:
            return dict()
        #          ^ missing-key
        def take(user: User): return user
        take({"age": 1})
        #    ^ missing-key
        User({"age": 1})
        #    ^ missing-key
        # fine
        e: User = {"name": "x"}
        f: Change = {"id": 1}
        g: Team = {"lead": {"name": "x"}, "members": []}
        h: User = dict(name="x")
        User({"age": 1}, name="x")
        i: User | dict[str, int] = {}
        def computed(key, more) -> User:
            return {key: 1} if key else {**more}
    """,
    "typed dictionaries that a call makes": """
        from typing import NotRequired, TypedDict
        Row = TypedDict("Row", {"id": int, "in": NotRequired[str]})
        Row()
        # <- missing-argument
        Row(id=1, size=2)
        #         ^^^^ unknown-keyword
        a: Row = {}
        #        ^ missing-key
        Row(id=1)
        Row({"id": 1, "in": "x"})
        Row({"in": "x"})
        #   ^ missing-key
        TypedDict()
        # <- missing-argument
        class Note(TypedDict):
            text: str
        class Page(TypedDict):
            note: Note
        Page(note={})
        #         ^ missing-key
        # fine
        Old = TypedDict("Old", id=int)
        Free = TypedDict("Free", {"id": int}, total=False)
        Free()
        b: Free = {}
    """,
}


@pytest.mark.parametrize("case", CASES)
def test_only_missing_keys_are_found(tmp_path: Path, case: str) -> None:
    check_findings(tmp_path, CASES[case], "missing-key", "missing-argument", "unknown-keyword")
