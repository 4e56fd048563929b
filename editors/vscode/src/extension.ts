/** Where VS Code comes in. */

import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { Service } from "./service";

// These take effect when the server introduces itself.
const RESTARTING = ["flux-index.path", "flux-index.features"];

let service: Service | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("flux-index", { log: true });
  service = new Service(output);
  context.subscriptions.push(
    output,
    service,
    ...registerCommands(service, output),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (RESTARTING.some((section) => event.affectsConfiguration(section))) {
        void service?.restart();
      }
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      // The server is told of folders as they come and go; a new one may be where it is found.
      if (service?.server === undefined) {
        void service?.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void service?.restart()),
  );
  await service.restart();
}

export async function deactivate(): Promise<void> {
  await service?.stop();
}
