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

/** What is thrown, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
