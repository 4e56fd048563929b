"""What modules are called, for every way in which projects lay out their packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.indexer.workspace import Workspace

# Each case: the files, those with contents, and what the modules among them are called.
LAYOUTS: dict[str, tuple[str, dict[str, str], dict[str, str | None]]] = {
    "flat": (
        "pkg/__init__.py setup.py docs/conf.py",
        {},
        {
            "pkg/__init__.py": "pkg",
            "pkg/mod.py": "pkg.mod",
            "pkg/sub/deep.pyi": "pkg.sub.deep",
            "pkg/__main__.py": "pkg.__main__",
            "setup.py": "setup",
            "docs/conf.py": "docs.conf",
            "tests/helpers.py": "tests.helpers",
            "pkg/not-a-name.py": None,
            "my-scripts/run.py": None,
            "__init__.py": None,
            "README.md": None,
        },
    ),
    "src": (
        "pyproject.toml src/pkg/__init__.py tests/helpers.py",
        {},
        {
            "src/pkg/__init__.py": "pkg",
            "src/pkg/mod.py": "pkg.mod",
            "tests/helpers.py": "tests.helpers",
        },
    ),
    "src that is a package": (
        "src/__init__.py src/mod.py",
        {},
        {"src/mod.py": "src.mod", "src/__init__.py": "src"},
    ),
    "setuptools package-dir": (
        "lib/pkg/__init__.py",
        {"pyproject.toml": '[tool.setuptools]\npackage-dir = {"" = "lib"}\n'},
        {"lib/pkg/mod.py": "pkg.mod", "test/test_it.py": "test.test_it"},
    ),
    "setuptools find where": (
        "python/pkg/__init__.py extra/more/__init__.py",
        {"pyproject.toml": '[tool.setuptools.packages.find]\nwhere = ["python", "extra"]\n'},
        {"python/pkg/mod.py": "pkg.mod", "extra/more/mod.py": "more.mod"},
    ),
    "setup.cfg": (
        "lib/pkg/__init__.py other/thing/x.py",
        {
            "setup.cfg": "[options]\npackage_dir =\n    = lib\n    vendored.thing = other/thing\n"
            "[options.packages.find]\nwhere = lib\n"
        },
        {"lib/pkg/mod.py": "pkg.mod", "other/thing/x.py": "vendored.thing.x"},
    ),
    "setup.py with literals": (
        "lib/pkg/__init__.py",
        {
            "setup.py": "from setuptools import setup, find_packages\n"
            "raise SystemExit('never run')\n"
            "setup(name='pkg', package_dir={'': 'lib'}, packages=find_packages('lib'))\n"
        },
        {"lib/pkg/mod.py": "pkg.mod"},
    ),
    "setup.py with find_packages alone": (
        "python/pkg/__init__.py",
        {
            "setup.py": "import setuptools\nSOURCE = 'python'\n"
            "setuptools.setup(packages=setuptools.find_packages(where=SOURCE))\n"
        },
        {"python/pkg/mod.py": "pkg.mod"},
    ),
    "setup.py with settings in a dict": (
        "lib/pkg/__init__.py",
        {
            "setup.py": "import os\nfrom distutils.core import setup\n"
            "options = dict(name='pkg', package_dir={'': os.path.join('lib')})\nsetup(**options)\n"
        },
        {"lib/pkg/mod.py": "pkg.mod"},
    ),
    "setup.py whose settings are computed": (
        "src/pkg/__init__.py",
        {"setup.py": "from setuptools import setup\nsetup(package_dir=compute())\n"},
        {"src/pkg/mod.py": "pkg.mod"},
    ),
    "poetry": (
        "source/pkg/__init__.py parts/a/x.py",
        {
            "pyproject.toml": '[tool.poetry]\npackages = [{include = "pkg", from = "source"}, '
            '{include = "a", from = "parts", to = "whole"}]\n'
        },
        {"source/pkg/mod.py": "pkg.mod", "parts/a/x.py": "whole.a.x"},
    ),
    "poetry path dependency": (
        "libs/deep/down/core/core_pkg/x.py libs/deep/down/core/pyproject.toml",
        {"pyproject.toml": '[tool.poetry.dependencies]\ncore = {path = "libs/deep/down/core"}\n'},
        {"libs/deep/down/core/core_pkg/x.py": "core_pkg.x"},
    ),
    "hatch packages": (
        "python/pkg/__init__.py",
        {"pyproject.toml": '[tool.hatch.build.targets.wheel]\npackages = ["python/pkg"]\n'},
        {"python/pkg/mod.py": "pkg.mod"},
    ),
    "hatch sources": (
        "code/pkg/x.py core/x.py",
        {
            "pyproject.toml": "[tool.hatch.build.targets.wheel.sources]\n"
            '"code" = ""\n"core" = "company/core"\n'
        },
        {"code/pkg/x.py": "pkg.x", "core/x.py": "company.core.x"},
    ),
    "hatch dev-mode-dirs": (
        "code/pkg/x.py",
        {"pyproject.toml": '[tool.hatch.build]\ndev-mode-dirs = ["code"]\n'},
        {"code/pkg/x.py": "pkg.x"},
    ),
    "uv module-root": (
        "python/pkg/x.py",
        {"pyproject.toml": '[tool.uv.build-backend]\nmodule-root = "python"\n'},
        {"python/pkg/x.py": "pkg.x"},
    ),
    "pdm": (
        "python/pkg/x.py",
        {"pyproject.toml": '[tool.pdm.build]\npackage-dir = "python"\n'},
        {"python/pkg/x.py": "pkg.x"},
    ),
    "flit": (
        "src/pkg/x.py",
        {"pyproject.toml": '[tool.flit.module]\nname = "pkg"\n'},
        {"src/pkg/x.py": "pkg.x"},
    ),
    "maturin": (
        "python/pkg/x.py src/lib.rs",
        {"pyproject.toml": '[tool.maturin]\npython-source = "python"\n'},
        {"python/pkg/x.py": "pkg.x"},
    ),
    "uv workspace": (
        "packages/a/src/a/x.py packages/a/pyproject.toml packages/b/b/x.py "
        "packages/b/pyproject.toml packages/old/old/x.py packages/old/pyproject.toml",
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
            'exclude = ["packages/old"]\n'
        },
        {
            "packages/a/src/a/x.py": "a.x",
            "packages/a/tests/test_x.py": "tests.test_x",
            "packages/b/b/x.py": "b.x",
            "packages/old/old/x.py": "packages.old.old.x",
        },
    ),
    "repository of projects that nobody declares": (
        "backend/pyproject.toml backend/app/main.py site/manage.py site/shop/models.py "
        "tests/fixtures/proj/setup.py",
        {},
        {
            "backend/app/main.py": "app.main",
            "site/shop/models.py": "shop.models",
            "tests/fixtures/proj/x.py": "tests.fixtures.proj.x",
        },
    ),
    "namespace packages": (
        "pyproject.toml src/company/one/x.py",
        {},
        {"src/company/one/x.py": "company.one.x"},
    ),
    "packages that lie in folders of other names": (
        "indexer/__init__.py api/__init__.py",
        {
            "pyproject.toml": "[tool.setuptools.package-dir]\n"
            '"flux_index.indexer" = "indexer"\n"flux_index.api" = "api"\n'
        },
        {
            "indexer/__init__.py": "flux_index.indexer",
            "indexer/store/database.py": "flux_index.indexer.store.database",
            "api/cli.py": "flux_index.api.cli",
            "tests/test_it.py": "tests.test_it",
        },
    ),
    "root that is the package": (
        "x.py",
        {"pyproject.toml": '[tool.setuptools.package-dir]\n"tool" = "."\n'},
        {"x.py": "tool.x", "__init__.py": "tool"},
    ),
    "stub-only package": (
        "typings/other/x.pyi requests-stubs/api.pyi",
        {},
        {"typings/other/x.pyi": "other.x", "requests-stubs/api.pyi": "requests.api"},
    ),
    "pytest pythonpath": (
        "checks/helpers.py",
        {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["checks"]\n'},
        {"checks/helpers.py": "helpers"},
    ),
    "pytest.ini pythonpath": (
        "checks/helpers.py",
        {"pytest.ini": "[pytest]\npythonpath = checks\n"},
        {"checks/helpers.py": "helpers"},
    ),
    "settings of flux-index": (
        "src/pkg/x.py code/more/x.py",
        {"flux-index.toml": 'source-roots = ["code"]\n'},
        {"code/more/x.py": "more.x", "src/pkg/x.py": "src.pkg.x"},
    ),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_module_names(case: str, tmp_path: Path) -> None:
    paths, files, modules = LAYOUTS[case]
    plant(tmp_path, ".git/HEAD " + paths, files)
    workspace = Workspace.open(str(tmp_path))
    assert workspace.config.problems == ()
    assert {path: workspace.module_name(path) for path in modules} == modules
    for path, module in modules.items():
        if module is not None:
            assert path in workspace.module_candidates(module)


def test_source_roots_are_deepest_first_and_end_with_the_root(tmp_path: Path) -> None:
    plant(tmp_path, ".git/HEAD pyproject.toml src/a.py libs/one/setup.py libs/one/src/one/x.py")
    workspace = Workspace.open(str(tmp_path))
    assert workspace.source_roots == ("libs/one/src", "libs/one", "src", "")
    assert workspace.projects == ("", "libs/one")


def test_candidates_prefer_stubs_and_the_deepest_root(tmp_path: Path) -> None:
    plant(tmp_path, "pyproject.toml src/pkg/x.py")
    assert list(Workspace.open(str(tmp_path)).module_candidates("pkg.x")) == [
        "src/pkg/x/__init__.pyi",
        "src/pkg/x.pyi",
        "src/pkg/x/__init__.py",
        "src/pkg/x.py",
        "pkg/x/__init__.pyi",
        "pkg/x.pyi",
        "pkg/x/__init__.py",
        "pkg/x.py",
    ]


def test_candidates_of_a_renamed_package(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "core/__init__.py",
        {"pyproject.toml": '[tool.setuptools.package-dir]\n"company.core" = "core"\n'},
    )
    workspace = Workspace.open(str(tmp_path))
    assert list(workspace.module_candidates("company.core"))[:2] == [
        "core/__init__.pyi",
        "core/__init__.py",
    ]
    assert next(workspace.module_candidates("company.core.x")) == "core/x/__init__.pyi"
    assert list(workspace.module_candidates("")) == []


def test_candidates_near_the_importing_file_come_first(tmp_path: Path) -> None:
    plant(tmp_path, ".git/HEAD a/setup.py a/tests/helpers.py b/setup.py b/tests/helpers.py")
    workspace = Workspace.open(str(tmp_path))
    for project in ("a", "b"):
        candidates = workspace.module_candidates("tests.helpers", f"{project}/tests/test_x.py")
        existing = [path for path in candidates if (tmp_path / path).is_file()]
        assert existing[0] == f"{project}/tests/helpers.py"


@pytest.mark.parametrize("outside", ["../elsewhere", "/", "nowhere"])
def test_declared_root_that_is_no_folder_of_the_workspace(outside: str, tmp_path: Path) -> None:
    plant(tmp_path, "", {"pyproject.toml": f'[tool.flux-index]\nsource-roots = ["{outside}"]\n'})
    workspace = Workspace.open(str(tmp_path))
    assert workspace.source_roots == ("",)
    assert repr(outside) in workspace.config.problems[0]
