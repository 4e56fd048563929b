"""The page in a process of its own, and a code base to look at."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from workspace_helpers import plant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLUX_INDEX = [sys.executable, "-m", "flux_index.api.cli"]
DEADLINE = 60.0
MODELS = '''\
"""What is stored."""

from shop import desk


class Model:
    """Something that is stored."""

    def save(self, force=False):
        """Store <b>it</b>."""


class Order(Model):
    def save(self, force=False, *, late):
        return super().save(force)

    def pay(self, amount):
        return amount


class Gift(Order):
    def pay(self, amount):
        return 0


class Refund(Order):
    pass
'''
DESK = """\
from shop import models


def pay(order: models.Order):
    order.save(True)
    return order.pay(3)


def close(thing):
    thing.save()
"""
# Names that would do something if anybody took them for more than text.
EVIL = (
    '"""<img src=x onerror=alert(1)>"""\n\n\n'
    "def evil():\n"
    '    """</script><script>document.title = "taken"</script>\u202e"""\n'
    '    return "<svg onload=alert(1)>"\n\n\nevil()\n'
)
FILES = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/models.py": MODELS,
    "shop/desk.py": DESK,
    "shop/evil.py": EVIL,
    "tests/test_desk.py": "from shop import desk\n\n\ndef test_pay():\n    desk.pay(None)\n",
}


def git(root: Path, *arguments: str) -> None:
    """Run git as somebody."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def make_shop(folder: Path) -> Path:
    """A workspace with a commit."""
    root = plant(folder / "shop", files=FILES)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


class Server:
    """A page that is served."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        parts = urlsplit(url)
        assert parts.port is not None
        self.host, self.port, self.path = parts.netloc, parts.port, parts.path

    def request(
        self, path: str, *, method: str = "GET", whole: bool = False, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer; ``whole`` paths do not begin with the token."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.putrequest(method, path if whole else self.path + path, skip_host=True)
            for name, value in {"Host": self.host, **headers}.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def ask(self, view: str, **arguments: Any) -> Any:
        """The data of a view."""
        status, _, body = self.request(f"api/{view}?{urlencode(arguments)}")
        assert status == 200, body
        return json.loads(body)


@contextmanager
def page_of(root: Path, *options: str, home: Path | None = None) -> Iterator[Server]:
    """Serve the page of a workspace; what serves it ends with this. ``home`` is another home."""
    env = {
        **os.environ,
        **({"HOME": str(home), "XDG_CACHE_HOME": f"{home}/.cache"} if home else {}),
    }
    command = [*FLUX_INDEX, "ui", str(root), "--no-open", "--idle-exit", "30", *options]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=env)
    assert process.stdout is not None and process.stderr is not None
    try:
        url = process.stdout.readline().strip()
        assert url, process.stderr.read()
        yield Server(process, url)
    finally:
        process.terminate()
        process.wait(DEADLINE)
        process.stdout.close()
        process.stderr.close()
        stop = [*FLUX_INDEX, "stop", str(root)]
        subprocess.run(stop, capture_output=True, check=False, env=env)


class Tab:
    """The page in a tab of the browser, with all that was wrong with it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.on(
            "console",
            lambda message: (
                self.wrong.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def show(self, view: str = "") -> None:
        """Go to a view, and wait until it is drawn."""
        if self.page.url.startswith("about:"):
            self.page.goto(f"{self.server.url}#{view}")
        else:
            # What was said of the last view is no answer for this one.
            self.page.evaluate("document.getElementById('status').textContent = ''")
            self.page.evaluate(
                """view => {
                  if (location.hash === `#${view}`) dispatchEvent(new Event("hashchange"));
                  else location.hash = view;
                }""",
                view,
            )
        self.settle()

    def settle(self) -> str:
        """What the line of status says when nothing is asked any more."""
        return self.until(lambda: (text := self.status) and "Asking" not in text and text)

    @property
    def status(self) -> str:
        return self.page.inner_text("#status")

    def until(self, condition: Callable[[], object]) -> str:
        """Wait until a condition holds; scripts of the page cannot be made to, by its policy."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            found = condition()
            if found:
                return str(found)
            self.page.wait_for_timeout(20)
        raise AssertionError(f"waited too long; the page says {self.status!r}, {self.wrong}")

    def is_drawn(self) -> bool:
        """True if the canvas of the picture has other colours than one."""
        return bool(
            self.page.evaluate(
                """() => {
                  const layers = [...document.querySelectorAll(".canvas canvas")];
                  return layers.some((layer) => {
                    const {width, height} = layer;
                    if (!width || !height) return false;
                    const data = layer.getContext("2d").getImageData(0, 0, width, height).data;
                    return new Set(new Uint32Array(data.buffer)).size > 3;
                  });
                }"""
            )
        )


@contextmanager
def tab_of(browser: Browser, server: Server) -> Iterator[Tab]:
    """A tab in which nothing is wrong at the end, and which has asked nobody but the page."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
    tab = Tab(context.new_page(), server)
    try:
        yield tab
    finally:
        context.close()
    assert tab.wrong == []
    assert [url for url in tab.asked if not url.startswith((server.url, "data:"))] == []
