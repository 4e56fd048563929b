// Around a symbol: who uses it on the left, what it uses on the right, its source beside.

import { h, items, plural, replace, short } from "./dom.js";
import { ask } from "./net.js";
import { draw } from "./picture.js";
import { address, editorLink, targetOf } from "./places.js";

const DRAWN = 22; // of each side at first, so that names can be read

export async function show(content, target, { say, signal, go }) {
  if (!target.name && !target.path) return landing(content, say, signal);
  const found = await ask("center", target, signal);
  if (!found.symbol) {
    nothing(content, target, found.nearest);
    say(`There is no ${target.name ?? target.path}.`, true);
    return {};
  }
  const state = { ...found, users: [], moreUsers: 0, all: new Set(), picture: null, isStale: false };
  const canvas = h("div", { class: "canvas" });
  const side = h("div", { class: "side" });
  const stage = h("div", { class: "stage" }, canvas, legend());
  replace(content, h("div", { class: "view" }, stage, side));
  const paint = async () => {
    list(side, state);
    const { nodes, edges } = graph(state);
    const picture = await draw(canvas, nodes, edges, {
      label: `Who uses ${found.symbol.name} and what it uses: ${plural(nodes.length - 1, "symbol")}`,
      onOpen: (id) => {
        if (id.startsWith("more ")) {
          state.all.add(id.slice(5));
          state.picture?.end();
          paint();
        } else if (id !== "centre") go("around", targetOf(nodes.find((node) => node.id === id).symbol));
      },
    });
    if (signal.aborted) picture.end();
    else state.picture = picture;
  };
  say(`Asking who uses ${found.symbol.name} …`);
  const users = ask("users", target, signal);
  users.catch(() => {}); // said below, once there is a picture
  await paint();
  users.then(async (answer) => {
    if (signal.aborted) return;
    Object.assign(state, { users: answer.users, moreUsers: answer.more, answered: true });
    state.picture?.end();
    await paint();
    say(summary(state));
  }).catch((error) => {
    if (error.name !== "AbortError") say(error.message, true);
  });
  return {
    fit: () => state.picture?.fit(),
    restyle: () => state.picture?.restyle(),
    news: (news) => {
      if (news.generation > found.source?.generation) say("The code has changed since: r looks again.");
    },
    end: () => state.picture?.end(),
    picture: () => state.picture,
  };
}

function summary(state) {
  const users = state.users.length + state.moreUsers;
  const uses = state.uses.length + state.more;
  return `${state.symbol.name}: used by ${plural(users, "definition or module", "definitions and modules")}, uses ${uses.toLocaleString("en")}.`;
}

// Boxes and lines; what is beyond DRAWN stands in one box, which opens.
function graph(state) {
  const nodes = [{ id: "centre", label: label(state.symbol), kind: state.symbol.kind, centre: true, symbol: state.symbol, title: state.symbol.name }];
  const edges = [];
  const sides = [["users", state.users, state.moreUsers], ["uses", state.uses, state.more]];
  for (const [side, found, more] of sides) {
    const shown = state.all.has(side) ? found : found.slice(0, DRAWN);
    for (const edge of shown) {
      const id = `${side} ${edge.node.name}`;
      nodes.push({ id, label: label(edge.node), kind: edge.node.kind, symbol: edge.node, title: `${edge.node.name}: ${edge.roles.join(", ")}, ${edge.evidence}` });
      edges.push({ ...ends(side, id), evidence: edge.evidence });
    }
    const left = found.length - shown.length + more;
    if (left) {
      const id = shown.length < found.length ? `more ${side}` : `rest ${side}`;
      nodes.push({ id, label: `${left.toLocaleString("en")} more`, kind: "more", symbol: { name: "" }, title: shown.length < found.length ? "Show more" : "More than a picture holds: see the command line" });
      edges.push({ ...ends(side, id), evidence: "textual" });
    }
  }
  return { nodes, edges };
}

const ends = (side, id) => (side === "users" ? { source: id, target: "centre" } : { source: "centre", target: id });

// The last two parts of a name, and below where it is.
function label(symbol) {
  if (symbol.kind === "module") return short(symbol.path || symbol.name, 3);
  const parts = symbol.name.split(".");
  const own = parts.slice(-2).join(".");
  const outside = { stdlib: "standard library", dependency: "dependency" }[symbol.layer];
  const place = outside ?? (symbol.path ? short(symbol.path, 3) : parts.slice(0, -2).join("."));
  return place ? `${own}\n${place}` : own;
}

function legend() {
  const say = { exact: "exact", inferred: "through types", conventional: "by convention", textual: "by name only" };
  return h("div", { class: "legend" }, Object.entries(say).map(([evidence, text]) => h("span", {}, h("i", { class: evidence }), text)));
}

function list(side, state) {
  const { symbol, source, others } = state;
  replace(
    side,
    h("h2", { class: "mono" }, symbol.name),
    h("p", { class: "row" },
      h("span", { class: "badge" }, symbol.kind || "symbol"),
      symbol.layer && symbol.layer !== "workspace" ? h("span", { class: "badge" }, symbol.layer) : null,
      symbol.path ? editorLink(symbol.path, symbol.range.start.line + 1) : null,
      symbol.kind === "class" ? h("a", { href: address("classes", targetOf(symbol)) }, "its hierarchy") : null),
    symbol.summary ? h("p", {}, symbol.summary) : null,
    others?.length ? h("p", { class: "dim" }, `${plural(others.length, "other definition")}: `, others.slice(0, 5).map((each) => [editorLink(each.path, each.range.start.line + 1), " "])) : null,
    source?.text ? sourceText(source) : null,
    state.answered
      ? section("Used by", state.users, state.moreUsers, "Nobody that is known.")
      : [h("h3", {}, "Used by"), h("p", { class: "dim" }, "Asking …")],
    section("Uses", state.uses, state.more, "Nothing that is known."),
  );
}

function section(title, edges, more, empty) {
  const total = edges.length + more;
  return [
    h("h3", {}, `${title} (${total.toLocaleString("en")})`),
    edges.length ? items(title, edges.map((edge) => item(edge))) : h("p", { class: "dim" }, empty),
    more ? h("p", { class: "dim" }, `${more.toLocaleString("en")} more are not listed here: \`flux-index query\` has them all.`) : null,
  ];
}

function item(edge) {
  const { node } = edge;
  const open = node.layer === "outside" && !node.path;
  const name = open ? h("span", { class: "mono" }, node.name) : h("a", { class: "go", href: address("around", targetOf(node)) }, node.kind === "module" ? node.path || node.name : short(node.name, 2));
  return h("li", {},
    h("div", { class: "row" }, name,
      h("span", { class: `badge ${edge.evidence}` }, edge.evidence),
      h("span", { class: "dim" }, edge.roles.join(", "), edge.count > 1 ? ` ×${edge.count}` : "")),
    edge.places.slice(0, 2).map((place) => h("div", { class: "place" }, editorLink(place.path, place.line), " ", h("code", {}, place.text))));
}

export function sourceText(source) {
  const lines = source.text.replace(/\n$/, "").split("\n");
  const more = (source.lines ?? lines.length) - lines.length;
  return [
    h("pre", { class: "source", tabindex: "0", "aria-label": "Source" },
      lines.map((line, at) => [h("span", { class: "number" }, String(source.first_line + at)), `${line}\n`])),
    more > 0 ? h("p", { class: "dim" }, `${plural(more, "more line")}`) : null,
  ];
}

function nothing(content, target, nearest = []) {
  replace(content, h("div", { class: "landing" },
    h("h2", {}, `There is no ${target.name ?? target.path} in this code base.`),
    nearest.length ? [h("p", {}, "Nearest:"), items("Nearest", nearest.map((symbol) => h("li", {}, h("a", { class: "go", href: address("around", targetOf(symbol)) }, symbol.name), " ", h("span", { class: "dim" }, symbol.kind))))] : null));
}

async function landing(content, say, signal) {
  const map = await ask("landing", {}, signal);
  replace(content, h("div", { class: "landing scroll" },
    h("h2", {}, "What this code base consists of"),
    h("p", { class: "dim" }, "Search a class, a function or a module above ( / ), or begin with a folder."),
    h("div", { class: "cards" }, map.items.map((item) =>
      h("div", { class: "card" },
        h("a", { href: address("modules", { below: item.path }), class: "mono" }, `${item.path || "."}/`), " ",
        h("span", { class: "dim" }, plural(item.files, "file"), item.tests ? ", tests" : ""),
        h("p", { class: "place" }, item.holds.slice(0, 14).join(", "), item.holds.length > 14 ? ` and ${item.holds.length - 14} more` : "")))),
    map.truncated ? h("p", { class: "dim" }, `${map.total - map.items.length} more folders`) : null));
  say(`${plural(map.items.reduce((sum, item) => sum + item.files, 0), "file")} in ${plural(map.total, "folder")}.`);
  return {};
}
