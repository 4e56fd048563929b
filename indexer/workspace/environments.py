"""The environment that a workspace's dependencies are installed in, read from the files it is.

No interpreter is started: an environment is a folder, and what matters about it lies in there.
"""

from __future__ import annotations

import os

from .. import platforms
from .stamps import StampRecorder, holds
from .sweep_cache import Reader, counted, flat

_FORMAT = "environment 3"
UNKNOWN = "unknown"


class Environment:
    """An environment, or the fact that none was found: `kind` is then 'unknown'.

    Of an unknown environment nothing follows: a package may be installed all the same.
    """

    __slots__ = (
        "considered",
        "found_by",
        "kind",
        "lacking",
        "prefix",
        "python_version",
        "records",
        "requires_python",
        "site_packages",
        "stdlib",
    )

    kind: str
    """'venv', 'virtualenv', 'uv', 'poetry', 'conda', 'explicit', 'system' or 'unknown'."""

    prefix: str | None
    python_version: tuple[int, int] | None

    site_packages: tuple[str, ...]
    """Folders that distributions are installed in, in the order they are searched."""

    stdlib: str | None
    """The folder of the standard library's sources, if it is on this machine."""

    found_by: str
    """A sentence: the rule that found it, or why there is none."""

    lacking: tuple[str, ...]
    """Distributions that the workspace says it cannot do without, and that are not installed."""

    considered: tuple[str, ...]
    """Sentences on what was looked at first, and why it was not it."""

    requires_python: str
    """Versions of Python that the workspace says it is for, as it writes them."""

    records: tuple[tuple[str, str], ...]
    """What the answer rests on; see `Witness`."""

    def __init__(
        self,
        kind: str,
        found_by: str,
        *,
        prefix: str | None = None,
        python_version: tuple[int, int] | None = None,
        site_packages: tuple[str, ...] = (),
        stdlib: str | None = None,
    ) -> None:
        self.kind = kind
        self.found_by = found_by
        self.prefix = prefix
        self.python_version = python_version
        self.site_packages = site_packages
        self.stdlib = stdlib
        self.requires_python = ""
        self.lacking = ()
        self.considered = ()
        self.records = ()

    def fields(self) -> list[str]:
        """Return the environment as fields of a snapshot."""
        version = self.python_version
        return [
            _FORMAT,
            self.kind,
            self.found_by,
            self.prefix or "",
            f"{version[0]}.{version[1]}" if version else "",
            self.stdlib or "",
            self.requires_python,
            *counted(self.site_packages),
            *counted(self.lacking),
            *counted(self.considered),
            *flat(self.records),
        ]

    def moved(self, site_packages: tuple[str, ...], stdlib: str | None) -> Environment:
        """Return the same environment with its folders elsewhere."""
        other = Environment(
            self.kind,
            self.found_by,
            python_version=self.python_version,
            site_packages=site_packages,
            stdlib=stdlib,
        )
        other.lacking, other.requires_python = self.lacking, self.requires_python
        return other

    @classmethod
    def restore(cls, fields: list[str]) -> Environment | None:
        """Return what `fields` gave, None if it would be found different today."""
        try:
            reader = Reader(fields)
            if not fields or reader.text() != _FORMAT:
                return None
            kind, found_by, prefix, version, stdlib, requires = (reader.text() for _ in range(6))
            site_packages, lacking, considered = reader.texts(), reader.texts(), reader.texts()
            records = reader.pairs()
            python_version = parse_version(version)
        except (IndexError, ValueError):
            return None
        if not holds(records):
            return None
        environment = cls(
            kind,
            found_by,
            prefix=prefix or None,
            python_version=python_version,
            site_packages=site_packages,
            stdlib=stdlib or None,
        )
        environment.requires_python = requires
        environment.lacking = lacking
        environment.considered = considered
        environment.records = records
        return environment


def read_prefix(prefix: str, witness: StampRecorder) -> Environment | None:
    """Return the environment in a folder, None if the folder is none.

    Its kind is told by its files; how it was found is for the caller to say.
    """
    prefix = prefix.replace(os.sep, "/").rstrip("/") or "/"
    settings = read_pyvenv_cfg(prefix, witness)
    is_conda = witness.is_folder(f"{prefix}/conda-meta")
    libraries = _libraries(prefix, witness)
    if settings is None and not is_conda and not (libraries and _has_python(prefix, witness)):
        return None
    version = None
    for key in ("version_info", "version"):
        version = version or parse_version((settings or {}).get(key, ""))
    if version is None and len(libraries) > 1:
        version = _linked_version(prefix)
    versions = [found for _, found in libraries if found is not None]
    if version is None and versions:
        version = max(versions)
    libraries = [(path, found) for path, found in libraries if found in (None, version)]
    site_packages = _site_packages([path for path, _ in libraries], witness)
    stdlib = next((path for path, _ in libraries), None) if settings is None else None
    if settings is None:
        kind = "conda" if is_conda else "system"
        if not is_conda:
            site_packages += _user_packages(version, witness)
        site_packages += _distribution_packages(prefix, version, witness)
    else:
        kind = "uv" if "uv" in settings else "virtualenv" if "virtualenv" in settings else "venv"
        base = _base_libraries(settings, version, witness)
        stdlib = next(iter(base), None)
        if settings.get("include-system-site-packages", "").lower() == "true":
            site_packages += _site_packages(base, witness)
            base_prefix = os.path.dirname(settings.get("home", "").rstrip("/\\"))
            site_packages += _user_packages(version, witness)
            site_packages += _distribution_packages(base_prefix, version, witness)
    return Environment(
        kind,
        "",
        prefix=prefix,
        python_version=version,
        site_packages=tuple(dict.fromkeys(site_packages)),
        stdlib=stdlib,
    )


def read_pyvenv_cfg(prefix: str, witness: StampRecorder) -> dict[str, str] | None:
    """Return the settings in a virtual environment's `pyvenv.cfg`, None if there is none."""
    text = witness.text(f"{prefix}/pyvenv.cfg")
    if text is None:
        return None
    settings: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            settings[key.strip().lower()] = value.strip()
    return settings


def parse_version(text: str) -> tuple[int, int] | None:
    """Return major and minor version from the beginning of a text such as '3.12.4.final.0'."""
    major, _, rest = text.strip().partition(".")
    minor = rest.partition(".")[0].rstrip("t")  # 3.13t is the free-threaded build.
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None


def _libraries(prefix: str, witness: StampRecorder) -> list[tuple[str, tuple[int, int] | None]]:
    """Return the library folders of a prefix, with the version that each is of if it tells."""
    found: list[tuple[str, tuple[int, int] | None]] = []
    for name in ("lib", "lib64"):
        for folder in witness.listing(f"{prefix}/{name}").folders:
            for implementation in ("python", "pypy"):
                version = parse_version(folder.removeprefix(implementation))
                if folder.startswith(implementation) and version is not None:
                    found.append((f"{prefix}/{name}/{folder}", version))
    if witness.is_folder(f"{prefix}/Lib"):
        found.append((f"{prefix}/Lib", None))  # Windows, and where letter case does not matter.
    unique: dict[str, tuple[str, tuple[int, int] | None]] = {}
    for path, version in found:
        unique.setdefault(os.path.realpath(path), (path, version))
    return list(unique.values())


def _site_packages(libraries: list[str], witness: StampRecorder) -> list[str]:
    paths = [f"{library}/site-packages" for library in libraries]
    return [path for path in paths if witness.is_folder(path)]


def _user_packages(version: tuple[int, int] | None, witness: StampRecorder) -> list[str]:
    """Return where `pip install --user` puts packages."""
    if version is None:
        return []
    set_by_user = {name: witness.variable(name) for name in ("PYTHONUSERBASE", "APPDATA")}
    path = platforms.user_site(version, os.path.expanduser("~"), set_by_user).replace(os.sep, "/")
    return [path] if witness.is_folder(path) else []


def _distribution_packages(
    prefix: str, version: tuple[int, int] | None, witness: StampRecorder
) -> list[str]:
    """Return where Debian puts its packages, and pip run by its system interpreter."""
    prefix = prefix.replace(os.sep, "/").rstrip("/")
    if prefix != "/usr":
        return []
    paths = ["/usr/lib/python3/dist-packages"]
    if version is not None:
        paths.insert(0, f"/usr/local/lib/python{version[0]}.{version[1]}/dist-packages")
    return [path for path in paths if witness.is_folder(path)]


def _base_libraries(
    settings: dict[str, str], version: tuple[int, int] | None, witness: StampRecorder
) -> list[str]:
    """Return the library folder of the interpreter that a virtual environment was made with."""
    home = settings.get("home", "").replace(os.sep, "/").rstrip("/")
    if not home:
        return []
    above = os.path.dirname(home)
    bases = [settings.get("base-prefix", "").replace(os.sep, "/").rstrip("/"), above]
    paths = [f"{home}/Lib"]
    if version is not None:
        name = f"python{version[0]}.{version[1]}"
        framework = f"{above}/Frameworks/Python.framework/Versions/{version[0]}.{version[1]}"
        paths = [f"{base}/lib/{name}" for base in (*bases, framework) if base] + paths
        # The interpreter may be a link, as Homebrew's is, to where the library lies.
        real = os.path.dirname(os.path.dirname(os.path.realpath(f"{home}/{name}")))
        paths.append(f"{real.replace(os.sep, '/')}/lib/{name}")
    return [path for path in dict.fromkeys(paths) if witness.is_folder(path)]


def _has_python(prefix: str, witness: StampRecorder) -> bool:
    names = ("bin/python", "bin/python3", "python.exe", "Scripts/python.exe")
    return any(witness.is_file(f"{prefix}/{name}") for name in names)


def _linked_version(prefix: str) -> tuple[int, int] | None:
    """Return the version that `python3` is of, where several are installed side by side."""
    for name in ("bin/python3", "bin/python"):
        target = os.path.basename(os.path.realpath(f"{prefix}/{name}"))
        version = parse_version(target.removeprefix("python"))
        if target.startswith("python") and version is not None:
            return version
    return None
