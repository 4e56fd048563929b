"""What is known of an environment from its files: distributions, versions, sources, presence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_language import check_references
from workspace_helpers import plant

from flux_index.indexer import facts as f
from flux_index.indexer.extract.source import extract_blob
from flux_index.indexer.index import Index
from flux_index.indexer.inference.entities import qualified_name
from flux_index.indexer.inference.inference import Inference
from flux_index.indexer.inference.locate import resolve_dotted_name
from flux_index.indexer.inference.modules import ABSENT, OPAQUE, PRESENT, UNSURE, module_presence
from flux_index.indexer.inference.stub_mapping import source_entity, stub_entity
from flux_index.indexer.platform_conditions import holding
from flux_index.indexer.search_path.typeshed import StandardLibrary

SITE = "w/.venv/lib/python3.11/site-packages"
LIBRARY = "base/lib/python3.11"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    files = {
        "w/main.py": "",
        "w/shapes.py": "class Box:\n    def area(self, unit): ...\n",
        "w/shapes.pyi": "class Box:\n    def area(self, unit: int) -> int: ...\n    size: int\n",
        "w/.venv/pyvenv.cfg": f"home = {tmp_path}/base/bin\nversion = 3.11.4\n",
        "w/.venv/bin/python": "",
        f"{LIBRARY}/json/__init__.py": "def dumps(obj): ...\nclass _Hidden: ...\n",
        f"{LIBRARY}/os.py": "",
        f"{LIBRARY}/_pydecimal.py": "class Decimal: ...\n",
        f"{SITE}/solids/__init__.py": "class Ball: ...\n",
        f"{SITE}/solids/_fast.abi3.so": "",
        f"{SITE}/Solids-1.0.dist-info/METADATA": "Name: Solids\nVersion: 1.0.post1\n\nName: no\n",
        f"{SITE}/Solids-1.0.dist-info/RECORD": "solids/__init__.py,sha256=x,9\nspace/one.py,,\n",
        f"{SITE}/space/one.py": "",
        f"{SITE}/space/two.py": "",
        f"{SITE}/space_two-2.0.dist-info/RECORD": "space/two.py,,\r\n_other.pth,,\r\n",
        f"{SITE}/space_two-2.0.dist-info/METADATA": "Name: space-two\nVersion: 2.0\n",
        f"{SITE}/old.py": "",
        f"{SITE}/old_thing-0.9-py3.11.egg-info/top_level.txt": "old\n",
        f"{SITE}/_other.pth": f"{tmp_path}/other\n",
        f"{SITE}/solids-stubs/__init__.pyi": "class Ball: ...\n",
        "other/elsewhere/__init__.py": "",
    }
    plant(tmp_path, "w/.git/", files)
    made = Index.open(str(tmp_path / "w"), cache_dir=str(tmp_path / "cache"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("solids", "Solids 1.0.post1"),
        ("space/one.py", "Solids 1.0.post1"),
        ("space/two.py", "space-two 2.0"),
        ("old.py", "old_thing 0.9"),
        ("nobody.py", "None"),
    ],
)
def test_distribution_of_a_file(index: Index, tmp_path: Path, module: str, expected: str) -> None:
    path = f"{module}/__init__.py" if module == "solids" else module
    assert str(index.search_path.distribution(str(tmp_path / SITE / path))) == expected


def test_distribution_of_an_editable_install(index: Index, tmp_path: Path) -> None:
    found = index.search_path.distribution(str(tmp_path / "other/elsewhere/__init__.py"))
    assert found is not None
    assert (found.name, found.version) == ("space-two", "2.0")


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("main", PRESENT),
        ("solids", PRESENT),
        ("space", PRESENT),
        ("elsewhere", PRESENT),
        ("json.decoder", PRESENT),
        ("_pydecimal", PRESENT),
        ("solids._fast", OPAQUE),
        ("idlelib.pyshell", OPAQUE),
        ("solids.nothing", ABSENT),
        ("nothing", ABSENT),
        ("main.nothing", ABSENT),
        ("json.nothing", ABSENT),
        ("tomllib", PRESENT),
        ("compression.zstd", ABSENT),
    ],
)
def test_presence(index: Index, module: str, expected: int) -> None:
    assert module_presence(Inference(index.snapshot()), module) == expected


def test_presence_without_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    plant(tmp_path / "w", ".git/", {"main.py": "", "pkg/__init__.py": ""})
    index = Index.open(str(tmp_path / "w"), cache_dir=str(tmp_path / "cache"))
    inference = Inference(index.snapshot())
    assert module_presence(inference, "nothing") == UNSURE
    assert module_presence(inference, "pkg.nothing") == ABSENT
    assert module_presence(inference, "asyncore") == PRESENT  # of whatever version
    index.close()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("json.dumps", "json/__init__.py"),
        ("solids.Ball", "solids/__init__.py"),
        ("shapes.Box.area", "shapes.py"),
        ("shapes.Box", "shapes.py"),
        ("shapes", "shapes.py"),
        ("shapes.Box.size", None),
        ("json.loads", None),
    ],
)
def test_source_of_what_a_stub_describes(index: Index, name: str, expected: str | None) -> None:
    inference = Inference(index.snapshot())
    entity = resolve_dotted_name(inference, name)[0].entity
    assert entity[1].endswith(".pyi")
    source = source_entity(inference, entity)
    if expected is None:
        assert source is None
        return
    assert source is not None
    assert source[1].endswith(expected)
    assert qualified_name(inference, source) == name


def test_there_and_back(index: Index) -> None:
    inference = Inference(index.snapshot())
    entity = resolve_dotted_name(inference, "shapes.Box.area")[0].entity
    source = source_entity(inference, entity)
    assert source is not None
    assert stub_entity(inference, source) == entity


def test_parameters_have_sources_too(index: Index) -> None:
    inference = Inference(index.snapshot())
    (unit,) = resolve_dotted_name(inference, "shapes.Box.area.unit")
    source = source_entity(inference, unit.entity)
    assert source is not None
    assert qualified_name(inference, source) == "shapes.Box.area.unit"


def test_sources_of_the_standard_library_are_its_layer(index: Index, tmp_path: Path) -> None:
    search_path = index.search_path
    path = str(tmp_path / LIBRARY / "json/__init__.py")
    assert search_path.layer(path) == "stdlib"
    assert search_path.module_name(path) == "json"
    assert search_path.layer(str(tmp_path / SITE / "old.py")) == "dependency"


def test_names_that_a_stub_leaves_out(index: Index) -> None:
    (hidden,) = resolve_dotted_name(Inference(index.snapshot()), "json._Hidden")
    assert hidden.entity[1].endswith("/lib/python3.11/json/__init__.py")


@pytest.mark.parametrize(
    ("dotted", "version", "expected"),
    [
        ("asyncore", (3, 11), True),
        ("asyncore", (3, 12), False),
        ("asyncio.taskgroups", (3, 11), True),
        ("asyncio.taskgroups", (3, 10), False),
        ("asyncio.taskgroups", None, True),
        ("nothing", None, False),
    ],
)
def test_versions_of_modules(
    tmp_path: Path, dotted: str, version: tuple[int, int] | None, expected: bool
) -> None:
    text = "asyncio: 3.4-  # a comment\nasyncio.taskgroups: 3.11-\nasyncore: 3.0-3.11\n"
    plant(tmp_path, "", {"VERSIONS": text})
    assert StandardLibrary(str(tmp_path), version).has_stub(dotted) is expected


TESTS = {
    "sys.version_info >= (3, 12)": False,
    "sys.version_info >= (3,)": True,
    "sys.version_info < (3, 12)": True,
    "sys.version_info > (3, 11)": True,
    "sys.version_info <= (3, 11)": False,
    "sys.version_info == (3, 11)": False,
    "sys.version_info[:2] == (3, 11)": True,
    "sys.version_info[0] >= 3": True,
    "sys.version_info[1] == 11": True,
    "sys.version_info.minor < 11": False,
    "sys.version_info >= (3, 11, 5)": None,
    "sys.version_info >= (3, 10, 5)": True,
    "sys.platform == 'linux'": True,
    "sys.platform != 'linux'": False,
    "sys.platform.startswith('win')": False,
    "sys.platform == 'linux' and sys.version_info >= (3, 12)": False,
    "sys.platform == 'win32' or sys.version_info >= (3, 11)": True,
    "not sys.platform == 'win32'": True,
    "not unknown": None,
    "unknown and sys.version_info >= (3, 12)": False,
    "unknown or sys.version_info >= (3, 12)": None,
    "TYPE_CHECKING": True,
    "typing.TYPE_CHECKING": True,
    "sys.version_info >= LATEST": None,
    "sys.version_info >= (3, LATEST)": None,
    "'linux' == sys.platform": None,
}


@pytest.mark.parametrize("test", TESTS)
def test_conditions(test: str) -> None:
    """Each branch defines a name of its own: those that may hold are found by name."""
    text = f"import sys, typing\nif {test}:\n    holds = 1\nelse:\n    fails = 1\n"
    made = holding(f.FileFacts(extract_blob(text.encode())), (3, 11), "linux")
    found = {name for name in ("holds", "fails") if made.bindings_of(0, made.name_id(name))}
    if "platform" in test and "version" not in test:
        # What only another platform has stays.
        assert found == {"holds", "fails"}
        twice = text.replace("fails", "holds")
        made = holding(f.FileFacts(extract_blob(twice.encode())), (3, 11), "linux")
        found = {
            "fails" if made.binding.position[row] > twice.index("else") else "holds"
            for row in made.bindings_of(0, made.name_id("holds"))
        }
    expected = {True: {"holds"}, False: {"fails"}, None: {"holds", "fails"}}
    assert found == expected[TESTS[test]]


def test_facts_that_hold_everywhere_are_the_same() -> None:
    facts = f.FileFacts(extract_blob(b"import sys\nprint(sys.platform)\n"))
    assert holding(facts, (3, 11), "linux") is facts


REFERENCES = {
    "of a class in a source with a stub": """
        #- shapes.py
        class Bo$0x: ...
        #- shapes.pyi
        class Box: ...
        #- main.py
        from shapes import Box
        #                  ^^^ ref
        Box()
        # <- ref
    """,
    "of a method in a stub": """
        #- shapes.py
        class Box:
            def area(self): return self.area()
        #                               ^^^^ ref
        #- shapes.pyi
        class Box:
            def are$0a(self) -> int: ...
        #- main.py
        from shapes import Box
        Box().area()
        #     ^^^^ ref
    """,
}


@pytest.mark.parametrize("name", REFERENCES)
def test_references_in_stub_and_source(tmp_path: Path, name: str) -> None:
    check_references(tmp_path, REFERENCES[name])
