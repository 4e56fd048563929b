// The search box with completion.

import { h, replace, short } from "./dom.js";
import { ask } from "./net.js";
import { targetOf } from "./places.js";

const PAUSE = 120;

export function setUpSearch(onChoose) {
  const input = document.getElementById("query");
  const list = document.getElementById("found");
  let symbols = [];
  let chosen = -1;
  let timer = 0;
  let asking = new AbortController();

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    chosen = -1;
  };

  const choose = (at) => {
    chosen = at;
    [...list.children].forEach((option, number) => {
      option.setAttribute("aria-selected", String(number === at));
      if (number === at) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    });
  };

  const take = (at) => {
    const symbol = symbols[at];
    if (!symbol && !input.value.trim()) return;
    close();
    if (symbol) input.value = symbol.name;
    input.blur();
    onChoose(symbol, symbol ? targetOf(symbol) : { name: input.value.trim() });
  };

  const complete = async () => {
    asking.abort();
    asking = new AbortController();
    try {
      symbols = await ask("complete", { query: input.value }, asking.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      symbols = [];
    }
    replace(
      list,
      symbols.map((symbol, at) =>
        h("li", { id: `found-${at}`, role: "option", "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); take(at); } },
          h("span", { class: "mono" }, short(symbol.name, 2)), " ",
          h("span", { class: "dim" }, `${symbol.kind} · ${symbol.path}`)),
      ),
    );
    list.hidden = !symbols.length || document.activeElement !== input;
    input.setAttribute("aria-expanded", String(!list.hidden));
    choose(symbols.length ? 0 : -1);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(complete, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (symbols.length) choose((chosen + step + symbols.length) % symbols.length);
    } else if (event.key === "Enter") take(chosen);
    else if (event.key === "Escape") {
      if (list.hidden) input.blur();
      close();
    } else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}
