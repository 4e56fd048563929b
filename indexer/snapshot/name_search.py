"""Matching what people type against the names of all symbols."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from itertools import accumulate, islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .snapshot import Snapshot

# Key under which a view remembers its names.
MEMO = "names"

_WORD_STARTS = re.compile(r"(?:(?<=_)|^)[A-Za-z0-9]|(?<=[a-z0-9])[A-Z]|[A-Z](?=[a-z])")
_ENOUGH = 20
# Nobody abbreviates to more than this; matching longer ones this way would take long.
_LONGEST_HUMPS = 14

EXACT_NAME, EXACT_FOLDED, PREFIX, PREFIX_FOLDED, HUMPS, WORD, INSIDE, SCATTERED = range(8)


class NameSearch:
    """Every distinct symbol name, folded and joined into one text.

    Finding a substring in a megabyte takes a fraction of a millisecond, and the names around the
    hits are all that has to be looked at; humps are tried on names with fitting initials.
    """

    __slots__ = ("_by_letter", "_folded", "_initials", "_known", "_names", "_starts")

    def __init__(self, names: list[str], known: frozenset[str] | None = None) -> None:
        """Index distinct names in order; the work is done when first asked."""
        self._names = names
        self._known = frozenset(names) if known is None else known
        self._folded = ""
        self._starts: list[int] = []
        self._by_letter: dict[str, list[str]] = {}
        self._initials: dict[str, dict[str, list[str]]] = {}

    def _join(self) -> None:
        folded = [name.lower() for name in self._names]
        self._starts = list(accumulate((len(name) + 1 for name in folded), initial=1))
        self._folded = "\n" + "\n".join(folded) + "\n"

    def _letter(self, letter: str) -> list[str]:
        """Names that start with a letter, underscores before it aside."""
        if not self._by_letter:
            for name in self._names:
                self._by_letter.setdefault(name.lstrip("_")[:1].lower(), []).append(name)
        return self._by_letter.get(letter, [])

    @classmethod
    def of(cls, snapshot: Snapshot) -> NameSearch:
        """Names of a snapshot's generation, remembered on its view."""
        memo = snapshot.view.base.memo
        kept = memo.get(MEMO)
        if kept is None:
            store = snapshot.index.reader()
            kept = cls(store.symbol_names() if store is not None else [])
            memo[MEMO] = kept
        assert isinstance(kept, NameSearch)
        return kept

    def extended(self, names: Iterable[str]) -> NameSearch:
        """These names and some more, which costs less than reading them all again."""
        added = sorted(set(names) - self._known)
        if not added:
            return self
        merged = list(self._names)
        for name in added:
            insort(merged, name)
        return NameSearch(merged, self._known.union(added))

    def match(self, query: str, limit: int) -> dict[str, int]:
        """At most ``limit`` names that fit a query, with the quality of the match (0 is best).

        An empty query fits everything.
        """
        if not query:
            return dict.fromkeys(self._names[:limit], PREFIX)
        if not self._folded:
            self._join()
        folded = query.lower()
        found: dict[str, int] = {query: EXACT_NAME} if query in self._known else {}
        for name in islice(self._containing("\n" + folded), 5 * limit):
            found[name] = _quality(name, query)
        self._add_humps(found, query)
        if len(found) < limit:
            for name in self._containing(folded):
                if name not in found:
                    found[name] = _quality(name, query)
                    if len(found) >= 4 * limit:
                        break
        if not found and len(query) > 2:
            scattered = _subsequence(query)
            for name in self._letter(query.lstrip("_")[:1].lower()):
                if scattered(name.lower()):
                    found[name] = SCATTERED
        best = sorted(found, key=lambda name: (found[name], len(name), name))[:limit]
        return {name: found[name] for name in best}

    def _add_humps(self, found: dict[str, int], query: str) -> None:
        """Names whose words start with the parts of a query."""
        bare = query.lstrip("_")
        letter = bare[:1].lower()
        marked = [character for character in bare[1:] if character.isupper()]
        if len(bare) > _LONGEST_HUMPS or (not marked and len(found) >= _ENOUGH):
            return
        if not marked:
            candidates = self._letter(letter)
        else:
            groups = self._initials.get(letter)
            if groups is None:
                groups = self._initials[letter] = {}
                for name in self._letter(letter):
                    groups.setdefault("".join(_WORD_STARTS.findall(name)).lower(), []).append(name)
            parts = [letter, *"".join(marked).lower()]
            fits = re.compile(".*?".join(map(re.escape, parts))).match
            candidates = [
                name for initials, names in groups.items() if fits(initials) for name in names
            ]
        # The pattern of humps goes back and forth: few names are worth trying it on.
        scattered = _subsequence(query.replace("_", ""))
        humps = re.compile(_humps(query)).match
        for name in candidates:
            if name not in found and scattered(name.lower()) and humps(name):
                found[name] = HUMPS

    def _containing(self, folded: str) -> Iterator[str]:
        """Names that contain a text, whatever the case; a line feed stands for a name's start."""
        skip = folded.startswith("\n")
        at = self._folded.find(folded)
        while at >= 0:
            row = bisect_right(self._starts, at + skip) - 1
            yield self._names[row]
            at = self._folded.find(folded, self._starts[row + 1] - skip)

    def nearest(self, name: str, count: int = 5) -> list[str]:
        """Names most like one that does not exist."""
        return nearest(name, self._names, count)


def _quality(name: str, query: str) -> int:
    """Return how well a name fits that contains the query, whatever the case."""
    if name == query:
        return EXACT_NAME
    if name.startswith(query):
        return PREFIX
    low, asked = name.lower(), query.lower()
    if low == asked:
        return EXACT_FOLDED
    if low.lstrip("_").startswith(asked.lstrip("_")):
        return PREFIX_FOLDED
    at = low.find(asked)
    starts_word = name[at].isupper() and not name[at - 1].isupper()
    return WORD if starts_word or name[at - 1] == "_" else INSIDE


def _subsequence(query: str) -> Callable[[str], object]:
    """Return whether a folded name has the letters of a query in their order, found in one pass."""
    first, *rest = query.lstrip("_").lower() or "_"
    steps = "".join(f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in rest)
    return re.compile(f"_*{re.escape(first)}{steps}").match


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
    return "".join(parts)


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
        begins = len(folded) > 3 and (plain.startswith(folded) or folded.startswith(plain))
        if not begins and abs(len(plain) - len(folded)) > max(4, len(folded) // 2):
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
