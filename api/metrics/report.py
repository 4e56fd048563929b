"""Figures as a page with plots: one file, which needs no network and suits dark and light."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from ..assets import read_asset
from ..quoting import escaped
from .figures import FIGURES
from .plots import plots

_SCRIPTS = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")
_UNKNOWN = "not known"
_NAMES = {
    "tasks": "Tasks", "states": "States", "steps": "Steps", "valid": "Valid at first try",
    "works": "Works at first try", "rounds": "Rounds to green",
    "self_corrections": "Self-corrections", "fixed": "Mended by safe fixes",
    "questions": "Questions asked", "breakages_prevented": "Breakages prevented",
    "overruled": "Findings overruled", "mistakes": "Most frequent mistakes",
    "hooks": "Cost of hooks",
}  # fmt: skip


def report(answer: Mapping[str, Any], workspace: str, days: int) -> str:
    """Return the page of an answer of the operation ``stats``."""
    found = answer["all"]
    drawn = plots(answer)
    name = escape(escaped(workspace))
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    parts = [
        _HEAD.format(title=f"flux-index: figures of {name}"),
        f"<header><h1>{name}</h1><p>Does checking help? Figures of {found['tasks']} tasks in the "
        f"last {days} days, as of {when}.</p></header><main>",
        f'<section class="tiles">{"".join(_tile(*each) for each in _tiles(found))}</section>',
        *(_figure(at, title, about) for at, (title, about, _) in enumerate(drawn)),
        _definitions(),
        "</main>",
        *(f"<script>{read_asset(each).decode()}</script>" for each in _SCRIPTS),
        f"<script>const specs = {_script_json([spec for _, _, spec in drawn])};{_DRAW}</script>",
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _tiles(found: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return name, value and a remark of the figures that are one number."""
    rounds, asked, hooks = found["rounds"], found["questions"], found["hooks"]
    return [
        ("valid", *_rate(found["valid"], "steps")),
        ("works", *_rate(found["works"], "tasks with tests")),
        (
            "rounds",
            _UNKNOWN if rounds["mean"] is None else str(rounds["mean"]),
            f"on average of {rounds['steps']} steps; {rounds['never']} never green",
        ),
        ("self_corrections", *_count(found["self_corrections"], "errors")),
        ("fixed", *_count(found["fixed"], "errors")),
        ("breakages_prevented", *_count(found["breakages_prevented"], "errors in other files")),
        (
            "questions",
            _UNKNOWN if asked["asked"] is None else str(asked["asked"]),
            "" if asked["asked"] is None
            else f"{asked['mean']} a task; {asked['answered']} more answered by the index",
        ),
        ("overruled", *_rate(found["overruled"], "findings")),
        (
            "hooks",
            _UNKNOWN if not hooks["calls"] else f"{hooks['cpu_median_ms']} ms",
            "" if not hooks["calls"]
            else f"of CPU, half of {hooks['calls']} calls; p95 {hooks['cpu_p95_ms']} ms; "
            f"waited {hooks['waited_median_ms']} ms",
        ),
    ]  # fmt: skip


def _rate(found: Mapping[str, Any], of: str) -> tuple[str, str]:
    if found["share"] is None:
        return _UNKNOWN, f"no {of}"
    low, high = 100 * found["low"], 100 * found["high"]
    return (
        f"{100 * found['share']:.1f} %",
        f"{found['count']} of {found['of']} {of}; 95 %: {low:.1f} to {high:.1f} %",
    )


def _count(found: int | None, of: str) -> tuple[str, str]:
    return (_UNKNOWN, "no edit was judged") if found is None else (str(found), of)


def _tile(name: str, value: str, remark: str) -> str:
    about = escape(" ".join((inspect.getdoc(FIGURES[name]) or "").split()))
    unknown = ' class="unknown"' if value == _UNKNOWN else ""
    return (
        f'<article title="{about}"><h2>{_NAMES[name]}</h2><p{unknown}><strong>{escape(value)}'
        f"</strong></p><small>{escape(remark)}</small></article>"
    )


def _figure(at: int, title: str, about: str) -> str:
    return (
        f"<figure><figcaption><h2>{escape(title)}</h2><p>{escape(about)}</p></figcaption>"
        f'<div class="plot" id="plot{at}" role="img" aria-label="{escape(title)}"></div></figure>'
    )


def _definitions() -> str:
    """Return what each figure counts, as its function says."""
    rows = [
        f"<dt>{_NAMES[name]}</dt><dd>{escape(' '.join((inspect.getdoc(each) or '').split()))}</dd>"
        for name, each in FIGURES.items()
    ]
    return f"<details><summary>What each figure counts</summary><dl>{''.join(rows)}</dl></details>"


def _script_json(value: object) -> str:
    """Return JSON that ends no script, whatever stands in it."""
    return json.dumps(value).replace("<", "\\u003c").replace("&", "\\u0026")


# The scripts make functions of expressions in specifications; nothing is loaded from anywhere.
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';
 script-src 'unsafe-inline' 'unsafe-eval'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --text: #1c2127; --quiet: #5b6570; --page: #f6f7f9; --card: #ffffff; --line: #dde1e6; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --text: #e6e9ec; --quiet: #9aa5b1; --page: #14171a; --card: #1d2125; --line: #333a41; }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--page); }}
header, main {{ max-width: 70rem; margin: 0 auto; padding: 1rem 1.25rem; }}
h1 {{ margin: .5rem 0 0; font-size: 1.6rem; }}
h2 {{ margin: 0; font-size: 1rem; font-weight: 600; }}
p {{ margin: 0; }} header p, figcaption p, small {{ color: var(--quiet); }}
.tiles {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
  gap: .75rem; }}
article, figure, details {{ background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; padding: .9rem 1rem; margin: 0 0 .75rem; }}
article {{ margin: 0; }} article h2 {{ font-size: .85rem; color: var(--quiet); }}
article strong {{ font-size: 1.5rem; }} .unknown strong {{ font-size: 1.1rem;
  font-weight: 400; color: var(--quiet); }}
main > figure:first-of-type {{ margin-top: .75rem; }}
.plot {{ width: 100%; margin-top: .5rem; }}
summary {{ cursor: pointer; font-weight: 600; }}
dt {{ font-weight: 600; margin-top: .6rem; }} dd {{ margin: 0; color: var(--quiet); }}
</style></head><body>"""
_DRAW = """
const dark = matchMedia("(prefers-color-scheme: dark)");
const range = {
  light: ["#2563a8", "#c2600a", "#3d8b57", "#9a4fa0", "#7a7f87", "#b03a4a"],
  dark: ["#6cb0f2", "#f0a35e", "#7fcf9a", "#d295d8", "#a7adb5", "#ef8a98"],
};
function draw() {
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue(name).trim();
  const category = dark.matches ? range.dark : range.light;
  const text = colour("--text"), quiet = colour("--quiet"), line = colour("--line");
  const config = {
    background: null, font: "system-ui, sans-serif", range: {category},
    bar: {color: category[0], cornerRadiusEnd: 2}, view: {stroke: null},
    axis: {labelColor: quiet, titleColor: quiet, gridColor: line, domainColor: line,
           tickColor: line, labelFontSize: 12, titleFontSize: 12, labelLimit: 260},
    axisQuantitative: {tickCount: 6}, legend: {labelColor: text, labelFontSize: 12},
  };
  specs.forEach((spec, at) => vegaEmbed("#plot" + at, spec, {actions: false, renderer: "svg",
    config, tooltip: {theme: dark.matches ? "dark" : "light"}}));
}
draw();
dark.addEventListener("change", draw);
"""
