"""Read setuptools' older settings: `setup.cfg`, and what `setup.py` says literally.

`setup.py` is never run. A value that it computes in a way not followed here stays unknown.
"""

from __future__ import annotations

import ast
import configparser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .layout import Layout

    Value = str | dict[str, "Value"] | None
    from .witness import Witness

_FINDERS = ("find_packages", "find_namespace_packages")
# Values nested deeper than this are no setting of where packages lie.
_MAX_DEPTH = 20


def read_setup_cfg(path: str, layout: Layout, witness: Witness) -> None:
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


def read_ini(path: str, witness: Witness) -> dict[str, dict[str, str]]:
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


def read_setup_py(path: str, layout: Layout, witness: Witness) -> None:
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
