"""Print what CHANGELOG.md says of a release, if the tag, the version and the heading agree.

python release_notes.py TAG
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print the notes of the release; returns 1 with the reason if there are none."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    tag = sys.argv[1]
    if tag != f"v{version}":
        print(f"the tag is {tag}, and pyproject.toml says {version}", file=sys.stderr)
        return 1
    found = notes((ROOT / "CHANGELOG.md").read_text(), version)
    if not found:
        print(f"CHANGELOG.md says nothing of {version}", file=sys.stderr)
        return 1
    print(found)
    return 0


def notes(changelog: str, version: str) -> str:
    """Return what stands below the heading of a version; empty if there is none."""
    for part in re.split(r"^## ", changelog, flags=re.MULTILINE):
        if part.startswith(f"[{version}]"):
            return part.partition("\n")[2].strip()
    return ""


if __name__ == "__main__":
    sys.exit(main())
