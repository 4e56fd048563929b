// Agents: sessions as lanes over time, their tasks step by step, and figures by day.

import { colour, h, items, plural, replace } from "./dom.js";
import { ask } from "./net.js";
import { editorLink } from "./places.js";
import { plot } from "./plot.js";

const KINDS = ["read", "written", "refused", "told"];
const SHAPES = ["circle", "square", "cross", "triangle-up"];
const LISTED = 40;

export async function show(content, _, { say, signal }) {
  const board = h("div", { class: "scroll" });
  const side = h("div", { class: "side" });
  replace(content, h("div", { class: "view" }, board, side));
  let found = null;
  const draw = async () => {
    const lanes = h("div", { class: "plot" });
    const days = h("div", { class: "plot" });
    replace(board,
      h("h2", {}, "Sessions"),
      found.sessions.length ? lanes : h("p", { class: "dim" }, "No agent has worked here with flux-index yet. `flux-index setup claude-code`, or another one of `flux-index setup --help`, has it do so."),
      found.more_sessions ? h("p", { class: "dim" }, `${plural(found.more_sessions, "older session")} not shown`) : null,
      h("h2", {}, "Tasks"),
      found.tasks.length ? tasks(found) : h("p", { class: "dim" }, "No tasks yet."),
      found.more_tasks ? h("p", { class: "dim" }, `${plural(found.more_tasks, "older task")} not shown`) : null,
      found.days.length ? [h("h2", {}, "Edits judged, by day"), days, dayTable(found)] : null);
    list(side, found);
    if (found.sessions.length) await plotLanes(lanes, found);
    if (found.days.length) await plotDays(days, found);
  };
  const look = async () => {
    found = await ask("agents", {}, signal);
    if (signal.aborted) return;
    const open = found.sessions.reduce((sum, session) => sum + session.open.length, 0);
    await draw();
    say(`${plural(found.sessions.length + found.more_sessions, "session")}, ${plural(found.tasks.length + found.more_tasks, "task")}, ${plural(open, "open finding")}.`);
  };
  await look();
  return {
    restyle: draw,
    news: (news) => news.agents && look().catch((error) => error.name === "AbortError" || say(error.message, true)),
  };
}

const when = (seconds) => new Date(seconds * 1000).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
const called = (session) => session.handle.slice(0, 24);
const KIND_COLOURS = () => [colour("node-line"), colour("good"), colour("error"), colour("warning")];

async function plotLanes(container, found) {
  const names = found.sessions.map(called);
  const marks = found.sessions.flatMap((session) => session.marks.map((mark) => ({ lane: called(session), at: mark.at * 1000, kind: mark.kind, text: `${mark.kind}: ${mark.text}` })));
  const spans = found.sessions.map((session) => ({ lane: called(session), begun: session.begun * 1000, used: session.used * 1000 }));
  const y = { field: "lane", type: "nominal", sort: names, title: null, axis: { labelLimit: 220 } };
  await plot(container, {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: Math.max(300, container.clientWidth - 330),
    height: 46 * names.length,
    layer: [
      { data: { values: spans }, mark: { type: "rule", strokeWidth: 6, color: colour("line"), strokeCap: "round" }, encoding: { y, x: { field: "begun", type: "temporal", title: null }, x2: { field: "used" } } },
      {
        data: { values: marks },
        mark: { type: "point", filled: true, size: 80, opacity: 0.9 },
        encoding: {
          y,
          x: { field: "at", type: "temporal" },
          yOffset: { field: "kind", type: "nominal", sort: KINDS, scale: { domain: KINDS } },
          color: { field: "kind", type: "nominal", title: null, scale: { domain: KINDS, range: KIND_COLOURS() } },
          shape: { field: "kind", type: "nominal", title: null, scale: { domain: KINDS, range: SHAPES } },
          description: { field: "text" },
        },
      },
    ],
  }, { mode: "vega-lite", label: `${plural(names.length, "session")} as lanes over time; the list beside has the same` });
}

const FIGURES = ["accepted", "refused", "broken", "doubtful"];

function rows(found) {
  return found.days.flatMap(({ day, counts }) => Object.entries(counts).filter(([name]) => FIGURES.includes(name)).map(([name, count]) => ({ day, name, count })));
}

async function plotDays(container, found) {
  await plot(container, {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: { step: 44 },
    height: 150,
    data: { values: rows(found) },
    mark: { type: "bar", width: { band: 0.6 } },
    encoding: {
      x: { field: "day", type: "ordinal", title: null, axis: { labelAngle: -40 } },
      y: { field: "count", type: "quantitative", title: "edits", axis: { tickMinStep: 1 } },
      color: { field: "name", type: "nominal", title: null, scale: { domain: FIGURES, range: [colour("good"), colour("error"), colour("conventional"), colour("warning")] } },
    },
  }, { mode: "vega-lite", label: "Edits that were judged, by day and verdict; the table below has the same" });
}

function dayTable(found) {
  const names = [...new Set(found.days.flatMap(({ counts }) => Object.keys(counts)))].filter(Boolean).sort();
  return h("details", {}, h("summary", {}, "As a table"),
    h("table", { class: "plain" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "day"), names.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, found.days.slice().reverse().map(({ day, counts }) => h("tr", {}, h("th", { scope: "row" }, day), names.map((name) => h("td", {}, String(counts[name] ?? 0))))))));
}

function tasks(found) {
  return h("table", { class: "plain" },
    h("thead", {}, h("tr", {}, ["task", "state", "steps", "findings", "changed"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, found.tasks.map((task) => h("tr", {},
      h("td", {}, h("div", {}, task.text || h("span", { class: "dim" }, "what was typed is not kept")), h("div", { class: "place" }, [task.client, task.model, task.task].filter(Boolean).join(" · "))),
      h("td", {}, h("span", { class: `badge ${{ done: "good", stopped: "warning", abandoned: "hint" }[task.state] ?? "inferred"}` }, task.state), task.reason ? h("div", { class: "place" }, task.reason) : null),
      h("td", {}, task.steps.map((step) => h("div", { class: "row" }, h("span", { class: { accepted: "good", stuck: "error" }[step.state] ?? "dim" }, { accepted: "✓", stuck: "✗" }[step.state] ?? "·"), h("span", { class: "mono" }, step.step), h("span", { class: "dim" }, step.rounds > 1 ? `${step.rounds} rounds` : "", step.why ? ` ${step.why}` : "")))),
      h("td", {}, Object.entries(task.fates).map(([fate, count]) => h("div", { class: fate === "open" ? "error" : "dim" }, `${count} ${fate}`))),
      h("td", { class: "place" }, when(task.changed))))));
}

function list(side, found) {
  replace(side,
    found.stats ? h("details", {}, h("summary", {}, "Figures"), h("pre", { class: "source", tabindex: "0" }, JSON.stringify(found.stats, null, 1))) : null,
    found.sessions.map((session) => h("section", { "aria-label": called(session) },
      h("h2", {}, called(session)),
      h("p", { class: "place" }, [session.host, session.model, `${when(session.begun)} – ${when(session.used)}`].filter(Boolean).join(" · ")),
      h("p", { class: "row" }, KINDS.map((kind) => h("span", { class: { written: "good", refused: "error", told: "warning" }[kind] ?? "" }, `${session.counts[kind] ?? 0} ${kind}`)), h("span", { class: session.open.length ? "error" : "dim" }, plural(session.open.length, "open finding"))),
      session.open.length ? items("Open findings", session.open.slice(0, LISTED).map((finding) => h("li", {}, h("span", { class: `badge ${finding.severity}` }, finding.severity), " ", editorLink(finding.path, 1, finding.path), h("div", {}, finding.message)))) : null,
      session.marks.length ? h("details", {}, h("summary", {}, `All that happened (${session.marks.length})`),
        items("What happened", session.marks.slice(-LISTED).reverse().map((mark) => h("li", {}, h("span", { class: "badge" }, mark.kind), " ", ["read", "written"].includes(mark.kind) ? editorLink(mark.text, 1, mark.text) : mark.text, h("div", { class: "place" }, when(mark.at)))))) : null)));
}
