"""Faults in released packages of others that `validate` finds: find them again.

    python found.py [PACKAGE …] [--kept FOLDER] [--page FILE]

``found.tsv`` lists them: package, version, path, line, rule, and why it is wrong. Each package is
fetched by pip as it was released, without what it needs, and the file is judged whole. Exit status
1 if something that is listed is not found. ``--page`` writes the list as a page of the documents.
"""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from process import flux_index, run

LIST = Path(__file__).parent / "found.tsv"


class Fault(NamedTuple):
    package: str
    version: str
    path: str
    line: int
    rule: str
    why: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    parser.add_argument("--kept", type=Path, help="a folder for what was fetched")
    parser.add_argument("--page", type=Path, help="write the list as Markdown, and judge nothing")
    given = parser.parse_args()
    faults = [each for each in listed() if not given.packages or each.package in given.packages]
    if given.page:
        given.page.write_text(page(faults))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        kept = given.kept or Path(scratch)
        kept.mkdir(parents=True, exist_ok=True)
        missed = 0
        for fault in faults:
            is_found = is_reported(fault, unpacked(fault, kept))
            missed += not is_found
            said = "found" if is_found else "MISSED"
            print(f"{said}  {fault.package} {fault.version} {fault.path}:{fault.line} {fault.rule}")
    print(f"{len(faults) - missed} of {len(faults)}")
    return 1 if missed else 0


def listed() -> list[Fault]:
    """The faults of the list."""
    rows = [line.split("\t") for line in LIST.read_text().splitlines() if line[:1] != "#"]
    return [
        Fault(package, version, path, int(line), rule, why)
        for package, version, path, line, rule, why in rows
    ]


def unpacked(fault: Fault, kept: Path) -> Path:
    """A folder with a package as it was released."""
    folder = kept / f"{fault.package}-{fault.version}"
    if not folder.is_dir():
        fetched = kept / "fetched" / folder.name
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        run([*command, "--dest", str(fetched), f"{fault.package}=={fault.version}"], cwd=str(kept))
        (archive,) = fetched.iterdir()
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(folder)
        else:
            with tarfile.open(archive) as sdist:
                sdist.extractall(folder, filter="data")
        (folder / "pyproject.toml").touch()
    return folder


def is_reported(fault: Fault, folder: Path) -> bool:
    """True if the fault is an error of `validate`, in its line, by its rule."""
    (path,) = [each for each in folder.rglob(Path(fault.path).name)
               if each.as_posix().endswith(fault.path)]  # fmt: skip
    command = [*flux_index(), "validate", "--all", "--format", "json", str(path)]
    findings = json.loads(run(command, cwd=str(folder), codes=(0, 1), apart=True).output)
    return any(
        (each["line"], each["rule"], each["severity"]) == (fault.line, fault.rule, "error")
        for each in findings
    )


def page(faults: list[Fault]) -> str:
    """The list as a page of the documents."""
    lines = [
        "# Found in released packages", "",
        f"{len(faults)} faults that `flux-index validate --all` found in packages that people use "
        "every day, as they were released. Each was read twice in the source. "
        "`python benchmarks/found.py` fetches the packages and finds them again; the errors that "
        "were wrong are counted by `benchmarks/noise.py`.",
        "", "| package | place | rule | why it is wrong |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {each.package} {each.version} | `{each.path}:{each.line}` | `{each.rule}` "
        f"| {each.why} |"
        for each in faults
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
