"""Put the pages of the documents together, make the reference of the tables, and build the site.

python docs.py [SITE]
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from flux_index.api.check.rules.table import rules
from flux_index.api.cli.commands import COMMANDS
from flux_index.api.cli.help import GROUPS, example
from flux_index.api.cli.options import flags
from flux_index.api.operations.table import OPERATIONS, Parameter
from flux_index.api.rpc.discover import document
from flux_index.api.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "build/docs"
# Pages that lie elsewhere, with their names on the site.
ELSEWHERE = {
    "README.md": "index.md", "ARCHITECTURE.md": "ARCHITECTURE.md", "SECURITY.md": "SECURITY.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md", "CHANGELOG.md": "CHANGELOG.md",
    "benchmarks/RESULTS.md": "RESULTS.md",
}  # fmt: skip


def main() -> int:
    """Build the site; returns the exit code of mkdocs."""
    site = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "site").resolve()
    gather()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--clean"]
    return subprocess.run([*command, "--site-dir", str(site)], cwd=ROOT, check=False).returncode


def gather() -> None:
    """Write all pages into the folder that mkdocs reads."""
    shutil.rmtree(PAGES, ignore_errors=True)
    (PAGES / "reference").mkdir(parents=True)
    for page in (ROOT / "docs").iterdir():
        if page.suffix == ".md":
            (PAGES / page.name).write_text(relinked(page.read_text()))
        else:
            shutil.copy(page, PAGES)
    for source, name in ELSEWHERE.items():
        (PAGES / name).write_text(relinked((ROOT / source).read_text()))
    for name, text in reference().items():
        (PAGES / f"reference/{name}.md").write_text(text)


def relinked(text: str) -> str:
    """Return a page with the links as they are on the site, where pages lie side by side."""

    def link(found: re.Match[str]) -> str:
        path, _, anchor = found[1].partition("#")
        path = path.removeprefix("../").removeprefix("docs/")
        path = ELSEWHERE.get(path, path)
        return f"]({path}{'#' if anchor else ''}{anchor})"

    return re.sub(r"\]\((?!https?:|#)([^)\s]+)\)", link, text)


def reference() -> dict[str, str]:
    """Return the pages that are made of tables, by name."""
    return {
        "commands": commands_page(),
        "operations": operations_page(),
        "rules": rules_page(),
        "settings": settings_page(),
        "formats": formats_page(),
    }


def commands_page() -> str:
    """Return what each command does and takes."""
    lines = ["# Commands", "", "`flux-index COMMAND --help` says the same."]
    grouped = [*dict.fromkeys([*(n for names in GROUPS.values() for n in names), *COMMANDS])]
    for name in grouped:
        command = COMMANDS.get(name)
        if command is None:
            continue  # `query` has a page of its own
        lines += ["", f"## {name}", "", cell(command.doc), "", "```sh", command.usage, "```", ""]
        lines += parameters(command.options[:-1])
        lines += ["", "Examples:", "", "```sh", *command.examples, "```"]
    return "\n".join(lines) + "\n"


def operations_page() -> str:
    """Return what each question takes and answers."""
    lines = [
        "# Operations", "",
        "The same in every face: `flux-index query NAME`, a method of JSON-RPC, a tool of MCP with "
        "the profile `full`, a command of the language server. Lines and characters of parameters "
        "count from 0 and in UTF-16, as in LSP; `FILE:LINE:COL` on the command line counts from 1.",
    ]  # fmt: skip
    for name, operation in OPERATIONS.items():
        lines += ["", f"## {name}", "", cell(operation.doc), ""]
        lines += ["```sh", example(name), "```", ""]
        lines += parameters(operation.parameters)
        lines += ["", f"It answers `{operation.result}`, see [formats](formats.md)."]
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """Return what `validate` looks for."""
    lines = [
        "# Rules",
        "",
        "What `flux-index validate` looks for; see [how](../validation.md).",
        "",
    ]
    lines += ["| rule | at most | what is wrong |", "|---|---|---|"]
    lines += [f"| `{each.name}` | {each.severity} | {cell(each.summary)} |" for each in rules()]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Return what can be set, where, and what it means."""
    lines = [
        "# Settings", "",
        "`flux-index config` shows the values that are in force and where they come from. Those of "
        "editors are in [their page](../editors.md#settings).",
    ]  # fmt: skip
    titles = {
        "workspace": "Of a workspace: `pyproject.toml`, `[tool.flux-index]`, or `flux-index.toml`",
        "user": "Of a user: `config.toml` in `flux-index` of the user's configuration folder",
        "environment variable": "Environment variables",
    }
    for where, title in titles.items():
        lines += ["", f"## {title}", "", "| setting | default | what it means |", "|---|---|---|"]
        lines += [
            f"| `{each.name}` | {each.default or 'none'} | {cell(each.doc)} |"
            for each in SETTINGS
            if each.where == where
        ]
    return "\n".join(lines) + "\n"


def formats_page() -> str:
    """Return the shapes of answers, by their schemas."""
    lines = [
        "# Formats of answers", "",
        "What `--json` prints and the other faces answer. `rpc.discover` of a server gives "
        "the same as an OpenRPC document. Findings of `flux-index validate --format json` have "
        "[a schema of their own](../findings.schema.json).",
    ]  # fmt: skip
    for name, schema in sorted(document()["components"]["schemas"].items()):
        lines += ["", f"## {name}", ""]
        if schema.get("description"):
            lines += [cell(schema["description"]), ""]
        needed = schema.get("required", ())
        lines += ["| field | type | |", "|---|---|---|"]
        lines += [
            f"| `{field}`{'' if field in needed else ' (may be absent)'} | {type_text(shape)} | "
            f"{cell(shape.get('description', ''))} |"
            for field, shape in schema.get("properties", {}).items()
        ]
    return "\n".join(lines) + "\n"


def type_text(shape: dict[str, object]) -> str:
    """Return the type of a field as people write it."""
    match shape:
        case {"$ref": str(ref)}:
            name = ref.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"type": "array", "items": dict(items)}:
            return f"list of {type_text(items)}"
        case {"enum": list(values)}:
            return ", ".join(f"`{each}`" for each in values)
        case {"anyOf": list(kinds)} | {"oneOf": list(kinds)}:
            return " or ".join(type_text(each) for each in kinds)
        case {"type": kind}:
            return str(kind)
        case _:
            return "any"


def parameters(given: Iterable[Parameter]) -> list[str]:
    """Return a table of parameters."""
    rows: list[str] = []
    for each in given:
        default = "" if each.default in (None, False) else f"`{each.default}`"
        choices = f" One of {', '.join(f'`{c}`' for c in each.choices)}." if each.choices else ""
        rows.append(
            f"| `{flags(each)[0]}` | {each.type} | {default} | {cell(each.doc + choices)} |"
        )
    return ["| option | type | default | |", "|---|---|---|---|", *rows] if rows else []


def cell(text: str) -> str:
    """Return a text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.exit(main())
