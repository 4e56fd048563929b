"""Navigation over the protocol, as a client sees it that checks every type."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lsp_helpers import (
    MAIN,
    SHAPES,
    covered,
    document,
    editor,
    make_workspace,
    opened,
    position,
    uri_of,
)
from lsprotocol import types

pytestmark = pytest.mark.asyncio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "project")


def texts(locations: object) -> list[str]:
    """``file: line of text`` of locations in the order given."""
    sources = {"shapes.py": SHAPES, "main.py": MAIN}
    assert isinstance(locations, list | tuple)
    result: list[str] = []
    for one in locations:
        uri = one.target_uri if isinstance(one, types.LocationLink) else one.uri
        span = one.target_selection_range if isinstance(one, types.LocationLink) else one.range
        name = uri.rpartition("/")[2]
        assert covered(sources[name], span).isidentifier()
        result.append(f"{name}: {sources[name].splitlines()[span.start.line].strip()}")
    return result


async def test_definition_follows_imports(root: Path) -> None:
    async with editor(root, like="neovim") as client:
        found = await client.text_document_definition_async(
            types.DefinitionParams(document(root / "main.py"), position(MAIN, "total([cir|cle"))
        )
        assert texts(found) == ['main.py: circle = Circle("c")']
        found = await client.text_document_definition_async(
            types.DefinitionParams(document(root / "main.py"), position(MAIN, "circle = Cir|cle"))
        )
        assert texts(found) == ["shapes.py: class Circle(Shape):"]


async def test_definition_is_a_link_for_clients_that_take_links(root: Path) -> None:
    async with editor(root, like="visual-studio-code") as client:
        found = await client.text_document_definition_async(
            types.DefinitionParams(document(root / "main.py"), position(MAIN, "circle = Cir|cle"))
        )
        assert texts(found) == ["shapes.py: class Circle(Shape):"]
        assert isinstance(found, list | tuple)
        (link,) = found
        assert isinstance(link, types.LocationLink)
        assert link.origin_selection_range is not None
        assert covered(MAIN, link.origin_selection_range) == "Circle"
        assert covered(SHAPES, link.target_range).startswith("class Circle(Shape):")


async def test_declaration_is_the_annotation(root: Path) -> None:
    async with editor(root, like="neovim") as client:
        found = await client.text_document_declaration_async(
            types.DeclarationParams(document(root / "main.py"), position(MAIN, "{shape.na|me}"))
        )
        assert texts(found) == ["shapes.py: name: str"]


async def test_type_definition_is_the_class_of_a_value(root: Path) -> None:
    async with editor(root, like="neovim") as client:
        found = await client.text_document_type_definition_async(
            types.TypeDefinitionParams(document(root / "main.py"), position(MAIN, "total([cir|cle"))
        )
        assert texts(found) == ["shapes.py: class Circle(Shape):"]


async def test_implementations_of_a_method_are_its_overrides(root: Path) -> None:
    async with editor(root, like="neovim") as client:
        found = await client.text_document_implementation_async(
            types.ImplementationParams(document(root / "main.py"), position(MAIN, "shape.ar|ea()"))
        )
        assert texts(found) == ["shapes.py: def area(self) -> float:"] * 3


async def test_implementations_of_a_class_are_its_subclasses(root: Path) -> None:
    async with editor(root, like="neovim") as client:
        found = await client.text_document_implementation_async(
            types.ImplementationParams(
                document(root / "shapes.py"), position(SHAPES, "class Sha|pe:")
            )
        )
        assert texts(found) == [
            "shapes.py: class Circle(Shape):",
            "shapes.py: class Square(Shape):",
        ]


async def test_references_with_and_without_the_declaration(root: Path) -> None:
    async with editor(root) as client:
        where = document(root / "shapes.py"), position(SHAPES, "def tot|al")
        found = await client.text_document_references_async(
            types.ReferenceParams(types.ReferenceContext(False), *where)
        )
        assert texts(found) == [
            "main.py: from shapes import Circle, Shape, total",
            "main.py: print(total([circle]))",
        ]
        found = await client.text_document_references_async(
            types.ReferenceParams(types.ReferenceContext(True), *where)
        )
        assert texts(found) == [
            "main.py: from shapes import Circle, Shape, total",
            "main.py: print(total([circle]))",
            "shapes.py: def total(shapes: list[Shape]) -> float:",
        ]


async def test_highlights_tell_reading_from_writing(root: Path) -> None:
    async with editor(root) as client:
        found = await client.text_document_document_highlight_async(
            types.DocumentHighlightParams(
                document(root / "shapes.py"), position(SHAPES, "return res|ult")
            )
        )
        assert found is not None
        write, read = types.DocumentHighlightKind.Write, types.DocumentHighlightKind.Read
        assert [one.kind for one in found] == [write, write, read]
        assert {covered(SHAPES, one.range) for one in found} == {"result"}


async def test_document_symbols_nest(root: Path) -> None:
    async with editor(root) as client:
        found = await client.text_document_document_symbol_async(
            types.DocumentSymbolParams(document(root / "shapes.py"))
        )
        assert found is not None
        outline = {
            one.name: [child.name for child in one.children or ()]
            for one in found
            if isinstance(one, types.DocumentSymbol)
        }
        assert outline == {
            "Shape": ["name", "__init__", "area"],
            "Circle": ["area"],
            "Square": ["area"],
            "total": [],
        }
        first = found[0]
        assert isinstance(first, types.DocumentSymbol)
        assert first.kind == types.SymbolKind.Class
        assert covered(SHAPES, first.selection_range) == "Shape"


async def test_document_symbols_are_flat_for_clients_without_nesting(root: Path) -> None:
    async with editor(root, like="neovim@0.6.1") as client:
        assert client.capabilities is not None
        capabilities = client.capabilities.text_document
        assert capabilities is not None and capabilities.document_symbol is not None
        nests = capabilities.document_symbol.hierarchical_document_symbol_support
        found = await client.text_document_document_symbol_async(
            types.DocumentSymbolParams(document(root / "shapes.py"))
        )
        assert found is not None
        assert all(isinstance(one, types.DocumentSymbol) == bool(nests) for one in found)


async def test_workspace_symbols_are_found_by_what_is_typed(root: Path) -> None:
    async with editor(root) as client:
        found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("tot"))
        assert found is not None
        (symbol,) = found
        assert (symbol.name, symbol.container_name) == ("total", "shapes")
        assert isinstance(symbol.location, types.Location)
        assert covered(SHAPES, symbol.location.range) == "total"


async def test_workspace_symbols_of_unsaved_text(root: Path) -> None:
    async with editor(root) as client:
        opened(client, root / "main.py", MAIN + "\n\ndef brand_new_thing(): ...\n")
        found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("brand"))
        assert found is not None
        assert [one.name for one in found] == ["brand_new_thing"]


async def test_call_hierarchy_goes_both_ways(root: Path) -> None:
    async with editor(root) as client:
        items = await client.text_document_prepare_call_hierarchy_async(
            types.CallHierarchyPrepareParams(
                document(root / "shapes.py"), position(SHAPES, "def tot|al")
            )
        )
        assert items is not None
        (item,) = items
        assert (item.name, item.detail) == ("total", "shapes")
        incoming = await client.call_hierarchy_incoming_calls_async(
            types.CallHierarchyIncomingCallsParams(item)
        )
        assert incoming is not None
        (call,) = incoming
        assert call.from_.name == "main"
        assert [covered(MAIN, span) for span in call.from_ranges] == ["total"]
        outgoing = await client.call_hierarchy_outgoing_calls_async(
            types.CallHierarchyOutgoingCallsParams(item)
        )
        assert outgoing is not None
        assert [(one.to.name, one.to.detail) for one in outgoing] == [("area", "shapes.Shape")]
        # The module that calls is an item to go on from as well.
        onwards = await client.call_hierarchy_outgoing_calls_async(
            types.CallHierarchyOutgoingCallsParams(call.from_)
        )
        assert onwards is not None
        assert "total" in {one.to.name for one in onwards}


async def test_type_hierarchy_goes_both_ways(root: Path) -> None:
    async with editor(root) as client:
        items = await client.text_document_prepare_type_hierarchy_async(
            types.TypeHierarchyPrepareParams(
                document(root / "main.py"), position(MAIN, "circle = Cir|cle")
            )
        )
        assert items is not None
        above = await client.type_hierarchy_supertypes_async(
            types.TypeHierarchySupertypesParams(items[0])
        )
        assert above is not None
        assert [one.name for one in above] == ["Shape"]
        below = await client.type_hierarchy_subtypes_async(
            types.TypeHierarchySubtypesParams(above[0])
        )
        assert below is not None
        assert [one.name for one in below] == ["Circle", "Square"]


async def test_document_links_lead_to_modules(root: Path) -> None:
    async with editor(root) as client:
        found = await client.text_document_document_link_async(
            types.DocumentLinkParams(document(root / "main.py"))
        )
        assert found is not None
        (link,) = found
        assert covered(MAIN, link.range) == "shapes"
        assert link.target == uri_of(root / "shapes.py")


async def test_a_file_of_a_further_work_tree_leads_there(root: Path) -> None:
    git = "git -c user.name=a -c user.email=a@b -c init.defaultBranch=main"
    made = f"{git} init -q && {git} add -A && {git} commit -qm x && {git} worktree add -q trees/t"
    subprocess.run(made, shell=True, cwd=root, check=True, capture_output=True)
    main = root / "trees/t/main.py"
    async with editor(root, like="neovim") as client:
        opened(client, main)
        found = await client.text_document_definition_async(
            types.DefinitionParams(document(main), position(MAIN, "circle = Cir|cle"))
        )
        assert texts(found) == ["shapes.py: class Circle(Shape):"]
        assert found[0].target_uri == uri_of(root / "trees/t/shapes.py")
