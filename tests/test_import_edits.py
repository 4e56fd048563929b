"""Where a new import is put: into the group and the order that the file has."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import applied, open_workspace, parse_fixture

from flux_index.api.source.import_edits import import_edit

_AROUND = "#- app/__init__.py\n#- app/store.py\nclass Store: ...\n#- app/util.py\n#- lib/z.py\n"


def _imports(folder: Path, before: str, module: str, name: str) -> str:
    """The imports of a file after one more was added."""
    text = before + "\n\nrun()\n"
    session = open_workspace(folder, parse_fixture(f"{_AROUND}#- app/main.py\n{text}"))
    try:
        edits = import_edit(session.inference(whole=True), "app/main.py", module, name)
    finally:
        session.index.close()
    made = applied(text, [(each.start, each.end, each.text) for each in edits])
    return made.removesuffix("\n\nrun()\n")


STORE = "from app.store import Store\n"
USUAL = "import os\nfrom pathlib import Path\n\nimport requests\n\nfrom app.util import x"
BY_MODULE = "from abc import ABC\nimport os\nfrom pathlib import Path\nimport sys"
FROM_FIRST = "from pathlib import Path\nfrom typing import Any\nimport os\nimport sys"
ONE_GROUP = "import os\nimport requests\nfrom app.util import x\nfrom pathlib import Path"
OURS_FIRST = "from app.util import x\n\nimport os\nimport sys"
HEADINGS = "# Standard\nimport os\n\n# Ours\nfrom app.util import x"
UNSORTED = "import sys\nimport abc\nimport pathlib"
OWN_LINES = "from app.util import a\nfrom app.util import c"
ANY_CASE = "from app.util import alpha, Beta, gamma"
BEHIND = "import sys\nsys.path.insert(0, '.')\nfrom app.util import x"


@pytest.mark.parametrize(
    ("before", "module", "name", "after"),
    [
        (USUAL, "json", "", f"import json\n{USUAL}"),
        (USUAL, "app.store", "Store", USUAL.replace("from app", f"{STORE}from app")),
        (USUAL, "lib.z", "q", f"{USUAL}\nfrom lib.z import q"),
        (BY_MODULE, "json", "", BY_MODULE.replace("import os", "import json\nimport os")),
        (BY_MODULE, "re", "", BY_MODULE.replace("import sys", "import re\nimport sys")),
        (FROM_FIRST, "re", "", FROM_FIRST.replace("import sys", "import re\nimport sys")),
        (FROM_FIRST, "abc", "ABC", f"from abc import ABC\n{FROM_FIRST}"),
        (ONE_GROUP, "app.store", "Store", ONE_GROUP.replace("from app", f"{STORE}from app")),
        (ONE_GROUP, "typing", "Any", f"{ONE_GROUP}\nfrom typing import Any"),
        (OURS_FIRST, "json", "", OURS_FIRST.replace("import os", "import json\nimport os")),
        (OURS_FIRST, "app.store", "Store", STORE + OURS_FIRST),
        (OURS_FIRST, "requests", "", f"{OURS_FIRST}\n\nimport requests"),
        (HEADINGS, "abc", "", HEADINGS.replace("import os", "import abc\nimport os")),
        (HEADINGS, "app.store", "Store", HEADINGS.replace("from app", f"{STORE}from app")),
        (UNSORTED, "os", "", f"{UNSORTED}\nimport os"),
        (OWN_LINES, "app.util", "b", OWN_LINES.replace("\n", "\nfrom app.util import b\n")),
        (ANY_CASE, "app.util", "Delta", ANY_CASE.replace("Beta", "Beta, Delta")),
        (BEHIND, "app.store", "Store", BEHIND.replace("from app", f"{STORE}from app")),
        ("# Licence\n\n# Author", "re", "", "# Licence\n\n# Author\n\nimport re"),
    ],
)  # fmt: skip
def test_a_new_import_stands_where_the_file_would_have_it(
    tmp_path: Path, before: str, module: str, name: str, after: str
) -> None:
    assert _imports(tmp_path, before, module, name) == after


@pytest.mark.parametrize(("module", "name"), [("os", ""), ("pathlib", "Path"), ("app.util", "x")])
def test_what_is_imported_is_not_imported_again(tmp_path: Path, module: str, name: str) -> None:
    assert _imports(tmp_path, USUAL, module, name) == USUAL


def test_a_new_import_stands_before_what_reads_it(tmp_path: Path) -> None:
    before = "import os\nx = Widget()\nfrom app.util import y"
    after = "import os\nfrom app.store import Store\nx = Widget()\nfrom app.util import y"
    assert _imports(tmp_path, before, "app.store", "Store").replace("\n\n", "\n") == after
