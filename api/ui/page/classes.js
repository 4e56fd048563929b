// Classes: bases on the left, subclasses on the right, what overrides what, and drift.

import { h, items, plural, replace, short } from "./dom.js";
import { ask } from "./net.js";
import { draw } from "./picture.js";
import { address, editorLink, targetOf } from "./places.js";

export async function show(content, target, { say, signal, go }) {
  if (!target.name && !target.path) {
    replace(content, h("div", { class: "landing" }, h("h2", {}, "Search a class"), h("p", { class: "dim" }, "Press / and write the name of a class: its bases and subclasses are drawn here.")));
    say("No class is chosen.");
    return {};
  }
  const found = await ask("classes", target, signal);
  if (!found.nodes.length) {
    replace(content, h("div", { class: "landing" }, h("h2", {}, "This is no class"), (found.notes ?? []).map((note) => h("p", {}, note))));
    say(`${target.name ?? target.path} is no class.`, true);
    return {};
  }
  const canvas = h("div", { class: "canvas" });
  const side = h("div", { class: "side" });
  replace(content, h("div", { class: "view" }, h("div", { class: "stage" }, canvas, legend()), side));
  const drift = h("div", {}, h("p", { class: "dim" }, "Asking …"));
  list(side, found, drift);
  const names = new Map(found.nodes.map((node) => [node.name, node]));
  const picture = await draw(canvas, found.nodes.map((node) => box(node, found.symbol)), found.edges.map(({ source, target: base }) => ({ source: base, target: source, evidence: "exact" })), {
    align: "LEFT",
    label: `Bases and subclasses of ${found.symbol.name}: ${plural(found.nodes.length, "class", "classes")}`,
    onOpen: (id) => go("classes", targetOf(names.get(id))),
  });
  say(`${found.symbol.name}: ${plural(found.mro.length - 1, "class", "classes")} above it, ${plural(found.nodes.length - ancestors(found).size - 1, "subclass", "subclasses")} shown${found.truncated ? ", there are more" : ""}.`);
  ask("drift", target, signal).then((answer) => replace(drift, driftList(answer))).catch((error) => {
    if (error.name !== "AbortError") replace(drift, h("p", { class: "error" }, error.message));
  });
  return { fit: picture.fit, restyle: picture.restyle, end: picture.end };
}

function ancestors(found) {
  const above = new Set();
  const waiting = [found.symbol.name];
  while (waiting.length) {
    const name = waiting.pop();
    for (const edge of found.edges) {
      if (edge.source === name && !above.has(edge.target)) {
        above.add(edge.target);
        waiting.push(edge.target);
      }
    }
  }
  return above;
}

function box(node, center) {
  const differ = node.overrides.filter((each) => each.differs).length;
  const said = [];
  if (node.overrides.length) said.push(plural(node.overrides.length, "override"));
  if (differ) said.push(`${differ} with other parameters`);
  return {
    id: node.name,
    label: `${short(node.name, 1)}\n${said.join(", ") || plural(node.members, "own member")}`,
    kind: "class",
    centre: node.name === center.name,
    mark: differ ? "warning" : undefined,
    title: `${node.name} (${node.path})`,
  };
}

function legend() {
  return h("div", { class: "legend" }, h("span", {}, "base → subclass"), h("span", { class: "warning" }, "▢ overrides with other parameters"));
}

function list(side, found, drift) {
  const { symbol, mro } = found;
  const overriding = found.nodes.filter((node) => node.overrides.length);
  replace(side,
    h("h2", { class: "mono" }, symbol.name),
    h("p", { class: "row" }, editorLink(symbol.path, symbol.range.start.line + 1), h("a", { href: address("around", targetOf(symbol)) }, "who uses it")),
    symbol.summary ? h("p", {}, symbol.summary) : null,
    h("h3", {}, "Order of resolution (MRO)"),
    h("ol", {}, mro.map((cls) => h("li", {}, h("a", { class: "mono", href: address("classes", targetOf(cls)) }, cls.name)))),
    (found.notes ?? []).map((note) => h("p", { class: "warning" }, note)),
    h("h3", {}, "Drift from siblings"), drift,
    h("h3", {}, `Overrides (${overriding.length} ${overriding.length === 1 ? "class" : "classes"})`),
    overriding.length ? items("Classes with what they override", overriding.map(overrides)) : h("p", { class: "dim" }, "Nothing is overridden."));
}

function overrides(node) {
  const differing = node.overrides.filter((each) => each.differs);
  const same = node.overrides.filter((each) => !each.differs);
  return h("li", {},
    h("div", { class: "row" }, h("a", { class: "go", href: address("classes", targetOf(node)) }, short(node.name, 1)), editorLink(node.path, node.range.start.line + 1)),
    differing.map((each) => h("div", {},
      h("span", { class: "badge warning" }, "differs"), " ", editorLink(each.path, each.line, each.name), h("code", {}, each.signature),
      h("div", { class: "place" }, `in ${short(each.of, 1)}: `, h("code", {}, each.theirs)))),
    same.length ? h("div", { class: "place" }, "as its base has them: ", same.map((each, at) => [at ? ", " : "", editorLink(each.path, each.line, each.name)])) : null);
}

function driftList(answer) {
  if (!answer.total) return h("p", { class: "dim" }, "It has no siblings to drift from.");
  const odd = answer.lacking ?? [];
  return [
    h("p", {}, `${plural(answer.total, "class", "classes")} derive from `, h("span", { class: "mono" }, short(answer.base, 1)), "."),
    h("details", {}, h("summary", {}, `What they have in common (${answer.habits.length})`),
      h("table", { class: "plain" }, h("tbody", {}, answer.habits.map((habit) => h("tr", {}, h("th", { scope: "row", class: "mono" }, habit.name), h("td", {}, `${habit.kind}, ${habit.count} of ${habit.of}`), h("td", { class: "mono" }, habit.detail)))))),
    odd.length
      ? items("Siblings that lack what most have", odd.map(({ symbol, lacks }) => h("li", {}, h("a", { class: "go", href: address("classes", targetOf(symbol)) }, short(symbol.name, 1)), h("span", { class: "warning" }, ` lacks ${lacks.join(", ")}`))))
      : h("p", { class: "dim" }, "None of those looked at lacks what most have."),
    answer.outliers.map((outlier) => h("p", { class: "warning" }, `${outlier.name} has no ${outlier.lacks.join(", ")}`)),
  ];
}
