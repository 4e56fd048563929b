"""Matching what people type against the names of all symbols."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..indexer.snapshot import Snapshot

EXACT_NAME, EXACT_FOLDED, PREFIX, PREFIX_FOLDED, HUMPS, WORD, INSIDE, SCATTERED = range(8)


class NamesIndex:
    """Every distinct symbol name, searched with regular expressions over one joined text.

    Scanning a megabyte that way takes a few milliseconds for any kind of match, which beats keeping
    an index for each kind.
    """

    __slots__ = ("_joined", "_names")

    def __init__(self, names: list[str]) -> None:
        """Index distinct names."""
        self._names = names
        self._joined = "\n" + "\n".join(names) + "\n"

    @classmethod
    def of(cls, snapshot: Snapshot) -> NamesIndex:
        """Names of a snapshot's generation, remembered on its view."""
        kept = snapshot.view.memo.get("names")
        if kept is None:
            store = snapshot.index.reader()
            kept = cls(store.symbol_names() if store is not None else [])
            snapshot.view.memo["names"] = kept
        assert isinstance(kept, NamesIndex)
        return kept

    def match(self, query: str, limit: int) -> dict[str, int]:
        """Names that fit a query, with the quality of the match (smaller is better).

        Weaker kinds of match are tried only while stronger ones have found less than ``limit``;
        an empty query fits everything.
        """
        if not query:
            return dict.fromkeys(self._names[:limit], PREFIX)
        found: dict[str, int] = {}
        plain = re.escape(query)
        attempts = [
            (EXACT_NAME, f"^{plain}$", 0),
            (EXACT_FOLDED, f"^{plain}$", re.IGNORECASE),
            (PREFIX, f"^{plain}.*$", 0),
            (PREFIX_FOLDED, f"^_*{plain}.*$", re.IGNORECASE),
            (HUMPS, _humps(query), 0),
            (WORD, f"^.*(?:_|(?<=[a-z0-9])(?=[A-Z])){plain}.*$", re.IGNORECASE),
            (INSIDE, f"^.*{plain}.*$", re.IGNORECASE),
        ]
        for quality, pattern, flags in attempts:
            self._collect(found, quality, pattern, flags, limit)
            if len(found) >= limit:
                return found
        if len(found) < 5 and len(query) > 2:
            scattered = "^" + "".join(f".*?{re.escape(character)}" for character in query) + ".*$"
            self._collect(found, SCATTERED, scattered, re.IGNORECASE, limit)
        return found

    def _collect(
        self, found: dict[str, int], quality: int, pattern: str, flags: int, limit: int
    ) -> None:
        for match in re.finditer(pattern, self._joined, re.MULTILINE | flags):
            found.setdefault(match[0], quality)
            if len(found) >= limit:
                return

    def nearest(self, name: str, count: int = 5) -> list[str]:
        """Names most like one that does not exist."""
        return nearest(name, self._names, count)


def _humps(query: str) -> str:
    """Pattern of names whose words start with the parts of a query: QS, getForM, g_f_m."""
    parts: list[str] = []
    for character in query:
        if character == "_":
            continue
        upper, lower = re.escape(character.upper()), re.escape(character.lower())
        if not parts:
            parts.append(f"_*[{upper}{lower}]")
        elif character.isupper():
            parts.append(f"(?:\\w*?(?:{upper}|_{lower}))")
        else:
            parts.append(f"(?:{lower}|\\w*?(?:{upper}|_{lower}))")
    return "^" + "".join(parts) + ".*$"


def nearest(name: str, among: list[str], count: int = 5) -> list[str]:
    """Names most like a given one, best first: same words, then shared pairs of letters."""
    folded = name.lower().replace("_", "")
    pairs = _pairs(folded)
    scored: list[tuple[float, str]] = []
    for other in among:
        if other == name:
            continue
        plain = other.lower().replace("_", "")
        if plain == folded:
            scored.append((-2.0, other))
            continue
        if abs(len(plain) - len(folded)) > max(4, len(folded) // 2):
            if not (len(folded) > 3 and (plain.startswith(folded) or folded.startswith(plain))):
                continue
        theirs = _pairs(plain)
        shared = len(pairs & theirs)
        if shared:
            score = 2 * shared / (len(pairs) + len(theirs))
            if plain[:1] == folded[:1]:
                score += 0.1
            if score > 0.4:
                scored.append((-score, other))
    scored.sort()
    return [other for _, other in scored[:count]]


def _pairs(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[index : index + 2] for index in range(len(padded) - 1)}
