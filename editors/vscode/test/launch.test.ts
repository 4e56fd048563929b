/** The real server, found and started as the extension does. FLUX_INDEX_ENVIRONMENT has it. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  DefinitionRequest,
  DidOpenTextDocumentNotification,
  ExecuteCommandRequest,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type Location,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { run, thisMachine } from "../src/machine";
import { findServer } from "../src/server";

const environment = process.env["FLUX_INDEX_ENVIRONMENT"];
const skip = environment ? false : "FLUX_INDEX_ENVIRONMENT names no environment with flux-index";

test("the server in a folder's environment is found, starts, answers and ends", { skip }, async () => {
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "flux-index-"));
  fs.symlinkSync(environment ?? "", path.join(root, ".venv"));
  fs.writeFileSync(path.join(root, "pyproject.toml"), "");
  fs.writeFileSync(path.join(root, "shapes.py"), "class Circle:\n    pass\n");
  const text = "from shapes import Circle\n\nCircle()\n";

  const server = findServer({ setting: "", interpreters: [], folders: [root] }, thisMachine);
  assert.ok(server);
  assert.equal(server.command, path.join(root, ".venv", "bin", "flux-index"));
  assert.match(await run(server.command, ["--version"]), /^flux-index /);

  const child = spawn(server.command, server.args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  try {
    connection.listen();
    const folder = pathToFileURL(root).href;
    const { capabilities } = await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      workspaceFolders: [{ uri: folder, name: "root" }],
      initializationOptions: { features: { hover: false } },
    });
    assert.equal(capabilities.definitionProvider, true);
    assert.equal(capabilities.hoverProvider, undefined);
    await connection.sendNotification(InitializedNotification.type, {});

    const uri = `${folder}/main.py`;
    await connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "python", version: 1, text },
    });
    const found = await connection.sendRequest(DefinitionRequest.type, {
      textDocument: { uri },
      position: { line: 2, character: 1 },
    });
    assert.deepEqual((found as Location[]).map((each) => path.basename(each.uri)), ["shapes.py"]);

    const status: unknown = await connection.sendRequest(ExecuteCommandRequest.type, {
      command: "flux-index.status",
      arguments: [{ workspace: folder }],
    });
    assert.equal((status as { root: string }).root, root);

    await connection.sendRequest(ShutdownRequest.type);
    await connection.sendNotification(ExitNotification.type);
    assert.equal(await ended, 0);
  } finally {
    connection.dispose();
    child.kill();
    fs.rmSync(root, { recursive: true });
  }
});
