"""The page in a real browser: what is drawn, keys, what screen readers get, and live news."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from ui_helpers import DESK, FLUX_INDEX, Tab, page_of, tab_of
from workspace_helpers import plant

pytestmark = pytest.mark.ui


def names(tab: Tab, selector: str) -> list[str]:
    """Texts of elements."""
    return [text.strip() for text in tab.page.locator(selector).all_inner_texts()]


def test_around_a_symbol(tab: Tab) -> None:
    tab.show("around?name=shop.models.Order.save")
    tab.until(tab.is_drawn)
    assert names(tab, "ul[aria-label='Used by'] .go") == ["desk.pay", "desk.close"]
    assert names(tab, "ul[aria-label='Used by'] .badge") == ["inferred", "textual"]
    assert names(tab, "ul[aria-label='Uses'] .go") == ["Model.save", "builtins.super"]
    assert "def save(self, force=False, *, late):" in tab.page.inner_text("pre.source")
    tab.page.click("ul[aria-label='Used by'] .go >> nth=0")
    tab.until(lambda: tab.page.inner_text(".side h2") == "shop.desk.pay")
    assert tab.page.get_attribute(".side .place[href]", "href").endswith("/shop/shop/desk.py:4:1")
    tab.page.go_back()
    tab.until(lambda: tab.page.inner_text(".side h2") == "shop.models.Order.save")


def test_a_box_of_the_picture_leads_on(tab: Tab) -> None:
    tab.show("around?name=shop.desk.pay")
    tab.until(tab.is_drawn)
    box = tab.page.locator(".stage").bounding_box()
    assert box is not None
    # What it uses stands on the right of the middle.
    for share in (0.85, 0.8, 0.75, 0.7, 0.65, 0.6):
        for height in (0.45, 0.5, 0.55):
            tab.page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * height)
            tab.page.wait_for_timeout(60)
            if tab.page.inner_text(".side h2") != "shop.desk.pay":
                return
    raise AssertionError("no box is where it should be")


def test_search_and_keys(tab: Tab) -> None:
    tab.show()
    page = tab.page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"
    page.keyboard.type("Order.pay")
    tab.until(lambda: page.locator("#found [role=option]").count())
    assert page.get_attribute("#query", "aria-expanded") == "true"
    assert page.get_attribute("#query", "aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    tab.until(
        lambda: (
            page.locator(".side h2").count()
            and page.inner_text(".side h2") == "shop.models.Order.pay"
        )
    )
    for key, view in (
        ("2", "classes"),
        ("3", "modules"),
        ("4", "edit"),
        ("5", "agents"),
        ("1", "around"),
    ):
        page.keyboard.press(key)
        tab.until(
            lambda view=view: page.get_attribute("nav a[aria-current=page]", "data-view") == view
        )
        tab.settle()
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_order_of_the_tab_key_and_what_has_the_focus_is_seen(tab: Tab) -> None:
    tab.show("around?name=shop.desk.pay")
    order = []
    for _ in range(11):
        tab.page.keyboard.press("Tab")
        order.append(
            tab.page.evaluate("(({id, dataset}) => id || dataset.view)(document.activeElement)")
        )
        width = tab.page.evaluate(
            "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        )
        assert width >= 2, order[-1]
    assert order[:10] == [
        "skip",
        "around",
        "classes",
        "modules",
        "edit",
        "agents",
        "query",
        "editor",
        "theme",
        "help-button",
    ]
    tab.page.keyboard.press("l")
    assert tab.page.evaluate("document.activeElement.closest('.side') !== null")
    tab.page.locator("ul[aria-label='Uses'] .go").first.focus()
    tab.page.keyboard.press("ArrowDown")
    assert tab.page.evaluate("document.activeElement.textContent") == "Order.pay"


def test_what_a_screen_reader_gets(tab: Tab) -> None:
    tab.show("around?name=shop.desk.pay")
    tab.until(tab.is_drawn)
    page = tab.page
    assert "list beside it" in page.get_attribute(".canvas", "aria-label")
    assert page.get_attribute(".canvas", "role") == "img"
    assert page.get_attribute("#status", "role") == "status"
    assert page.get_attribute("html", "lang") == "en"
    for view in (
        "around?name=shop.desk.pay",
        "classes?name=Order",
        "modules?below=shop",
        "edit",
        "agents",
    ):
        tab.show(view)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
              .filter((each) => !each.textContent.trim() && !each.labels?.length)
              .filter((each) => !each.getAttribute("aria-label"))
              .map((each) => each.outerHTML)"""
        )
        assert nameless == []
        assert page.locator("main").count() == 1
        assert page.locator("h1").count() == 1


def test_classes(tab: Tab) -> None:
    tab.show("classes?name=shop.models.Order")
    tab.until(tab.is_drawn)
    assert names(tab, ".side ol a") == ["shop.models.Order", "shop.models.Model"]
    overriding = tab.page.inner_text("ul[aria-label='Classes with what they override']")
    assert "(self, force=False, *, late)" in overriding
    assert "differs" in overriding


def test_modules(tab: Tab) -> None:
    tab.show("modules?below=shop")
    assert tab.page.inner_text("table.matrix td.circle >> nth=0") == "1"
    assert tab.page.locator("table.matrix td.circle").count() == 2
    assert names(tab, "ul[aria-label='Files of a circle'] .go") == [
        "shop/desk.py",
        "shop/models.py",
    ]
    tab.until(lambda: tab.page.locator(".plot svg rect, .plot svg path").count() > 5)


def test_an_edit_while_it_is_made(tab: Tab, shop: Path) -> None:
    tab.show("edit")
    assert "Nothing has changed" in tab.page.inner_text(".side")
    desk = shop / "shop/desk.py"
    desk.write_text(DESK.replace("def pay(", "def settle("))
    tab.until(lambda: "Broken elsewhere (1 file)" in tab.page.inner_text(".side"))
    assert names(tab, "section[data-file='tests/test_desk.py'] .badge.error") == ["error"]
    tab.until(tab.is_drawn)
    desk.write_text(DESK)
    tab.until(lambda: "Nothing has changed" in tab.page.inner_text(".side"))


def test_themes(tab: Tab) -> None:
    tab.show("around?name=shop.desk.pay")
    page = tab.page
    back = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(back)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(back)
    assert light != dark
    page.keyboard.press("t")
    assert page.evaluate(back) == light
    page.keyboard.press("t")
    assert page.evaluate(back) == dark
    page.reload()
    tab.settle()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_texts_of_the_repository_do_nothing(tab: Tab) -> None:
    dialogs: list[str] = []
    tab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for view in ("around?name=shop.evil.evil", "around?path=shop/evil.py", "modules?below=shop",
                 "around?name=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"):  # fmt: skip
        tab.show(view)
        tab.page.wait_for_timeout(50)
    assert dialogs == []
    assert tab.page.title().startswith("shop ")
    assert tab.page.locator("main img, main script").count() == 0
    tab.show("around?name=shop.evil.evil")
    assert "<svg onload=alert(1)>" in tab.page.inner_text("pre.source")


def test_links_to_the_editor_are_as_chosen(tab: Tab) -> None:
    tab.show("around?name=shop.desk.pay")
    link = ".side .place[data-path] >> nth=0"
    assert tab.page.get_attribute(link, "href").startswith("vscode://file/")
    tab.page.select_option("#editor", label="PyCharm")
    assert tab.page.get_attribute(link, "href").startswith("pycharm://open?file=/")
    tab.page.select_option("#editor", label="no editor")
    assert tab.page.get_attribute(link, "href") is None


def test_pictures_of_all_views(
    browser: Browser, shop: Path, shots: Path, figure: Callable[[str], None]
) -> None:
    """Kept as artefacts, of a code base that is named or of the small one."""
    root = Path(os.environ.get("FLUX_INDEX_UI_CODE") or shop)
    name, below = os.environ.get("FLUX_INDEX_UI_SYMBOL", "shop.models.Order shop").split()
    subprocess.run([*FLUX_INDEX, "index", str(root), "--quiet"], check=True)
    begun = time.monotonic()
    with page_of(root) as server, tab_of(browser, server) as tab:
        tab.show()
        figure(
            f"{root.name}: the page was there {time.monotonic() - begun:.1f} s after the command"
        )
        for theme in ("light", "dark"):
            tab.page.emulate_media(color_scheme=theme)
            for view in (f"around?name={name}", f"classes?name={name}", f"modules?below={below}",
                         "edit", "agents"):  # fmt: skip
                begun = time.monotonic()
                tab.show(view)
                figure(f"{view} in {theme}: {time.monotonic() - begun:.1f} s")
                tab.page.wait_for_timeout(600)
                path = shots / f"{view.partition('?')[0]}-{theme}.png"
                tab.page.screenshot(path=path)
                assert path.stat().st_size > 10_000


def test_text_of_a_large_picture_can_be_read_when_all_of_it_is_shown(
    browser: Browser, tmp_path: Path
) -> None:
    kinds = "".join(f"\n\nclass Extraordinary{number}Kind(Base): ...\n" for number in range(50))
    files = {"pyproject.toml": "", "shop.py": f"class Base: ...\n{kinds}"}
    root = plant(tmp_path / "many", files=files)
    with page_of(root, home=tmp_path / "home") as server, tab_of(browser, server) as tab:
        tab.show("classes?name=shop.Base")
        tab.until(tab.is_drawn)
        tab.page.keyboard.press("f")
        tab.settle()
        boxes = tab.page.evaluate(
            """() => {
                 const { cy } = document.querySelector(".canvas")._cyreg;
                 return cy.nodes().map((node) => ({
                   text: node.style("label"),
                   whole: node.data("label"),
                   size: node.numericStyle("font-size") * cy.zoom(),
                   box: node.renderedBoundingBox(),
                 }));
               }"""
        )
        stage = tab.page.locator(".canvas").bounding_box()
    assert stage is not None
    assert len(boxes) > 40
    for each in boxes:
        assert each["size"] >= 7.5, each
        assert 0 <= each["box"]["y1"] <= each["box"]["y2"] <= stage["height"]
        shown = each["text"].removesuffix("…")
        assert len(shown) >= 4
        assert shown in each["whole"]
