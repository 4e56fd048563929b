"""Judging edits as a whole, and the commands that do."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fixtures_language import check_edit, open_workspace, parse_fixture

from flux_index.api.check.check import check_change, check_whole_file
from flux_index.api.check.edits import proposed
from flux_index.api.check.fixes.apply import apply_fixes
from flux_index.api.cli import main
from flux_index.api.operations import table, whole_files

SHOP = """
#- shop.py
class Order:
    def pay(self):
        return self.totl()
    def total(self):
        return 1
#- main.py
from shop import Order
Order().pay()
"""


def test_what_was_wrong_before_is_not_the_edits_fault(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        SHOP,
        """
        #- shop.py
        import os

        class Order:
            def pay(self):
                return self.totl()
            def total(self):
                return os.getcwdd()
                #         ^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_an_assignment_elsewhere_makes_an_unchanged_line_wrong(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- main.py
        class Box:
            def open(self): return 1
        class Tin:
            def peel(self): return 2
        thing = Box()
        def use():
            return thing.open()
        """,
        """
        #- main.py
        class Box:
            def open(self): return 1
        class Tin:
            def peel(self): return 2
        thing = Tin()
        def use():
            return thing.open()
            #            ^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_the_same_fault_has_the_same_identity_on_other_lines(tmp_path: Path) -> None:
    found: list[set[str]] = []
    for number, extra in enumerate(("", "import os\n\n\n")):
        fixture = parse_fixture(f"#- main.py\n{extra}class A:\n    def f(self): return self.g()\n")
        session = open_workspace(tmp_path / str(number), fixture)
        answer = table.call(session, "validate", {"whole": True})
        session.index.close()
        found.append({item["id"] for item in answer["items"] if item["severity"] == "error"})
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_a_bug_in_judging_one_file_leaves_the_others_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(inference: Any, path: str, **how: Any) -> Any:
        if path == "a.py":
            raise KeyError("row")
        return check_whole_file(inference, path, **how)

    monkeypatch.setattr(whole_files, "check_whole_file", fails)
    session = open_workspace(tmp_path, parse_fixture("#- a.py\nx = 1\n#- b.py\nprint(nope)\n"))
    answer = table.call(session, "validate", {"whole": True})
    session.index.close()
    assert [(item["path"], item["rule"]) for item in answer["items"]] == [
        ("b.py", "undefined-name")
    ]
    said = "a.py was not judged: internal error: KeyError: 'row' (line "
    assert any(note.startswith(said) for note in answer["notes"])


def test_a_runner_that_a_subclass_of_itself_replaces(tmp_path: Path) -> None:
    """The strategy guide's other case: a class is overwritten while others import it."""
    before = parse_fixture(
        """
        #- runner.py
        class TestRunner:
            def run(self): return 1
            def report(self): return 2
        #- main.py
        from runner import TestRunner
        TestRunner().report()
        """
    )
    session = open_workspace(tmp_path, before)
    text = b"class FastRunner:\n    def run(self): return 1\n"
    found = check_change(proposed(session, {"runner.py": text}))
    session.index.close()
    assert any("TestRunner" in finding.message and finding.path == "main.py" for finding in found)
    assert all(finding.severity == "error" for finding in found if finding.path == "main.py")


def test_mending_keeps_what_helps(tmp_path: Path) -> None:
    session = open_workspace(tmp_path, parse_fixture(SHOP))
    text = b"from shop import Ordr\nOrdr().pai()\n"
    done = apply_fixes(session, proposed(session, {"main.py": text}), whole=False, unsafe=True)
    session.index.close()
    assert done.contents["main.py"] == b"from shop import Order\nOrder().pay()\n"
    assert not [finding for finding in done.left if finding.severity == "error"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    for path, text in parse_fixture(SHOP).files.items():
        (root / path).write_text(text)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
        subprocess.run(["git", *who, *command], cwd=root, check=True)
    monkeypatch.chdir(root)
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(tmp_path / "cache"))
    return root


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = main(["validate", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_what_git_says_has_changed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys) == (0, [])
    (repository / "main.py").write_text("from shop import Order\nOrder().pray()\n")
    code, (finding,) = answered(capsys)
    assert code == 1
    assert (finding["path"], finding["line"], finding["column"]) == ("main.py", 2, 9)
    assert (finding["rule"], finding["severity"]) == ("unresolved-attribute", "error")
    assert finding["alternatives"][0]["name"] == "shop.Order.pay"
    assert answered(capsys, "shop.py") == (0, [])
    assert answered(capsys, "--staged") == (0, [])
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    assert [each["id"] for each in answered(capsys, "--staged")[1]] == [finding["id"]]
    assert len(answered(capsys, "shop.py", "--all")[1]) == 1


def test_what_git_cannot_tell(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert main(["validate", "--since", "nowhere"]) == 2
    assert "there is no revision 'nowhere' in" in capsys.readouterr().err
    (tmp_path / "alone").mkdir()
    monkeypatch.chdir(tmp_path / "alone")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert main(["validate"]) == 2
    said = capsys.readouterr().err
    assert "not a git repository" in said
    assert "whole files" in said


@pytest.mark.usefixtures("repository")
def test_a_diff(capsys: pytest.CaptureFixture[str]) -> None:
    diff = "--- a/main.py\n+++ b/main.py\n@@ -2 +2 @@\n-Order().pay()\n+Order().pray()\n"
    Path("change.patch").write_text(diff)
    code, (finding,) = answered(capsys, "--diff", "change.patch")
    assert (code, finding["line"]) == (1, 2)
    # A shell's `$(cat change.patch)` takes the last line break away: the file still has it.
    longer = "--- a/shop.py\n+++ b/shop.py\n@@ -2,2 +2,3 @@\n     def pay(self):\n"
    longer += "+        print(self.total())\n         return self.totl()"
    Path("change.patch").write_text(longer)
    assert answered(capsys, "--diff", "change.patch") == (0, [])
    Path("change.patch").write_text(diff.replace("-Order().pay()", "-Order().gone()"))
    assert main(["validate", "--diff", "change.patch"]) == 2
    assert "does not fit main.py" in capsys.readouterr().err


@pytest.mark.usefixtures("repository")
def test_formats(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.py").write_text("from shop import Ordr\n")
    assert main(["validate", "--format", "github"]) == 1
    shown = capsys.readouterr().out
    assert (
        "::error file=main.py,line=1,endLine=1,col=18,endColumn=22,title=unresolved-name" in shown
    )
    assert main(["validate", "--format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert "unresolved-name" in {result["ruleId"] for result in run["results"]}
    assert main(["validate"]) == 1
    shown = capsys.readouterr().out
    assert "main.py:1:18 error " in shown
    assert "fix: Replace 'Ordr' with 'Order'" in shown
    assert shown.splitlines()[-1].startswith("broken: 1 error")


def test_files_behind_links_are_those_that_they_lead_to(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "again.py").symlink_to("shop.py")
    (repository / "folder").mkdir()
    (repository / "folder/inner.py").write_text("class Inner:\n    def go(self): return 1\n")
    (repository / "linked").symlink_to("folder")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "add", "-A"], cwd=repository, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "links"], cwd=repository, check=True)
    (repository / "main.py").write_text("x = 1\n")
    assert answered(capsys) == (0, [])


def test_fix_writes_what_it_shows(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = repository / "main.py"
    path.write_bytes(b"\xef\xbb\xbffrom shop import Ordr\r\nprint(Ordr)\r\n")
    path.chmod(0o755)
    assert main(["fix", "--unsafe", "--dry-run"]) == 0
    assert "+from shop import Order" in capsys.readouterr().out
    assert b"Ordr" in path.read_bytes()
    assert main(["fix", "--unsafe"]) == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbffrom shop import Order\r\n")
    assert path.stat().st_mode & 0o777 == 0o755


def test_the_page_on_rules_lists_them_all() -> None:
    from flux_index.api.check.rules.table import rules

    page = (Path(__file__).parent.parent / "docs" / "validation.md").read_text()
    for rule in rules():
        assert f"| `{rule.name}` | {rule.severity} | {rule.summary} |" in page


def test_rules_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    assert "unresolved-attribute" in capsys.readouterr().out
    assert main(["rules", "--json"]) == 0
    assert {"rule", "severity", "summary"} == set(json.loads(capsys.readouterr().out)[0])


def test_excuses_are_entries_of_one_table() -> None:
    from flux_index.api.check import excuses

    tests = {excuse.applies for excuse in excuses.EXCUSES}
    assert len({excuse.name for excuse in excuses.EXCUSES}) == len(excuses.EXCUSES) == len(tests)
    public = [
        each
        for name, each in vars(excuses).items()
        if name.startswith(("is_", "may_", "usually_")) and each.__module__ == excuses.__name__
    ]
    assert len(public) == 18
    assert tests.issuperset(public)


def test_a_git_file_that_leads_to_a_repository_of_others(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unpacked archive may have one; that of a work tree is known to its repository."""
    other = tmp_path / "archive"
    other.mkdir()
    (other / "a.py").write_text("x = 1\n")
    (other / ".git").write_text(f"gitdir: {repository / '.git'}\n")
    assert main(["validate", "--workspace", str(other)]) == 2
    assert "git is not asked" in capsys.readouterr().err
    # A work tree of a repository that lies inside, whose objects are those of the other one.
    inner = other / "g/worktrees/w"
    inner.mkdir(parents=True)
    (other / ".git").write_text("gitdir: g/worktrees/w\n")
    (inner / "gitdir").write_text("../../../.git\n")
    (inner / "commondir").write_text(f"{repository / '.git'}\n")
    (inner / "HEAD").write_text((repository / ".git/HEAD").read_text())
    assert main(["validate", "--workspace", str(other)]) == 2
    assert "git is not asked" in capsys.readouterr().err
    # References and objects of its own `.git` that are links to those of another one.
    (other / ".git").unlink()
    subprocess.run(["git", "init", "-q"], cwd=other, check=True)
    (branch,) = (repository / ".git/refs/heads").iterdir()
    (other / ".git/refs/heads" / branch.name).symlink_to(branch)
    assert main(["validate", "--workspace", str(other)]) == 2
    assert "git is not asked" in capsys.readouterr().err
    tree = tmp_path / "tree"
    git = ["git", "-c", "user.name=n", "-c", "user.email=a@b"]
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=repository, check=True)
    subprocess.run(["git", "worktree", "add", "-q", str(tree)], cwd=repository, check=True)
    assert main(["validate", "--workspace", str(tree)]) == 0


@pytest.mark.parametrize("root", [".", "./", "sub/..", "{root}"])
def test_the_root_of_the_workspace_is_a_path_like_others(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    root: str,
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.py").write_text("print(nothing)\n")
    (tmp_path / "b.py").write_text("print(nowhere)\n")
    monkeypatch.chdir(tmp_path)
    path = root.format(root=tmp_path)
    assert main(["validate", path, "--all", "--format", "json"]) == 1
    assert {each["path"] for each in json.loads(capsys.readouterr().out)} == {"sub/a.py", "b.py"}
    monkeypatch.chdir(tmp_path / "sub")
    assert main(["validate", "..", "--all", "--format", "json"]) == 1
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert main(["validate", ".", "--all", "--format", "json"]) == 1
    assert [each["path"] for each in json.loads(capsys.readouterr().out)] == ["sub/a.py"]


def test_a_dry_run_of_fix_says_that_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a.py").write_text("print(json.dumps(1))\n")
    monkeypatch.chdir(tmp_path)
    assert main(["fix", ".", "--all", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "+import json" in shown.out
    assert "1 would be fixed, 0 left; nothing was written (--dry-run)" in shown.err
    assert (tmp_path / "a.py").read_text() == "print(json.dumps(1))\n"
    assert main(["fix", ".", "--all"]) == 0
    assert "1 fixed, 0 left\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("included", "code"),
    [
        ("../shared.config", 0),
        ("~/.bashrc", 2),
        ("/etc/passwd", 2),
        ("pipe", 2),
        ("a\\\n", 2),
    ],
)
def test_settings_of_a_repository_that_include_others(
    repository: Path, own_home: Path, included: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files of the repository only: git reads whatever they are, and says which line is wrong."""
    (own_home / ".bashrc").write_text("secret\n")
    (repository / "shared.config").write_text("[core]\n\tabbrev = 12\n")
    if included == "pipe":
        os.mkfifo(repository / ".git/pipe")
    with open(repository / ".git/config", "a") as file:
        file.write(f"[include]\n\tpath = {included}\n")
    assert main(["validate", "--workspace", str(repository)]) == code
    said = capsys.readouterr().err
    assert "secret" not in said
    assert ("git is not asked" in said) == bool(code)


@pytest.mark.parametrize(
    "name",
    [
        "HEAD", "index", "packed-refs", "shallow", "commondir", "refs/heads/other", "logs/HEAD",
        "info/exclude", "info/grafts", "objects/info/alternates", "objects/ab/cdef",
        "objects/pack/pack-1.idx", "borrowed/pack/pack-1.idx",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_files_of_git_that_are_no_plain_files(
    repository: Path, own_home: Path, name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git would wait for a pipe, and read what a link leads to."""
    path = repository / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if "borrowed" in name:
        (repository / ".git/objects/info/alternates").write_text("../borrowed\n")
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    else:
        (own_home / "secret").touch()
        path.symlink_to(own_home / "secret")
    assert main(["validate", "--workspace", str(repository)]) == 2
    assert "git is not asked" in capsys.readouterr().err


def test_ignored_files_are_left_out_without_asking_git(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Patterns for which git would take more than its time, and a file of them that is a pipe."""
    for number in range(30):
        (repository / ("a" * 200 + f"{number}.py")).write_text("print(nowhere)\n")
    (repository / "also").mkdir()
    os.mkfifo(repository / "also/.gitignore")
    (repository / "also/new.py").write_text("print(elsewhere)\n")
    for within in ("cloned", "cloned/deep"):  # which is of the other repository
        (repository / within).mkdir()
        (repository / within / "new.py").write_text("print(nothing)\n")
    (repository / "cloned/.git").mkdir()
    (repository / ".gitignore").write_text(f"{'*a' * 20}*b\na*1.py\n")
    assert main(["validate", "--workspace", str(repository), "--format", "json"]) == 1
    found = {each["path"].lstrip("a") for each in json.loads(capsys.readouterr().out)}
    assert found == {"lso/new.py"} | {f"{each}.py" for each in range(30) if each % 10 != 1}
