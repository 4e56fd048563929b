"""The work of a question is bounded, can be called off, and what it leaves out is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.errors import OutOfWorkError
from flux_index.indexer.index import Index
from flux_index.indexer.inference import query_cache
from flux_index.indexer.inference.inference import Inference
from flux_index.indexer.snapshot import query_cache as stack
from flux_index.indexer.snapshot.query_cache import ANY_NAME, QueryCache
from flux_index.indexer.snapshot.time_limit import TimeLimit
from flux_index.indexer.snapshot.work import Work

USES = "from base import f\n\nf(1)\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "w"
    root.mkdir()
    (root / "base.py").write_text("def f(a):\n    return a\n")
    for number in range(20):
        (root / f"m{number}.py").write_text(USES)
    return root


def opened(root: Path) -> OpenWorkspace:
    return OpenWorkspace(Index.open(str(root), cache_dir=str(root.parent / "cache")), "touch")


def test_work_ends_a_question_that_takes_too_much() -> None:
    work = Work(10)
    work.look(10)
    with pytest.raises(OutOfWorkError, match="ask about less"):
        work.look(1)


def test_a_part_of_a_question_does_not_count_for_the_rest() -> None:
    work = Work(10)
    with pytest.raises(OutOfWorkError), work.part(3):
        work.look(4)
    work.look(10)


def test_references_say_which_files_they_left_out(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.indexer.inference.references._WORK", 0)
    monkeypatch.setattr(stack, "EVERY", 1)
    session = opened(workspace)
    answer = call(session, "references", {"name": "base.f"})
    assert answer["truncated"]
    assert answer["total"] < 60
    assert "of 21 files that have the name were not looked at" in answer["notes"][0]
    session.close()


def test_what_takes_too_much_in_a_file_is_said_and_the_rest_is_judged(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.check.check._WORK", 0)
    monkeypatch.setattr(stack, "EVERY", 1)
    session = opened(workspace)
    answer = call(session, "validate", {"paths": ["m1.py", "m2.py"], "whole": True})
    assert "m1.py was not judged to its end: that takes too much work" in answer["notes"]
    assert "m2.py was not judged to its end: that takes too much work" in answer["notes"]
    assert answer["truncated"]
    assert answer["verdict"] == "cannot judge"
    session.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_that_takes_too_long_is_left_and_that_is_said(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.check.check._SECONDS", 0.0)
    monkeypatch.setattr("flux_index.indexer.snapshot.time_limit._EVERY", 0.01)
    rules = "".join(f"x{i} = y{i}\n" for i in range(20_000))
    (workspace / "many.py").write_text(rules)
    session = opened(workspace)
    answer = call(session, "validate", {"paths": ["many.py"], "whole": True})
    assert "many.py was not judged to its end: that takes too much work" in answer["notes"]
    session.close()


def test_a_limit_of_time_ends_what_runs_and_nothing_after_it() -> None:
    with pytest.raises(OutOfWorkError), TimeLimit(0.0):
        while True:
            pass
    with TimeLimit(60.0):
        pass


def test_what_is_traced_after_a_limit_goes_on() -> None:
    """As under a debugger, profiler or coverage, which hung on Python 3.11."""
    code = (
        "import cProfile\n"
        "from flux_index.indexer.snapshot.time_limit import TimeLimit\n"
        "profile = cProfile.Profile()\n"
        "profile.enable()\n"
        "with TimeLimit(60.0):\n"
        "    pass\n"
        "print(sum(each for each in range(10)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stdout == b"45\n"


def test_a_rule_tells_so_many_findings_of_a_file(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.check.check._MOST_FINDINGS", 2)
    (workspace / "some.py").write_text("a\nb\nc\n")
    session = opened(workspace)
    answer = call(session, "validate", {"paths": ["some.py"], "whole": True})
    found = [each["message"] for each in answer["items"] if each["rule"] == "undefined-name"]
    assert found == ["name 'a' is not defined.", "name 'b' is not defined."]
    assert "of undefined-name in some.py the first 2 are told" in answer["notes"]
    session.close()


def test_a_question_is_called_off_on_its_way(workspace: Path) -> None:
    class CalledOffError(Exception):
        pass

    looks: list[int] = []

    def interrupt() -> None:
        looks.append(1)
        if len(looks) > 3:
            raise CalledOffError

    session = opened(workspace)
    session.interrupt = interrupt
    with pytest.raises(CalledOffError):
        call(session, "references", {"name": "base.f"})
    session.close()


def test_a_thing_that_takes_too_much_is_unknown_and_others_are_not(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "MOST_FOR_ONE", 50)
    session = opened(workspace)
    inference: Inference = session.inference(whole=True)
    asked: list[int] = []

    def endless(n: int) -> str:
        def answer() -> str:
            asked.append(n)
            found = [query_cache.cached(inference, ("deep", n, i), str, "?") for i in range(9)]
            return endless(n + 1) + "".join(found)

        return query_cache.cached(inference, ("endless", n), answer, "?")

    assert endless(0).startswith("?")
    assert len(asked) < 10
    assert query_cache.cached(inference, ("small", 1), lambda: "known", "?") == "known"
    session.close()


def test_what_an_answer_rests_on_takes_no_more_room_in_a_large_workspace() -> None:
    cache = QueryCache()
    bits = [cache.bit(f"m{number}.py") for number in range(50_000)]
    assert max(bit.bit_length() for bit in bits) <= 8192 + ANY_NAME.bit_length() + 1
    assert len(set(bits[:4096])) == 4096
    cache.keep("first", 1, bits[0])
    cache.keep("last", 2, bits[-1])
    after = cache.without(["m49999.py"], 0)
    assert after.find("first") == (1, bits[0])
    assert after.find("last") is None
