"""FileFacts: everything one file says, as flat integer tables over two string tables.

A table is a tuple of named columns, each a view of the narrowest integers that hold it: a value is
``facts.definition.name[row]``. Who wants objects instead of rows asks :mod:`.facts_view`. Cross
references are row numbers, ``-1`` means "none". Positions are byte offsets into the normalized
UTF-8 text (see :mod:`flux_index.indexer.text`), so one integer says where something starts and the
name's length says where it ends.

Flat columns instead of objects, because they need no decoding: a column is a view into the encoded
bytes. They cost a byte or two a value in a serving process that holds thousands of files, and hold
no code or pickles that a damaged cache could turn into behaviour.

What is deliberately absent: anything that depends on another file, on settings or on the time.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import itemgetter
from sys import intern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal, Self

    Column = memoryview[int]
    Code = Literal["b", "h", "i", "q"]

# Raise whenever a table's meaning changes: facts of another version are extracted anew.
EXTRACTOR_VERSION = 13

# Kinds and flags of scopes
MODULE_SCOPE, CLASS_SCOPE, FUNCTION_SCOPE, LAMBDA_SCOPE, COMPREHENSION_SCOPE, TYPE_SCOPE = range(6)
SCOPE_USES_LOCALS = 1  # calls locals(), exec() or the like: names may appear from nowhere

# Kinds and flags of definitions
FUNCTION, CLASS = 0, 1
ASYNC, GENERATOR, STUB_BODY, CONDITIONAL, PROPERTY, STATIC, CLASSMETHOD, OVERLOAD = (
    1 << bit for bit in range(8)
)
ABSTRACT, RETURNS_VALUE, ACCESSOR = (1 << bit for bit in range(8, 11))

# Kinds of bindings
(
    ASSIGN,
    DECLARE,
    AUGMENT,
    PARAMETER,
    IMPORT,
    DEF_FUNCTION,
    DEF_CLASS,
    FOR,
    WITH,
    EXCEPT,
    WALRUS,
    CAPTURE,
    DELETE,
    GLOBAL,
    NONLOCAL,
    TYPE_PARAMETER,
    TYPE_ALIAS,
) = range(17)

# Names and flags of imports. IN_TRY: in a `try` with a handler in which a failing import would end.
STAR = -2
NEVER = -3  # not as extracted: an import that cannot happen for a version or platform
TYPE_CHECKING_ONLY, IN_TRY, IN_HANDLER, IN_BRANCH, ALIASED, FUTURE = (1 << bit for bit in range(6))

# Kinds of edits of __all__
EXPORT_SET, EXPORT_ADD, EXPORT_REMOVE, EXPORT_EXTEND_EXPR, EXPORT_UNKNOWN = range(5)

# Kinds of parameters
POSITIONAL_ONLY, POSITIONAL, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)

# Kinds and flags of blocks. The code of each scope is a BODY; ITERABLE is the first iterable of a
# comprehension, which is evaluated around it. An assertion is an empty IF_FALSE that leaves.
(
    BODY,
    IF_TRUE,
    IF_FALSE,
    LOOP,
    LOOP_ELSE,
    TRY,
    HANDLER,
    TRY_ELSE,
    FINALLY,
    WITH_BODY,
    CASE,
    ITERABLE,
) = range(12)
LEAVES_FUNCTION, LEAVES_LOOP = 1, 2  # control never runs off its end

# Kinds of results
RETURN, YIELD, YIELD_FROM, RAISE = range(4)

# Operations of expressions
(
    UNKNOWN,
    NAME,  # a: name, b: scope
    ATTRIBUTE,  # a: receiver expr, b: name; position is that of the attribute's name
    CALL,  # a: function expr, b: extra [n, (key, pos, expr) * n]
    SUBSCRIPT,  # a: value expr, b: index expr
    STRING,  # a: string or -1, b: end position
    BYTES,
    FORMATTED,  # a: extra [n, expr * n] or -1
    INTEGER,  # a: value when small, else -1; b: 1 when a is valid
    FLOAT,
    COMPLEX,
    TRUE,
    FALSE,
    NONE,
    ELLIPSIS,
    LIST,  # a: extra [n, expr * n]
    TUPLE,
    SET,
    DICT,  # a: extra [2 * n, (key expr or -1 for **, value expr) * n]
    LIST_COMPREHENSION,  # a: element expr, b: scope
    SET_COMPREHENSION,
    DICT_COMPREHENSION,  # a: value expr, b: scope (key is extra information nobody asks for)
    GENERATOR_EXPRESSION,
    LAMBDA,  # a: body expr, b: scope
    AWAIT,  # a: expr
    YIELDED,  # a: expr or -1, b: 1 for "yield from"
    STARRED,  # a: expr, b: 2 for **
    NAMED,  # a: value expr, b: binding
    CONDITIONAL_EXPR,  # a: then expr, b: else expr; the test is that of the two blocks
    AND,
    OR,
    NOT,
    COMPARE,  # a: left expr, b: extra [2 * n, (operator, expr) * n]
    UNARY,  # a: operand, b: operator
    BINARY,  # a: left expr, b: extra [operator, right expr]
    SLICE,
    # What a target receives, when that is not a written expression:
    ELEMENT,  # one element of iterating a; b: 1 for async
    ENTERED,  # what `with a as` gives; b: 1 for async
    RAISED,  # the instance an `except a as` catches; b: 1 for except*
    ITEM,  # a: expr, b: index of unpacking, negative from the end
    REST,  # a: expr: the starred rest of an unpacking
    MATCHED,  # a: subject expr, b: pattern expr, -1, or -2 - n for its place n in a class pattern
    PATTERN_CLASS,  # a: class expr, b: extra [n, (key, pos, pattern) * n]
    PATTERN_OR,  # a: extra [n, pattern * n]
    PATTERN_VALUE,  # a: expr
    PATTERN_SEQUENCE,  # a: extra [n, pattern * n]
    PATTERN_MAPPING,  # a: extra [n, (key expr, pattern) * n]
    PATTERN_ANY,
    AUGMENTED,  # a: target as read, b: extra [operator, value expr]
) = range(49)

# Keys of an argument that is not a keyword's name.
ARG_POSITIONAL, ARG_STAR, ARG_DOUBLE_STAR = -1, -2, -3

OPERATORS = "+ - * / // % ** @ & | ^ << >> ~ == != < > <= >= in is not-in is-not not <>".split()

# Roles of an occurrence. ATTRIBUTE_ROLE is added for `x.name`.
(
    READ,
    CALLED,
    WRITTEN,
    DELETED,
    IMPORTED,
    INHERITED,
    ANNOTATED,
    DECORATES,
    KEYWORD,
    PARAMETER_ROLE,
    DEFINED,
    EXPORTED,
    MODULE_ROLE,
    QUOTED,  # of no table: a name that a string literal spells, found where it is asked for
) = range(14)
ATTRIBUTE_ROLE = 16
ROLE_MASK = 15


class Table(tuple["Column", ...]):
    """The columns of a table, readable by the names that a subclass annotates, in order."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        for place, name in enumerate(cls.__annotations__):
            setattr(cls, name, property(itemgetter(place)))

    def replaced(self, **columns: Column) -> Self:
        """The same table with other columns of these names."""
        pairs = zip(type(self).__annotations__, self, strict=True)
        return type(self)(columns.get(name, column) for name, column in pairs)

    def chosen(self, rows: list[int]) -> Self:
        """A table of some rows of this one."""
        return type(self)(memoryview(array("q", (column[row] for row in rows))) for column in self)


class Occurrences(Table):
    """Names where they are written, grouped by name.

    The rows of name n are ``occurrence_index[n]`` to ``occurrence_index[n + 1]``.
    """

    __slots__ = ()
    role: Column
    position: Column
    ref: Column


class Scopes(Table):
    """Scopes, the module first, each with the scope around it and the definition that it is of."""

    __slots__ = ()
    kind: Column
    parent: Column
    start: Column
    end: Column
    definition: Column
    flags: Column


class Definitions(Table):
    """Classes and functions.

    ``start`` is that of the first decorator; comments that end a body are part of it. ``arguments``
    points into extra: [n, (key, position, expr) * n] for the bases and keywords of a class, -1 for
    functions, whose parameters are found by their own scope.
    """

    __slots__ = ()
    kind: Column
    name: Column
    position: Column
    start: Column
    end: Column
    scope: Column
    own_scope: Column
    decorators: Column
    arguments: Column
    returns: Column
    doc: Column
    summary: Column
    header_end: Column
    flags: Column


class Bindings(Table):
    """Names that get a value in a scope.

    ``ref`` is a row of definition, imports or parameter, as the kind says. The value of a
    parameter, be it of a function or of a type, is its default.
    """

    __slots__ = ()
    name: Column
    scope: Column
    position: Column
    kind: Column
    value: Column
    annotation: Column
    block: Column
    ref: Column


class AttributeBindings(Table):
    """Assignments to attributes: ``receiver.name = value``.

    ``owner`` is the definition row of the class when the receiver is the first parameter of one of
    its methods (self or cls), else -1.
    """

    __slots__ = ()
    name: Column
    receiver: Column
    position: Column
    scope: Column
    value: Column
    annotation: Column
    owner: Column
    block: Column


class Imports(Table):
    """Imported names and modules, one each.

    ``module`` is dotted, with leading dots when relative. ``import a.b`` has the name -1,
    ``from a import *`` has the name STAR.
    """

    __slots__ = ()
    module: Column
    name: Column
    bound: Column
    position: Column
    bound_position: Column
    scope: Column
    flags: Column


class Exports(Table):
    """Edits of ``__all__``, in order; ``ref`` is a string or an expression."""

    __slots__ = ()
    kind: Column
    ref: Column
    position: Column


class Errors(Table):
    """Text that does not parse, by start, at most some fifty places.

    ``kind``: 0 unexpected text, 1 missing token, 2 nested too deeply.
    """

    __slots__ = ()
    start: Column
    end: Column
    kind: Column


class Parameters(Table):
    """Parameters of functions and lambdas."""

    __slots__ = ()
    scope: Column
    name: Column
    position: Column
    kind: Column
    annotation: Column
    default: Column
    end: Column


class Blocks(Table):
    """Stretches of code that run under a condition; they nest like the code does.

    ``test`` holds (or fails) inside; that of a HANDLER is what it catches, -1 for everything.
    """

    __slots__ = ()
    kind: Column
    parent: Column
    test: Column
    start: Column
    end: Column
    scope: Column
    flags: Column


class Results(Table):
    """Expressions that functions return, yield and raise."""

    __slots__ = ()
    scope: Column
    expr: Column
    kind: Column
    block: Column
    position: Column


class ItemBindings(Table):
    """Assignments to items: ``container[key] = value``, also by loops and ``with``."""

    __slots__ = ()
    container: Column
    key: Column
    value: Column
    scope: Column
    block: Column


class Expressions(Table):
    """Expressions; what ``a`` and ``b`` are depends on ``op``, see the list of operations."""

    __slots__ = ()
    op: Column
    position: Column
    a: Column
    b: Column


class Numbers(Table):
    """A table of one column."""

    __slots__ = ()
    value: Column


_TABLE_CLASSES: dict[str, type[Table]] = {
    "occurrence": Occurrences,
    "occurrence_index": Numbers,
    "scope": Scopes,
    "definition": Definitions,
    "binding": Bindings,
    # Rows of binding sorted by name, so that a name's bindings are found by bisection.
    "binding_order": Numbers,
    "attribute_binding": AttributeBindings,
    "imports": Imports,
    "exports": Exports,
    "errors": Errors,
    # Bytes of each line with its line break; the last one may have none.
    "line_length": Numbers,
    "expr": Expressions,
    "extra": Numbers,
    "parameter": Parameters,
    "block": Blocks,
    "result": Results,
    "item_binding": ItemBindings,
}
# Tables by name, in the order of the blob, with their numbers of columns.
TABLES = tuple((name, len(table.__annotations__)) for name, table in _TABLE_CLASSES.items())

_MAGIC = b"FXF3"
N_COLUMNS = sum(width for _, width in TABLES)
# Magic, flags; then for names, strings and every column the position behind its last byte; then a
# type code for every column.
_ENDS = 8
_CODES = _ENDS + 4 * (N_COLUMNS + 2)
_BODY = _CODES + N_COLUMNS
_TYPECODES: tuple[Code, ...] = ("b", "h", "i", "q")
_FORMATS: dict[int, Code] = {ord(code): code for code in _TYPECODES}
# Look-ups of a name by scanning before a table of names is made.
_SCANS = 12
# Table to (number of its first column, number of columns).
_PLACES: dict[str, tuple[int, int]] = {}
for _name, _width in TABLES:
    _PLACES[_name] = sum(width for _, width in _PLACES.values()), _width


class FileFacts:
    """The tables of one file, decoded when first touched.

    ``names`` are the identifiers (and dotted module names) that the tables speak of, ``strings``
    the short literal strings.
    """

    __slots__ = (
        "_asked",
        "_blob",
        "_ends",
        "_ids",
        "_line_starts",
        "attribute_binding",
        "binding",
        "binding_order",
        "block",
        "definition",
        "errors",
        "exports",
        "expr",
        "extra",
        "imports",
        "item_binding",
        "line_length",
        "memo",
        "names",
        "occurrence",
        "occurrence_index",
        "parameter",
        "result",
        "scope",
        "strings",
    )

    names: list[str]
    strings: list[str]
    occurrence: Occurrences
    occurrence_index: Numbers
    scope: Scopes
    definition: Definitions
    binding: Bindings
    binding_order: Numbers
    attribute_binding: AttributeBindings
    imports: Imports
    exports: Exports
    errors: Errors
    line_length: Numbers
    expr: Expressions
    extra: Numbers
    parameter: Parameters
    block: Blocks
    result: Results
    item_binding: ItemBindings
    memo: dict[Any, Any]

    def __init__(self, blob: bytes) -> None:
        """Wrap an encoded blob; raises ValueError when it is not one."""
        ends = memoryview(blob)[_ENDS:_CODES]
        if blob[:4] != _MAGIC or len(blob) < _BODY or (ends := ends.cast("I"))[-1] != len(blob):
            raise ValueError("not a facts blob")
        self._blob = blob
        self._ends = ends
        self._ids: dict[str, int] | None = None
        self._asked = 0
        self._line_starts: list[int] | None = None
        self.memo = {}

    def __getattr__(self, attribute: str) -> object:
        # Reached only for slots that are still empty.
        value: list[str] | Table
        if attribute == "names":
            value = self._texts(_BODY, self._ends[0])
        elif attribute == "strings":
            value = self._texts(self._ends[0], self._ends[1])
        elif attribute in _PLACES:
            value = _TABLE_CLASSES[attribute](self._table(*_PLACES[attribute]))
        else:
            raise AttributeError(attribute)
        setattr(self, attribute, value)
        return value

    def _texts(self, start: int, end: int) -> list[str]:
        text = self._blob[start:end].decode("utf-8", "surrogateescape")
        # Interned, because the same few names occur in all files of a code base.
        texts = list(map(intern, text.split("\n")))
        texts.pop()  # every text ends in a line feed, so that an empty one counts too
        return texts

    def _table(self, first: int, width: int) -> list[Column]:
        blob = self._blob
        view = memoryview(blob)
        ends = self._ends
        at = ends[first + 1]
        columns: list[Column] = []
        for column in range(first, first + width):
            end = ends[column + 2]
            columns.append(view[at:end].cast(_FORMATS[blob[_CODES + column]]))
            at = end
        return columns

    def copy(self) -> FileFacts:
        """The same facts to be changed in part, with what is remembered of them left behind."""
        made = FileFacts(self._blob)
        made.names = self.names
        return made

    @property
    def size(self) -> int:
        """Bytes that the tables take, encoded; what is made of them takes a little more."""
        return len(self._blob)

    @property
    def is_ascii(self) -> bool:
        """True if byte offsets, code points and UTF-16 units are all the same."""
        return bool(self._blob[4] & 1)

    @property
    def line_starts(self) -> list[int]:
        """Byte offset of the start of each line, the end of the text last."""
        if self._line_starts is None:
            self._line_starts = list(accumulate(self.line_length.value, initial=0))
        return self._line_starts

    def line_of(self, position: int) -> int:
        """Zero-based line that holds a byte offset."""
        starts = self.line_starts
        return min(bisect_right(starts, position), max(len(starts) - 1, 1)) - 1

    def name_id(self, name: str) -> int:
        """Row of ``name`` in the table of names, or -1."""
        if self._ids is None:
            self._asked += 1
            if self._asked < _SCANS:  # most files are asked once or twice: not worth a table
                try:
                    return self.names.index(name)
                except ValueError:
                    return -1
            self._ids = {text: row for row, text in enumerate(self.names)}
        return self._ids.get(name, -1)

    def bindings_of(self, scope: int, name: int) -> list[int]:
        """Rows of the bindings of a name in one scope, in order of the text; not to be changed."""
        return self.bindings_by_scope(name).get(scope, [])

    def bindings_by_scope(self, name: int) -> dict[int, list[int]]:
        """Rows of the bindings of a name by scope, in order of the text; not to be changed."""
        by_scope: dict[int, list[int]] | None = self.memo.get(("bindings", name))
        if by_scope is None:
            order = self.binding_order.value
            names, scopes, positions = self.binding[:3]
            at = bisect_left(order, name, key=names.__getitem__)
            until = at
            while until < len(order) and names[order[until]] == name:
                until += 1
            by_scope = self.memo["bindings", name] = {}
            for row in sorted(order[at:until], key=positions.__getitem__):
                by_scope.setdefault(scopes[row], []).append(row)
        return by_scope

    def bindings_between(self, scope: int, name: int, start: int, end: int) -> list[int]:
        """As :meth:`bindings_of`, from one position up to another."""
        rows = self.bindings_of(scope, name)
        key = self.binding.position.__getitem__
        first = bisect_left(rows, start, key=key)
        return rows[first : bisect_left(rows, end, first, key=key)]

    def declared(self, scope: int, name: int) -> int:
        """GLOBAL or NONLOCAL if a scope says so of a name, else -1."""
        found: dict[tuple[int, int], int] | None = self.memo.get("declared")
        if found is None:
            names, scopes = self.binding.name, self.binding.scope
            found = self.memo["declared"] = {
                (scopes[row], names[row]): kind
                for row, kind in enumerate(self.binding.kind)
                if kind in (GLOBAL, NONLOCAL)
            }
        return found.get((scope, name), -1)

    def bindings_named(self, name: int) -> list[int]:
        """Rows of the bindings of a name in all scopes, in no order."""
        order = self.binding_order.value
        key = self.binding.name.__getitem__
        at = bisect_left(order, name, key=key)
        return order[at : bisect_right(order, name, at, key=key)].tolist()

    def occurrences(self, name: str, start: int = 0) -> Iterator[tuple[int, int, int]]:
        """(role, position, ref) of each occurrence of ``name``, in order of position.

        ``start`` is the position from which on they are given.
        """
        row = self.name_id(name)
        if row < 0:
            return
        roles, positions, refs = self.occurrence
        first, last = self.occurrence_index.value[row], self.occurrence_index.value[row + 1]
        if start:
            first = bisect_left(positions, start, first, last)
        yield from zip(roles[first:last], positions[first:last], refs[first:last], strict=True)

    def occurring_names(self) -> list[str]:
        """Every name that occurs, without those that only spell a dotted module."""
        index = self.occurrence_index.value
        return [name for row, name in enumerate(self.names) if index[row] != index[row + 1]]


def encode(names: list[str], strings: list[str], tables: dict[str, list[int]], flags: int) -> bytes:
    """Pack tables, given as flat lists of rows, into a blob that :class:`FileFacts` reads.

    Not compressed: reading is what happens all the time, and inflating would be most of it.
    """
    sections = [
        "\n".join([*texts, ""]).encode("utf-8", "surrogateescape") for texts in (names, strings)
    ]
    codes: list[str] = []
    for name, width in TABLES:
        rows = tables[name]
        for column in range(width):
            packed = _narrow(rows[column::width] if width > 1 else rows)
            codes.append(packed.typecode)
            sections.append(packed.tobytes())
    ends = accumulate(map(len, sections), initial=_BODY)
    next(ends)
    header = array("I", ends).tobytes()
    return b"".join(
        (_MAGIC, flags.to_bytes(4, "little"), header, "".join(codes).encode(), *sections)
    )


def _narrow(values: list[int]) -> array[int]:
    """The values in the narrowest type that holds them all."""
    # The last value, often the largest, tells which types need not be tried.
    first = 0 if not values or -128 <= values[-1] < 128 else 1 if abs(values[-1]) < 32_768 else 2
    for code in _TYPECODES[first:-1]:
        try:
            return array(code, values)
        except OverflowError:
            continue
    return array(_TYPECODES[-1], values)
