// Plots by Vega, which evaluates no code here: its expressions are interpreted.

import { colour } from "./dom.js";
import { library } from "./net.js";

export async function plot(container, spec, { mode, label, onClick } = {}) {
  await library("vega.min.js");
  await library("vega-lite.min.js");
  await library("vega-embed.min.js");
  container.replaceChildren();
  const shown = await globalThis.vegaEmbed(container, spec, {
    mode,
    ast: true,
    actions: false,
    defaultStyle: false,
    renderer: "svg",
    tooltip: false,
    config: theme(),
    loader: { load: () => Promise.reject(new Error("plots load nothing")) },
  });
  container.setAttribute("role", "img");
  container.setAttribute("aria-label", label);
  if (onClick) shown.view.addEventListener("click", (_, item) => item?.datum && onClick(item.datum));
  return shown;
}

export function theme() {
  const text = colour("text");
  const dim = colour("dim");
  const line = colour("line");
  const font = '"DejaVu Sans", system-ui, sans-serif';
  return {
    background: "transparent",
    font,
    axis: { labelColor: dim, titleColor: text, gridColor: line, domainColor: line, tickColor: line, labelFont: font, titleFont: font },
    legend: { labelColor: text, titleColor: text, labelFont: font, titleFont: font },
    title: { color: text },
    view: { stroke: line },
    style: { cell: { stroke: "transparent" } },
  };
}
