"""Shapes of what operations answer, as JSON has them.

Results are plain dictionaries from the start, so no face converts anything: these classes are read
by type checkers, and by the generator of the OpenRPC document. Nothing on a query's path imports
this module at run time.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Evidence = Literal["exact", "inferred", "conventional", "textual"]
"""How an item is known: a chain of bindings, types, the code base's conventions, or a name only."""

Role = Literal[
    "definition", "call", "read", "write", "delete", "import", "inherit", "annotation",
    "decorator", "keyword", "parameter", "export", "string",
]  # fmt: skip
"""What a reference does with the symbol."""


class Position(TypedDict):
    """Zero-based line and UTF-16 character, as in the language server protocol."""

    line: int
    character: int


class Range(TypedDict):
    """From start up to, not including, end."""

    start: Position
    end: Position


class Symbol(TypedDict):
    """A definition: class, function, variable, attribute, module."""

    name: str
    """Dotted name from the module on, such as ``django.db.models.base.Model.save``."""
    kind: str
    path: str
    """Relative to the workspace's root, with ``/``."""
    range: Range
    """The name itself."""
    evidence: Evidence
    full: NotRequired[Range]
    """The whole definition with decorators and body."""
    signature: NotRequired[str]
    summary: NotRequired[str]
    """First line of the docstring."""
    defined_in: NotRequired[str]
    """For a member: the class that defines it."""
    layer: NotRequired[Literal["workspace", "dependency", "stdlib", "outside"]]
    """Where the definition lives; ``outside`` when a name leads out of what is indexed."""
    text: NotRequired[str]
    """The line of source."""
    children: NotRequired[list[Symbol]]
    note: NotRequired[str]
    origin: NotRequired[str]
    """The other indexer that says so, with its version, when it is known from an import only."""


class Reference(TypedDict):
    """A place where a symbol is used."""

    path: str
    range: Range
    role: Role
    evidence: Evidence
    text: str
    enclosing: NotRequired[str]
    """Dotted name of the class or function around it; absent at module level."""
    origin: NotRequired[str]
    """The other indexer that says so, with its version, when it is known from an import only."""


class ReferenceGroup(TypedDict):
    """References of one file."""

    path: str
    references: list[Reference]


class ImportItem(TypedDict):
    """One imported name or module."""

    path: str
    range: Range
    module: str
    name: NotRequired[str]
    alias: NotRequired[str]
    resolved: NotRequired[str]
    """Path of the file that the import leads to; absent when it leads out of the workspace."""
    evidence: Evidence
    conditions: NotRequired[list[str]]
    """``type-checking``, ``try``, ``except``, ``branch``."""
    text: str


class CallItem(TypedDict):
    """A caller or callee, with the places of the calls."""

    symbol: Symbol
    evidence: Evidence
    calls: list[Reference]


class HierarchyNode(TypedDict):
    """A class with its bases or subclasses."""

    symbol: Symbol
    evidence: Evidence
    children: list[HierarchyNode]


class Envelope(TypedDict):
    """What every answer carries."""

    generation: int
    """Counts committed changes of the index; answers of one generation agree with each other."""
    pending: int
    """Files that are known to exist and are not indexed yet; 0 means the answer is complete."""
    files: dict[str, str]
    """Content hash (BLAKE2b-128, hexadecimal) of each file that the answer speaks of."""
    notes: NotRequired[list[str]]
    """Sentences on what is not known and why."""


class Listing(Envelope):
    """What operations that list things answer; items are of the operation's item type."""

    items: list[Symbol]
    total: int
    """How many there are, of which ``items`` is one page."""
    truncated: bool


class MapItem(TypedDict):
    """A folder with Python files; small ones are part of the folder that they are in."""

    name: str
    """Dotted name of the package; empty when the folder is none."""
    path: str
    """Empty for the workspace's own folder."""
    files: int
    tests: bool
    """Whether all that it holds are tests."""
    holds: list[str]
    """Names of the folders in it, with ``/`` at the end, then of its modules."""


class MapListing(Envelope):
    """What a workspace consists of."""

    items: list[MapItem]
    total: int
    truncated: bool


class SizedPath(TypedDict):
    """A folder or file, and how large what lies in it is."""

    path: str
    bytes: int


class DependencyItem(TypedDict):
    """A folder or module whose imports are counted."""

    path: str
    name: str
    """Dotted, where there is such a module."""
    kind: Literal["folder", "module"]
    files: int
    bytes: int
    tests: bool
    """Whether all that it holds are tests."""
    circle: int
    """Number, from 1, of the circle of such parts that it is in; 0 for none."""
    parts: list[SizedPath]
    """What lies in it, the largest first."""


class DependencyEdge(TypedDict):
    """Imports from one folder or module to another."""

    source: str
    target: str
    count: int
    """Number of pairs of files of which one imports the other."""
    eager: int
    """Those among them that happen when the file is imported, not later or for type checkers."""


class DependencyAnswer(Envelope):
    """Which parts of a folder import which."""

    items: list[DependencyItem]
    """The largest first, tests last."""
    edges: list[DependencyEdge]
    circles: list[list[str]]
    """Files that import each other as they are imported, the largest circle first."""
    n_circles: int
    """How many there are."""
    total: int
    truncated: bool


class ReferenceListing(Envelope):
    """Count first, then a page of references grouped by file."""

    symbol: NotRequired[Symbol]
    others: NotRequired[int]
    """Further definitions that are called so, and were asked about as well."""
    total: int
    counts: dict[str, int]
    """Number of references by role."""
    evidence_counts: dict[str, int]
    items: list[ReferenceGroup]
    truncated: bool


class ImportListing(Envelope):
    """Imports of a file or module, or its importers."""

    items: list[ImportItem]
    total: int
    truncated: bool


class CallListing(Envelope):
    """Callers or callees."""

    symbol: NotRequired[Symbol]
    others: NotRequired[int]
    """Further definitions that are called so, and were asked about as well."""
    items: list[CallItem]
    total: int
    truncated: bool


class HierarchyAnswer(Envelope):
    """Bases, linearization and subclasses of a class."""

    symbol: NotRequired[Symbol]
    bases: list[HierarchyNode]
    mro: list[Symbol]
    subclasses: list[HierarchyNode]
    total: int
    truncated: bool


class ExistsAnswer(Envelope):
    """Whether an API exists, and what is nearest when it does not."""

    query: str
    verdict: Literal["exists", "missing", "unknown"]
    reason: str
    symbol: NotRequired[Symbol]
    nearest: list[Symbol]
    total: int


class SourceAnswer(Envelope):
    """The exact text of a symbol."""

    symbol: NotRequired[Symbol]
    path: str
    first_line: int
    """One-based number of the first line."""
    text: str
    lines: NotRequired[int]
    """Number of lines that there are, of which ``text`` is one page."""
    total: int


class ContextFile(TypedDict):
    """A file that matters for a task."""

    path: str
    score: float
    """Larger is more important; only of use beside other scores of the same answer."""
    test: bool
    why: list[str]
    symbols: list[Symbol]
    """Its classes and functions that matter, in order of the text; ``note`` says why."""


class ContextExcerpt(TypedDict):
    """A class or function whose lines are in the text of the answer."""

    name: str
    """Dotted, from inside of its module."""
    path: str
    first_line: int
    """One-based number of the first line shown."""
    last_line: int
    whole: bool
    """Whether all of it is shown; bodies of the methods of a class never are."""
    tokens: int
    why: NotRequired[str]


class ContextAnswer(Envelope):
    """What matters for a task, within a budget."""

    text: str
    """To be given to a model: outline, what is around, tests, excerpts. Paths are from the root."""
    tokens: int
    """Of the text, counted on the safe side."""
    budget: int
    items: list[ContextFile]
    """The most important first."""
    excerpts: list[ContextExcerpt]
    total: int
    """Number of files in the text."""


class TextEdit(TypedDict):
    """Text to be put in the place of a range."""

    path: str
    range: Range
    text: str


class Fix(TypedDict):
    """A way to mend what is wrong."""

    title: str
    safe: bool
    """Whether the code keeps its meaning, or gets the only one that it can have."""
    edits: list[TextEdit]


class Finding(TypedDict):
    """Something that is wrong, or may be."""

    id: str
    """The same for the same fault, wherever its lines move."""
    rule: str
    severity: Literal["error", "warning", "hint"]
    evidence: Evidence
    message: str
    path: str
    range: Range
    nearest: list[Symbol]
    """What exists and may have been meant."""
    fixes: list[Fix]
    own: NotRequired[bool]
    """Whether what is missing would have to be in this very file, which the next edit may bring."""


class Unjudged(TypedDict):
    """Something that the edit rests on and that is not at hand."""

    what: str
    """A module, or a file that cannot be read."""
    why: str
    places: int
    """Number of places in the edit that rest on it."""
    path: str
    """File of the first of them."""
    range: Range


class Judgement(Envelope):
    """What is wrong with an edit."""

    verdict: Literal["ok", "cannot judge", "doubtful", "broken"]
    """`cannot judge` when nothing was found and something is missing (see `unjudged`)."""
    items: list[Finding]
    unjudged: list[Unjudged]
    total: int
    counts: dict[str, int]
    """Number of findings by severity."""
    checked: list[str]
    """Files that were judged."""
    deleted: list[str]
    """Files that the edit deletes."""
    truncated: bool


class AppliedFix(TypedDict):
    """A fix that helped."""

    path: str
    rule: str
    title: str


class Mending(Envelope):
    """What mending an edit comes to."""

    verdict: Literal["ok", "cannot judge", "doubtful", "broken"]
    """Of what is left."""
    applied: list[AppliedFix]
    total: int
    """Number of fixes."""
    contents: dict[str, str]
    """New content of each file that changes, by path."""
    left: list[Finding]


class Habit(TypedDict):
    """What members of a family have in common."""

    kind: Literal[
        "base", "decorator", "method", "attribute", "field", "signature", "parameter", "returns",
        "async", "import", "name", "calls", "raises", "catches", "logs", "logger", "defines",
        "place", "file name", "registered", "tested",
    ]  # fmt: skip
    """In which respect."""
    name: str
    """What they have, such as the name of a method."""
    count: int
    """How many have it; 0 for what the base requires and none has."""
    of: int
    """Among how many."""
    detail: str
    """How it looks: a signature, a value; empty when the name says all."""


class Outlier(TypedDict):
    """A member that lacks what most others have."""

    name: str
    path: str
    lacks: list[str]
    nearest: list[Symbol]
    """The two most like it that have all of this."""


class PatternAnswer(Envelope):
    """How the members of a family are written."""

    symbol: NotRequired[Symbol]
    """What was asked about, or the base."""
    kind: Literal["class", "function", "module", ""]
    why: str
    """What the members have in common, as in "12 classes that ..."."""
    members: list[Symbol]
    """Nearest first."""
    total: int
    sampled: bool
    """Whether there are more than were looked at."""
    habits: list[Habit]
    outliers: list[Outlier]
    skeleton: str
    """Imports and a new member, with what is to be filled in marked by these words."""
    skeleton_path: str
    """Where it would stand; the file need not exist."""
    truncated: bool


class SimilarItem(TypedDict):
    """Something like what was asked about."""

    symbol: Symbol
    likeness: float
    """From 0 to 1."""
    why: list[str]
    """What they have in common."""


class SimilarListing(Envelope):
    """What is like something, nearest first."""

    symbol: NotRequired[Symbol]
    items: list[SimilarItem]
    total: int
    truncated: bool


class RulesAnswer(Envelope):
    """Rules for an agent."""

    text: str
    """Markdown."""
    total: int
    """Lines of it."""


class ExplanationStep(TypedDict):
    """One sentence of an explanation."""

    depth: int
    """Steps are reasons for the last one before them of a smaller depth; answers have 0."""
    why: str
    """A sentence; code stands in backquotes."""
    evidence: Evidence
    path: str
    """File that shows it; empty for what lies nowhere."""
    range: NotRequired[Range]
    text: NotRequired[str]


class Explanation(Envelope):
    """The chain of bindings and types behind an answer."""

    items: list[ExplanationStep]
    total: int


class ConsideredExcuse(TypedDict):
    """A reason to be silent that was considered for a finding."""

    name: str
    reason: str
    """What it says where it applies."""
    applies: bool
    """Whether it does; what is found all the same is then less severe, or less certain."""
    why: str
    """Why it applies or does not."""


class Reasons(Envelope):
    """The chain of knowledge behind a finding."""

    finding: Finding
    items: list[ExplanationStep]
    """Links of the chain have depth 0; below each stands why it holds."""
    excuses: list[ConsideredExcuse]
    total: int


class SessionAnswer(Envelope):
    """A session that was opened."""

    session: str
    """The handle."""
    total: int


class ToRead(TypedDict):
    """Lines that an agent has to be shown before it may write."""

    path: str
    first_line: int
    """One-based."""
    last_line: int
    why: Literal["unread", "changed", "sibling", "api"]
    reason: str
    """The same as a sentence."""
    name: NotRequired[str]
    """For an API: what it is."""
    changed: NotRequired[list[list[int]]]
    """First and last line of each part that has changed since it was shown, one-based."""
    text: NotRequired[str]
    """The lines, when they are handed over."""


class GuardAnswer(Envelope):
    """Whether a write may land, and what has to be read first."""

    verdict: Literal["allowed", "refused"]
    items: list[ToRead]
    total: int


class StatusAnswer(Envelope):
    """State of the index."""

    root: str
    source_roots: list[str]
    state_dir: str
    """Folder that the index is in."""
    state: Literal["current", "building", "stale", "empty"]
    indexed: int
    skipped: list[dict[str, str]]
    errors: list[dict[str, str]]
    environment: dict[str, str]
    watcher: dict[str, str]
    writer: str
    sizes: dict[str, int]
    problems: list[str]
    total: int
