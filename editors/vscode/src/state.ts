/** The state of server and index, and how it is shown. Knows nothing of VS Code. */

export type State =
  | { readonly kind: "starting" | "ready" | "missing" | "stopped" }
  | { readonly kind: "error"; readonly reason: string };

/** What the status bar shows. */
export interface Shown {
  readonly text: string;
  readonly tooltip: string;
  readonly isError: boolean;
}

/** A `$/progress` value, as far as it matters here. */
export interface Progress {
  readonly kind: "begin" | "report" | "end";
  readonly title?: string;
  readonly message?: string;
  readonly percentage?: number;
}

/** What runs, by the token of its progress. */
export class Work {
  private readonly running = new Map<string | number, Progress>();

  /** Take in a report of progress. */
  take(token: string | number, progress: Progress): void {
    if (progress.kind === "end") {
      this.running.delete(token);
    } else {
      this.running.set(token, { ...this.running.get(token), ...progress });
    }
  }

  /** Forget all of it, since the server that reported it has ended. */
  clear(): void {
    this.running.clear();
  }

  list(): Progress[] {
    return [...this.running.values()];
  }
}

/** How a state is shown while some work runs. */
export function shown(state: State, work: readonly Progress[]): Shown {
  switch (state.kind) {
    case "starting":
      return { text: "$(sync~spin) flux-index", tooltip: "Starting", isError: false };
    case "missing":
      return { text: "$(warning) flux-index", tooltip: "The server is not installed", isError: true };
    case "stopped":
      return { text: "$(circle-slash) flux-index", tooltip: "Stopped", isError: false };
    case "error":
      return { text: "$(error) flux-index", tooltip: state.reason, isError: true };
    case "ready": {
      const [running] = work;
      if (running === undefined) {
        return { text: "$(check) flux-index", tooltip: "Ready", isError: false };
      }
      const percentage = running.percentage === undefined ? "" : ` ${running.percentage} %`;
      const lines = work.map((each) => [each.title, each.message].filter(Boolean).join(": "));
      return {
        text: `$(sync~spin) flux-index${percentage}`,
        tooltip: lines.join("\n"),
        isError: false,
      };
    }
  }
}

/** The answer of the operation `status`, as far as it is shown. */
export interface IndexStatus {
  readonly root: string;
  readonly indexed: number;
  readonly total: number;
  readonly pending: number;
  readonly environment?: { readonly prefix?: string; readonly python?: string } | null;
  readonly skipped: readonly unknown[];
  readonly errors: readonly unknown[];
  readonly problems: readonly string[];
}

/** An index's state in a line, and what there is to say besides. */
export function described(status: IndexStatus): { label: string; detail: string } {
  const count = `${status.indexed} of ${status.total} files indexed`;
  const facts = [
    status.pending ? `${status.pending} pending` : "",
    status.skipped.length ? `${status.skipped.length} left out` : "",
    status.errors.length ? `${status.errors.length} unreadable` : "",
    status.environment?.prefix
      ? `Python ${status.environment.python ?? ""} in ${status.environment.prefix}`
      : "no Python environment found",
    ...status.problems,
  ];
  return { label: count, detail: facts.filter(Boolean).join("; ") };
}
