"""The sweep: every Python file, what cannot be one, and what it remembers for the next time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.indexer.paths import file_version
from flux_index.indexer.workspace import Known, Sweep, Workspace, sweep

pytestmark = pytest.mark.usefixtures("links_are_followed")

CAN_READ_ANYTHING = hasattr(os, "geteuid") and os.geteuid() == 0
posix = pytest.mark.skipif(os.name == "nt", reason="no such files on Windows")


def sweep_of(root: Path) -> Sweep:
    return sweep(Workspace.open(str(root)))


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a folder's time be trusted although it has just been made."""
    monkeypatch.setattr("flux_index.indexer.workspace.walk._SETTLED_NS", -(10**18))


def test_versions_and_sizes(tmp_path: Path) -> None:
    plant(tmp_path, "", {"a.py": "x = 1\n", "p/b.pyi": ""})
    files = sweep_of(tmp_path).files
    assert files["a.py"] == (file_version((tmp_path / "a.py").stat()), 6)
    assert files["p/b.pyi"] == (file_version((tmp_path / "p/b.pyi").stat()), 0)
    assert list(files) == ["a.py", "p/b.pyi"]


@posix
def test_what_is_no_file(tmp_path: Path) -> None:
    plant(tmp_path, "a.py folder.py/b.py")
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / "device.py").symlink_to("/dev/null")
    found = sweep_of(tmp_path)
    assert set(found.files) == {"a.py", "folder.py/b.py"}
    assert found.skipped == [
        ("device.py", "it is a character device, not a regular file"),
        ("gone.py", "it is a link to nothing"),
        ("pipe.py", "it is a FIFO, not a regular file"),
        ("self.py", "it is a link that leads to itself"),
    ]


def test_too_large(tmp_path: Path) -> None:
    plant(
        tmp_path, "", {"a.py": "x" * 11, "b.py": "x" * 10, "flux-index.toml": "max-file-size = 10"}
    )
    found = sweep_of(tmp_path)
    assert list(found.files) == ["b.py"]
    ((path, reason),) = found.skipped
    assert path == "a.py"
    assert reason == "it has 11 bytes, more than the 10 of the setting max-file-size"


@posix
@pytest.mark.skipif(CAN_READ_ANYTHING, reason="permissions do not bind this user")
def test_unreadable_folder(tmp_path: Path) -> None:
    plant(tmp_path, "a.py closed/b.py")
    (tmp_path / "closed").chmod(0)
    try:
        found = sweep_of(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert list(found.files) == ["a.py"]
    assert found.skipped == [("closed", "permission denied")]


def test_unreadable_folder_is_reported_until_it_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace.open(str(plant(tmp_path, "a.py closed/b.py")))
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = sweep(workspace)
    again = sweep(workspace, found.known)
    for result in (found, again):
        assert list(result.files) == ["a.py"]
        assert result.skipped == [("closed", "permission denied")]
    monkeypatch.undo()
    assert set(sweep(workspace, again.known).files) == {"a.py", "closed/b.py"}


def test_root_that_vanished(tmp_path: Path) -> None:
    workspace = Workspace.open(str(plant(tmp_path / "w", "a.py")))
    (tmp_path / "w/a.py").unlink()
    (tmp_path / "w").rmdir()
    found = sweep(workspace)
    assert found.files == {}
    assert found.skipped == [("", "no such file or directory")]


def test_folder_deleted_during_the_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace.open(str(plant(tmp_path, "a.py p/b.py q/c.py")))
    scandir = os.scandir

    def delete_then_list(path: str) -> object:
        for name in ("p", "q"):
            if path.endswith("/" + name):
                (tmp_path / name / {"p": "b.py", "q": "c.py"}[name]).unlink()
                (tmp_path / name).rmdir()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", delete_then_list)
    found = sweep(workspace)
    assert list(found.files) == ["a.py"]
    assert found.skipped == []


LEADS_OUTSIDE = "it is a link that leads out of the workspace"


def including(folder: Path, *patterns: str) -> Path:
    """Return a workspace with the setting ``include``."""
    text = f"[tool.flux-index]\ninclude = {list(patterns)!r}\n"
    (folder / "pyproject.toml").write_text(text)
    return folder


@posix
class TestLinks:
    def test_file(self, tmp_path: Path) -> None:
        plant(tmp_path, "w/a.py elsewhere/b.py")
        (tmp_path / "w/inside.py").symlink_to("a.py")
        (tmp_path / "w/outside.py").symlink_to(tmp_path / "elsewhere/b.py")
        found = sweep_of(tmp_path / "w")
        assert set(found.files) == {"a.py", "inside.py"}
        assert found.skipped == [("outside.py", LEADS_OUTSIDE)]
        assert set(sweep_of(including(tmp_path / "w", "outside.py")).files) == {
            "a.py", "inside.py", "outside.py",
        }  # fmt: skip

    def test_a_folder_outside_is_left_alone_unless_it_is_included(self, tmp_path: Path) -> None:
        plant(tmp_path, "w/a.py home/b.py home/sub/c.py")
        (tmp_path / "w/one").symlink_to(tmp_path / "home")
        (tmp_path / "w/two").symlink_to("one")  # a link to a link
        found = sweep_of(tmp_path / "w")
        assert set(found.files) == {"a.py"}
        assert found.skipped == [("one", LEADS_OUTSIDE), ("two", LEADS_OUTSIDE)]
        assert set(sweep_of(including(tmp_path / "w", "one/sub/")).files) == {
            "a.py",
            "one/sub/c.py",
        }

    def test_settings_alone_lead_nowhere(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They come with the workspace: the user has to allow it too."""
        monkeypatch.delenv("FLUX_INDEX_FOLLOW_LINKS")
        plant(tmp_path, "w/a.py home/b.py")
        (tmp_path / "w/one").symlink_to(tmp_path / "home")
        (tmp_path / "w/two.py").symlink_to(tmp_path / "home/b.py")
        assert set(sweep_of(including(tmp_path / "w", "*")).files) == {"a.py"}

    def test_a_link_that_comes_to_lead_outside_is_noticed(self, tmp_path: Path) -> None:
        plant(tmp_path, "w/p/a.py w/q/inside.py home/b.py")
        (tmp_path / "w/p/link.py").symlink_to("../q/next")
        (tmp_path / "w/q/next").symlink_to("inside.py")
        workspace = Workspace.open(str(tmp_path / "w"))
        found = sweep(workspace)
        assert set(found.files) == {"p/a.py", "p/link.py", "q/inside.py"}
        (tmp_path / "w/q/next").unlink()
        (tmp_path / "w/q/next").symlink_to(tmp_path / "home/b.py")  # the folder p stays as it was
        again = sweep(workspace, found.known)
        assert set(again.files) == {"p/a.py", "q/inside.py"}
        assert again.skipped == [("p/link.py", LEADS_OUTSIDE)]

    def test_folder_outside_is_walked_once(self, tmp_path: Path) -> None:
        plant(tmp_path, "w/a.py elsewhere/b.py elsewhere/sub/c.py")
        (tmp_path / "w/one").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "w/two").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "w/three").symlink_to(tmp_path / "elsewhere/sub")
        found = sweep_of(including(tmp_path / "w", "one", "two", "three"))
        assert set(found.files) == {"a.py", "one/b.py", "one/sub/c.py"}
        assert found.skipped == []

    def test_folder_around_one_that_was_walked(self, tmp_path: Path) -> None:
        plant(tmp_path, "w/a.py elsewhere/b.py elsewhere/sub/c.py")
        (tmp_path / "w/1").symlink_to(tmp_path / "elsewhere/sub")
        (tmp_path / "w/2").symlink_to(tmp_path / "elsewhere")
        found = sweep_of(including(tmp_path / "w", "1", "2"))
        assert set(found.files) == {"a.py", "1/c.py", "2/b.py"}

    def test_folder_inside_is_not_walked_twice(self, tmp_path: Path) -> None:
        plant(tmp_path, "p/a.py")
        (tmp_path / "alias").symlink_to("p")
        found = sweep_of(tmp_path)
        assert set(found.files) == {"p/a.py"}
        assert found.skipped == []

    @pytest.mark.parametrize("target", [".", "..", "../..", "/"])
    def test_loop(self, target: str, tmp_path: Path) -> None:
        plant(tmp_path / "w", "p/a.py")
        (tmp_path / "w/p/loop").symlink_to(target)
        found = sweep_of(tmp_path / "w")
        assert set(found.files) == {"p/a.py"}
        assert found.skipped == [("p/loop", "it is a link to a folder that it lies in")]

    def test_loop_outside(self, tmp_path: Path) -> None:
        plant(tmp_path, "w/a.py elsewhere/b.py")
        (tmp_path / "w/out").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "elsewhere/back").symlink_to(tmp_path / "w")
        (tmp_path / "elsewhere/self").symlink_to(tmp_path / "elsewhere")
        found = sweep_of(including(tmp_path / "w", "out"))
        assert set(found.files) == {"a.py", "out/b.py"}
        assert found.skipped == [
            ("out/back", "it is a link to a folder that it lies in"),
            ("out/self", "it is a link to a folder that it lies in"),
        ]

    def test_remembered(self, tmp_path: Path) -> None:
        plant(tmp_path, "w/a.py elsewhere/b.py other/c.py")
        (tmp_path / "w/out").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "w/late.py").symlink_to(tmp_path / "later.py")
        workspace = Workspace.open(str(including(tmp_path / "w", "out", "late.py")))
        found = sweep(workspace)
        again = sweep(workspace, found.known)
        assert (again.files, again.skipped) == (found.files, found.skipped)
        assert again.known is found.known
        # Neither of these touches the folder that holds the link.
        plant(tmp_path, "later.py elsewhere/d.py")
        assert set(sweep(workspace, found.known).files) == {
            "a.py", "late.py", "out/b.py", "out/d.py",
        }  # fmt: skip


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="names are always text there")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    plant(tmp_path, "naïve.py")
    (tmp_path / os.fsdecode(b"caf\xe9.py")).touch()
    (tmp_path / os.fsdecode(b"d\xe9j\xe0")).mkdir()
    workspace = Workspace.open(str(tmp_path))
    found = sweep(workspace)
    assert list(found.files) == ["naïve.py"]
    assert found.skipped == [
        ("caf\\xe9.py", "its name is not valid UTF-8"),
        ("d\\xe9j\\xe0", "its name is not valid UTF-8"),
    ]
    again = sweep(workspace, Known.decode(found.known.encode()))
    assert (again.files, again.skipped) == (found.files, found.skipped)


class TestKnown:
    """A sweep that knows the last one finds what one that knows nothing finds."""

    @pytest.fixture(params=["folders tell", "folders do not tell"])
    def trust(self, request: pytest.FixtureRequest) -> bool:
        return request.param == "folders tell"

    def check(self, workspace: Workspace, known: Known, trust: bool) -> Sweep:
        found = sweep(workspace, Known.decode(known.encode()), trust_folders=trust)
        fresh = sweep(workspace)
        assert found.files == fresh.files
        assert found.skipped == fresh.skipped
        return found

    def test_nothing_changed(self, tmp_path: Path, trust: bool) -> None:
        plant(tmp_path, "a.py p/b.py p/gen/c.py empty/", {".gitignore": "gen/\n"})
        workspace = Workspace.open(str(tmp_path))
        known = sweep(workspace).known
        assert self.check(workspace, known, trust).files.keys() == {"a.py", "p/b.py"}
        assert sweep(workspace, known, trust_folders=trust).known is known

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ("p/b.py = longer", "a.py p/b.py p/q/c.py"),
            ("p/new.py = ", "a.py p/b.py p/new.py p/q/c.py"),
            ("p/r/s/new.py = ", "a.py p/b.py p/q/c.py p/r/s/new.py"),
            ("p/gen/new.py = ", "a.py p/b.py p/q/c.py"),
            ("p/q/skip_new.py = ", "a.py p/b.py p/q/c.py"),
            (".gitignore = b.py", "a.py p/gen/d.py p/q/c.py p/q/skip.py"),
            ("p/.gitignore = b.py", "a.py p/q/c.py"),
            ("p/q/pyvenv.cfg = ", "a.py p/b.py"),
            ("flux-index.toml = exclude = ['p']", "a.py"),
            ("a.py - ", "p/b.py p/q/c.py"),
            (".gitignore - ", "a.py p/b.py p/gen/d.py p/q/c.py p/q/skip.py"),
            ("p/q - ", "a.py p/b.py"),
            ("p/q > p/moved", "a.py p/b.py p/moved/c.py"),
            ("p/gen > p/shown", "a.py p/b.py p/q/c.py p/shown/d.py"),
            ("p/q > gen", "a.py p/b.py"),
            (".git/info/exclude = c.py", "a.py p/b.py"),
        ],
    )
    def test_change(self, change: str, expected: str, tmp_path: Path, trust: bool) -> None:
        plant(tmp_path, "a.py p/b.py p/q/c.py p/q/skip.py p/gen/d.py .git/info/")
        plant(tmp_path, "", {".gitignore": "gen/\nskip*\n"})
        workspace = Workspace.open(str(tmp_path))
        known = sweep(workspace).known
        path, sign, rest = change.split(" ", 2)
        target = tmp_path / path
        if sign == "=":
            plant(tmp_path, "", {path: rest})
        elif sign == ">":
            target.rename(tmp_path / rest)
        elif target.is_dir():
            for file in target.iterdir():
                file.unlink()
            target.rmdir()
        else:
            target.unlink()
        workspace = Workspace.open(str(tmp_path))
        found = self.check(workspace, known, trust)
        assert set(found.files) == set(expected.split())
        assert sweep(workspace, found.known).known is found.known

    def test_folder_touched_a_moment_ago_is_listed_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("flux_index.indexer.workspace.walk._SETTLED_NS", 10**18)
        workspace = Workspace.open(str(plant(tmp_path, "a.py")))
        known = sweep(workspace).known
        assert known.folders[""][0] == ""

    def test_repository_that_is_made_later(self, tmp_path: Path, trust: bool) -> None:
        workspace = Workspace.open(str(plant(tmp_path, "a.py b.py")))
        known = sweep(workspace).known
        plant(tmp_path, ".git/HEAD", {".git/info/exclude": "b.py\n"})
        assert list(self.check(workspace, known, trust).files) == ["a.py"]

    def test_repository_that_is_made_later_in_another(self, tmp_path: Path, trust: bool) -> None:
        plant(tmp_path, ".git/HEAD")
        workspace = Workspace.open(str(plant(tmp_path / "inner", "a.py b.py flux-index.toml")))
        known = sweep(workspace).known
        plant(tmp_path / "inner", ".git/HEAD", {".git/info/exclude": "b.py\n"})
        assert list(self.check(workspace, known, trust).files) == ["a.py"]

    def test_file_that_becomes_a_folder(self, tmp_path: Path, trust: bool) -> None:
        workspace = Workspace.open(str(plant(tmp_path, "a.py b.py", {".gitignore": "b.py/\n"})))
        known = sweep(workspace).known
        for name in ("a.py", "b.py"):
            (tmp_path / name).unlink()
        plant(tmp_path, "a.py/x.py b.py/y.py")
        assert list(self.check(workspace, known, trust).files) == ["a.py/x.py"]

    @posix
    def test_file_that_becomes_a_pipe(self, tmp_path: Path, trust: bool) -> None:
        workspace = Workspace.open(str(plant(tmp_path, "a.py")))
        known = sweep(workspace).known
        (tmp_path / "a.py").unlink()
        os.mkfifo(tmp_path / "a.py")
        assert self.check(workspace, known, trust).files == {}

    def test_limit_that_is_raised(self, tmp_path: Path, trust: bool) -> None:
        plant(tmp_path, "", {"a.py": "x" * 20, "flux-index.toml": "max-file-size = 10"})
        known = sweep_of(tmp_path).known
        plant(tmp_path, "", {"flux-index.toml": "max-file-size = 20"})
        assert list(self.check(Workspace.open(str(tmp_path)), known, trust).files) == ["a.py"]

    @pytest.mark.parametrize(
        "data",
        [b"", b"\0", b"\xff", b"sweep 1", b"sweep 1\0\0x", b"sweep 1\0\0009\0a\0b", b"x" * 99],
    )
    def test_bytes_that_are_not_its_own(self, data: bytes, tmp_path: Path) -> None:
        workspace = Workspace.open(str(plant(tmp_path, "a.py")))
        assert list(sweep(workspace, Known.decode(data)).files) == ["a.py"]

    def test_encoding(self, tmp_path: Path) -> None:
        workspace = Workspace.open(str(plant(tmp_path, "a.py p/ß\n.py", {".gitignore": "x\n"})))
        known = sweep(workspace).known
        decoded = Known.decode(known.encode())
        assert decoded.folders == known.folders
        assert decoded.stamps == known.stamps
        assert decoded.encode() == known.encode()


PROBE = """
import sys
from flux_index.indexer.workspace import Known, Workspace, sweep
snapshot, known, root = sys.argv[1:]
workspace = Workspace.restore(open(snapshot, encoding="utf-8").read())
found = sweep(workspace, Known.decode(open(known, "rb").read()))
print(len(found.files), *sorted({"pathspec", "tomllib", "json", "re"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("", "2"),
        # A name that no pattern resembles is decided about without the pattern library.
        ("p/new_module.py", "3"),
        ("p/gen_module.py", "2 pathspec re"),
    ],
)
def test_what_a_warm_sweep_imports(new: str, expected: str, tmp_path: Path) -> None:
    root = tmp_path / "w"
    plant(root, "a.py p/b.py p/gen/c.py pyproject.toml")
    plant(root, "", {".gitignore": "gen*\n*.py[cod]\n__pycache__/\n!important.py\n"})
    workspace = Workspace.open(str(root))
    (tmp_path / "snapshot").write_text(workspace.snapshot(), encoding="utf-8")
    (tmp_path / "known").write_bytes(sweep(workspace).known.encode())
    plant(root, new)
    done = subprocess.run(
        # Without site packages' start-up files, some of which import much themselves.
        [sys.executable, "-S", "-c", PROBE, tmp_path / "snapshot", tmp_path / "known", root],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(import_paths(tmp_path))},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == expected.split()


def import_paths(tmp_path: Path) -> list[str]:
    """Return where a bare interpreter finds the package under test, however it is installed."""
    import pathspec

    import flux_index.indexer

    parent = tmp_path / "import/flux_index"
    parent.mkdir(parents=True)
    (parent / "indexer").symlink_to(Path(flux_index.indexer.__file__).parent)
    return [str(parent.parent), str(Path(pathspec.__file__).parent.parent)]
