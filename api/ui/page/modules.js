// Modules: who imports whom as a matrix, sizes as a treemap, and circles.

import { colour, h, items, plural, replace, short } from "./dom.js";
import { ask } from "./net.js";
import { address, editorLink } from "./places.js";
import { plot } from "./plot.js";

const CIRCLES = 12;
const IN_CIRCLE = 40;

export async function show(content, parameters, { say, signal, go }) {
  const below = parameters.below ?? "";
  const found = await ask("modules", { below }, signal);
  const board = h("div", { class: "scroll" });
  const side = h("div", { class: "side" });
  replace(content, h("div", { class: "view" }, board, side));
  const tree = h("div", { class: "plot" });
  replace(board,
    crumbs(below),
    found.items.length ? null : h("p", { class: "dim" }, "There is no Python here."),
    h("h3", {}, "Who imports whom: a row imports a column"), matrix(found),
    found.truncated ? h("p", { class: "dim" }, `${found.total - found.items.length} more parts are not shown: choose a folder.`) : null,
    h("h3", {}, "Sizes"), tree);
  list(side, found);
  const draw = () => treemap(tree, found, go);
  await draw();
  const marked = found.items.filter((item) => item.circle).length;
  say(`${below || "The workspace"}: ${plural(found.total, "part")}, ${plural(found.n_circles, "circle")} of files that import each other${marked ? `, which tie ${marked} parts here` : ""}.`);
  return { restyle: draw };
}

function crumbs(below) {
  const parts = below.split("/").filter(Boolean);
  return h("nav", { class: "crumbs", "aria-label": "Folder" },
    h("a", { href: "#modules" }, "workspace"),
    parts.map((part, at) => ["/ ", h("a", { href: address("modules", { below: parts.slice(0, at + 1).join("/") }), "aria-current": at === parts.length - 1 ? "location" : undefined }, part)]));
}

const named = (item) => `${short(item.path, 1)}${item.kind === "folder" ? "/" : ""}`;
const leads = (item) => (item.kind === "folder" ? address("modules", { below: item.path }) : address("around", { path: item.path }));

function matrix(found) {
  const counts = new Map(found.edges.map((edge) => [`${edge.source}\n${edge.target}`, edge]));
  const most = Math.max(1, ...found.edges.map((edge) => edge.count));
  const connected = found.items.filter((item) => found.edges.some((edge) => edge.source === item.path || edge.target === item.path));
  if (!connected.length) return h("p", { class: "dim" }, "Nothing here imports anything else here.");
  const row = (source) =>
    connected.map((target) => {
      const edge = counts.get(`${source.path}\n${target.path}`);
      if (source === target) return h("td", { class: "self", "aria-label": "itself" });
      if (!edge) return h("td", {});
      const isCircle = source.circle && source.circle === target.circle && edge.eager;
      const heat = `heat${1 + Math.min(3, Math.floor((3.999 * Math.log1p(edge.count)) / Math.log1p(most)))}`;
      const title = `${named(source)} imports ${named(target)} ${edge.count} times, ${edge.eager} of them at once${isCircle ? "; they are in a circle" : ""}`;
      return h("td", { class: isCircle ? `${heat} circle` : heat, title }, edge.count.toLocaleString("en"));
    });
  return h("div", { class: "plot" }, h("table", { class: "matrix" },
    h("caption", { class: "hidden" }, "Imports between the parts of this folder; a row imports a column"),
    h("thead", {}, h("tr", {}, h("th", {}), connected.map((item) => h("th", { scope: "col", title: item.path }, h("span", {}, named(item)))))),
    h("tbody", {}, connected.map((item) => h("tr", {},
      h("th", { scope: "row", title: item.path }, item.circle ? h("span", { class: "circle-mark", title: `circle ${item.circle}` }, "⟳ ") : null, h("a", { class: "mono", href: leads(item) }, named(item))), row(item)))),
  ));
}

function list(side, found) {
  replace(side,
    h("h2", {}, `Circles (${found.n_circles.toLocaleString("en")})`),
    h("p", { class: "dim" }, "Files that import each other while they are imported. What is imported later, or for type checkers only, is in none."),
    found.circles.slice(0, CIRCLES).map((circle) => h("details", { open: circle.length < 6 },
      h("summary", {}, h("span", { class: "circle-mark" }, "⟳ "), plural(circle.length, "file"), `: ${short(circle[0], 2)} …`),
      items("Files of a circle", circle.slice(0, IN_CIRCLE).map((path) => h("li", {}, h("a", { class: "go", href: address("around", { path }) }, path)))),
      circle.length > IN_CIRCLE ? h("p", { class: "dim" }, `${circle.length - IN_CIRCLE} more`) : null)),
    found.n_circles > CIRCLES ? h("p", { class: "dim" }, `${found.n_circles - CIRCLES} more circles`) : null,
    h("h2", {}, `Parts (${found.total.toLocaleString("en")})`),
    items("Parts of this folder", found.items.map((item) => h("li", { class: "row" },
      h("a", { class: "go", href: leads(item) }, named(item)),
      h("span", { class: "dim" }, item.kind === "folder" ? `${plural(item.files, "file")}, ` : "", kilobytes(item.bytes), item.tests ? ", tests" : ""),
      item.kind === "module" ? editorLink(item.path, 1, "open") : null))));
}

const kilobytes = (bytes) => `${Math.max(1, Math.round(bytes / 1000)).toLocaleString("en")} kB`;

async function treemap(container, found, go) {
  const values = [{ id: "all" }];
  for (const item of found.items) {
    values.push({ id: item.path, parent: "all", circle: item.circle, tests: item.tests, label: named(item), folder: item.kind === "folder" });
    for (const part of item.parts) {
      values.push({ id: `${item.path} ${part.path}`, parent: item.path, size: part.bytes, label: short(part.path, 1), path: part.path, tests: item.tests, circle: item.circle });
    }
  }
  const width = Math.max(320, container.clientWidth - 4);
  const spec = {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width, height: 420, padding: 1,
    data: [
      { name: "tree", values, transform: [{ type: "stratify", key: "id", parentKey: "parent" }, { type: "treemap", field: "size", sort: { field: "value", order: "descending" }, round: true, method: "squarify", ratio: 1.6, paddingInner: 2, paddingTop: 18, size: [width, 420] }] },
      { name: "inner", source: "tree", transform: [{ type: "filter", expr: "datum.children && datum.parent" }] },
      { name: "leaves", source: "tree", transform: [{ type: "filter", expr: "!datum.children && datum.parent" }] },
    ],
    marks: [
      { type: "rect", from: { data: "inner" }, encode: { enter: { ...box(colour("panel"), colour("line")), stroke: [{ test: "datum.circle", value: colour("error") }, { value: colour("line") }] } } },
      { type: "rect", from: { data: "leaves" }, encode: { enter: { ...box(colour("node"), colour("node-line")), fill: [{ test: "datum.tests", value: colour("module") }, { value: colour("node") }], cursor: { value: "pointer" }, tooltip: { signal: "datum.path + ', ' + format(datum.size / 1000, ',.0f') + ' kB'" } } } },
      { type: "text", from: { data: "inner" }, encode: { enter: { ...words(colour("text")), y: { field: "y0", offset: 4 }, fontWeight: { value: "bold" }, opacity: { signal: "datum.y1 - datum.y0 > 16 && datum.x1 - datum.x0 > 40 ? 1 : 0" } } } },
      { type: "text", from: { data: "leaves" }, encode: { enter: { ...words(colour("dim")), y: { field: "y0", offset: 4 }, opacity: { signal: "datum.y1 - datum.y0 > 16 && datum.x1 - datum.x0 > 40 ? 1 : 0" } } } },
    ],
  };
  await plot(container, spec, {
    mode: "vega",
    label: "Sizes of the parts of this folder; the list beside has them as text",
    onClick: (datum) => {
      const path = datum.path ?? datum.id;
      if (path && path !== "all") go(...(path.endsWith(".py") || path.endsWith(".pyi") ? ["around", { path }] : ["modules", { below: path }]));
    },
  });
}

function box(fill, stroke) {
  return { x: { field: "x0" }, y: { field: "y0" }, x2: { field: "x1" }, y2: { field: "y1" }, fill: { value: fill }, stroke: { value: stroke } };
}

function words(fill) {
  return { x: { field: "x0", offset: 4 }, text: { field: "label" }, fill: { value: fill }, fontSize: { value: 11 }, baseline: { value: "top" }, limit: { signal: "datum.x1 - datum.x0 - 8" } };
}
