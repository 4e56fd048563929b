/** What VS Code knows of where the server may be. */

import * as vscode from "vscode";
import type { Wishes } from "./server";

/** The part of the Python extension's interface that is used here. */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
  };
}

export async function wishes(): Promise<Wishes> {
  if (!vscode.workspace.isTrusted) {
    // Nothing that comes with the workspace is run. The setting is the user's own then.
    return { setting: setting(), interpreters: [], folders: [] };
  }
  const folders = localFolders();
  return {
    setting: setting(),
    interpreters: await chosenInterpreters(folders),
    folders: folders.map((folder) => folder.uri.fsPath),
  };
}

/** The open folders that are on this machine. */
export function localFolders(): vscode.WorkspaceFolder[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.filter((folder) => folder.uri.scheme === "file");
}

function setting(): string {
  return vscode.workspace.getConfiguration("flux-index").get("path", "").trim();
}

async function chosenInterpreters(folders: vscode.WorkspaceFolder[]): Promise<string[]> {
  const python = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  if (python === undefined) {
    return [];
  }
  try {
    const { environments } = await python.activate();
    const places = folders.length > 0 ? folders.map((folder) => folder.uri) : [undefined];
    const chosen = places.map((uri) => environments?.getActiveEnvironmentPath(uri).path ?? "");
    // Before the extension has looked around, it names a bare `python`.
    return chosen.filter((path) => /[\\/]/.test(path));
  } catch {
    return [];
  }
}
