import assert from "node:assert/strict";
import { test } from "node:test";
import { withPath } from "../src/machine";
import { findServer, installers, lookedIn, type Machine, type Wishes, WrongPathError } from "../src/server";

/** A machine that has these files, all of them programs. */
function machine(files: string[], more: Partial<Machine> = {}): Machine {
  return {
    platform: "linux",
    env: { PATH: "/usr/bin:relative:/opt/bin" },
    home: "/home/me",
    isExecutable: (path) => files.includes(path),
    isFolder: (path) => files.some((file) => /[\\/]/.test(file[path.length] ?? "") && file.startsWith(path)),
    ...more,
  };
}

function wish(more: Partial<Wishes> = {}): Wishes {
  return { setting: "", interpreters: [], folders: ["/projects/a", "/projects/b"], ...more };
}

const everywhere = [
  "/envs/chosen/bin/flux-index",
  "/projects/a/.venv/bin/flux-index",
  "/projects/b/venv/bin/flux-index",
  "/opt/bin/flux-index",
  "/home/me/.local/bin/flux-index",
];

test("the chosen environment wins, then those in folders, PATH, the user's own programs", () => {
  const interpreters = ["/envs/chosen/bin/python3"];
  for (let n = 0; n < everywhere.length; n++) {
    const server = findServer(wish({ interpreters }), machine(everywhere.slice(n)));
    assert.deepEqual(server, { command: everywhere[n], args: ["lsp"] });
  }
  assert.equal(findServer(wish({ interpreters }), machine([])), undefined);
});

test("an environment may be chosen by its folder", () => {
  const server = findServer(wish({ interpreters: ["/envs/chosen"] }), machine(everywhere));
  assert.equal(server?.command, "/envs/chosen/bin/flux-index");
});

test("nothing of folders that are not trusted is started", () => {
  const server = findServer(wish({ folders: [] }), machine(everywhere));
  assert.equal(server?.command, "/opt/bin/flux-index");
});

test("a relative entry of PATH is not looked in", () => {
  assert.equal(findServer(wish(), machine(["relative/flux-index"])), undefined);
});

test("the setting names a program", () => {
  const cases = {
    "/x/flux-index": "/x/flux-index",
    "~/x/flux-index": "/home/me/x/flux-index",
    "${workspaceFolder}/tools/flux-index": "/projects/b/tools/flux-index",
    "tools/flux-index": "/projects/b/tools/flux-index",
    "flux-index": "/opt/bin/flux-index",
  };
  for (const [setting, command] of Object.entries(cases)) {
    const found = findServer(wish({ setting }), machine([...everywhere, command]));
    assert.equal(found?.command, command, setting);
  }
});

test("the setting names an environment, or its folder of programs", () => {
  for (const setting of ["/envs/chosen", "/envs/chosen/bin"]) {
    const found = findServer(wish({ setting }), machine(everywhere));
    assert.equal(found?.command, "/envs/chosen/bin/flux-index");
  }
});

test("a setting that is wrong is told, and nothing else is started", () => {
  for (const setting of ["/nowhere", "nowhere", "${workspaceFolder}/nowhere", "/projects"]) {
    assert.throws(() => findServer(wish({ setting }), machine(everywhere)), WrongPathError);
  }
});

test("on Windows", () => {
  const windows = { platform: "win32", env: { Path: "C:\\bin;D:\\bin" }, home: "C:\\me" } as const;
  const folders = ["C:\\a"];
  const inside = "C:\\a\\.venv\\Scripts\\flux-index.exe";
  const onPath = "D:\\bin\\flux-index.exe";
  const found = findServer(wish({ folders }), machine([inside, onPath], windows));
  assert.equal(found?.command, inside);
  assert.equal(findServer(wish({ folders }), machine([onPath], windows))?.command, onPath);
});

test("it can be installed with what there is", () => {
  const python = "/projects/a/.venv/bin/python";
  const lines = (files: string[]): string[] =>
    installers(wish(), machine(files)).map((way) => [way.command, ...way.args].join(" "));
  assert.deepEqual(lines([]), []);
  assert.deepEqual(lines([python]), [`${python} -m pip install flux-index`]);
  assert.deepEqual(lines([python, "/usr/bin/uv"]), [
    `/usr/bin/uv pip install --python ${python} flux-index`,
    "/usr/bin/uv tool install flux-index",
  ]);
  assert.deepEqual(lines(["/usr/bin/pipx"]), ["/usr/bin/pipx install flux-index"]);
});

test("where it was looked for is told in order, each place once", () => {
  const places = lookedIn(wish({ interpreters: ["/envs/chosen/bin/python3"] }), machine([]));
  assert.equal(places[0], "/envs/chosen/bin");
  assert.ok(places.indexOf("/projects/a/.venv/bin") < places.indexOf("/opt/bin"));
  assert.equal(places.at(-1), "/home/me/.local/bin");
  assert.equal(places.includes("relative"), false);
  assert.equal(new Set(places).size, places.length);
});

test("what more PATHs name is looked in last", () => {
  const more = withPath(machine(["/opt/bin/flux-index", "/tools/flux-index"]), "/tools:/opt/bin");
  assert.equal(more.env["PATH"], "/usr/bin:relative:/opt/bin:/tools:/opt/bin");
  assert.equal(findServer(wish(), more)?.command, "/opt/bin/flux-index");
});
