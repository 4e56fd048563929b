"""Answers as pictures: DOT, Mermaid and SVG, on code that is read at a glance."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from workspace_helpers import plant

from flux_index.api.cli import main
from flux_index.api.render.graph_layout import as_svg
from flux_index.api.render.graphs import Graph, as_dot, as_mermaid

Draw = Callable[..., str]
SVG = "{http://www.w3.org/2000/svg}"
FILES = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/models.py": (
        "class Model:\n    def save(self): ...\n\n\n"
        "class Order(Model):\n    pass\n\n\nclass Gift(Order):\n    pass\n"
    ),
    "shop/desk.py": (
        "from shop.models import Order\n\n\n"
        "def pay(order: Order):\n    order.save()\n\n\ndef close(thing):\n    thing.save()\n"
    ),
    "shop/late.py": "from shop import desk\n",
}


@pytest.fixture
def draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Draw:
    monkeypatch.chdir(plant(tmp_path / "shop", files=FILES))

    def draw(shape: str, *question: str) -> str:
        assert main(["query", *question, "--format", shape]) == 0
        return capsys.readouterr().out

    return draw


def test_hierarchy_points_to_the_base(draw: Draw) -> None:
    text = draw("dot", "hierarchy", "Order")
    assert "edge [dir=back]" in text
    assert '"shop.models.Model" -> "shop.models.Order"' in text
    assert '"shop.models.Order" -> "shop.models.Gift"' in text
    assert '"shop.models.Order" [label="Order\\nshop/models.py", penwidth=2.5]' in text
    assert draw("mermaid", "hierarchy", "Order").splitlines()[:6] == [
        "flowchart LR",
        '  n0["Order<br>shop/models.py"]',
        '  n1["Model<br>shop/models.py"]',
        '  n2["Gift<br>shop/models.py"]',
        "  n0 --> n1",
        "  n2 --> n0",
    ]


def test_callers_are_drawn_by_evidence(draw: Draw) -> None:
    lines = draw("dot", "callers", "Model.save").splitlines()
    assert '  "shop.desk.pay" -> "shop.models.Model.save" [style=dashed]' in lines
    assert '  "shop.desk.close" -> "shop.models.Model.save" [color="gray"]' in lines
    assert "linkStyle 0 stroke-dasharray:7 4" in draw("mermaid", "callers", "Model.save")


def test_callees_and_importers(draw: Draw) -> None:
    assert '"shop.desk.pay" -> "shop.models.Model.save"' in draw("dot", "callees", "shop.desk.pay")
    assert '"shop/desk.py" -> "imported shop.models"' in draw("dot", "importers", "shop.models")


def test_folders_and_what_imports_what(draw: Draw) -> None:
    assert '"" -> "shop"' in draw("dot", "map")
    text = draw("dot", "dependencies", "--below", "shop")
    assert '"shop/desk.py" -> "shop/models.py" [label="1"]' in text


def test_what_is_left_out_is_said(draw: Draw) -> None:
    assert "… 1 more" in draw("dot", "callers", "Model.save", "--limit", "1")
    assert "… more" in draw("mermaid", "hierarchy", "Model", "--limit", "1")


@pytest.mark.parametrize(
    "question",
    [
        ["hierarchy", "Order"],
        ["callers", "Model.save"],
        ["callees", "shop.desk.pay"],
        ["importers", "shop.models"],
        ["map"],
        ["dependencies", "--below", "shop"],
    ],
    ids=lambda question: question[0],
)
def test_svg_shows_what_the_others_show(draw: Draw, question: list[str]) -> None:
    root = ElementTree.fromstring(draw("svg", *question))
    n_nodes = sum(
        " [label=" in line and "->" not in line for line in draw("dot", *question).split("\n")
    )
    assert len(root.findall(f"{SVG}rect")) == n_nodes
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in root.findall(f"{SVG}rect"):
        assert 0 <= float(box.attrib["x"]) <= width - float(box.attrib["width"])
        assert 0 <= float(box.attrib["y"]) <= height - float(box.attrib["height"])


def test_other_operations_have_no_picture(draw: Draw, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "members", "Order", "--format", "svg"]) == 2
    assert "members has no picture: hierarchy, callers" in capsys.readouterr().err


def boxes_of(graph: Graph) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box by its first line."""
    root = ElementTree.fromstring(as_svg(graph))
    boxes = {}
    for rect, text in zip(root.findall(f"{SVG}rect"), texts_of(root), strict=True):
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        boxes[text] = x, y, x + width, y + height
    return boxes


def texts_of(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.findall(f"{SVG}text") if "class" not in each.attrib]


def graph_of(*edges: str) -> Graph:
    """A graph of arrows such as ``a b``."""
    graph = Graph()
    for edge in edges:
        source, target = edge.split()
        graph.connect(graph.add(source, [source]), graph.add(target, [target]))
    return graph


def test_what_comes_after_stands_to_the_right() -> None:
    boxes = boxes_of(graph_of("a b", "b c", "a c"))
    assert boxes["a"][2] < boxes["b"][0] < boxes["b"][2] < boxes["c"][0]


def test_no_two_boxes_overlap() -> None:
    edges = [f"a{one} b{other}" for one in range(6) for other in range(7) if (one * other) % 3]
    boxes = list(boxes_of(graph_of(*edges)).values())
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            assert apart


def test_circles_are_drawn_too() -> None:
    assert set(boxes_of(graph_of("a b", "b c", "c a", "b b"))) == {"a", "b", "c"}


def test_a_long_chain_needs_no_stack() -> None:
    assert len(boxes_of(graph_of(*(f"n{at} n{at + 1}" for at in range(2_000))))) == 2_001


def test_names_are_text_whatever_they_are() -> None:
    graph = Graph()
    graph.add('a"b\\c', ['</svg><script>alert(1)</script>"];x\u202e\n'])
    assert "<script>" not in as_svg(graph)
    assert '"a\\"b\\\\c" [label="</svg><script>alert(1)</script>\\"];x' in as_dot(graph)
    mermaid = as_mermaid(graph)
    assert "<script>" not in mermaid
    assert mermaid.count("\n") == 2
    for text in (as_svg(graph), as_dot(graph), mermaid):
        assert "\u202e" not in text


def test_examples_of_the_documentation(draw: Draw) -> None:
    text = (Path(__file__).parent.parent / "docs/ui.md").read_text(encoding="utf-8")
    examples = re.findall(r"^flux-index query (.+?) --format (\w+)", text, re.MULTILINE)
    assert [shape for _, shape in examples] == ["svg", "mermaid", "dot"]
    for question, shape in examples:
        assert draw(shape, *question.split())


def test_a_picture_that_would_be_wide_goes_down_and_can_be_read_on_a_page() -> None:
    graph = Graph()
    for number in range(12):
        graph.add(str(number), [f"shop/part_{number}/", "3 files"])
        if number:
            graph.connect(str(number - 1), str(number), label=str(number))
    picture = ElementTree.fromstring(as_svg(graph))
    assert float(picture.attrib["width"]) < 300
    boxes = [
        (float(each.attrib["x"]), float(each.attrib["y"])) for each in picture.iter(f"{SVG}rect")
    ]
    assert boxes == sorted(boxes, key=lambda box: box[1])
    assert len({y for _, y in boxes}) == 12
    # Arrows go from the lower edge of a box to the upper edge of the next.
    arrow = next(path for path in picture.iter(f"{SVG}path") if "marker-end" in path.attrib)
    start, *_, end = re.findall(r"([\d.]+) ([\d.]+)", arrow.attrib["d"])
    height = float(next(picture.iter(f"{SVG}rect")).attrib["height"])
    assert (float(start[1]), float(end[1])) == (boxes[0][1] + height, boxes[1][1])


def test_of_long_names_the_end_is_shown_and_all_of_it_told() -> None:
    graph = Graph()
    name = "SchemaEditorTests.test_effective_default_callable.MyCharField"
    graph.add("a", [name, "tests/schema/tests.py"])
    picture = ElementTree.fromstring(as_svg(graph))
    shown = [text.text or "" for text in picture.iter(f"{SVG}text")]
    assert shown == [f"…{name[-35:]}", "tests/schema/tests.py"]
    titles = [title.text for title in picture.iter(f"{SVG}title")]
    assert f"{name} tests/schema/tests.py" in titles
