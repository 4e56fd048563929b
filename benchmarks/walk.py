"""How many files of ours a question walks through, counted with ``sys.setprofile``.

    python benchmarks/walk.py FOLDER query definition Context.invoke
    python benchmarks/walk.py FOLDER validate

The workspace should be indexed. ``validate`` judges a proposed text: the first module of the
workspace with a function of two lines added at its end. Only files count whose functions ran; those
that were merely imported do not: the question is asked twice, and the second time is counted.
"""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path
from types import FrameType

ADDED = "\n\ndef added_by_walk(text):\n    return text.strip().lower()\n"


def walked(arguments: list[str], text: str) -> Counter[str]:
    """Return the number of calls by file that a command line makes, given a standard input."""
    from flux_index.api.cli import main

    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    with redirect_stdout(io.StringIO()):
        main(arguments)  # imports what is imported once
    own = str(Path(sys.modules["flux_index.api.cli"].__file__ or "").parents[2]) + os.sep
    calls: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        is_ours = code.co_filename.startswith(own) and "site-packages" not in code.co_filename
        if event == "call" and is_ours:
            calls[code.co_filename.removeprefix(own)] += 1

    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    with redirect_stdout(io.StringIO()):
        sys.setprofile(profile)
        try:
            main(arguments)
        finally:
            sys.setprofile(None)
    return calls


def main(folder: str, arguments: list[str]) -> None:
    """Print the files that were entered, most calls first."""
    os.chdir(folder)
    text = ""
    if arguments == ["validate"]:
        path = next(iter(sorted(Path("src").rglob("core.py")) or sorted(Path().rglob("*.py"))))
        arguments = ["validate", "--stdin", "--path", str(path)]
        text = path.read_text(encoding="utf-8") + ADDED
    calls = walked(arguments, text)
    for name, count in calls.most_common():
        print(f"{count:8,}  {name}")
    print(f"{len(calls)} files for: flux-index {' '.join(arguments)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
