"""What is said of released packages, which work: nearly all of it should be silence.

    python noise.py [NAME==VERSION | NAME | NAME=FOLDER …] [--kept FOLDER] [--json FILE]
                    [--compare OTHER.json] [--unlabelled] [--read FILE.json]

Each package is judged whole, by ``flux-index validate --all --format json``. pip fetches its source
distribution, and installs what it needs into a virtual environment of its own, as far as there are
wheels; both are kept. Without names, the packages of ``DEFAULT`` are judged.

A reader's opinion of each error is kept in ``noise_labels.tsv``: package, version, path, rule,
message, ``real``, ``debatable`` or ``false``, and the kind of code that is to blame, if known.
``--unlabelled`` lists the errors without one as lines for that file; ``--compare`` tells what is
new and what is gone since another run, which wrote its findings with ``--json``; ``--read`` judges
nothing, and tells of such a run again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import venv
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import corpus
from process import flux_index, run

DEFAULT = (
    "docutils==0.23", "pygments==2.21.0", "tornado==6.6.1", "trio==0.35.0", "peewee==4.5.3",
    "paramiko==5.1.0", "pyramid==2.1", "ipython==9.18.1", "djangorestframework==3.18.3",
    "wagtail==8.0.1", "textual==8.2.8",
)  # fmt: skip
"""Packages of many kinds that need no compiler."""

LABELS = Path(__file__).parent / "noise_labels.tsv"
OPINIONS = ("real", "debatable", "false")
TOLD = ("error", "warning")
_NONE = "unlabelled"

Label = tuple[str, str]
"""An opinion, and the kind of code that it is about."""


class Package(NamedTuple):
    """What is judged: a name, a version, which may be empty, and a folder if there is one."""

    name: str
    version: str = ""
    folder: str = ""

    @classmethod
    def of(cls, text: str) -> Package:
        """From ``name==version``, ``name``, or ``name=folder``."""
        name, pinned, version = text.partition("==")
        if pinned:
            return cls(name, version)
        name, _, folder = text.partition("=")
        return cls(name, "", os.path.abspath(folder) if folder else "")

    @property
    def requirement(self) -> str:
        """As pip takes it."""
        return f"{self.name}=={self.version}" if self.version else self.name


def judge(package: Package, kept: Path, seconds: float) -> dict[str, Any]:
    """Judge a package whole; returns what was found, and the cost."""
    folder = package.folder or corpus.fetch_sdist(package.requirement, str(kept / "sdists"))
    version = package.version or _version(folder, package)
    # A repository of its own, whatever lies around it; there is nothing to ask git of it.
    Path(folder, ".git").mkdir(exist_ok=True)
    environment, note = _environment(package._replace(version=version), kept)
    env = {"VIRTUAL_ENV": environment, "XDG_CACHE_HOME": str(kept / "cache"), "PYTHONPATH": ""}
    index = run([*flux_index(), "index", "--quiet"], cwd=folder, env=env, timeout=seconds)
    done = run(
        [*flux_index(), "validate", "--all", "--format", "json"],
        cwd=folder, env=env, codes=(0, 1), timeout=seconds, apart=True,
    )  # fmt: skip
    tree = corpus.measure(folder)
    keys = ("path", "line", "rule", "severity", "evidence", "message")
    return {
        "package": package.name,
        "version": version,
        "files": tree.files,
        "lines": tree.lines,
        "cpu": round(done.cpu, 2),
        "index_cpu": round(index.cpu, 2),
        "environment": note,
        "not_judged": len(done.errors.splitlines()),
        "findings": [{key: each[key] for key in keys} for each in json.loads(done.output)],
    }


def _version(folder: str, package: Package) -> str:
    """The version in the name of an unpacked source distribution, empty for any other folder."""
    return "" if package.folder else os.path.basename(folder).rpartition("-")[2]


def _environment(package: Package, kept: Path) -> tuple[str, str]:
    """A virtual environment with what a package needs, and what went wrong with that."""
    folder = kept / "environments" / f"{package.name}-{package.version}"
    said = folder / "failed.txt"
    if not folder.is_dir():
        venv.create(folder, with_pip=False)
        command = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet",
                   "--only-binary", ":all:", package.folder or package.requirement]  # fmt: skip
        try:
            run(command, cwd=str(kept))
        except RuntimeError as error:
            said.write_text(str(error), encoding="utf-8")
    return str(folder), said.read_text(encoding="utf-8") if said.exists() else ""


def read_labels(path: Path) -> dict[tuple[str, ...], Label]:
    """Opinions by package, version, path, rule and message."""
    if not path.exists():
        return {}
    found: dict[tuple[str, ...], Label] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        *key, opinion, kind = line.split("\t")
        if len(key) != 5 or opinion not in OPINIONS:
            raise ValueError(f"{path}:{number}: a label is one of {', '.join(OPINIONS)}")
        found[tuple(key)] = opinion, kind
    return found


def key_of(result: dict[str, Any], finding: dict[str, Any]) -> tuple[str, ...]:
    """What a label is for: findings that are alike in one file share it.

    Of the message that which says what is wrong: what follows tells what exists instead.
    """
    message = " ".join(finding["message"].split())
    for end in ("; ", ". "):
        message = message.partition(end)[0]
    message = message.removesuffix(".")
    return result["package"], result["version"], finding["path"], finding["rule"], message


def unlabelled(results: list[dict[str, Any]], labels: dict[tuple[str, ...], Label]) -> list[str]:
    """Errors without a label, as lines of the file of labels, each under its place."""
    lines: dict[tuple[str, ...], str] = {}
    for result in results:
        for each in result["findings"]:
            key = key_of(result, each)
            if each["severity"] == "error" and key not in labels:
                lines.setdefault(key, f"# {each['path']}:{each['line']} ({each['evidence']})")
    return [f"{place}\n" + "\t".join([*key, "", ""]) for key, place in lines.items()]


def opinions(results: list[dict[str, Any]], labels: dict[tuple[str, ...], Label]) -> Counter[str]:
    """How many errors have which label."""
    return Counter(
        labels.get(key_of(result, each), (_NONE, ""))[0]
        for result in results
        for each in result["findings"]
        if each["severity"] == "error"
    )


def table(results: list[dict[str, Any]], labels: dict[tuple[str, ...], Label]) -> str:
    """Figures by package and by rule, as Markdown."""
    heads = ["package", "lines", *TOLD, *(f"{each}s / 1,000" for each in TOLD), *OPINIONS,
             _NONE, "CPU s / 10,000", "index CPU s", "not judged"]  # fmt: skip
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    rows += [_row(f"{r['package']} {r['version']}", [r], labels) for r in results]
    if len(results) > 1:
        rows.append(_row("all", results, labels))
    heads = ["rule", *TOLD, *(f"{each}s / 1,000" for each in TOLD), *OPINIONS, _NONE]
    rows += ["", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    rules = Counter(
        each["rule"] for r in results for each in r["findings"] if each["severity"] in TOLD
    )
    for rule, _ in rules.most_common():
        own = [
            {**result, "findings": [each for each in result["findings"] if each["rule"] == rule]}
            for result in results
        ]
        rows.append(f"| {' | '.join([f'`{rule}`', *_counts(own), *_labelled(own, labels)])} |")
    return "\n".join(rows)


def _row(name: str, results: list[dict[str, Any]], labels: dict[tuple[str, ...], Label]) -> str:
    lines = sum(result["lines"] for result in results)
    cpu = sum(result["cpu"] for result in results)
    index = sum(result["index_cpu"] for result in results)
    cost = [f"{10_000 * cpu / max(lines, 1):.2f}", f"{index:.1f}"]
    missing = str(sum(result["not_judged"] for result in results))
    cells = [name, f"{lines:,}", *_counts(results), *_labelled(results, labels), *cost, missing]
    return f"| {' | '.join(cells)} |"


def _counts(results: list[dict[str, Any]]) -> list[str]:
    lines = max(sum(result["lines"] for result in results), 1)
    counts = Counter(each["severity"] for result in results for each in result["findings"])
    return [
        *(str(counts[each]) for each in TOLD),
        *(f"{1_000 * counts[each] / lines:.2f}" for each in TOLD),
    ]


def _labelled(results: list[dict[str, Any]], labels: dict[tuple[str, ...], Label]) -> list[str]:
    counts = opinions(results, labels)
    return [str(counts[each]) for each in (*OPINIONS, _NONE)]


def compared(
    results: list[dict[str, Any]],
    others: list[dict[str, Any]],
    labels: dict[tuple[str, ...], Label],
) -> str:
    """What is new, and what is gone, since another run; of packages that both judged."""
    known = {(other["package"], other["version"]): other for other in others}
    lines: list[str] = []
    for result in results:
        other = known.get((result["package"], result["version"]))
        if other is None:
            continue
        now, then = _told(result), _told(other)
        for sign, found in (("+", now - then), ("-", then - now)):
            for (severity, *key), count in sorted(found.items()):
                opinion, kind = labels.get(tuple(key), (_NONE, ""))
                times = f" x {count}" if count > 1 else ""
                about = f"{opinion}, {kind}" if kind else opinion
                package, version, path, rule, message = key
                lines.append(f"{sign} {severity} {package} {version} {path} {rule}: {message}"
                             f"{times} ({about})")  # fmt: skip
        lines.append(
            f"{result['package']} {result['version']}: {(now - then).total()} new, "
            f"{(then - now).total()} gone; CPU {other['cpu']} s before, {result['cpu']} s now"
        )
    return "\n".join(lines)


def _told(result: dict[str, Any]) -> Counter[tuple[str, ...]]:
    return Counter(
        (each["severity"], *key_of(result, each))
        for each in result["findings"]
        if each["severity"] in TOLD
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packages", nargs="*", metavar="NAME==VERSION")
    parser.add_argument("--kept", type=Path, default=Path(corpus.kept_folder(), "noise"),
                        help="where packages and environments are kept")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=900, help="for one package")
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--read", type=Path, metavar="FILE", help="what an earlier run wrote")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="with what another run wrote")
    parser.add_argument("--unlabelled", action="store_true", help="list errors without a label")
    options = parser.parse_args()
    labels = read_labels(options.labels)
    results: list[dict[str, Any]] = json.loads(options.read.read_text()) if options.read else []
    options.kept.mkdir(parents=True, exist_ok=True)
    failed = False
    for package in map(Package.of, options.packages or (() if options.read else DEFAULT)):
        print(f"{package.requirement} …", file=sys.stderr)
        try:
            results.append(judge(package, options.kept.resolve(), options.seconds))
        except (RuntimeError, OSError) as error:
            # What is said of the others is worth having all the same.
            failed = True
            print(f"{package.requirement} was not judged: {error}", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    if options.unlabelled:
        print("\n".join(unlabelled(results, labels)))
    elif options.compare:
        print(compared(results, json.loads(options.compare.read_text()), labels))
    else:
        print(table(results, labels))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
