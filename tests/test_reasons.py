"""Why a finding was made: the chain behind it, and the excuses that do not apply."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rpc_helpers import DEADLINE, ServerProcess
from workspace_helpers import plant

from flux_index.api.check.excuses import EXCUSES
from flux_index.api.cli import main

FILES = {
    "users.py": """\
class Base:
    def save(self): ...


class User(Base):
    def __init__(self):
        self.name = ""


def grow(user, size=1): ...
""",
    "app.py": """\
from users import User, grow, shrink


def show(user: User):
    print(user.nme)
    grow(user, by=2)
    return nothing


def guess(users):
    for user in users:
        print(user.frobnicated)
""",
}
SHRINK, NME, BY, NOTHING = "app.py:1", "app.py:5", "app.py:6", "app.py:7"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = plant(tmp_path / "project", "pyproject.toml", FILES)
    monkeypatch.chdir(root)
    return root


def _explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["explain", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _places(answer: Any, depth: int = 0) -> list[tuple[str, str]]:
    """Sentence, and ``path:line`` or nothing, of the steps of a depth."""
    return [
        (item["why"], f"{item['path']}:{item['range']['start']['line'] + 1}" if "range" in item
         else "")
        for item in answer["items"]
        if item["depth"] == depth
    ]  # fmt: skip


def test_an_attribute_is_explained_link_by_link(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = _explained(capsys, NME)
    assert answer["finding"]["rule"] == "unresolved-attribute"
    assert _places(answer) == [
        ("`user` is an instance of `User`", "app.py:5"),
        ("`User` is whole: all of its members are known", "users.py:5"),
        ("none of `User`, `Base` has a member `nme`", "users.py:5"),
    ]
    because = _places(answer, 1)
    assert ("the parameter `user` is annotated: an instance of `User`", "app.py:4") in because
    assert ("its base the class `users.Base` is known", "users.py:1") in because
    assert answer["items"][0]["evidence"] == answer["finding"]["evidence"] == "inferred"
    excuses = {each["name"]: each for each in answer["excuses"]}
    assert not any(each["applies"] for each in excuses.values())
    assert excuses["guarded"]["why"] == "no handler around catches what it raises"
    assert {"outer-class", "mixin", "mock", "attribute-test"} <= set(excuses)


@pytest.mark.parametrize(
    ("place", "links"),
    [
        (
            SHRINK,
            [
                ("`users` is the module `users`", "users.py:1"),
                ("the module `users` is whole: all of its names are known", "users.py:1"),
                ("it binds no `shrink`, and has no submodule of that name", "users.py:1"),
            ],
        ),
        (
            BY,
            [
                ("`grow` is the function `users.grow`", "app.py:6"),
                ("it takes `(user, size=…)`", "users.py:10"),
                ("the call gives 1 by position, `by=`", "app.py:6"),
            ],
        ),
        (
            NOTHING,
            [
                ("`show` binds no `nothing`", "app.py:4"),
                ("the module binds no `nothing`", "app.py:1"),
                ("`nothing` is not built in", ""),
            ],
        ),
    ],
)
def test_other_rules_have_chains_of_their_own(
    project: Path, capsys: pytest.CaptureFixture[str], place: str, links: list[tuple[str, str]]
) -> None:
    assert _places(_explained(capsys, place)) == links


def test_every_excuse_says_why_it_does_not_apply(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names: set[str] = set()
    for place in (NME, BY, NOTHING):
        for excuse in _explained(capsys, place)["excuses"]:
            names.add(excuse["name"])
            assert excuse["why"] != "it does not hold here"
    assert names == {excuse.name for excuse in EXCUSES}


def test_a_warning_rests_on_a_convention(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = _explained(capsys, "app.py:12")
    assert answer["finding"]["severity"] == "hint"  # in files as they are
    assert _places(answer)[0] == ("nothing tells what `user` is", "app.py:12")
    assert answer["items"][0]["evidence"] == "conventional"


def test_an_id_is_found_as_validate_prints_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "app.py", "--all", "--format", "json"]) == 1
    for finding in json.loads(capsys.readouterr().out):
        answer = _explained(capsys, finding["id"])
        assert answer["finding"]["id"] == finding["id"]
        assert answer["finding"]["rule"] == finding["rule"]


def test_a_finding_of_an_edit_is_explained(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "Begin"], check=True)
    users = FILES["users.py"]
    (project / "users.py").write_text(users.replace("def grow(user, size=1)", "def grown(user)"))
    assert main(["validate", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    broken = next(each for each in found if each["path"] == "app.py")
    assert _explained(capsys, broken["id"])["finding"]["message"].startswith("cannot import name")


def test_text_shows_the_finding_the_chain_and_the_excuses(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", f"{NME}:16"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("app.py:5:16 error 'User' object has no attribute 'nme'.")
    assert lines[1].startswith("app.py:5:11   `user` is an instance of `User` [inferred]")
    assert " dead-code: no test says that it does not run here" in lines


def test_validate_tells_people_once_that_errors_can_be_explained(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "app.py", "--all"]) == 1
    hint = f"flux-index explain {SHRINK} shows why an error is certain"
    assert capsys.readouterr().out.splitlines().count(hint) == 1
    assert main(["validate", "app.py", "--all", "--format", "compact"]) == 1
    assert "flux-index explain" not in capsys.readouterr().out
    assert main(["validate", "users.py", "--all"]) == 0
    assert "flux-index explain" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        ("users.py:1", "nothing is wrong that users.py:1 could mean"),
        ("ffffffff", "nothing is wrong that ffffffff could mean"),
        ("users", "'users' is neither the id of a finding nor a place, as in app.py:12"),
    ],
)
def test_what_is_no_finding(
    project: Path, capsys: pytest.CaptureFixture[str], finding: str, message: str
) -> None:
    assert main(["explain", finding]) == 2
    assert message in capsys.readouterr().err


def test_a_proposed_text_is_explained_over_json_rpc(project: Path) -> None:
    server = ServerProcess(project)
    try:
        with server.client() as client:
            text = "from users import User\n\ntry:\n    User().nme\nexcept ValueError:\n    pass\n"
            asked = {"finding": "new.py:4", "path": "new.py", "text": text}
            answer = client.call("reasons", asked, DEADLINE)
            assert answer["finding"]["path"] == "new.py"
            assert _places(answer)[0] == ("`User()` is an instance of `User`", "new.py:4")
            whole = client.call("reasons", {"finding": NOTHING}, DEADLINE)
            assert whole["finding"]["rule"] == "undefined-name"
    finally:
        server.stop()
