"""Files that are no good: each costs itself, with its reason said, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from bad_input_helpers import MODELS, answers, ask, expected, indexed, problems, shop
from fixtures_language import open_workspace, parse_fixture
from workspace_helpers import state_of

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.rpc.messages import error_body
from flux_index.indexer import index_file, text
from flux_index.indexer.errors import FluxIndexError, OutsideWorkspaceError
from flux_index.indexer.index import Index
from flux_index.indexer.paths import file_version

posix = pytest.mark.skipif(os.name == "nt", reason="no such files on Windows")


def reasons(index: Index, key: str) -> dict[str, str]:
    """Path to reason, of what the status lists as ``skipped`` or ``errors``."""
    listed: Any = index.status()[key]
    return {item["path"]: item["reason"] for item in listed}


# Kinds of files.


@posix
def test_what_is_no_regular_file(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    (root / "folder.py").mkdir()
    (root / "folder.py/inside.py").write_text("x = 1\n")
    os.mkfifo(root / "pipe.py")
    (root / "device.py").symlink_to("/dev/zero")
    (root / "dangling.py").symlink_to("nowhere")
    (root / "loop").symlink_to(root)
    (root / "self.py").symlink_to("self.py")
    with indexed(root) as index:
        assert set(index.view().files) == {"folder.py/inside.py", "models.py", "views.py"}
        skipped = reasons(index, "skipped")
        assert set(skipped) == {"dangling.py", "device.py", "loop", "pipe.py", "self.py"}
        assert "FIFO" in skipped["pipe.py"]
        # A watcher may tell of each of them: none is opened in a way that waits.
        assert index.update([str(root / name) for name in (*skipped, "folder.py")]) == 0
        assert answers(index) == expected(tmp_path)


@posix
def test_reading_refuses_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    for path, reason in (
        (str(tmp_path / "pipe.py"), "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (str(tmp_path), "not a regular file"),
        (str(tmp_path / "gone.py"), "No such file or directory"),
    ):
        with pytest.raises(text.UnreadableError) as caught:
            text.read(path)
        assert str(caught.value) == reason


def test_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = shop(tmp_path / "root", {"secret.py": "x = 1\n"})
    whole = text.read

    def refuse(path: str, *rest: int) -> bytes:
        if path.endswith("secret.py"):
            raise text.UnreadableError("Permission denied")
        return whole(path, *rest)

    monkeypatch.setattr(text, "read", refuse)
    with indexed(root) as index:
        assert reasons(index, "errors") == {"secret.py": "Permission denied"}
        assert answers(index) == expected(tmp_path)
        with pytest.raises(FluxIndexError, match=r"secret\.py: Permission denied"):
            ask(index, "outline", path="secret.py")
        monkeypatch.undo()
        # Whether it can be read now is not seen from outside; any change of its time tells.
        os.utime(root / "secret.py")
        assert index.update(["secret.py"]) == 1
        assert not reasons(index, "errors")


def test_huge_file(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    with (root / "generated.py").open("wb") as file:
        file.truncate(50_000_000)
    with indexed(root) as index:
        assert "50,000,000 bytes" in reasons(index, "skipped")["generated.py"]
        # The watcher's way leads past the sweep.
        index.update(["generated.py"])
        assert "larger than the limit" in reasons(index, "errors")["generated.py"]
        assert answers(index) == expected(tmp_path)
        report = index.build()
        assert [path for path, _ in report.skipped] == ["generated.py"]
        assert not reasons(index, "errors")


# Contents.

CONTENTS: dict[str, bytes] = {
    "nul bytes": b"x = 1\0\0\ndef f():\0 pass\n\0",
    "invalid utf-8": b"x = '\xff\xfe\x80'\n\xc3 = 2\ndef f(): pass\n",
    "encoded surrogates": b"x = '\xed\xa0\x80'\n\xed\xb2\x80 = 1\n",
    "half characters": b'"""\\ud800"""\n__all__ = ["\\udc80"]\nclass f:\n    "\\ud83d"\n',
    "every byte": bytes(range(256)) * 20,
    "half a utf-16 character": b"\xff\xfex\x00\x00\xd8=",
    "only a byte order mark": b"\xef\xbb\xbf",
    "carriage returns": b"x = 1\r\rdef f(): pass\r",
    "deep parentheses": b"x = " + b"(" * 10_000 + b")" * 10_000 + b"\n",
    "open parentheses": b"x = " + b"(" * 10_000,
    "deep lists": b"x = " + b"[" * 10_000 + b"]" * 10_000 + b"\n",
    "deep unary": b"x = " + b"not -" * 5_000 + b"1\n",
    "long sum": b"x = " + b"1+" * 10_000 + b"1\n",
    "long chain": b"x = a" + b".b()" * 10_000 + b"\n",
    "deep lambdas": b"x = " + b"lambda: " * 10_000 + b"1\n",
    "deep blocks": b"".join(b" " * n + b"if x:\n" for n in range(1000)) + b" " * 1000 + b"x = 1\n",
    "deep functions": b"".join(b" " * n + b"def f():\n" for n in range(500)) + b" " * 500 + b"x\n",
    "many branches": b"if a: x = 1\n" + b"elif b: pass\n" * 10_000,
    "one long line": b"x = [" + b"1," * 500_000 + b"]\n",
    "one long string": b"x = '" + b"a" * 1_000_000 + b"'\n",
    "one long name": b"x" * 1_000_000 + b" = 1\n",
    "a module of itself": b"from bad import *\nimport bad\nx = bad.x\n",
    "bases in a circle": b"class x(y): pass\nclass y(x): pass\nx().z\n",
}
for _encoding in (
    "hex zlib rot13 idna punycode unicode_escape undefined utf-7 utf-16 mbcs aliases nonsense"
).split():
    _comment = b"# coding: " + _encoding.encode()
    CONTENTS["coding " + _encoding] = _comment + b"\nx = '\\ud800 +2AA- \xff'\n"


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_content(content: bytes, tmp_path: Path) -> None:
    root = shop(tmp_path / "root", {"bad.py": content})
    with indexed(root) as index:
        assert set(index.view().files) == {"bad.py", "models.py", "views.py"}
        assert not reasons(index, "errors")
        session = OpenWorkspace(index)
        # None of these has to be found; each has to be answered.
        for name, arguments in (
            ("outline", {"path": "bad.py"}),
            ("references", {"name": "bad.x"}),
            ("definition", {"path": "bad.py", "line": 0, "character": 4}),
            ("members", {"name": "bad"}),
            ("source", {"name": "bad.x"}),
            ("imports", {"path": "bad.py"}),
            ("exists", {"query": "bad.x.y"}),
        ):
            assert "total" in call(session, name, arguments)
        assert answers(index) == expected(tmp_path)


def test_extraction_that_fails_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flux_index.indexer.extract import source

    whole = source.extract_blob

    def stumble(raw: bytes) -> bytes:
        if raw == b"stumble\n":
            raise RecursionError("too deep")
        return whole(raw)

    monkeypatch.setattr(source, "extract_blob", stumble)
    root = shop(tmp_path / "root", {"bad.py": "stumble\n"})
    reason = "cannot be extracted: RecursionError: too deep"
    with indexed(root) as index:
        assert reasons(index, "errors") == {"bad.py": reason}
        with pytest.raises(FluxIndexError, match=reason):
            ask(index, "outline", path="bad.py")
        # An editor may have the same in a buffer.
        session = OpenWorkspace(index)
        session.overlays = {"views.py": b"stumble\n"}
        assert call(session, "references", {"name": "models.Order"})["total"] == 0
    # Before it is indexed, a question about a name in it goes on without it.
    shutil.rmtree(state_of(root))
    (root / "bad.py").write_text("stumble\n")
    with indexed(root, build=False) as index:
        assert index.refresh()
        assert answers(index, stored=False) == expected(tmp_path, stored=False)


# Files that change under one's hands.


def test_file_that_vanishes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = shop(tmp_path / "root", {"brief.py": "x = 1\n"})
    looked_at = index_file.stamp

    def stamp(path: str) -> tuple[int, int]:
        found = looked_at(path)
        if path.endswith("brief.py"):
            os.remove(path)
        return found

    with indexed(root) as index:
        assert "brief.py" in index.view().files
        monkeypatch.setattr(index_file, "stamp", stamp)
        (root / "brief.py").write_text("x = 22\n")
        index.update(["brief.py"])
        monkeypatch.undo()
        assert reasons(index, "errors") == {"brief.py": "No such file or directory"}
        assert index.update(["brief.py"]) == 1
        assert "brief.py" not in index.view().files
        assert answers(index) == expected(tmp_path)


def test_file_that_vanishes_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stamp(path: str) -> tuple[int, int]:
        raise FileNotFoundError(path)

    with indexed(shop(tmp_path / "root", {"brief.py": "x = 1\n"})) as index:
        monkeypatch.setattr(index_file, "stamp", stamp)
        assert index.update(["brief.py"]) == 1
        assert "brief.py" not in index.view().files


def test_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = shop(tmp_path / "root", {"brief.py": "def old(): ...\n"})
    looked_at = index_file.stamp

    def stamp(path: str) -> tuple[int, int]:
        found = looked_at(path)
        if path.endswith("brief.py"):
            Path(path).write_text("def new(): ...\n")
        return found

    monkeypatch.setattr(index_file, "stamp", stamp)
    with indexed(root) as index:
        monkeypatch.undo()
        assert ask(index, "symbols", query="new")["total"] == 1
        (root / "brief.py").write_text("def two(): ...\n")
        index.update(["brief.py"])
        assert ask(index, "symbols", query="two")["total"] == 1
        assert ask(index, "symbols", query="new")["total"] == 0


def test_same_size_and_time_within_the_clocks_tick(tmp_path: Path) -> None:
    root = shop(tmp_path / "root", {"brief.py": "one = 1\n"})
    with indexed(root) as index:
        stamp = (root / "brief.py").stat().st_mtime_ns
        (root / "brief.py").write_text("two = 2\n")
        index.update(["brief.py"])
        # Written again at once, with the time that the clock still shows.
        stamp = (root / "brief.py").stat().st_mtime_ns
        (root / "brief.py").write_text("six = 6\n")
        os.utime(root / "brief.py", ns=(stamp, stamp))
        index.build()
        assert ask(index, "symbols", query="six")["total"] == 1


@pytest.mark.parametrize(
    "time", [-(10**18), -1, 0, 1, 10**18, 4 * 10**18, 9_300_000_000 * 10**9], ids=str
)
def test_strange_times(time: int, tmp_path: Path) -> None:
    root = shop(tmp_path / "root", {"odd.py": "one = 1\n"})
    try:
        os.utime(root / "odd.py", ns=(time, time))
    except (OSError, OverflowError):
        pytest.skip("the file system has no such time")
    with indexed(root) as index:
        assert ask(index, "symbols", query="one")["total"] == 1
        (root / "odd.py").write_text("three = 3\n")
        os.utime(root / "odd.py", ns=(time, time))
        index.build()
        assert ask(index, "symbols", query="three")["total"] == 1
        assert answers(index) == expected(tmp_path)


def test_files_of_the_far_future_are_trusted_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that is wrong by years must not have every file read with every question."""
    root = shop(tmp_path / "root")
    monkeypatch.setattr("flux_index.indexer.index_file.time.time_ns", lambda: 10**18)
    with indexed(root) as index:
        versions = {path: row[1] for path, row in index.view().files.items()}
    assert versions == {path: file_version((root / path).stat()) for path in versions}


@posix
@pytest.mark.parametrize("how", ["copy", "move", "hard link", "two folders"])
def test_same_size_and_time(how: str, tmp_path: Path) -> None:
    """Whatever sets times back, and whatever takes the place of a file, is noticed."""
    root = shop(tmp_path / "root", {"a/brief.py": "one = 1\n", "b/brief.py": "two = 2\n"})
    for name in ("a/brief.py", "b/brief.py"):
        os.utime(root / name, ns=(10**18, 10**18))
    other = tmp_path / "other.py"
    other.write_text("six = 6\n")
    os.utime(other, ns=(10**18, 10**18))
    os.link(root / "a/brief.py", tmp_path / "linked.py")
    with indexed(root) as index:
        assert ask(index, "definition", name="a.brief.one")["total"] == 1
        if how == "copy":
            shutil.copy2(other, root / "a/brief.py")
        elif how == "move":
            other.rename(root / "a/brief.py")
        elif how == "hard link":
            (tmp_path / "linked.py").write_text("six = 6\n")
            os.utime(root / "a/brief.py", ns=(10**18, 10**18))
        else:
            (root / "a").rename(root / "c")
            (root / "b").rename(root / "a")
        index.refresh()
        now = "two" if how == "two folders" else "six"
        assert ask(index, "definition", name=f"a.brief.{now}")["total"] == 1
        assert ask(index, "symbols", query="one")["total"] == (1 if how == "two folders" else 0)


@posix
def test_file_replaced_by_a_folder_and_back(tmp_path: Path) -> None:
    root = shop(tmp_path / "root", {"thing.py": "one = 1\n"})
    with indexed(root) as index:
        (root / "thing.py").unlink()
        (root / "thing.py").mkdir()
        (root / "thing.py/part.py").write_text("two = 2\n")
        index.update(["thing.py", "thing.py/part.py"])
        assert set(index.view().files) == {"models.py", "thing.py/part.py", "views.py"}
        shutil.rmtree(root / "thing.py")
        (root / "thing.py").write_text("three = 3\n")
        index.update(["thing.py/part.py", "thing.py"])
        assert set(index.view().files) == {"models.py", "thing.py", "views.py"}
        assert answers(index) == expected(tmp_path)


def test_ignored_from_now_on(tmp_path: Path) -> None:
    root = shop(tmp_path / "root", {"scratch.py": "one = 1\n"})
    with indexed(root) as index:
        (root / ".gitignore").write_text("scratch.py\n")
        index.update([".gitignore"])
        assert set(index.view().files) == {"models.py", "views.py"}
        (root / ".gitignore").write_text("")
        index.refresh()
        assert "scratch.py" in index.view().files
        (root / ".gitignore").write_text("scratch.py\n")
        index.refresh()
        assert set(index.view().files) == {"models.py", "views.py"}


# Names.

NAMES = [
    "with space.py",
    "quote'\".py",
    "hash#percent%20question?.py",
    "new\nline.py",
    "tab\t.py",
    "back\\slash.py",
    "grüße_日本_😀.py",
    "a;drop table file.py",
    "%s{0}.py",
    "d" * 200 + "/" + "e" * 200 + "/" + "f" * 200 + "/" + "g" * 250 + ".py",
]


@posix
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names(name: str, tmp_path: Path) -> None:
    """In the paths of files, and in that of the workspace with its index."""
    folder = name.removesuffix(".py") if len(name) < 100 else "root"
    root = shop(tmp_path / folder, {name: "class Odd: ...\n"})
    with indexed(root) as index:
        found = ask(index, "symbols", query="Odd")
        assert [item["path"] for item in found["items"]] == [name]
        assert ask(index, "outline", path=name)["total"] == 1
        assert answers(index) == expected(tmp_path)
    # Restored from its own memory.
    with indexed(root, build=False) as index:
        assert not problems(index)
        assert answers(index, "touch") == expected(tmp_path)


@posix
def test_workspace_with_a_very_long_path(tmp_path: Path) -> None:
    """SQLite opens no file whose path has more than some five hundred bytes."""
    root = shop(tmp_path / ("d" * 200 + "/" + "e" * 200 + "/" + "f" * 200))
    with indexed(root) as index:
        assert answers(index) == expected(tmp_path)


@posix
def test_names_that_are_no_text(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xff"))
    try:
        shop(root)
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    name = os.fsdecode(b"caf\xe9.py")
    (root / name).write_text("x = 1\n")
    with indexed(root) as index:
        assert reasons(index, "skipped") == {"caf\\xe9.py": "its name is not valid UTF-8"}
        assert index.update([str(root / name), name]) == 0
        assert answers(index) == expected(tmp_path)
    with indexed(root, build=False) as index:
        assert not problems(index)
        assert answers(index, "touch") == expected(tmp_path)


@posix
def test_only_the_case_of_a_name_changes(tmp_path: Path) -> None:
    root = shop(tmp_path / "root", {"thing.py": "one = 1\n"})
    with indexed(root) as index:
        (root / "thing.py").rename(root / "Thing.py")
        index.update(["thing.py", "Thing.py"])
        assert set(index.view().files) == {"Thing.py", "models.py", "views.py"}
        found = ask(index, "symbols", query="one")["items"]
        assert [item["path"] for item in found] == ["Thing.py"]


# Questions.

OUTSIDE = [
    "/etc/passwd",
    "../outside.py",
    "pkg/../../outside.py",
    "./../outside.py",
    "..",
    "a\0.py",
    "\ud800.py",
    "x" * 5000 + "/../../outside.py",
]


@posix
@pytest.mark.parametrize("build", [True, False], ids=["built", "fresh"])
@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: ascii(path)[:30])
def test_path_outside_of_the_workspace(path: str, build: bool, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("secret = 1\n")
    root = shop(tmp_path / "root", {"pkg/__init__.py": ""})
    with indexed(root, build=build) as index:
        for name, arguments in (
            ("outline", {"path": path}),
            ("imports", {"path": path}),
            ("definition", {"path": path, "line": 0, "character": 0}),
        ):
            with pytest.raises(FluxIndexError):
                ask(index, name, **arguments)
        if "\0" not in path and "\ud800" not in path:
            assert index.become_writer()
            index.update([path])
            assert not any("outside" in known for known in index.view().files)
        with pytest.raises(OutsideWorkspaceError, match="is not inside the workspace"):
            ask(index, "outline", path=str(tmp_path / "outside.py"))


@pytest.mark.parametrize("path", ["folder/" * 2000, "a folder/" * 2000])
def test_what_is_very_long_is_not_repeated_whole(path: str, tmp_path: Path) -> None:
    with indexed(shop(tmp_path / "root")) as index, pytest.raises(FluxIndexError) as raised:
        ask(index, "outline", path=f"{path}x.py")
    told = str(raised.value)
    assert len(told) < 5000
    assert told.startswith(path[:100])
    assert " characters)…" in told
    answer = json.loads(error_body(1, raised.value.code, raised.value.args[0]))
    assert answer["error"]["message"] == told


def test_one_file_has_one_name(tmp_path: Path) -> None:
    with indexed(shop(tmp_path / "root", {"pkg/__init__.py": ""})) as index:
        for path in ("models.py", "./models.py", "pkg/../models.py", ".//models.py"):
            assert list(ask(index, "outline", path=path)["files"]) == ["models.py"]


@pytest.mark.parametrize(
    "name",
    ["", "\0", "\ud800", '"', "'; drop", "*", "x" * 100_000, ".", "a" + ".b" * 200, "😀"],
    ids=lambda name: ascii(name)[:20],
)
def test_strange_questions(name: str, tmp_path: Path) -> None:
    with indexed(shop(tmp_path / "root", {"late.py": MODELS})) as index:
        session = OpenWorkspace(index)
        for operation, argument in (
            ("symbols", "query"),
            ("definition", "name"),
            ("references", "name"),
            ("members", "name"),
            ("importers", "name"),
            ("exists", "query"),
        ):
            try:
                assert "total" in call(session, operation, {argument: name})
            except FluxIndexError as error:
                assert str(error)
        assert set(index.snapshot({"late.py": b""}).files_with(name or "save")) <= {
            "models.py",
            "views.py",
        }


@pytest.mark.parametrize(
    "text",
    [
        "class A0: pass\nclass B0: pass\n"
        + "".join(
            f"class A{i}(A{i - 1}, B{i - 1}): pass\nclass B{i}(A{i - 1}, B{i - 1}): pass\n"
            for i in range(1, 1500)
        ),
        "".join(
            f"class A{i}(A{(i + 1) % 1500}, A{(i * 7 + 3) % 1500}): pass\n" for i in range(1500)
        ),
    ],
    ids=["every class has two bases with the same bases", "a circle of bases"],
)
def test_orders_of_very_many_bases(tmp_path: Path, text: str) -> None:
    """What a class inherits is told as far as anybody writes classes, and then that it goes on."""
    session = open_workspace(tmp_path, parse_fixture(f"#- a.py\n{text}"))
    try:
        answer = call(session, "hierarchy", {"name": "a.A1499"})
        assert answer["notes"] == ["a base could not be resolved"]
        assert len(answer["mro"]) < 500
        assert not call(session, "members", {"name": "a.A1499"})["items"]
    finally:
        session.index.close()
