/** The server as long as VS Code runs: started, stopped, and its state in the status bar. */

import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  State as ClientState,
} from "vscode-languageclient/node";
import { messageOf, otherPaths, thisMachine, withPath } from "./machine";
import { findServer, lookedIn, type Server } from "./server";
import { shown, type State, Work } from "./state";
import { wishes } from "./wishes";

const SELECTOR = ["file", "untitled", "vscode-notebook", "vscode-notebook-cell"].map((scheme) => ({
  scheme,
  language: "python",
}));

export class Service implements vscode.Disposable {
  /** The running client, if the server runs. */
  client: LanguageClient | undefined;
  /** What was started last, also when it did not come up. */
  server: Server | undefined;

  private state: State = { kind: "stopped" };
  private readonly work = new Work();
  private readonly item: vscode.StatusBarItem;
  // Restarts happen one after the other, however fast they are asked for.
  private queue: Promise<void> = Promise.resolve();
  private offered = false;

  constructor(private readonly output: vscode.LogOutputChannel) {
    this.item = vscode.window.createStatusBarItem("flux-index", vscode.StatusBarAlignment.Right);
    this.item.name = "flux-index";
    this.item.command = "flux-index.showIndexStatus";
    this.show();
    this.item.show();
  }

  /** Start the server, anew if it runs; `between` happens while none runs. */
  restart(between?: (server: Server) => Promise<void>): Promise<void> {
    return this.next(async () => {
      await this.halt();
      await this.start(between);
    });
  }

  /** End the server. */
  stop(): Promise<void> {
    return this.next(() => this.halt());
  }

  /** The answer of an operation of the index, for one folder; throws what the server says. */
  async ask<T>(operation: string, folder: vscode.WorkspaceFolder): Promise<T> {
    if (this.client === undefined) {
      throw new Error(shown(this.state, []).tooltip);
    }
    const workspace = this.client.code2ProtocolConverter.asUri(folder.uri);
    const answer: unknown = await this.client.sendRequest(ExecuteCommandRequest.type, {
      command: `flux-index.${operation}`,
      arguments: [{ workspace }],
    });
    return answer as T;
  }

  dispose(): void {
    this.item.dispose();
  }

  private next(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step).catch((error: unknown) => this.failed(error));
    return this.queue;
  }

  private async start(between?: (server: Server) => Promise<void>): Promise<void> {
    this.set({ kind: "starting" });
    const wanted = await wishes();
    this.server = findServer(wanted, thisMachine);
    if (this.server === undefined) {
      // VS Code may have been started from elsewhere than the shell whose PATH has it.
      const machine = withPath(thisMachine, await otherPaths());
      this.server = findServer(wanted, machine);
      if (this.server === undefined) {
        // What is shown of it first is its end.
        const folders = lookedIn(wanted, machine).join("\n");
        this.output.warn(`Looked for flux-index in:\n${folders}\nIt is in none of these folders.`);
      }
    }
    if (this.server === undefined) {
      this.set({ kind: "missing" });
      this.offer();
      return;
    }
    await between?.(this.server);
    this.output.info(`Starting ${this.server.command}`);
    const client = this.made(this.server);
    this.client = client;
    await client.start();
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.work.clear();
    try {
      // A client that never came up cannot be stopped, and has nothing to stop.
      if (client?.state === ClientState.Running) {
        await client.stop();
      }
      await client?.dispose();
    } catch (error) {
      this.output.warn(`The server did not end as it should: ${String(error)}`);
    }
    this.set({ kind: "stopped" });
  }

  private made(server: Server): LanguageClient {
    const executable = { command: server.command, args: [...server.args] };
    const client = new LanguageClient("flux-index", "flux-index", executable, {
      documentSelector: SELECTOR,
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: vscode.workspace.getConfiguration("flux-index"),
      middleware: {
        // The item of the status bar is where this is shown, so it is not passed on.
        handleWorkDoneProgress: (token, progress) => {
          this.work.take(token, progress);
          this.show();
        },
      },
    });
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) {
        return; // it is being replaced
      }
      if (newState === ClientState.Running) {
        this.set({ kind: "ready" });
      } else if (newState === ClientState.Starting) {
        this.set({ kind: "starting" });
      } else {
        this.work.clear();
        this.set({ kind: "error", reason: "The server has ended; its output says why" });
      }
    });
    return client;
  }

  private failed(error: unknown): void {
    const reason = messageOf(error);
    this.output.error(reason);
    this.set({ kind: "error", reason });
  }

  /** Ask, once in a session, whether to install the server. */
  private offer(): void {
    if (this.offered) {
      return;
    }
    this.offered = true;
    const install = "Install…";
    const settings = "Open Setting";
    const output = "Where It Looked";
    const text =
      "The flux-index server was found neither in the Python environments of this workspace nor on " +
      "the PATH. Install it, or name it by the setting `flux-index.path`.";
    void vscode.window
      .showInformationMessage(text, install, settings, output)
      .then((chosen) => {
        if (chosen === install) {
          void vscode.commands.executeCommand("flux-index.installServer");
        } else if (chosen === settings) {
          void vscode.commands.executeCommand("workbench.action.openSettings", "flux-index.path");
        } else if (chosen === output) {
          this.output.show();
        }
      });
  }

  private set(state: State): void {
    this.state = state;
    this.show();
  }

  private show(): void {
    const { text, tooltip, isError } = shown(this.state, this.work.list());
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.backgroundColor = isError
      ? new vscode.ThemeColor("statusBarItem.warningBackground")
      : undefined;
  }
}
