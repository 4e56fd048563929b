"""Plots of figures, as specifications of Vega-Lite without colours of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_KINDS = {"valid": "valid", "works": "works"}
_FATES = ("mended", "fixed", "overruled", "left")
_FEW_COLUMNS, _COLUMN = 12, 60
_ROW = 34
"""Height of a row of bars or points."""


def plots(answer: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return title, what it shows, and specification of each plot that there are figures for."""
    found = answer["all"]
    candidates = [
        (
            "Valid and working at first try, per day",
            "Bars are intervals of 95 %. A day without a point has nothing that is known.",
            _rates_per_day(answer["days"]),
        ),
        ("Per client", "The same two shares.", _rates(answer["clients"], "client")),
        ("Per model", "The same two shares.", _rates(answer["models"], "model")),
        (
            "Rounds to green",
            "Steps by the judgements that they took until one accepted them.",
            _rounds(found["rounds"]["by_number"]),
        ),
        (
            "Most frequent mistakes",
            "Certain errors by their rule, and what became of them.",
            _mistakes(found["mistakes"]),
        ),
        ("Tasks per day", "By the state that they are in now.", _states(answer["days"])),
        (
            "What a hook costs",
            "Milliseconds of computing of one event, half of them and 95 % of them at most.",
            _costs(found["hooks"]["events"]),
        ),
    ]
    return [(title, about, spec) for title, about, spec in candidates if spec is not None]


def _rate_rows(groups: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"group": group["key"] or "(not told)", "figure": name, **group[kind]}
        for group in groups
        for kind, name in _KINDS.items()
        if group[kind]["share"] is not None
    ]


_SHARE = {"type": "quantitative", "axis": {"format": "%"}, "scale": {"domain": [0, 1]}}
_FIGURE = {
    "field": "figure", "type": "nominal", "title": None, "scale": {"domain": [*_KINDS.values()]},
    "legend": {"orient": "top", "symbolOpacity": 1},
}  # fmt: skip
_TOLD = [
    {"field": "group", "title": "of"},
    {"field": "figure"},
    {"field": "share", "format": ".1%"},
    {"field": "low", "format": ".1%"},
    {"field": "high", "format": ".1%"},
    {"field": "of", "title": "counted"},
]


def _rates_per_day(groups: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    rows = _rate_rows(groups)
    shares = {"field": "share", "title": None, **_SHARE}
    day = {"field": "group", "type": "ordinal", "title": None, "axis": {"labelAngle": -40}}
    layer = [
        {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
         "encoding": {"y": {"field": "low", "title": None, **_SHARE}, "y2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
         "encoding": {"y": shares, "tooltip": _TOLD}},
    ]  # fmt: skip
    encoding = {"x": day, "xOffset": {"field": "figure"}, "color": _FIGURE}
    spec = {"height": 220, "layer": layer, "encoding": encoding}
    return _spec(rows, spec, columns=len(groups))


def _rates(groups: list[Mapping[str, Any]], title: str) -> dict[str, Any] | None:
    rows = _rate_rows(groups)
    shares = {"field": "share", "title": None, **_SHARE}
    layer = [
        {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
         "encoding": {"x": {"field": "low", "title": None, **_SHARE}, "x2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
         "encoding": {"x": shares, "tooltip": _TOLD}},
    ]  # fmt: skip
    encoding = {
        "y": {"field": "group", "type": "nominal", "title": title},
        "yOffset": {"field": "figure"},
        "color": _FIGURE,
    }
    return _spec(rows, {"height": {"step": _ROW // 2}, "layer": layer, "encoding": encoding})


def _rounds(by_number: Mapping[str, int]) -> dict[str, Any] | None:
    rows = [{"rounds": int(number), "steps": count} for number, count in by_number.items()]
    encoding = {
        "x": {"field": "rounds", "type": "ordinal", "axis": {"labelAngle": 0}},
        "y": {"field": "steps", "type": "quantitative", "axis": {"tickMinStep": 1}},
        "tooltip": [{"field": "rounds"}, {"field": "steps"}],
    }
    spec = {"height": 180, "mark": {"type": "bar"}, "encoding": encoding}
    return _spec(rows, spec, columns=len(rows))


def _mistakes(mistakes: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    rows = [
        {"rule": each["rule"], "became": fate, "errors": each[fate], "total": each["count"],
         "order": order, "about": ", ".join(each["subjects"])}
        for each in mistakes
        for order, fate in enumerate(_FATES)
        if each[fate]
    ]  # fmt: skip
    encoding = {
        "y": {"field": "rule", "type": "nominal", "title": None,
              "sort": {"field": "total", "order": "descending"}},
        "x": {"field": "errors", "type": "quantitative", "axis": {"tickMinStep": 1}},
        "color": {"field": "became", "type": "nominal", "title": None,
                  "scale": {"domain": [*_FATES]}, "legend": {"orient": "top"}},
        "order": {"field": "order"},
        "tooltip": [{"field": "rule"}, {"field": "became"}, {"field": "errors"},
                    {"field": "about"}],
    }  # fmt: skip
    spec = {"height": {"step": _ROW}, "mark": {"type": "bar"}, "encoding": encoding}
    return _spec(rows, spec)


def _states(groups: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    rows = [
        {"day": group["key"], "state": state, "tasks": count}
        for group in groups
        for state, count in group["states"].items()
    ]
    encoding = {
        "x": {"field": "day", "type": "ordinal", "title": None, "axis": {"labelAngle": -40}},
        "y": {"field": "tasks", "type": "quantitative", "axis": {"tickMinStep": 1}},
        "color": {"field": "state", "type": "nominal", "title": None, "legend": {"orient": "top"}},
        "tooltip": [{"field": "day"}, {"field": "state"}, {"field": "tasks"}],
    }
    spec = {"height": 180, "mark": {"type": "bar"}, "encoding": encoding}
    return _spec(rows, spec, columns=len(groups))


def _costs(events: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    rows = [
        {"event": f"{each['event']} ({each['calls']})", "of": name, "ms": each[key]}
        for each in events
        for name, key in (("median", "cpu_median_ms"), ("p95", "cpu_p95_ms"))
    ]
    encoding = {
        "y": {"field": "event", "type": "nominal", "title": None},
        "yOffset": {"field": "of"},
        "x": {"field": "ms", "type": "quantitative", "title": "ms of CPU"},
        "color": {"field": "of", "type": "nominal", "title": None, "legend": {"orient": "top"}},
        "tooltip": [{"field": "event"}, {"field": "of"}, {"field": "ms"}],
    }
    spec = {"height": {"step": _ROW // 2}, "mark": {"type": "bar"}, "encoding": encoding}
    return _spec(rows, spec)


def _spec(
    rows: list[dict[str, Any]], spec: dict[str, Any], *, columns: int = 0
) -> dict[str, Any] | None:
    """Return a specification, as wide as its place; None where there is nothing to show.

    Few ``columns`` are as wide as is easy to read.
    """
    if not rows:
        return None
    width: dict[str, Any] = {"width": "container", "autosize": "fit-x"}
    if 0 < columns <= _FEW_COLUMNS:
        width = {"width": {"step": _COLUMN}}
    return {"$schema": _SCHEMA, "data": {"values": rows}, **width, **spec}
