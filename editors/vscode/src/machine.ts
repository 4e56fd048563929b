/** The machine that this runs on. Knows nothing of VS Code. */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import type { Machine } from "./server";

export const thisMachine: Machine = {
  platform: process.platform,
  env: process.env,
  home: os.homedir(),
  isExecutable(path) {
    try {
      fs.accessSync(path, fs.constants.X_OK);
      return fs.statSync(path).isFile();
    } catch {
      return false;
    }
  },
  isFolder(path) {
    return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  },
};

/** A machine with more in its PATH. */
export function withPath(machine: Machine, more: string): Machine {
  const PATH = [machine.env["PATH"] ?? "", more].filter(Boolean).join(":");
  return { ...machine, env: { ...machine.env, PATH } };
}

/** Run a program to its end; rejects with what it said when it fails. */
export function run(command: string, args: readonly string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, cwd === undefined ? {} : { cwd }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else {
        reject(new Error(stderr.trim() || error.message));
      }
    });
  });
}

/**
 * The PATH that a shell of the user's has, which a program that a desktop started lacks; undefined where
 * there is no telling. It runs what the user's own profile says, and nothing of a workspace.
 */
async function pathOfShell(): Promise<string | undefined> {
  const shell = process.env["SHELL"];
  if (process.platform === "win32" || shell === undefined) {
    return undefined;
  }
  return new Promise((resolve) => {
    const options = { cwd: os.homedir(), timeout: 5000 };
    execFile(shell, ["-ilc", "printf '\\n%s\\n' \"PATH=$PATH\""], options, (error, stdout) => {
      const line = stdout.split("\n").filter((each) => each.startsWith("PATH=")).at(-1);
      resolve(error === null ? line?.slice("PATH=".length) : undefined);
    });
  });
}

/**
 * The PATHs that this process could have had: that with which the program that started it was itself
 * started, which VS Code replaces by that of a login shell, and that of such a shell.
 */
export async function otherPaths(): Promise<string> {
  const found = [pathOfParent(), await pathOfShell()];
  return found.filter((each) => each !== undefined).join(":");
}

function pathOfParent(): string | undefined {
  try {
    // Elsewhere than on Linux there is no such file.
    const variables = fs.readFileSync(`/proc/${process.ppid}/environ`, "utf8").split("\0");
    return variables.find((each) => each.startsWith("PATH="))?.slice("PATH=".length);
  } catch {
    return undefined;
  }
}

/** What is thrown, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
