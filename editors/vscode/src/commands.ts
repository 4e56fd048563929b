/** The commands of the palette, and the one that code lenses send. */

import * as path from "node:path";
import * as vscode from "vscode";
import type * as lsp from "vscode-languageclient/node";
import { messageOf, run, thisMachine } from "./machine";
import { installers } from "./server";
import type { Service } from "./service";
import { described, type IndexStatus } from "./state";
import { localFolders, wishes } from "./wishes";

/** A finding, as the operation `validate` tells it. */
interface Finding {
  readonly rule: string;
  readonly severity: "error" | "warning" | "hint";
  readonly message: string;
  readonly path: string;
  readonly range: lsp.Range;
}

interface Judgement {
  readonly items: readonly Finding[];
  readonly checked: readonly string[];
}

interface Choice extends vscode.QuickPickItem {
  choose(): unknown;
}

export function registerCommands(
  service: Service,
  output: vscode.LogOutputChannel,
): vscode.Disposable[] {
  const commands: Record<string, (...given: never[]) => unknown> = {
    restartServer: () => service.restart(),
    installServer: () => install(service),
    showOutput: () => output.show(),
    showIndexStatus: () => showStatus(service),
    indexAgain: () => indexAgain(service),
    validateChanges: () => validateChanges(service),
    showReferences: (uri: string, position: lsp.Position, locations: lsp.Location[]) =>
      showReferences(service, uri, position, locations),
  };
  return Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(`flux-index.${name}`, async (...given: never[]) => {
      try {
        await command(...given);
      } catch (error) {
        tell(error);
      }
    }),
  );
}

function tell(error: unknown): void {
  // What the command line says starts with its name.
  const reason = messageOf(error).replace(/^flux-index: /, "");
  void vscode.window.showErrorMessage(`flux-index: ${reason}`);
}

async function install(service: Service): Promise<void> {
  const ways = installers(await wishes(), thisMachine);
  if (ways.length === 0) {
    throw new Error(
      "Neither a virtual environment nor uv nor pipx was found to install flux-index with.",
    );
  }
  const title = "Install flux-index";
  const items = ways.map((way) => ({ label: way.label, description: way.detail, way }));
  const chosen = await vscode.window.showQuickPick(items, { title });
  if (chosen === undefined) {
    return;
  }
  // As a task, what happens is seen in a terminal and can be stopped there.
  const task = new vscode.Task(
    { type: "flux-index" },
    vscode.TaskScope.Workspace,
    title,
    "flux-index",
    new vscode.ProcessExecution(chosen.way.command, [...chosen.way.args]),
  );
  const ended = new Promise<number | undefined>((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess((event) => {
      if (event.execution.task.name === title) {
        listener.dispose();
        resolve(event.exitCode);
      }
    });
  });
  await vscode.tasks.executeTask(task);
  if ((await ended) === 0) {
    await service.restart();
  }
}

async function showStatus(service: Service): Promise<void> {
  const items: Choice[] = [];
  for (const folder of service.client === undefined ? [] : localFolders()) {
    try {
      const { label, detail } = described(await service.ask<IndexStatus>("status", folder));
      items.push({ label: folder.name, description: label, detail, choose: () => undefined });
    } catch (error) {
      items.push({ label: folder.name, detail: messageOf(error), choose: () => undefined });
    }
  }
  const command = (label: string, name: string): Choice => ({
    label,
    choose: () => vscode.commands.executeCommand(`flux-index.${name}`),
  });
  items.push(command("$(output) Show output", "showOutput"));
  items.push(command("$(debug-restart) Restart server", "restartServer"));
  if (service.server === undefined) {
    items.push(command("$(cloud-download) Install server…", "installServer"));
  } else {
    items.push(command("$(refresh) Index again", "indexAgain"));
    items.push(command("$(checklist) Validate changed files", "validateChanges"));
  }
  const title = service.server?.command ?? "flux-index: no server found";
  await (await vscode.window.showQuickPick(items, { title }))?.choose();
}

async function indexAgain(service: Service): Promise<void> {
  await service.restart(async (server) => {
    for (const folder of localFolders()) {
      try {
        await run(server.command, ["clean", folder.uri.fsPath]);
      } catch (error) {
        // Another window may keep this index; the server is started all the same.
        tell(error);
      }
    }
  });
}

async function validateChanges(service: Service): Promise<void> {
  const items: Choice[] = [];
  let nChecked = 0;
  const progress = { location: vscode.ProgressLocation.Window, title: "Validating changed files" };
  await vscode.window.withProgress(progress, async () => {
    for (const folder of localFolders()) {
      const [status, judgement] = await Promise.all([
        service.ask<IndexStatus>("status", folder),
        service.ask<Judgement>("validate", folder),
      ]);
      nChecked += judgement.checked.length;
      items.push(...judgement.items.map((finding) => choiceOf(service, status.root, finding)));
    }
  });
  if (items.length === 0) {
    const files = nChecked === 1 ? "1 changed file" : `${nChecked} changed files`;
    void vscode.window.showInformationMessage(`flux-index: nothing is wrong with ${files}.`);
    return;
  }
  const title = "Wrong in what has changed";
  await (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.choose();
}

function choiceOf(service: Service, root: string, finding: Finding): Choice {
  const icon = { error: "$(error)", warning: "$(warning)", hint: "$(info)" }[finding.severity];
  const file = path.isAbsolute(finding.path) ? finding.path : path.join(root, finding.path);
  return {
    label: `${icon} ${finding.message}`,
    description: `${finding.path}:${finding.range.start.line + 1}`,
    detail: finding.rule,
    choose: () => {
      const selection = service.client?.protocol2CodeConverter.asRange(finding.range);
      const options = selection === undefined ? {} : { selection };
      return vscode.window.showTextDocument(vscode.Uri.file(file), options);
    },
  };
}

/** What the protocol's JSON says, shown where the code lens is. */
async function showReferences(
  service: Service,
  uri: string,
  position: lsp.Position,
  locations: lsp.Location[],
): Promise<void> {
  const convert = service.client?.protocol2CodeConverter;
  if (convert !== undefined) {
    await vscode.commands.executeCommand(
      "editor.action.showReferences",
      convert.asUri(uri),
      convert.asPosition(position),
      locations.map((location) => convert.asLocation(location)),
    );
  }
}
