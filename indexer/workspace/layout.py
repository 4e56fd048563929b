"""Read setuptools' older settings: `setup.cfg`, and what `setup.py` says literally.

`setup.py` is never run. A value that it computes in a way not followed here stays unknown.


Where one project keeps its packages, as its build settings say it, or as is customary.

Each build tool says it differently. What they say comes down to two things: folders that packages
lie in, and packages that lie in a folder of another name.
"""

from __future__ import annotations

import ast
import configparser
from typing import Any

from .settings import items, table, text_pairs, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    Value = str | dict[str, "Value"] | None
    from collections.abc import Iterable

    from .stamps import StampRecorder


_FINDERS = ("find_packages", "find_namespace_packages")
# Values nested deeper than this are no setting of where packages lie.
_MAX_DEPTH = 20


def read_setup_cfg(path: str, layout: Layout, witness: StampRecorder) -> None:
    """Add what a `setup.cfg` declares."""
    settings = read_ini(path, witness)
    for line in settings.get("options", {}).get("package_dir", "").splitlines():
        package, equals, folder = line.partition("=")
        if equals:
            layout.add_package(package.strip(), folder.strip())
    for kind in ("find", "find_namespace"):
        where = settings.get(f"options.packages.{kind}", {}).get("where", "")
        layout.roots += where.replace(",", " ").split()
    layout.search += settings.get("tool:pytest", {}).get("pythonpath", "").split()


def read_ini(path: str, witness: StampRecorder) -> dict[str, dict[str, str]]:
    """Return the sections of an INI file, {} if there is none or it is malformed."""
    text = witness.text(path)
    if text is None:
        return {}
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        reason = str(error).partition("\n")[0].rstrip(".:")
        witness.problems.append(f"{path} is not a valid settings file: {reason}.")
        return {}
    return {name: dict(parser.items(name)) for name in parser.sections()}


def read_setup_py(path: str, layout: Layout, witness: StampRecorder) -> None:
    """Add what the call of `setup` in a `setup.py` declares by literals."""
    import warnings

    data = witness.read(path)
    if data is None:
        return
    try:
        with warnings.catch_warnings():
            # A doubtful escape sequence is for its author to be told of, not for our user.
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        witness.problems.append(f"{path} cannot be read as Python: {error}.")
        return
    values = _Values(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _called_name(node)
        if name == "setup":
            mapping = values.keywords(node).get("package_dir")
            if isinstance(mapping, dict):
                layout.add_package_dirs(
                    (package, folder)
                    for package, folder in mapping.items()
                    if isinstance(folder, str)
                )
        elif name in _FINDERS:
            where = values.keywords(node).get("where")
            if node.args:
                where = values.of(node.args[0])
            if isinstance(where, str):
                layout.roots.append(where)


class _Values:
    """Values of expressions, as far as they follow from literals and names bound to them once."""

    __slots__ = ("_names",)

    def __init__(self, tree: ast.Module) -> None:
        self._names: dict[str, ast.expr] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self._names[target.id] = node.value

    def keywords(self, call: ast.Call) -> dict[str, Value]:
        """Return a call's keyword arguments, those of a literal `**settings` among them."""
        found: dict[str, Value] = {}
        for keyword in call.keywords:
            value = self.of(keyword.value)
            if keyword.arg is not None:
                found[keyword.arg] = value
            elif isinstance(value, dict):
                found.update(value)
        return found

    def of(self, node: ast.expr, depth: int = 0) -> Value:
        """Return the string or the dict that an expression is, None if it is not told."""
        if depth > _MAX_DEPTH:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name) and node.id in self._names:
            return self.of(self._names[node.id], depth + 1)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            keys = ((self.of(key, depth + 1), value) for key, value in pairs if key is not None)
            return {key: self.of(value, depth + 1) for key, value in keys if isinstance(key, str)}
        if isinstance(node, ast.Call):
            name = _called_name(node)
            if name == "dict" and not node.args:
                return self.keywords(node)
            if name == "join":
                parts = [self.of(part, depth + 1) for part in node.args]
                if parts and all(isinstance(part, str) for part in parts):
                    return "/".join(map(str, parts))
        return None


def _called_name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


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
    folder: str, markers: frozenset[str], pyproject: dict[str, Any], witness: StampRecorder
) -> Layout:
    """Return the layout of the project in `folder`, which holds these marker files."""
    layout = Layout()
    tool = table(pyproject, "tool")
    for name, read in _BUILD_TOOLS.items():
        settings = table(tool, *name.split("."))
        if settings:
            read(settings, layout)
    if "setup.cfg" in markers:
        read_setup_cfg(f"{folder}/setup.cfg", layout, witness)
    if "setup.py" in markers:
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
