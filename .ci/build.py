"""Build the sdist, and from it the wheel, the same to the byte each time, and check both.

python build.py [FOLDER]

What they say of times is SOURCE_DATE_EPOCH, by default the time of the last commit.
"""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Build into the folder; returns the exit code."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist").resolve()
    os.environ.setdefault("SOURCE_DATE_EPOCH", last_commit())
    folder.mkdir(parents=True, exist_ok=True)
    build = [sys.executable, "-m", "build", "--outdir", str(folder)]
    subprocess.run([*build, "--sdist", str(ROOT)], check=True, stdout=subprocess.DEVNULL)
    (sdist,) = folder.glob("*.tar.gz")
    settle(sdist, int(os.environ["SOURCE_DATE_EPOCH"]))
    # From the sdist, so that nothing is in it that was left over in the checkout.
    inside = folder / "unpacked"
    with tarfile.open(sdist) as archive:
        archive.extractall(inside, filter="data")
    (source,) = inside.iterdir()
    subprocess.run([*build, "--wheel", str(source)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", str(inside)], check=True)
    built = sorted(map(str, [*folder.glob("*.whl"), sdist]))
    print(*built, sep="\n")
    check = [sys.executable, "-m", "twine", "check", "--strict", *built]
    return subprocess.run(check, check=False).returncode


def last_commit() -> str:
    """Return the time of the last commit, in seconds since 1970."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def settle(sdist: Path, time: int) -> None:
    """Rewrite an archive in the order of names, with one time, nobody as the owner."""
    with tarfile.open(sdist) as old:
        members = sorted(old.getmembers(), key=lambda member: member.name)
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as new:
            for member in members:
                member.mtime, member.uid, member.gid = time, 0, 0
                member.uname = member.gname = ""
                member.mode = 0o755 if member.mode & 0o100 else 0o644
                member.pax_headers = {}
                new.addfile(member, old.extractfile(member) if member.isfile() else None)
    with sdist.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed:
        packed.write(made.getvalue())


if __name__ == "__main__":
    sys.exit(main())
