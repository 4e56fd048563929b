// Questions to the server of this page, and its news.

export class Refused extends Error {}

export async function ask(view, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined && value !== ""));
  let response;
  try {
    response = await fetch(`api/${view}?${query}`, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("flux-index ui has ended: start it again, and open the address that it prints");
  }
  const answer = await response.json().catch(() => ({ error: `the server answered ${response.status}` }));
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}

export function listen(onNews) {
  const stream = new EventSource("api/news");
  stream.addEventListener("message", (event) => onNews(JSON.parse(event.data)));
  return stream;
}

const loading = new Map();

// A script of others, loaded when a view first needs it. They set a global, as scripts did.
export function library(name) {
  if (!loading.has(name)) loading.set(name, import(`./assets/${name}`));
  return loading.get(name);
}
