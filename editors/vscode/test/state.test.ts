import assert from "node:assert/strict";
import { test } from "node:test";
import { described, shown, Work } from "../src/state";

test("work is shown while it runs", () => {
  const work = new Work();
  work.take("a", { kind: "begin", title: "Indexing project", message: "10 of 20", percentage: 50 });
  assert.match(shown({ kind: "ready" }, work.list()).text, /spin.*50 %/);
  work.take("a", { kind: "report", message: "20 of 20", percentage: 100 });
  assert.equal(shown({ kind: "ready" }, work.list()).tooltip, "Indexing project: 20 of 20");
  work.take("a", { kind: "end" });
  assert.match(shown({ kind: "ready" }, work.list()).text, /check/);
});

test("of several pieces of work, one ends before the other", () => {
  const work = new Work();
  work.take(1, { kind: "begin", title: "one" });
  work.take(2, { kind: "begin", title: "two" });
  work.take(1, { kind: "end" });
  assert.equal(shown({ kind: "ready" }, work.list()).tooltip, "two");
});

test("an error says why", () => {
  const { tooltip, isError } = shown({ kind: "error", reason: "broken pipe" }, []);
  assert.deepEqual({ tooltip, isError }, { tooltip: "broken pipe", isError: true });
});

test("the state of an index", () => {
  const status = {
    root: "/a", indexed: 8, total: 10, pending: 2, skipped: [{}], errors: [], problems: [],
    environment: { prefix: "/a/.venv", python: "3.12" },
  };
  assert.deepEqual(described(status), {
    label: "8 of 10 files indexed",
    detail: "2 pending; 1 left out; Python 3.12 in /a/.venv",
  });
  const unknown = { ...status, pending: 0, skipped: [], environment: { prefix: "", python: "" } };
  assert.equal(described(unknown).detail, "no Python environment found");
});
