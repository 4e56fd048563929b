// Places in files: addresses of this page, and of the user's editor.

import { h } from "./dom.js";

const EDITORS = {
  "": "no editor",
  "vscode://file{path}:{line}:{column}": "VS Code",
  "vscodium://file{path}:{line}:{column}": "VSCodium",
  "cursor://file{path}:{line}:{column}": "Cursor",
  "zed://file{path}:{line}:{column}": "Zed",
  "pycharm://open?file={path}&line={line}": "PyCharm",
};
const KEY = "flux-index editor";
let root = "";
let template = "";

export function setUpEditor(select, start) {
  root = start.root;
  const named = { ...EDITORS };
  if (!(start.editor in named)) named[start.editor] = "as --editor says";
  const kept = localStorage.getItem(KEY);
  template = kept !== null && kept in named ? kept : start.editor;
  select.replaceChildren(...Object.entries(named).map(([value, text]) => h("option", { value }, text)));
  select.value = template;
  select.addEventListener("change", () => {
    template = select.value;
    localStorage.setItem(KEY, template);
    for (const link of document.querySelectorAll("a[data-path]")) link.replaceWith(editorLink(link.dataset.path, Number(link.dataset.line), link.textContent));
  });
}

function editorAddress(path, line) {
  const absolute = path.startsWith("/") ? path : `${root}/${path}`;
  const address = template
    .replace("{path}", absolute.split("/").map(encodeURIComponent).join("/"))
    .replace("{line}", String(line))
    .replace("{column}", "1");
  return /^(javascript|data|vbscript|blob|file):/i.test(address.trim()) ? "" : address;
}

// A place as text, which leads to the editor where one is chosen.
export function editorLink(path, line, text = `${path}:${line}`) {
  const address = template && path ? editorAddress(path, line) : "";
  const attributes = { "data-path": path, "data-line": line, class: "place" };
  if (address) Object.assign(attributes, { href: address, title: "Open in the editor" });
  return h("a", attributes, text);
}

// The address of a view of a symbol.
export function address(view, target) {
  const query = new URLSearchParams(Object.entries(target).filter(([, value]) => value !== undefined));
  return `#${view}?${query}`;
}

// How to ask for the symbol of an answer.
export function targetOf(symbol) {
  if (symbol.kind === "module" && symbol.path) return { path: symbol.path };
  if (symbol.kind && symbol.path && !symbol.path.startsWith("/") && symbol.range) {
    return { path: symbol.path, line: symbol.range.start.line, character: symbol.range.start.character };
  }
  return { name: symbol.name };
}
