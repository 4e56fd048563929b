"""Random edits, requests and changes on disk, in any order; the end is what a fresh server says."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import RawClient, make_workspace, server, uri_of, wait_until

WORDS = ("alpha", "beta", "Gamma", "delta", "Omega")
MODULES = ("one", "two", "three", "pack/__init__", "pack/inner")
LINES = (
    "import one\n",
    "from two import *\n",
    "from one import alpha, Gamma as Omega\n",
    "from pack.inner import beta\n",
    "from . import inner\n",
    "class Gamma:\n    def delta(self): return self.beta\n",
    "class Omega(Gamma):\n    beta = alpha\n",
    "def alpha(beta, *delta): return Gamma().delta()\n",
    "beta = alpha(delta=1)\n",
    "Omega().delta().beta = alpha\n",
    "for delta in alpha: print(delta, '😀é')\n",
    "__all__ = ['alpha', 'beta']\n",
    "if beta:\n",
    "x = '''\n",
    ")\n",
    "\r\n",
)
PLACED = (
    "definition declaration typeDefinition implementation references documentHighlight hover "
    "signatureHelp completion prepareRename prepareCallHierarchy prepareTypeHierarchy"
).split()
WHOLE = ("documentSymbol foldingRange documentLink semanticTokens/full codeLens diagnostic").split()
# What a request may be answered with besides a result: cancelled, changed, refused, not there,
# the last two for those that are about a document that is gone.
FINE = {-32800, -32801, -32803, -32602, -32601}


def units(text: str) -> int:
    """Length in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


class Fuzz:
    """An editor, its disk, and a stream of things that happen."""

    def __init__(self, client: RawClient, root: Path, seed: int) -> None:
        self.client = client
        self.root = root
        self.random = random.Random(seed)
        self.texts: dict[str, str] = {}
        self.version = 1
        self.waiting: list[int] = []

    def uri(self, module: str) -> str:
        return uri_of(self.root / f"{module}.py")

    def text(self) -> str:
        return "".join(self.random.choices(LINES, k=self.random.randrange(12)))

    def step(self) -> None:
        """One more thing happens."""
        module = self.random.choice(MODULES)
        happening = self.random.choices(
            (self.edit, self.ask, self.toggle, self.write, self.remove, self.replace, self.cancel),
            weights=(40, 35, 8, 8, 3, 4, 2),
        )[0]
        happening(module)
        if len(self.waiting) > 40:
            self.wait()

    def edit(self, module: str) -> None:
        text = self.texts.get(module)
        if text is None:
            self.toggle(module)
            return
        changes: list[dict[str, Any]] = []
        for _ in range(self.random.randrange(1, 3)):
            start, end = sorted(self.random.randrange(len(text) + 1) for _ in range(2))
            end = min(end, start + self.random.choice((0, 0, 1, 5, 60)))
            # Not between the halves of a line break.
            while text[start - 1 : start + 1] == "\r\n":
                start -= 1
            while text[end - 1 : end + 1] == "\r\n":
                end += 1
            new = self.random.choice((*LINES, *WORDS, "", " ", ".", "(", "\n", "\n"))
            span = {"start": position(text, start), "end": position(text, end)}
            changes.append({"range": span, "text": new})
            text = text[:start] + new + text[end:]
        self.texts[module] = text
        self.version += 1
        self.client.change(self.uri(module), self.version, *changes)

    def replace(self, module: str) -> None:
        if module in self.texts:
            self.texts[module] = self.text()
            self.version += 1
            self.client.change(self.uri(module), self.version, {"text": self.texts[module]})

    def toggle(self, module: str) -> None:
        uri = self.uri(module)
        if module in self.texts:
            del self.texts[module]
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        else:
            self.texts[module] = self.text()
            self.client.open(uri, self.texts[module])

    def write(self, module: str) -> None:
        path = self.root / f"{module}.py"
        path.write_bytes(self.texts.get(module, self.text()).encode())
        if self.random.random() < 0.5:
            self.client.notify(
                "workspace/didChangeWatchedFiles", {"changes": [{"uri": uri_of(path), "type": 2}]}
            )

    def remove(self, module: str) -> None:
        (self.root / f"{module}.py").unlink(missing_ok=True)

    def ask(self, module: str) -> None:
        identifier = {"textDocument": {"uri": self.uri(module)}}
        kind = self.random.randrange(10)
        if kind == 0:
            self.waiting.append(
                self.client.ask("workspace/symbol", {"query": self.random.choice(WORDS)[:3]})
            )
        elif kind < 3:
            method = self.random.choice(WHOLE)
            self.waiting.append(self.client.ask(f"textDocument/{method}", identifier))
        else:
            place = {
                "line": self.random.randrange(12),
                "character": self.random.randrange(30),
            }
            params = {**identifier, "position": place, "context": {"includeDeclaration": True}}
            method = self.random.choice(PLACED)
            self.waiting.append(self.client.ask(f"textDocument/{method}", params))

    def cancel(self, module: str) -> None:
        if self.waiting:
            id_ = self.random.choice(self.waiting)
            self.client.notify("$/cancelRequest", {"id": id_})

    def wait(self) -> None:
        """Take all answers that are due."""
        for id_ in self.waiting:
            answer = self.client.answer(id_)
            if "error" in answer:
                assert answer["error"]["code"] in FINE, answer
        self.waiting.clear()
        self.client.heard.clear()


def position(text: str, index: int) -> dict[str, int]:
    """Position of an index, counted in UTF-16, where lone carriage returns break lines too."""
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return {"line": before.count("\n"), "character": units(before.rpartition("\n")[2])}


def answers(client: RawClient, root: Path, texts: dict[str, str]) -> dict[str, Any]:
    """What a server says about everything."""
    found: dict[str, Any] = {}
    for module in MODULES:
        uri = uri_of(root / f"{module}.py")
        if module not in texts and not (root / f"{module}.py").exists():
            continue
        identifier = {"textDocument": {"uri": uri}}
        found[module, "symbols"] = client.request("textDocument/documentSymbol", identifier)
        text = texts.get(module)
        if text is None:
            text = (root / f"{module}.py").read_bytes().decode()
        for word in WORDS:
            index = text.find(word)
            while index >= 0:
                place = position(text, index)
                for method in ("definition", "references"):
                    key = module, method, place["line"], place["character"]
                    found[key] = client.at(  # type: ignore[index]
                        method, uri, place, context={"includeDeclaration": True}
                    )
                index = text.find(word, index + len(word))
    for word in WORDS:
        listed = client.request("workspace/symbol", {"query": word})
        found["symbols", word] = sorted(map(str, listed))
    return found


def run(root: Path, steps: int, seed: int) -> None:
    """Let things happen, then compare with a server that has seen none of it."""
    with server() as client:
        client.initialize(root)
        fuzz = Fuzz(client, root, seed)
        for _ in range(steps):
            fuzz.step()
        fuzz.wait()
        with server() as fresh:
            fresh.initialize(root)
            for module, text in fuzz.texts.items():
                fresh.open(fuzz.uri(module), text)
            expected: dict[str, Any] = {}

            def agree() -> bool:
                expected.clear()
                expected.update(answers(fresh, root, fuzz.texts))
                return answers(client, root, fuzz.texts) == expected

            try:
                wait_until(agree, "both say the same")
            except AssertionError:
                found = answers(client, root, fuzz.texts)
                different = {
                    key: (found.get(key), value)
                    for key, value in expected.items()
                    if found.get(key) != value
                }
                raise AssertionError(different) from None
            assert expected
        assert client.stop() == 0


def project(folder: Path) -> Path:
    """Modules that know each other."""
    return make_workspace(
        folder, **{module.replace("/", "__", 1): "".join(LINES[:10]) for module in MODULES[:3]},
        pack__inner=LINES[5],
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_a_little_of_everything(tmp_path: Path, seed: int) -> None:
    run(project(tmp_path / "project"), 300, seed)


@pytest.mark.slow
def test_much_of_everything(tmp_path: Path) -> None:
    run(project(tmp_path / "project"), 10_000, 1)
