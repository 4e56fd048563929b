/** Where the server is and how it is started and installed. Knows nothing of VS Code. */

import * as path from "node:path";

/** The machine as far as it matters here. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Whether a path is a file that can be run. */
  isExecutable(path: string): boolean;
  isFolder(path: string): boolean;
}

/** What is known of where to look. */
export interface Wishes {
  /** The setting `flux-index.path`; empty when it is not set. */
  readonly setting: string;
  /** Python interpreters that were chosen for the open folders. */
  readonly interpreters: readonly string[];
  /** The folders that are open; none where they are not trusted. */
  readonly folders: readonly string[];
}

export interface Server {
  readonly command: string;
  readonly args: readonly string[];
}

/** A way to install the server, which a person chooses. */
export interface Installer {
  readonly label: string;
  readonly detail: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** A setting that names nothing that can be run; its message is for people. */
export class WrongPathError extends Error {}

const PACKAGE = "flux-index";
const ENVIRONMENTS = [".venv", "venv", "env", ".env"];

/** The server to start, or undefined when there is none. Throws WrongPathError. */
export function findServer(wishes: Wishes, machine: Machine): Server | undefined {
  const command = wishes.setting ? fromSetting(wishes, machine) : found(wishes, machine);
  return command === undefined ? undefined : { command, args: ["lsp"] };
}

/** Where findServer looks, in order, for people who wonder why it found nothing. */
export function lookedIn(wishes: Wishes, machine: Machine): string[] {
  const { delimiter, join, isAbsolute } = paths(machine);
  const listed = (machine.env["PATH"] ?? machine.env["Path"] ?? "").split(delimiter);
  const own = join(machine.home, ".local", "bin");
  return unique([...scriptFolders(wishes, machine), ...listed.filter(isAbsolute), own]);
}

/** The ways to install the server that this machine has, environments of the workspace first. */
export function installers(wishes: Wishes, machine: Machine): Installer[] {
  const uv = onPath("uv", machine);
  const pipx = onPath("pipx", machine);
  const result: Installer[] = [];
  for (const scripts of unique(scriptFolders(wishes, machine))) {
    const python = first("python", [scripts], machine) ?? first("python3", [scripts], machine);
    if (python === undefined) {
      continue;
    }
    // An environment that uv made has no pip.
    if (uv !== undefined) {
      const args = ["pip", "install", "--python", python, PACKAGE];
      result.push({ label: "uv pip install", detail: `into ${python}`, command: uv, args });
    } else {
      const args = ["-m", "pip", "install", PACKAGE];
      result.push({ label: "pip install", detail: `into ${python}`, command: python, args });
    }
  }
  const alone = "on its own, for all workspaces";
  if (uv !== undefined) {
    const args = ["tool", "install", PACKAGE];
    result.push({ label: "uv tool install", detail: alone, command: uv, args });
  }
  if (pipx !== undefined) {
    const args = ["install", PACKAGE];
    result.push({ label: "pipx install", detail: alone, command: pipx, args });
  }
  return result;
}

function fromSetting(wishes: Wishes, machine: Machine): string {
  for (const named of expanded(wishes, machine)) {
    if (machine.isFolder(named)) {
      const folders = [named, scriptsOf(named, machine)];
      const command = first(PACKAGE, folders, machine);
      if (command !== undefined) {
        return command;
      }
    } else if (machine.isExecutable(named)) {
      return named;
    }
  }
  throw new WrongPathError(`flux-index.path is ${wishes.setting}, which is no program to run.`);
}

/** The paths that the setting may mean: one for each folder when it is relative to these. */
function expanded(wishes: Wishes, machine: Machine): string[] {
  const { join, isAbsolute } = paths(machine);
  const setting = wishes.setting.replace(/^~(?=$|[\\/])/, () => machine.home);
  if (setting.includes("${workspaceFolder}")) {
    return wishes.folders.map((folder) => setting.replaceAll("${workspaceFolder}", () => folder));
  }
  if (isAbsolute(setting)) {
    return [setting];
  }
  const inFolders = wishes.folders.map((folder) => join(folder, setting));
  // A bare name is a program on PATH.
  const named = /[\\/]/.test(setting) ? undefined : onPath(setting, machine);
  return named === undefined ? inFolders : [...inFolders, named];
}

function found(wishes: Wishes, machine: Machine): string | undefined {
  const { join } = paths(machine);
  return (
    first(PACKAGE, scriptFolders(wishes, machine), machine) ??
    onPath(PACKAGE, machine) ??
    // uv and pipx install here, which the PATH of a program started from a desktop often lacks.
    first(PACKAGE, [join(machine.home, ".local", "bin")], machine)
  );
}

/** The folders of programs of the environments that were chosen, or lie in the open folders. */
function scriptFolders(wishes: Wishes, machine: Machine): string[] {
  const { join, dirname } = paths(machine);
  const chosen = wishes.interpreters.map((interpreter) =>
    machine.isFolder(interpreter) ? scriptsOf(interpreter, machine) : dirname(interpreter),
  );
  const inside = wishes.folders.flatMap((folder) =>
    ENVIRONMENTS.map((name) => scriptsOf(join(folder, name), machine)),
  );
  return [...chosen, ...inside];
}

function scriptsOf(environment: string, machine: Machine): string {
  return paths(machine).join(environment, machine.platform === "win32" ? "Scripts" : "bin");
}

function onPath(name: string, machine: Machine): string | undefined {
  const { delimiter, isAbsolute } = paths(machine);
  const listed = (machine.env["PATH"] ?? machine.env["Path"] ?? "").split(delimiter);
  // A relative entry would find what lies in whatever folder happens to be the current one.
  return first(name, listed.filter(isAbsolute), machine);
}

function first(name: string, folders: readonly string[], machine: Machine): string | undefined {
  const { join, extname } = paths(machine);
  const file = machine.platform === "win32" && extname(name) === "" ? `${name}.exe` : name;
  return folders.map((folder) => join(folder, file)).find((each) => machine.isExecutable(each));
}

function paths(machine: Machine): path.PlatformPath {
  return machine.platform === "win32" ? path.win32 : path.posix;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
