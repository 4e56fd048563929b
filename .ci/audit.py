"""Ask whether anything that flux-index rests on has a known vulnerability.

usage: python audit.py PIP_AUDIT REQUIREMENTS

Exit status 1 if so. Without a network, or an advisory service in it, that is said, and ends with 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

OPTIONS = "--require-hashes --disable-pip --format json --progress-spinner off".split()


def main() -> int:
    """Audit what the command line names."""
    program, requirements = sys.argv[1:]
    if not Path(program).exists():
        print("NOT AUDITED: pip-audit could not be installed, is there a network?")
        return 0
    done = subprocess.run(
        [program, "--requirement", requirements, *OPTIONS],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"NOT AUDITED: {reason}")
        return 0
    faulty = [each for each in found if each.get("vulns")]
    for each in faulty:
        names = ", ".join(fault["id"] for fault in each["vulns"])
        print(f"{each['name']} {each['version']}: {names}")
    unknown = sum("skip_reason" in each for each in found)
    print(f"{len(found) - unknown} packages audited, {len(faulty)} with known vulnerabilities")
    if unknown:
        print(f"NOT AUDITED: {unknown} packages, of which the advisory service knows nothing")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
