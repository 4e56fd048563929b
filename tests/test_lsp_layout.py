"""Folding, selecting, colouring: features that rest on how a text is laid out."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import RawClient, at, covered, make_workspace, uri_of, workspace_server

TEXT = '''\
import os
import sys

# One comment
# and another

VALUES = [
    1,
    2,
]


def run(first, *, second=None):
    """Runs.

    Long.
    """
    if first:
        return os.path.join(first, str(VALUES[0]))
    else:
        print(second)


# region tail
class Late:
    limit = 3
# endregion
'''


def ask(client: RawClient, root: Path, text: str, method: str, **params: Any) -> Any:
    """Open a text and ask about it."""
    uri = uri_of(root / "layout.py")
    client.open(uri, text)
    return client.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, **params})


def test_folds_are_blocks_brackets_strings_imports_comments_and_regions(tmp_path: Path) -> None:
    root = make_workspace(tmp_path)
    lines = TEXT.split("\n")
    with workspace_server(root) as client:
        folds = ask(client, root, TEXT, "foldingRange")
    shown = {
        (lines[fold["startLine"]].strip(), lines[fold["endLine"]].strip(), fold.get("kind", ""))
        for fold in folds
    }
    assert shown == {
        ("import os", "import sys", "imports"),
        ("# One comment", "# and another", "comment"),
        ("VALUES = [", "2,", ""),
        ("def run(first, *, second=None):", "print(second)", ""),
        ('"""Runs.', '"""', ""),
        ("if first:", "return os.path.join(first, str(VALUES[0]))", ""),
        ("else:", "print(second)", ""),
        ("# region tail", "# endregion", "region"),
        ("class Late:", "limit = 3", ""),
    }


def test_folds_of_a_text_that_is_being_typed(tmp_path: Path) -> None:
    root = make_workspace(tmp_path)
    text = "def f(a,\n\ndef g():\n    x = '\n    return x\n\nclass C:\n    y = 1\n"
    with workspace_server(root) as client:
        folds = ask(client, root, text, "foldingRange")
    assert {"startLine": 2, "endLine": 4} in folds
    assert {"startLine": 6, "endLine": 7} in folds


def selections(found: dict[str, Any], text: str) -> list[str]:
    """The texts of a chain of selections, the innermost first."""
    result: list[str] = []
    current: dict[str, Any] | None = found
    while current is not None:
        result.append(covered(text, current["range"]))
        current = current.get("parent")
    return result


def test_selections_grow_from_a_name_to_the_file(tmp_path: Path) -> None:
    root = make_workspace(tmp_path)
    places = [at(TEXT, "os.pa|th"), at(TEXT, "lim|it = 3")]
    with workspace_server(root) as client:
        first, second = ask(client, root, TEXT, "selectionRange", positions=places)
    chain = selections(first, TEXT)
    assert chain[:6] == [
        "path",
        "os.path",
        "os.path.join",
        "os.path.join(first, str(VALUES[0]))",
        "return os.path.join(first, str(VALUES[0]))",
        "if first:\n        return os.path.join(first, str(VALUES[0]))",
    ]
    assert chain[-2].startswith("def run(") or chain[-2].startswith("import os")
    assert chain[-1] == TEXT
    assert [len(one) for one in chain] == sorted(len(one) for one in chain)
    assert selections(second, TEXT)[:2] == ["limit", "limit = 3"]


@pytest.mark.parametrize(
    "text",
    [
        "x" + ".a" * 45_000 + "\n",
        "(" * 20_000 + "x" + ")" * 20_000 + "\n",
        "f(" * 20_000 + ")" * 20_000 + "\n",
        "f" + "(1)[0].a" * 10_000 + "\n",
        "".join(" " * depth + "if x:\n" for depth in range(500)),
        "def f(a,\n" * 5_000,
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_selections_have_a_bound_and_end_with_the_file(tmp_path: Path, text: str) -> None:
    root = make_workspace(tmp_path)
    places = [{"line": 0, "character": 5 * number} for number in range(100)]
    with workspace_server(root) as client:
        found = ask(client, root, text, "selectionRange", positions=places)
    assert len(found) == len(places)
    for one in found:
        chain = selections(one, text)
        assert len(chain) <= 100
        assert chain[-1] == text
        assert all(inner in outer for inner, outer in pairwise(chain))


def tokens(data: list[int], text: str, legend: dict[str, list[str]]) -> list[tuple[str, ...]]:
    """(text, type, modifiers …) of each token."""
    lines = text.split("\n")
    result: list[tuple[str, ...]] = []
    line = character = 0
    for at_ in range(0, len(data), 5):
        down, right, length, kind, bits = data[at_ : at_ + 5]
        line += down
        character = right if down else character + right
        raw = lines[line].encode("utf-16-le")[2 * character : 2 * (character + length)]
        modifiers = [name for bit, name in enumerate(legend["tokenModifiers"]) if bits & (1 << bit)]
        result.append((raw.decode("utf-16-le"), legend["tokenTypes"][kind], *modifiers))
    return result


COLOURED = """\
import os
from enum import Enum

LIMIT = 3


class Thing(Enum):
    @property
    def size(self): ...

    async def grow(self, by: int) -> None:
        "😀"; other = len(os.sep) + by
        self.grow(by=other)


def make() -> Thing: ...
"""


def test_tokens_tell_what_names_are(tmp_path: Path) -> None:
    root = make_workspace(tmp_path, layout=COLOURED)
    with workspace_server(root) as client:
        uri = uri_of(root / "layout.py")
        client.open(uri, COLOURED)
        params = {"textDocument": {"uri": uri}}
        full = client.request("textDocument/semanticTokens/full", params)
        legend = {
            "tokenTypes": TYPES,
            "tokenModifiers": MODIFIERS,
        }
        found = tokens(full["data"], COLOURED, legend)
        for expected in [
            ("os", "namespace"),
            ("Enum", "class"),
            ("LIMIT", "variable", "declaration", "readonly"),
            ("Thing", "class", "definition"),
            ("size", "property", "definition"),
            ("grow", "method", "definition", "async"),
            ("by", "parameter", "declaration"),
            ("int", "class", "defaultLibrary"),
            ("other", "variable", "declaration"),
            ("len", "function", "defaultLibrary"),
            ("grow", "method"),
            ("make", "function", "definition"),
            ("Thing", "class"),
        ]:
            assert expected in found, expected
        # A range has what the whole has there.
        line = COLOURED[: COLOURED.index("def make")].count("\n")
        span = {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
        part = client.request("textDocument/semanticTokens/range", {**params, "range": span})
        assert tokens(part["data"], COLOURED, legend) == found[-2:]
        # An edit gives what changed; putting it in place gives the whole again.
        client.change(uri, 2, {"range": span, "text": "def build() -> Thing: ...\nlast = 1\n"})
        changed = client.request(
            "textDocument/semanticTokens/full/delta",
            {**params, "previousResultId": full["resultId"]},
        )
        data = list(full["data"])
        for edit in changed["edits"]:
            data[edit["start"] : edit["start"] + edit["deleteCount"]] = edit["data"]
        assert data == client.request("textDocument/semanticTokens/full", params)["data"]
        # Who names an answer that is not known any more gets everything.
        whole = client.request(
            "textDocument/semanticTokens/full/delta", {**params, "previousResultId": "gone"}
        )
        assert whole["data"] == data


TYPES = (
    "namespace class function method property variable parameter typeParameter decorator enumMember"
).split()
MODIFIERS = "declaration definition readonly async defaultLibrary static".split()


def test_legend_is_announced(tmp_path: Path) -> None:
    from lsp_helpers import server

    with server() as client:
        announced = client.initialize(make_workspace(tmp_path))["semanticTokensProvider"]
    assert announced["legend"] == {"tokenTypes": TYPES, "tokenModifiers": MODIFIERS}
