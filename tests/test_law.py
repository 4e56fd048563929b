"""The law: an index kept current answers as one made from scratch does, whatever happened."""

from __future__ import annotations

import os
import random
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.rpc.maintainer import Maintainer
from flux_index.indexer.index import Index


def _benchmark(name: str) -> ModuleType:
    """A module of the benchmarks, where the law is checked on real histories; no package."""
    path = Path(__file__).parent.parent / "benchmarks" / f"{name}.py"
    spec = spec_from_file_location(f"benchmark_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # Where the module's own named tuples look for it.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


answers = _benchmark("answers")

_WORDS = ("alpha", "beta", "gamma", "delta", "omega")
_FOLDERS = ("", "pack", "pack/inner", "other", "src", "src/lib")


class History:
    """A workspace to which things happen at random, always the same ones for a seed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.count = 0
        self.beside = root.parent / "beside"
        self.beside.mkdir()
        root.mkdir()
        (root / "pyproject.toml").write_text('[project]\nname = "law"\n')
        for _ in range(6):
            self.add()
        for path in self.files()[:2]:
            os.link(path, self.beside / path.name)

    def step(self) -> str:
        """Let one thing happen; returns what, for when the law is broken."""
        kinds: list[Callable[[], str]] = [
            self.add, self.add, self.change, self.change, self.change, self.rewrite, self.delete,
            self.rename, self.rename_folder, self.delete_folder, self.break_syntax, self.touch,
            self.swap, self.ignore, self.make_package, self.change_elsewhere,
        ]  # fmt: skip
        return self.random.choice(kinds)()

    def files(self) -> list[Path]:
        return sorted(self.root.rglob("*.py"))

    def folders(self) -> list[Path]:
        return sorted(
            path for path in self.root.rglob("*") if path.is_dir() and path.name[0] != "."
        )

    def add(self) -> str:
        self.count += 1
        folder = self.random.choice(_FOLDERS)
        path = self.root / folder / f"{self.random.choice(_WORDS)}_{self.count}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.code())
        return f"add {path}"

    def change(self) -> str:
        """Put a definition at the end, or take the first lines away."""
        path = self.any_file()
        text = path.read_text()
        if self.random.random() < 0.3:
            text = "\n".join(text.splitlines()[self.random.randint(1, 6) :]) + "\n"
        else:
            text += self.definition()
        path.write_text(text)
        return f"change {path}"

    def rewrite(self) -> str:
        path = self.any_file()
        path.write_text(self.code())
        return f"rewrite {path}"

    def delete(self) -> str:
        path = self.any_file()
        path.unlink()
        return f"delete {path}"

    def rename(self) -> str:
        path = self.any_file()
        self.count += 1
        target = path.with_name(f"{self.random.choice(_WORDS)}_{self.count}.py")
        path.rename(target)
        return f"rename {path} to {target}"

    def rename_folder(self) -> str:
        folders = self.folders()
        if not folders:
            return self.add()
        self.count += 1
        path = self.random.choice(folders)
        target = path.with_name(f"moved{self.count}")
        path.rename(target)
        return f"rename {path} to {target}"

    def delete_folder(self) -> str:
        folders = self.folders()
        if len(folders) < 3:
            return self.add()
        path = self.random.choice(folders)
        shutil.rmtree(path)
        return f"delete {path}"

    def break_syntax(self) -> str:
        path = self.any_file()
        path.write_text(path.read_text() + "\ndef broken(:\n    class\n")
        return f"break {path}"

    def touch(self) -> str:
        path = self.any_file()
        os.utime(path)
        return f"touch {path}"

    def swap(self) -> str:
        """Two files trade places, each with the time and size that it has."""
        one, other = self.any_file(), self.any_file()
        aside = one.with_suffix(".aside")
        one.rename(aside)
        if other.exists():
            other.rename(one)
        aside.rename(other)
        return f"swap {one} and {other}"

    def change_elsewhere(self) -> str:
        """A file is changed under the name that it has in another folder."""
        path = self.random.choice(sorted(self.beside.iterdir()))
        path.write_text(path.read_text() + self.definition())
        return f"change {path}"

    def ignore(self) -> str:
        """Other files are left out from now on."""
        name = self.random.choice(_WORDS)
        (self.root / ".gitignore").write_text(f"{name}_*.py\n")
        return f"ignore {name}_*.py"

    def make_package(self) -> str:
        folders = self.folders()
        if not folders:
            return self.add()
        path = self.random.choice(folders) / "__init__.py"
        if path.exists():
            path.unlink()
            return f"delete {path}"
        path.write_text(self.imports(self.random.randint(0, 2)))
        return f"add {path}"

    def any_file(self) -> Path:
        files = self.files()
        if not files:
            self.add()
            files = self.files()
        return self.random.choice(files)

    def code(self) -> str:
        parts = [self.imports(self.random.randint(0, 3))]
        parts += [self.definition() for _ in range(self.random.randint(1, 3))]
        return "".join(parts)

    def imports(self, count: int) -> str:
        lines: list[str] = []
        for _ in range(count):
            files = self.files()
            if not files:
                break
            path = self.random.choice(files).relative_to(self.root)
            module = ".".join(path.with_suffix("").parts).removeprefix("src.")
            form = self.random.choice(
                (
                    f"import {module}",
                    f"from {module} import *",
                    f"from {module} import {self.name()}",
                    f"from {module} import {self.name()} as {self.name()}",
                    f"from . import {path.stem}",
                )
            )
            lines.append(form + "\n")
        return "".join(lines)

    def definition(self) -> str:
        name, other, third = self.name(), self.name(), self.name()
        return self.random.choice(
            (
                f'def {name}({other}=None):\n    """Do the {third}."""\n'
                f"    return {third}({other})\n",
                f"class {name.title()}({other.title()}):\n    {third} = {name}\n\n"
                f"    def {other}(self):\n        self.{name} = {third.title()}()\n"
                f"        return self.{third}\n",
                f"class {name.title()}:\n    def {other}(self) -> {third.title()}:\n"
                f"        return self\n",
                f"{name} = {other.title()}()\n{third} = {name}.{other}().{third}\n",
            )
        )

    def name(self) -> str:
        return self.random.choice(_WORDS) + self.random.choice(("", "_one", "_two"))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Callable[[Path], Index]]:
    """Opens an index that writes, with a cache of its own; closed when the test ends."""
    opened: list[Index] = []

    def open_index(root: Path) -> Index:
        index = Index.open(str(root), cache_dir=str(tmp_path / f"cache{len(opened)}"))
        opened.append(index)
        assert index.become_writer()
        return index

    yield open_index
    for index in opened:
        index.close()


def follow(index: Index, way: str, paths: list[str]) -> None:
    """Bring an index up to date in one of the ways that there are.

    One that is watched is brought up to date by any question.
    """
    if way == "update":
        index.update(paths)
    elif way == "refresh":
        index.refresh()
    elif way == "build":
        index.build()
    else:
        OpenWorkspace(index).inference(whole=True)


def check(
    tmp_path: Path, open_index: Callable[[Path], Index], way: str, seed: int, steps: int
) -> None:
    history = History(tmp_path / "work", seed)
    index = open_index(history.root)
    index.build()
    happened: list[str] = []
    with watching(index) if way == "watched" else nullcontext():
        for step in range(steps):
            before = _stamps(history.root)
            for _ in range(history.random.randint(1, 3)):
                happened.append(history.step())
            after = _stamps(history.root)
            changed = [path for path in before | after if before.get(path) != after.get(path)]
            follow(index, way, sorted(changed))
            broken = differences(
                OpenWorkspace(index), history.root, tmp_path / "scratch", f"{seed} {step}"
            )
            assert not broken, "\n".join([*happened, "", *map(str, broken[:5])])


@contextmanager
def watching(index: Index) -> Iterator[None]:
    """Keep an index current as a serving process does."""
    built = threading.Event()

    class Nobody:
        """Hears what happens to the index, and does not mind."""

        def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
            del generation, paths, complete

        def building(self, message: str, percentage: int) -> None:
            del message, percentage

        def built(self) -> None:
            built.set()

        def give_way(self, seconds: float) -> None:
            del seconds

    maintainer = Maintainer(index, Nobody())
    maintainer.start()
    try:
        assert built.wait(60)
        yield
    finally:
        maintainer.stop()


def differences(kept: OpenWorkspace, root: Path, other: Path, salt: str) -> list[object]:
    """Where an index differs from one that is made from a copy of the files."""
    shutil.rmtree(other, ignore_errors=True)
    copy = other / root.name
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".flux-index"))
    index = Index.open(str(copy), cache_dir=str(other / "cache"))
    try:
        assert index.become_writer()
        index.build()
        scratch = OpenWorkspace(index)
        return list(answers.compare(kept, scratch, answers.draw(scratch, _WORDS, salt, 2)))
    finally:
        index.close()


def _stamps(root: Path) -> dict[str, tuple[int, int, int]]:
    """What a watcher would see of each file: paths relative to the root."""
    return {
        path.relative_to(root).as_posix(): (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        for path in root.rglob("*")
        if path.is_file() and ".flux-index" not in path.parts and (stat := path.stat())
    }


@pytest.mark.parametrize("way", ["build", "refresh", "update", "watched"])
def test_law_holds_through_a_few_changes(
    way: str, tmp_path: Path, kept: Callable[[Path], Index]
) -> None:
    check(tmp_path, kept, way, seed=1, steps=8)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 16))
@pytest.mark.parametrize("way", ["build", "refresh", "update", "watched"])
def test_law_holds_through_a_history(
    way: str, seed: int, tmp_path: Path, kept: Callable[[Path], Index]
) -> None:
    check(tmp_path, kept, way, seed, steps=40)
