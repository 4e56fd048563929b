// An edit: what git says has changed, what is wrong with it, and what it breaks elsewhere.

import { h, items, plural, replace, short } from "./dom.js";
import { ask } from "./net.js";
import { draw } from "./picture.js";
import { editorLink } from "./places.js";

const DRAWN = 60;
const LISTED = 80;
const VERDICTS = { ok: "Nothing is wrong with it.", "cannot judge": "Nothing was found, but not all could be judged.", doubtful: "There are doubts.", broken: "It breaks something." };

export async function show(content, _, { say, signal }) {
  const canvas = h("div", { class: "canvas" });
  const side = h("div", { class: "side" });
  const stage = h("div", { class: "stage" }, canvas, h("div", { class: "legend" }, h("span", {}, "changed file → file that it breaks"), h("span", { class: "error" }, "▢ error"), h("span", { class: "warning" }, "▢ warning"), h("span", { class: "good" }, "▢ nothing wrong")));
  replace(content, h("div", { class: "view" }, stage, side));
  let picture = null;
  let isAsking = false;
  let isStale = false;
  const paint = async () => {
    if (isAsking) {
      isStale = true; // asked again when this is answered
      return;
    }
    isAsking = true;
    try {
      do {
        isStale = false;
        const found = await ask("edit", {}, signal);
        if (signal.aborted) return;
        list(side, found);
        picture?.end();
        picture = found.files.length ? await drawFiles(canvas, found, side) : null;
        if (!picture) replace(canvas);
        say(`${plural(found.files.filter((file) => file.changed).length, "file")} changed since the last commit. ${VERDICTS[found.verdict] ?? ""} ${plural(found.counts.error ?? 0, "error")}, ${plural(found.counts.warning ?? 0, "warning")}. Looked at ${new Date().toLocaleTimeString()}; each saved file is looked at at once.`);
      } while (isStale);
    } finally {
      isAsking = false;
    }
  };
  await paint();
  return {
    fit: () => picture?.fit(),
    restyle: () => picture?.restyle(),
    news: (news) => news.generation && paint().catch((error) => error.name === "AbortError" || say(error.message, true)),
    end: () => picture?.end(),
  };
}

const worst = (file) => ["error", "warning"].find((severity) => file.findings.some((finding) => finding.severity === severity));

async function drawFiles(canvas, found, side) {
  const changed = found.files.filter((file) => file.changed);
  const broken = found.files.filter((file) => !file.changed).slice(0, DRAWN);
  const shown = changed.slice(0, DRAWN);
  const node = (file) => ({
    id: file.path,
    label: `${short(file.path, 3)}\n${file.findings.length ? plural(file.findings.length, "finding") : "nothing wrong"}`,
    kind: file.changed ? "module" : "function",
    mark: worst(file) ?? (file.findings.length ? undefined : "good"),
    title: file.path,
  });
  // Which of several changed files breaks another is not known: they stand behind one "the edit".
  const nodes = [...shown, ...broken].map(node);
  const edges = [];
  if (shown.length > 1) {
    nodes.push({ id: "edit", label: `the edit\n${plural(changed.length, "file")}`, kind: "more", centre: true });
    edges.push(...shown.map((file) => ({ source: file.path, target: "edit", evidence: "exact" })));
  }
  const source = shown.length > 1 ? "edit" : shown[0]?.path;
  if (source) edges.push(...broken.map((file) => ({ source, target: file.path, mark: worst(file), evidence: file.findings[0].evidence })));
  return draw(canvas, nodes, edges, {
    label: `${plural(changed.length, "changed file")}, ${plural(broken.length, "file")} that they break`,
    onOpen: (id) => side.querySelector(`[data-file="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "start" }),
  });
}

function list(side, found) {
  const changed = found.files.filter((file) => file.changed);
  const broken = found.files.filter((file) => !file.changed);
  replace(side,
    h("p", { class: `verdict ${{ ok: "good", broken: "error", doubtful: "warning" }[found.verdict] ?? ""}` }, changed.length || found.total ? VERDICTS[found.verdict] ?? found.verdict : "Nothing has changed since the last commit."),
    found.notes.map((note) => h("p", { class: "dim" }, note)),
    broken.length ? [h("h3", {}, `Broken elsewhere (${plural(broken.length, "file")})`), broken.slice(0, LISTED).map(fileSection)] : null,
    changed.length ? [h("h3", {}, `Changed (${plural(changed.length, "file")})`), changed.slice(0, LISTED).map(fileSection)] : null,
    changed.length > LISTED ? h("p", { class: "dim" }, `${changed.length - LISTED} more changed files`) : null,
    found.truncated ? h("p", { class: "dim" }, `${found.total.toLocaleString("en")} findings in all: \`flux-index validate\` has them.`) : null,
    found.unjudged.length ? h("details", {}, h("summary", {}, `Not judged (${found.unjudged.length})`), found.unjudged.map((each) => h("p", { class: "place" }, `${each.what}: ${each.why}`))) : null);
}

function fileSection(file) {
  return h("section", { "data-file": file.path, "aria-label": file.path },
    h("div", { class: "row" }, editorLink(file.path, file.findings[0]?.line ?? 1, file.path), h("span", { class: "dim" }, file.findings.length ? "" : "nothing wrong")),
    items(`Findings in ${file.path}`, file.findings.map((finding) => h("li", {},
      h("div", { class: "row" }, h("span", { class: `badge ${finding.severity}` }, finding.severity), editorLink(file.path, finding.line, `line ${finding.line}`), h("span", { class: "dim mono" }, finding.rule), finding.evidence === "exact" ? null : h("span", { class: `badge ${finding.evidence}` }, finding.evidence)),
      h("div", {}, finding.message),
      finding.fixes.map((fix) => h("div", { class: "place" }, `fix: ${fix}`))))));
}
