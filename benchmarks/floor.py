"""The least that an indexer can do: parse every file and capture every identifier.

    python floor.py FOLDER

One process, nothing kept. What an index costs is measured against this.
"""

from __future__ import annotations

import sys

import tree_sitter_python
from corpus import python_files
from tree_sitter import Language, Parser, Query, QueryCursor

_CAPTURES = """
(identifier) @identifier
(function_definition name: (identifier) @function)
(class_definition name: (identifier) @class)
"""


def main(root: str) -> None:
    language = Language(tree_sitter_python.language())
    parser = Parser(language)
    query = Query(language, _CAPTURES)
    captured = 0
    for path in python_files(root):
        with open(path, "rb") as file:
            tree = parser.parse(file.read())
        captures = QueryCursor(query).captures(tree.root_node)
        captured += sum(len(nodes) for nodes in captures.values())
    print(f"{captured:,} captures")


if __name__ == "__main__":
    main(sys.argv[1])
