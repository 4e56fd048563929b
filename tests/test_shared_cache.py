"""Facts that machines share: what is saved, who is trusted, and what a bad store costs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import plant

from flux_index.indexer import maintain, shared_facts
from flux_index.indexer.index import Index
from flux_index.indexer.index_file import content_hash
from flux_index.indexer.maintain import BuildReport
from flux_index.indexer.store.shared_cache import SharedCache
from flux_index.indexer.user_settings import SharedCacheSettings, shared_cache_settings
from flux_index.indexer.workspace import Workspace

SECRET = "a secret of the team"
FILES = {f"pack/m{number}.py": f"class C{number}:\n    size = {number}\n" for number in range(40)}


@pytest.fixture(autouse=True)
def every_build_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintain, "_WORTH_SHARING", 0)
    for name in ("FLUX_INDEX_CACHE", "FLUX_INDEX_CACHE_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "work", files={"pyproject.toml": "", **FILES})


def settings(monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> None:
    """Make a file the user's settings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    monkeypatch.setenv("FLUX_INDEX_CONFIG", str(path))


def share(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, secret: str = SECRET) -> None:
    """Share facts at an address."""
    text = f'cache = "{url}"\ncache-secret = "{secret}"\n'
    settings(monkeypatch, tmp_path / "config.toml", text)


def build(root: Path, machine: Path) -> tuple[BuildReport, list[str], dict[str, bytes | None]]:
    """A build on a machine that has nothing yet: its report, notes, and facts by path."""
    index = Index.open(str(root), cache_dir=str(machine))
    index.clean(all_caches=True)
    assert index.become_writer()
    try:
        report = index.build()
        files = index.view().files
        facts = {path: index.facts_provider.blob(row[3]) for path, row in files.items()}
        assert len(facts) == len(FILES)
        return report, [note for note in index.notes if "the cache at" in note], facts
    finally:
        index.close()


def test_a_second_machine_extracts_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(monkeypatch, tmp_path, f"file://{tmp_path}/store")
    first, _, facts = build(root, tmp_path / "one")
    assert (first.extracted, first.shared) == (len(FILES), 0)
    second, notes, again = build(root, tmp_path / "two")
    assert (second.extracted, second.shared, notes) == (0, len(FILES), [])
    assert again == facts
    (root / "pack/m0.py").write_text("changed = 1\n")
    third, _, _ = build(root, tmp_path / "three")
    assert (third.extracted, third.shared) == (1, len(FILES) - 1)


@pytest.fixture(scope="module")
def object_store() -> Iterator[str]:
    """A local store that speaks S3, in a process of its own."""
    program = (
        "import time\n"
        "from moto.server import ThreadedMotoServer\n"
        "server = ThreadedMotoServer('127.0.0.1', 0, verbose=False)\n"
        "server.start()\n"
        "print(*server.get_host_and_port(), flush=True)\n"
        "time.sleep(300)\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        host, port = process.stdout.readline().split()
        yield f"http://{host}:{port}"
        process.kill()


@pytest.mark.filterwarnings("default")
def test_an_object_store(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, object_store: str
) -> None:
    monkeypatch.setattr(shared_facts, "FIRST_PATIENCE", 60.0)
    monkeypatch.setattr(shared_facts, "_PATIENCE", 60.0)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    options = f'endpoint_url = "{object_store}"\n'
    text = f'cache = "s3://facts/team"\ncache-secret = "{SECRET}"\n[cache-options]\n{options}'
    settings(monkeypatch, tmp_path / "config.toml", text)
    import s3fs

    s3fs.S3FileSystem(endpoint_url=object_store).mkdir("facts")
    _, notes, facts = build(root, tmp_path / "one")
    second, more, again = build(root, tmp_path / "two")
    assert notes == more == []
    assert (second.extracted, second.shared) == (0, len(FILES))
    assert again == facts


@pytest.fixture
def web_server(tmp_path: Path) -> Iterator[str]:
    """A server of a folder, which takes nothing."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    class Patient(ThreadingHTTPServer):
        request_queue_size = 64

    server = Patient(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.filterwarnings("default")
def test_a_web_server(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, web_server: str
) -> None:
    monkeypatch.setattr(shared_facts, "FIRST_PATIENCE", 60.0)
    share(monkeypatch, tmp_path, f"file://{tmp_path}/store")
    build(root, tmp_path / "one")
    (root / "pack/m0.py").write_text("changed = 1\n")
    share(monkeypatch, tmp_path, f"{web_server}/store")
    report, notes, _ = build(root, tmp_path / "two")
    assert (report.extracted, report.shared, notes) == (1, len(FILES) - 1, [])


# Whom to trust.


def test_entries_of_somebody_else_are_not_there(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"file://{tmp_path}/store"
    share(monkeypatch, tmp_path, url, "a secret of somebody else")
    build(root, tmp_path / "one")
    share(monkeypatch, tmp_path, url)
    report, _, facts = build(root, tmp_path / "two")
    assert (report.extracted, report.shared) == (len(FILES), 0)
    # Under the names that the team's entries have, but signed by somebody else.
    key = SharedCacheSettings(url, SECRET)
    forged = SharedCacheSettings(url, "a secret of somebody else")
    ours, theirs = SharedCache(key, "1"), SharedCache(forged, "1")
    digest, blob = content_hash(b"x = 1\n"), facts["pack/m0.py"]
    assert blob is not None
    monkeypatch.setattr(theirs, "_name", ours._name)
    theirs.put([(digest, blob)])
    assert ours.get([digest]) == {}
    ours.put([(digest, blob)])
    assert ours.get([digest]) == {digest: blob}


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("way", ["swapped", "cut", "flipped", "empty", "other version"])
def test_entries_that_were_tampered_with(tmp_path: Path, way: str) -> None:
    key = SharedCacheSettings(f"file://{tmp_path}/store", SECRET)
    cache = SharedCache(key, "1")
    items = [(content_hash(bytes([number])), bytes([number]) * 500) for number in range(2)]
    cache.put(items)
    first, second = entries(tmp_path / "store")
    data = first.read_bytes()
    if way == "other version":
        for path in (first, second):
            moved = Path(str(path).replace("/store/1/", "/store/2/"))
            moved.parent.mkdir(parents=True, exist_ok=True)
            path.rename(moved)
        cache = SharedCache(key, "2")
    else:
        changed = {
            "swapped": second.read_bytes(),
            "cut": data[:-1],
            "flipped": data[:60] + bytes([data[60] ^ 1]) + data[61:],
            "empty": b"",
        }
        first.write_bytes(changed[way])
    assert len(cache.get([digest for digest, _ in items])) == (0 if way == "other version" else 1)


def test_somebody_who_knows_the_secret_and_lies(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_facts, "_SAMPLE", 1)
    share(monkeypatch, tmp_path, f"file://{tmp_path}/store")
    _, _, facts = build(root, tmp_path / "one")
    found, _ = shared_cache_settings()
    assert found is not None
    cache = SharedCache(found, shared_facts.extractor_version())
    lie = facts["pack/m1.py"]
    assert lie is not None
    cache.put([(content_hash(text.encode()), lie) for text in FILES.values()])
    report, notes, again = build(root, tmp_path / "two")
    assert (report.extracted, report.shared) == (len(FILES), 0)
    assert again == facts
    assert "knows the secret" in notes[0]


def test_a_repository_cannot_name_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLUX_INDEX_CONFIG", str(tmp_path / "none.toml"))
    table = f'cache = "file://{tmp_path}/theirs"\ncache-secret = "{SECRET}"\n'
    files = {"pyproject.toml": f"[tool.flux-index]\n{table}", "flux-index.toml": table, **FILES}
    root = plant(tmp_path / "work", files=files)
    report, notes, _ = build(root, tmp_path / "one")
    assert (report.extracted, notes) == (len(FILES), [])
    assert not (tmp_path / "theirs").exists()
    assert any("cache" in problem for problem in Workspace.open(str(root)).config.problems)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('cache = "s3://a/b"\n', "without a `cache-secret` of 16 characters"),
        ('cache = "s3://a/b"\ncache-secret = "short"\n', "without a `cache-secret`"),
        ("cache = 3\n", "`cache` is an address"),
        ("cache = [\n", "is not read"),
    ],
)
def test_settings_that_are_not_enough(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    settings(monkeypatch, tmp_path / "config.toml", text)
    found, wrong = shared_cache_settings()
    assert found is None
    assert said in wrong


def test_settings_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share(monkeypatch, tmp_path, "s3://a/b")
    monkeypatch.setenv("FLUX_INDEX_CACHE", "file:///elsewhere")
    monkeypatch.setenv("FLUX_INDEX_CACHE_SECRET", SECRET + "!")
    found, _ = shared_cache_settings()
    assert found == SharedCacheSettings("file:///elsewhere", SECRET + "!")


# Stores that are of no use.


class Bad:
    """A store that answers as ``way`` says."""

    url = "bad://store"
    is_down = False

    def __init__(self, way: str) -> None:
        self.way = way
        self.asked = 0
        self.end = threading.Event()

    def get(self, digests: Any) -> dict[bytes, bytes]:
        self.asked += 1
        if self.way == "silent":
            self.end.wait(60)
        elif self.way == "refusing":
            raise ConnectionError("nobody there")
        elif self.way == "slow":
            time.sleep(0.05)
        return {}

    put = get


@pytest.mark.parametrize("way", ["silent", "refusing", "slow"])
def test_a_bad_store_costs_a_moment(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    store = Bad(way)
    monkeypatch.setattr(shared_facts, "shared_cache_of", lambda index: store)
    monkeypatch.setattr(shared_facts, "FIRST_PATIENCE", 0.1)
    monkeypatch.setattr(shared_facts, "_PATIENCE", 0.1)
    report, notes, _ = build(root, tmp_path / "one")
    store.end.set()
    assert (report.extracted, report.shared, report.errors) == (len(FILES), 0, [])
    assert store.asked > 0
    assert len(notes) == (0 if way == "slow" else 1)


def test_a_library_that_is_missing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(monkeypatch, tmp_path, f"file://{tmp_path}/store")
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    report, notes, _ = build(root, tmp_path / "one")
    assert report.extracted == len(FILES)
    assert "pip install 'flux-index[cache]'" in notes[0]


def test_little_work_asks_nobody(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintain, "_WORTH_SHARING", 1_000_000)
    share(monkeypatch, tmp_path, f"file://{tmp_path}/store")
    build(root, tmp_path / "one")
    assert not os.path.exists(tmp_path / "store")
