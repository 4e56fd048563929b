"""The page over HTTP: who is answered, what with, and that nothing of it leads elsewhere."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ui_helpers import DEADLINE, DESK, Server, git, make_shop, page_of

from flux_index.api import assets
from flux_index.api.cli import main
from flux_index.api.rpc.async_client import AsyncClient
from flux_index.api.rpc.launcher import Launcher
from flux_index.api.ui import main as ui_main
from flux_index.api.ui.questions import Questions, visible
from flux_index.api.ui.server import Page
from flux_index.indexer.errors import InvalidArgumentsError

PAGE = Path(ui_main.__file__).parent / "page"
SCRIPTS = sorted(PAGE.glob("*.js"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shop(tmp_path_factory.mktemp("code"))


@pytest.fixture(scope="module")
def server(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests that change nothing for good."""
    with page_of(shop, home=tmp_path_factory.mktemp("home")) as server:
        yield server


def test_who_is_answered(server: Server) -> None:
    own = f"http://{server.host}"
    assert server.request("")[0] == 200
    assert server.request("api/start", Origin=own, Sec_Fetch_Site="same-origin")[0] == 200
    assert server.request("", Sec_Fetch_Site="none")[0] == 200
    assert server.request("", Host=f"localhost:{server.port}")[0] == 200
    refused = {
        "another name for the loopback": {"Host": f"evil.example:{server.port}"},
        "another port": {"Host": "127.0.0.1:1"},
        "no port": {"Host": "127.0.0.1"},
        "another origin": {"Origin": "http://evil.example"},
        "another page of this machine": {"Origin": "http://127.0.0.1:8000"},
        "a sandboxed page": {"Origin": "null"},
        "a link of another page": {"Sec_Fetch_Site": "cross-site"},
        "another port of this site": {"Sec_Fetch_Site": "same-site"},
    }
    for what, headers in refused.items():
        for path in ("", "api/start", "style.css", "api/news"):
            assert server.request(path, **headers)[0] == 403, what
    for path in ("/", "/api/start", "/style.css", "/favicon.ico", server.path[:-1],
                 f"{server.path[:-2]}/api/start", f"/x{server.path}"):  # fmt: skip
        assert server.request(path, whole=True)[0] == 404, path
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
        assert server.request("api/start", method=method)[0] == 405, method


def test_no_file_beside_the_page(server: Server) -> None:
    for path in (
        "../security.py", "%2e%2e/security.py", "assets/../__init__.py", "assets/%2e%2e%2ftypes.py",
        "assets/__init__.py", "assets/licences", "nothing.js", ".js", "assets//etc/passwd",
        "api/nothing", "..%5csecurity.py",
    ):  # fmt: skip
        assert server.request(path)[0] == 404, path
    assert server.request("assets/vega.min.js")[2] == assets.read_asset("vega.min.js")


def test_every_answer_forbids_what_is_not_of_this_page(server: Server) -> None:
    for path, status in (("", 200), ("main.js", 200), ("api/start", 200), ("nothing", 404)):
        found, headers, _ = server.request(path)
        assert found == status
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


def test_data_of_the_views(server: Server) -> None:
    assert server.ask("start")["name"] == "shop"
    assert {item["path"] for item in server.ask("landing")["items"]} == {"shop", "tests"}
    assert server.ask("complete", query="Ord")[0]["name"] == "shop.models.Order"
    center = server.ask("center", name="shop.desk.pay")
    assert [edge["node"]["name"] for edge in center["uses"]] == [
        "shop.models.Order.save",
        "shop.models.Order.pay",
    ]
    assert center["source"]["text"].startswith("def pay(order: models.Order):")
    users = server.ask("users", name="shop.models.Order.save")["users"]
    assert {(edge["node"]["name"], edge["evidence"]) for edge in users} == {
        ("shop.desk.pay", "inferred"),
        ("shop.desk.close", "textual"),
    }
    module = server.ask("users", path="shop/desk.py")["users"]
    assert [edge["node"]["path"] for edge in module] == ["shop/models.py", "tests/test_desk.py"]
    assert server.ask("center", name="shop.desk.pai")["nearest"][0]["name"] == "shop.desk.pay"


def test_classes_with_what_they_override(server: Server) -> None:
    found = server.ask("classes", name="shop.models.Order")
    assert {(edge["source"], edge["target"]) for edge in found["edges"]} == {
        ("shop.models.Order", "shop.models.Model"),
        ("shop.models.Gift", "shop.models.Order"),
        ("shop.models.Refund", "shop.models.Order"),
    }
    overrides = {node["name"]: node["overrides"] for node in found["nodes"]}
    (save,) = overrides["shop.models.Order"]
    assert (save["name"], save["of"], save["differs"]) == ("save", "shop.models.Model", True)
    (pay,) = overrides["shop.models.Gift"]
    assert (pay["name"], pay["differs"]) == ("pay", False)
    assert [cls["name"] for cls in found["mro"]] == ["shop.models.Order", "shop.models.Model"]
    assert server.ask("drift", name="shop.models.Gift")["base"] == "shop.models.Order"


def test_modules_and_their_circle(server: Server) -> None:
    found = server.ask("modules", below="shop")
    assert found["circles"] == [["shop/desk.py", "shop/models.py"]]


def test_questions_that_are_none(server: Server) -> None:
    for path in ("api/center", "api/center?path=x.py&line=a", "api/modules?below=../x"):
        status, _, body = server.request(path)
        assert status in (400, 502)
        assert json.loads(body)["error"]


def test_texts_of_the_repository_are_shown_as_they_are(server: Server) -> None:
    evil = server.ask("center", name="shop.evil.evil")
    assert "<script>" in evil["source"]["text"]  # data, which the page shows as text
    assert "\u202e" not in json.dumps(evil, ensure_ascii=False)


def test_an_edit_and_the_news_of_it(server: Server, shop: Path) -> None:
    assert server.ask("edit")["files"] == []
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
    connection.request("GET", f"{server.path}api/news")
    stream = connection.getresponse()
    first = json.loads(stream.readline().removeprefix(b"data: "))
    desk = shop / "shop/desk.py"
    desk.write_text(DESK.replace("def pay(order: models.Order)", "def settle(order: models.Order)"))
    while not (line := stream.readline()).startswith(b"data: "):
        assert line
    assert json.loads(line.removeprefix(b"data: "))["generation"] > first["generation"]
    stream.close()
    connection.close()
    files = {file["path"]: file for file in server.ask("edit")["files"]}
    assert files["shop/desk.py"]["changed"]
    (broken,) = files["tests/test_desk.py"]["findings"]
    assert (broken["severity"], broken["line"]) == ("error", 5)
    git(shop, "checkout", "-q", ".")


def test_it_ends_when_nobody_looks(tmp_path: Path, own_home: Path) -> None:
    with page_of(make_shop(tmp_path), "--idle-exit", "0.5") as server:
        assert server.process.wait(DEADLINE) == 0


class Quiet(Questions):
    """Questions about a code base in which nothing happens."""

    async def generation(self, after: int | None = None) -> dict[str, int]:
        if after is not None:
            await asyncio.Event().wait()
        return {"generation": 1, "pending": 0}


def test_it_is_not_idle_while_a_tab_is_open(tmp_path: Path) -> None:
    async def look() -> None:
        page = Page(Quiet(AsyncClient(Launcher(str(tmp_path), 1), 1)), "")
        stream = page.stream()
        assert await anext(stream) == 'data: {"generation": 1}\n\n'
        assert page.idle_seconds == 0
        page.is_ending = True
        assert [each async for each in stream] == []
        assert page.idle_seconds > 0

    asyncio.run(look())


def test_only_the_loopback_is_listened_to() -> None:
    with ui_main.listener_at(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_ports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_shop(tmp_path)
    assert main(["ui", str(root), "--port", "70000", "--no-open"]) == 2
    with ui_main.listener_at(0) as taken:
        taken.listen()
        assert main(["ui", str(root), "--port", str(taken.getsockname()[1]), "--no-open"]) == 2
    assert "70000" in capsys.readouterr().err


def test_nothing_that_writes_is_asked(tmp_path: Path) -> None:
    questions = Questions(AsyncClient(Launcher(str(tmp_path), 1), 1))
    for operation in ("task.step", "task.begin", "guard"):
        with pytest.raises(InvalidArgumentsError):
            asyncio.run(questions.ask(operation))


def test_what_cannot_be_seen_is_replaced() -> None:
    assert visible({"a\x1b": ["b\u202e", 1, None, "c\nd\x07"]}) == {
        "a\ufffd": ["b\ufffd", 1, None, "c\nd\ufffd"]
    }


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_take_no_text_for_markup_or_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                 "Function(", "setAttribute(\"style\"", "srcdoc", "DOMParser"):  # fmt: skip
        assert word not in text, word
    addresses = set(re.findall(r"\bhttps?://[^\"'`\s]+", text))
    # Names, which nobody looks up.
    assert all(
        each.startswith(("http://www.w3.org/", "https://vega.github.io/schema/"))
        for each in addresses
    )


def test_the_page_itself_has_nothing_inline() -> None:
    text = (PAGE / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert re.findall(r"\son\w+=|\sstyle=|<style|https?://", text) == []
    named = set(re.findall(r'(?:src|href)="([^"#]+)"', text))
    assert all((PAGE / name).is_file() for name in named)


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_texts_can_be_read_in_both_themes(theme: int) -> None:
    style = (PAGE / "style.css").read_text(encoding="utf-8")
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    colours = {name: values[theme] for name, *values in found}
    words = ("text", "dim", "accent", "exact", "inferred", "conventional", "textual", "error",
             "warning", "hint", "good")  # fmt: skip
    pairs = [(word, back) for word in words for back in ("back", "panel")]
    pairs += [("text", "node"), ("text", "class"), ("text", "module"), ("accent-text", "accent")]
    for word, back in pairs:
        light, dark = sorted((luminance(colours[word]), luminance(colours[back])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{word} on {back}"
