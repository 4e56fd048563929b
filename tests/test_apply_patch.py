"""Codex's patches, as its own parser and applier read them."""

from __future__ import annotations

import pytest

from flux_index.api.source.apply_patch import PatchError, apply

FILES = {"/w/a.py": "import os\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n"}


def patched(*lines: str) -> dict[str, str | None]:
    text = "\n".join(["*** Begin Patch", *lines, "*** End Patch", ""])
    return apply(text, "/w", FILES.get)


def test_an_update_replaces_lines() -> None:
    assert patched(
        "*** Update File: a.py", "@@", " def one():", "-    return 1", "+    return 3"
    ) == {"/w/a.py": FILES["/w/a.py"].replace("return 1", "return 3")}


def test_a_context_line_says_where_to_begin() -> None:
    new = patched("*** Update File: a.py", "@@ def two():", "+    print()", "     return 2")
    assert new == {"/w/a.py": FILES["/w/a.py"].replace("    return 2", "    print()\n    return 2")}


def test_the_first_chunk_needs_no_head() -> None:
    assert patched("*** Update File: a.py", " import os", "+import sys") == {
        "/w/a.py": FILES["/w/a.py"].replace("import os\n", "import os\nimport sys\n")
    }


def test_several_chunks_and_files() -> None:
    assert patched(
        "*** Add File: b/c.py",
        "+x = 1",
        "+",
        "*** Update File: /w/a.py",
        "@@",
        "-import os",
        "@@",
        " def two():",
        "-    return 2",
        "+    return 4",
        "*** End of File",
        "*** Delete File: d.py",
    ) == {
        "/w/b/c.py": "x = 1\n\n",
        "/w/a.py": FILES["/w/a.py"].replace("import os\n", "").replace("return 2", "return 4"),
        "/w/d.py": None,
    }


def test_a_file_moves() -> None:
    assert patched(
        "*** Update File: a.py", "*** Move to: b.py", "@@", "-import os", "+import sys"
    ) == {"/w/a.py": None, "/w/b.py": FILES["/w/a.py"].replace("import os", "import sys")}


def test_a_chunk_of_new_lines_only_goes_to_the_end() -> None:
    assert patched("*** Update File: a.py", "@@", "+x = 1") == {
        "/w/a.py": FILES["/w/a.py"] + "x = 1\n"
    }


@pytest.mark.parametrize(
    "line", ["-  return 1  ", "-    return 1\t", "-return 1", "-    return\u00a01"]
)
def test_blanks_and_kinds_of_them_do_not_matter(line: str) -> None:
    assert patched("*** Update File: a.py", "@@", line, "+    return 3") == {
        "/w/a.py": FILES["/w/a.py"].replace("return 1", "return 3")
    }


def test_a_heredoc_around_a_patch_is_passed_over() -> None:
    patch = "<<'EOF'\n*** Begin Patch\n*** Delete File: a.py\n*** End Patch\nEOF\n"
    assert apply(patch, "/w", FILES.get) == {"/w/a.py": None}


@pytest.mark.parametrize(
    "lines",
    [
        ("*** Update File: a.py", "@@", "-return 7", "+return 3"),
        ("*** Update File: a.py", "@@ def three():", "-    return 1"),
        ("*** Update File: z.py", "@@", "-x"),
        ("*** Update File: a.py",),
        ("*** Update File: a.py", "@@"),
        ("*** Update File: a.py", "@@", "x"),
        ("nonsense",),
    ],
)
def test_what_cannot_be_applied(lines: tuple[str, ...]) -> None:
    with pytest.raises(PatchError):
        patched(*lines)


@pytest.mark.parametrize("text", ["", "x", "*** Begin Patch", "*** End Patch\n*** Begin Patch"])
def test_what_is_no_patch(text: str) -> None:
    with pytest.raises(PatchError):
        apply(text, "/w", FILES.get)
