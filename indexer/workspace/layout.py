"""Where one project keeps its packages, as its build settings say it, or as is customary.

Each build tool says it differently. What they say comes down to two things: folders that packages
lie in, and packages that lie in a folder of another name.
"""

from __future__ import annotations

from typing import Any

from .tables import items, table, text_pairs, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .witness import Witness


class Layout:
    """A project's import roots and renamed packages.

    Folders are as written, relative to the project.
    """

    __slots__ = ("packages", "roots", "search")

    roots: list[str]
    """Folders that packages lie in."""

    packages: list[tuple[str, str]]
    """Dotted package to the folder that it lies in."""

    search: list[str]
    """Further folders that tests and type checkers import from."""

    def __init__(self) -> None:
        self.roots = []
        self.packages = []
        self.search = []

    def add_package(self, package: str, folder: str) -> None:
        """Add a package and its folder, '' being where all others lie."""
        folder = folder.replace("\\", "/").rstrip("/") or "."
        path = package.strip(".").replace(".", "/")
        if not path:
            self.roots.append(folder)
        elif folder == path:
            self.roots.append(".")
        elif folder.endswith("/" + path):
            self.roots.append(folder[: -len(path) - 1])
        else:
            self.packages.append((package.strip("."), folder))

    def add_package_dirs(self, mapping: Iterable[tuple[str, str]]) -> None:
        """Add setuptools' `package_dir`."""
        for package, folder in mapping:
            self.add_package(package, folder)


def project_layout(
    folder: str, markers: frozenset[str], pyproject: dict[str, Any], witness: Witness
) -> Layout:
    """Return the layout of the project in `folder`, which holds these marker files."""
    layout = Layout()
    tool = table(pyproject, "tool")
    for name, read in _BUILD_TOOLS.items():
        settings = table(tool, *name.split("."))
        if settings:
            read(settings, layout)
    if "setup.cfg" in markers:
        from .setup_files import read_setup_cfg

        read_setup_cfg(f"{folder}/setup.cfg", layout, witness)
    if "setup.py" in markers:
        from .setup_files import read_setup_py

        read_setup_py(f"{folder}/setup.py", layout, witness)
    if not layout.roots and not layout.packages:
        source = f"{folder}/src"
        # A folder `src` that is a package is imported as `src`.
        if witness.is_folder(source) and not witness.is_file(f"{source}/__init__.py"):
            layout.roots.append("src")
    for name, key in _SEARCH:
        for value in texts(table(tool, *name).get(key)):
            layout.search += (
                value.replace("$MYPY_CONFIG_FILE_DIR", ".")
                .replace(",", " ")
                .replace(":", " ")
                .split()
            )
    return layout


def _setuptools(settings: dict[str, Any], layout: Layout) -> None:
    layout.add_package_dirs(text_pairs(settings.get("package-dir")))
    layout.roots += texts(table(settings, "packages", "find").get("where"))


def _poetry(settings: dict[str, Any], layout: Layout) -> None:
    for package in items(settings.get("packages")):
        spec = table(package)
        include, source, target = (spec.get(key) for key in ("include", "from", "to"))
        if not isinstance(include, str):
            continue
        folder = source if isinstance(source, str) else "."
        if isinstance(target, str) and target:
            name = include.split("*")[0].strip("/")
            layout.add_package(f"{target}/{name}".replace("/", "."), f"{folder}/{name}")
        else:
            layout.roots.append(folder)


def _hatch(settings: dict[str, Any], layout: Layout) -> None:
    for build in (table(settings, "targets", "wheel"), settings):
        for package in texts(build.get("packages")):
            layout.roots.append(package.strip("/").rpartition("/")[0] or ".")
        sources = build.get("sources")
        layout.roots += texts(sources)
        for source, target in (*text_pairs(sources), *text_pairs(build.get("force-include"))):
            # A forced file says where one module goes, not where packages lie.
            if not source.endswith((".py", ".pyi", ".so", ".json", ".toml")):
                layout.add_package(target.strip("/").replace("/", "."), source)
    layout.roots += texts(settings.get("dev-mode-dirs"))


def _uv(settings: dict[str, Any], layout: Layout) -> None:
    root = settings.get("module-root")
    if isinstance(root, str):
        layout.roots.append(root or ".")


def _pdm(settings: dict[str, Any], layout: Layout) -> None:
    layout.roots += texts(settings.get("package-dir"))


def _maturin(settings: dict[str, Any], layout: Layout) -> None:
    layout.roots += texts(settings.get("python-source"))


def _scikit_build(settings: dict[str, Any], layout: Layout) -> None:
    packages = settings.get("packages")
    for package in texts(packages):
        layout.roots.append(package.strip("/").rpartition("/")[0] or ".")
    for package, folder in text_pairs(packages):
        layout.add_package(package.replace("/", "."), folder)


_BUILD_TOOLS = {
    "setuptools": _setuptools,
    "poetry": _poetry,
    "hatch.build": _hatch,
    "uv.build-backend": _uv,
    "pdm.build": _pdm,
    "pdm": _pdm,
    "maturin": _maturin,
    "scikit-build.wheel": _scikit_build,
}
# Where tools are told to import from, besides what is installed.
_SEARCH = (
    (("pytest", "ini_options"), "pythonpath"),
    (("pytest",), "pythonpath"),
    (("mypy",), "mypy_path"),
    (("pyright",), "extraPaths"),
    (("pyright",), "stubPath"),
)
