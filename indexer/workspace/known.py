"""What a sweep remembers for the next one."""

from __future__ import annotations

from .packing import NAME_ERRORS
from .witness import file_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Change time of the folder; then names joined by '/': source files, walked folders, entries to
    # look at every time, source files left out, folders left out.
    Folder = tuple[str, str, str, str, str, str]

_FORMAT = "sweep 1"
_FIELDS = 7


class Known:
    """The folders of a workspace as they were, and what the decisions about them rest on.

    Names are joined by '/', the one letter besides NUL that no name can hold: a sweep that finds
    nothing changed never takes most of these strings apart.
    """

    __slots__ = ("_encoded", "folders", "rules", "stamps")

    rules: str
    """The settings' part in the decisions."""

    stamps: dict[str, str]
    """Path of each ignore file to its stamp."""

    folders: dict[str, Folder]
    """Path of each walked folder, '' for the root, to what is known of it."""

    def __init__(
        self,
        rules: str = "",
        stamps: dict[str, str] | None = None,
        folders: dict[str, Folder] | None = None,
    ) -> None:
        self.rules = rules
        self.stamps = stamps or {}
        self.folders = folders or {}
        self._encoded: bytes | None = None

    def holds(self, rules: str) -> bool:
        """Tell whether the same would be left out today: settings and ignore files are the same."""
        return rules == self.rules and all(
            file_stamp(path) == stamp for path, stamp in self.stamps.items()
        )

    def encode(self) -> bytes:
        """Return this as bytes, for `decode`."""
        if self._encoded is None:
            fields = [_FORMAT, self.rules, str(len(self.stamps))]
            for path, stamp in self.stamps.items():
                fields += (path, stamp)
            for rel, folder in self.folders.items():
                fields.append(rel)
                fields += folder
            self._encoded = "\0".join(fields).encode("utf-8", NAME_ERRORS)
        return self._encoded

    @classmethod
    def decode(cls, data: bytes) -> Known:
        """Return what `encode` was called on; nothing is known if the bytes are not its work."""
        try:
            fields = data.decode("utf-8", NAME_ERRORS).split("\0")
        except UnicodeDecodeError:
            return cls()
        if fields[0] != _FORMAT or len(fields) < 3 or not fields[2].isdecimal():
            return cls()
        start = 3 + 2 * int(fields[2])
        if start > len(fields) or (len(fields) - start) % _FIELDS:
            return cls()
        columns = [fields[start + column :: _FIELDS] for column in range(_FIELDS)]
        known = cls(
            fields[1],
            dict(zip(fields[3:start:2], fields[4:start:2], strict=True)),
            dict(zip(columns[0], zip(*columns[1:], strict=True), strict=True)),
        )
        known._encoded = data
        return known
