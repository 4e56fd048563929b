// Elements from plain values. Text is always text: nothing of the repository is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export function replace(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export function plural(count, noun, many = `${noun}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : many}`;
}

// The last parts of a dotted name, which fit where the whole does not.
export function short(name, parts = 2) {
  if (name.includes("/")) return name.split("/").slice(-parts).join("/");
  return name.split(".").slice(-parts).join(".");
}

// A list in which arrow keys move between the buttons.
export function items(label, children) {
  const list = h("ul", { class: "items", "aria-label": label }, children);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.closest("ul.items")) return;
    const buttons = [...list.querySelectorAll(".go")];
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)];
    if (next) {
      next.focus();
      event.preventDefault();
    }
  });
  return list;
}

// The colour that a variable of the style has in the theme at hand.
export function colour(name) {
  const probe = h("span", { class: "hidden" });
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
