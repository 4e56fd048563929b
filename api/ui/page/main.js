// The page: which view is shown, the keys, the theme, and news of the server.

import * as agents from "./agents.js";
import * as around from "./around.js";
import * as classes from "./classes.js";
import { h, replace } from "./dom.js";
import * as edit from "./edit.js";
import * as modules from "./modules.js";
import { ask, listen } from "./net.js";
import { address, setUpEditor } from "./places.js";
import { setUpSearch } from "./search.js";

const VIEWS = { around, classes, modules, edit, agents };
const OF_SYMBOLS = ["around", "classes"];
const THEMES = ["", "light", "dark"];
const KEY = "flux-index theme";
const content = document.getElementById("content");
const statusLine = document.getElementById("status");

let shown = null; // what the view at hand offers: {news, restyle, fit, end}
let showing = new AbortController();
let target = "";

export function say(text, isError = false) {
  statusLine.textContent = text;
  statusLine.classList.toggle("error", isError);
}

function route() {
  const [name, query = ""] = location.hash.slice(1).split("?");
  return { view: name in VIEWS ? name : "around", parameters: Object.fromEntries(new URLSearchParams(query)), query };
}

async function show() {
  const { view, parameters, query } = route();
  if (OF_SYMBOLS.includes(view) && query) target = query;
  for (const link of document.querySelectorAll("nav a")) {
    const name = link.dataset.view;
    link.toggleAttribute("aria-current", false);
    if (name === view) link.setAttribute("aria-current", "page");
    if (OF_SYMBOLS.includes(name)) link.href = target ? `#${name}?${target}` : `#${name}`;
  }
  showing.abort();
  showing = new AbortController();
  const { signal } = showing;
  shown?.end?.();
  shown = null;
  say("Asking …");
  try {
    const offered = await VIEWS[view].show(content, parameters, { say, signal, go });
    if (signal.aborted) return offered?.end?.();
    shown = offered;
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    replace(content);
    say(error.message, true);
  }
}

function go(view, to) {
  const next = address(view, to);
  if (location.hash === next) show();
  else location.hash = next;
}

function setUpTheme(button) {
  const apply = (name) => {
    const theme = THEMES.includes(name) ? name : "";
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    button.textContent = { "": "Theme: system", light: "Theme: light", dark: "Theme: dark" }[theme];
    localStorage.setItem(KEY, theme);
    shown?.restyle?.();
  };
  button.addEventListener("click", () => {
    apply(THEMES[(THEMES.indexOf(localStorage.getItem(KEY) ?? "") + 1) % THEMES.length]);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown?.restyle?.());
  apply(localStorage.getItem(KEY) ?? "");
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target: on } = event;
  if (on.matches("input, select, textarea") || document.querySelector("dialog[open]")) return;
  const actions = {
    "/": () => document.getElementById("query").select() ?? document.getElementById("query").focus(),
    "?": () => document.getElementById("help").showModal(),
    t: () => document.getElementById("theme").click(),
    r: show,
    f: () => shown?.fit?.(),
    l: () => content.querySelector(".go, .side a, .side button")?.focus(),
  };
  const links = [...document.querySelectorAll("nav a")];
  if (/^[1-5]$/.test(event.key)) links[Number(event.key) - 1].click();
  else if (event.key in actions) actions[event.key]();
  else return;
  event.preventDefault();
}

async function begin() {
  setUpTheme(document.getElementById("theme"));
  document.getElementById("help-button").addEventListener("click", () => document.getElementById("help").showModal());
  document.getElementById("skip").addEventListener("click", () => content.focus());
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", show);
  setUpSearch((symbol, to) => go(route().view === "classes" ? "classes" : "around", to));
  const start = await ask("start").catch((error) => say(error.message, true));
  if (!start) return;
  document.getElementById("workspace").textContent = start.name;
  document.title = `${start.name} – flux-index`;
  setUpEditor(document.getElementById("editor"), start);
  await show();
  if (start.building || start.pending) say(`The index is being built: ${start.pending.toLocaleString("en")} files are not in it yet.`);
  listen((news) => {
    if (news.error) say(news.error, true);
    shown?.news?.(news);
  });
}

begin();
