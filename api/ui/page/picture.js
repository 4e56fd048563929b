// A graph of boxes, laid out by ELK and drawn by Cytoscape, in the colours of the page.

import { colour } from "./dom.js";
import { library } from "./net.js";

const FONT = 12;
const LINE_HEIGHT = 15;
const LINES = { exact: "solid", inferred: "dashed", conventional: "dotted", textual: "solid" };
const SMALLEST_ZOOM = 0.62;
const AROUND = 44; // the legend stands below
const BETWEEN = 12; // boxes of a layer
const WIDER = 56; // of the 90 between layers
const LEAST = 9; // pixels on the screen that text needs to be read
const measure = document.createElement("canvas").getContext("2d");

// nodes: {id, label, kind, centre, mark}; edges: {source, target, evidence, mark, label}.
export async function draw(container, nodes, edges, { direction = "RIGHT", align = "AUTOMATIC", onSelect, onOpen, label }) {
  await Promise.all([library("cytoscape.min.js"), library("elk.bundled.js")]);
  const sized = nodes.map((node) => ({ ...node, ...size(node.label, node.centre) }));
  const placed = await layout(sized, edges, direction, align);
  const picture = globalThis.cytoscape({
    container,
    elements: [
      ...sized.map((node) => ({ data: node, position: placed.get(node.id) })),
      ...edges.map((edge, at) => ({ data: { id: `edge ${at}`, ...edge } })),
    ],
    layout: { name: "preset" },
    style: styles(),
    minZoom: 0.1,
    maxZoom: 2.5,
    autoungrabify: true,
    boxSelectionEnabled: false,
  });
  container.setAttribute("role", "img");
  container.setAttribute("aria-label", `${label}. The list beside it has the same.`);
  keepReadable(picture);
  fitReadable(picture);
  let before = 0;
  picture.on("tap", "node", (event) => {
    const now = performance.now();
    const id = event.target.id();
    if (onOpen) onOpen(id);
    else if (onSelect) onSelect(id, now - before < 400);
    before = now;
  });
  picture.on("mouseover", "node", (event) => {
    container.style.cursor = "pointer";
    event.target.connectedEdges().addClass("near");
    container.title = event.target.data("title") || event.target.data("label");
  });
  picture.on("mouseout", "node", (event) => {
    container.style.cursor = "";
    event.target.connectedEdges().removeClass("near");
    container.title = "";
  });
  return {
    fit: () => picture.fit(undefined, AROUND),
    restyle: () => picture.style(styles()),
    mark: (id) => {
      picture.nodes().removeClass("chosen");
      if (id) picture.getElementById(id).addClass("chosen");
    },
    nodes: () => picture.nodes().map((node) => ({ id: node.id(), ...node.renderedPosition() })),
    end: () => picture.destroy(),
  };
}

function size(label, isBold) {
  measure.font = `${isBold ? "bold " : ""}${FONT}px "DejaVu Sans", system-ui, sans-serif`;
  const lines = label.split("\n");
  return {
    width: Math.ceil(Math.max(...lines.map((line) => measure.measureText(line).width))) + 20,
    height: lines.length * LINE_HEIGHT + 10,
  };
}

async function layout(nodes, edges, direction, align) {
  const elk = new globalThis.ELK();
  const graph = await elk.layout({
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": direction,
      "elk.layered.spacing.nodeNodeBetweenLayers": "90",
      "elk.spacing.nodeNode": String(BETWEEN),
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
      "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.layered.crossingMinimization.forceNodeModelOrder": "true",
    },
    children: nodes.map(({ id, width, height }) => ({ id, width, height, layoutOptions: { "elk.alignment": align } })),
    edges: edges.map(({ source, target }, at) => ({ id: `edge ${at}`, sources: [source], targets: [target] })),
  });
  return new Map(graph.children.map((node) => [node.id, { x: node.x + node.width / 2, y: node.y + node.height / 2 }]));
}

// All of it where its text can be read then, else its middle at a size that can.
function fitReadable(picture) {
  picture.fit(undefined, AROUND);
  if (picture.zoom() > 1.1) picture.zoom(1.1);
  if (picture.zoom() < SMALLEST_ZOOM) picture.zoom(SMALLEST_ZOOM);
  const middle = picture.nodes("[?centre]");
  if (picture.zoom() > SMALLEST_ZOOM || middle.empty()) picture.center();
  else {
    picture.center(middle);
    const box = picture.elements().renderedBoundingBox();
    // Not more empty room on one side than there has to be.
    if (box.x1 > 24) picture.panBy({ x: 24 - box.x1, y: 0 });
  }
}

// Where boxes get small, each shows its first line alone, as large as can be read and has room.
function keepReadable(picture) {
  let level = null;
  picture.on("zoom", () => {
    const zoom = picture.zoom();
    const now = FONT * zoom >= LEAST ? 0 : Math.floor(Math.log2(zoom) * 4);
    if (now === level) return;
    level = now;
    picture.batch(() => picture.nodes().forEach((node) => {
      node.removeStyle("font-size label width");
      if (!now) return;
      const { label, width, height, centre } = node.data();
      // Of the room between boxes and between layers some is taken as well.
      const size = Math.min(LEAST / 2 ** (now / 4), (height + BETWEEN - 2) / 1.15);
      const { text, length } = shortened(label.split("\n")[0], ((width + WIDER - 4) * FONT) / size, centre);
      node.style({ "font-size": size, label: text, width: Math.max(width, (length * size) / FONT + 4) });
    }));
  });
}

// As much of a name as there is room for: its last parts if they fit, else the beginning of the last.
function shortened(name, room, isBold) {
  measure.font = `${isBold ? "bold " : ""}${FONT}px "DejaVu Sans", system-ui, sans-serif`;
  const length = (text) => measure.measureText(text).width;
  const separator = /\/|\.pyi?$/.test(name) ? "/" : ".";
  const parts = name.split(separator);
  let text = name;
  while (parts.length > 1 && length(text) > room) {
    parts.shift();
    text = parts.join(separator);
  }
  const last = text;
  for (let letters = last.length; letters > 1 && length(text) > room; letters -= 1) text = `${last.slice(0, letters)}…`;
  return { text, length: length(text) };
}

function styles() {
  const kinds = { class: "class", enum: "class", module: "module" };
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle", width: "data(width)", height: "data(height)", label: "data(label)",
        "text-wrap": "wrap", "text-valign": "center", "text-halign": "center", "text-justification": "left",
        "font-size": FONT, "font-family": '"DejaVu Sans", system-ui, sans-serif', "line-height": 1.2, color: colour("text"),
        "background-color": colour("node"), "border-color": colour("node-line"), "border-width": 1,
      },
    },
    ...Object.entries(kinds).map(([kind, name]) => ({
      selector: `node[kind = "${kind}"]`,
      style: { "background-color": colour(name), "border-color": colour(`${name}-line`) },
    })),
    { selector: "node[?centre]", style: { "border-width": 3, "border-color": colour("accent"), "font-weight": "bold" } },
    { selector: 'node[kind = "more"]', style: { "border-style": "dashed", "background-opacity": 0 } },
    ...["error", "warning", "good"].map((mark) => ({
      selector: `node[mark = "${mark}"]`,
      style: { "border-color": colour(mark), "border-width": 2.5 },
    })),
    { selector: "node.chosen", style: { "border-width": 3, "border-color": colour("focus") } },
    {
      selector: "edge",
      style: {
        width: 1.4, "curve-style": "straight", "target-arrow-shape": "triangle", "arrow-scale": 0.8, opacity: 0.75,
        "line-color": colour("exact"), "target-arrow-color": colour("exact"),
        "source-endpoint": "50% 0%", "target-endpoint": "-50% 0%",
      },
    },
    ...Object.entries(LINES).map(([evidence, line]) => ({
      selector: `edge[evidence = "${evidence}"]`,
      style: {
        "line-style": line, "line-color": colour(evidence), "target-arrow-color": colour(evidence),
        ...(evidence === "textual" ? { opacity: 0.5, width: 1 } : {}),
        ...(evidence === "conventional" ? { width: 2 } : {}),
      },
    })),
    ...["error", "warning"].map((mark) => ({
      selector: `edge[mark = "${mark}"]`,
      style: { "line-color": colour(mark), "target-arrow-color": colour(mark), width: 2 },
    })),
    { selector: "edge.near", style: { width: 3, opacity: 1 } },
  ];
}
