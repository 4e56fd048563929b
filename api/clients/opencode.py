"""The plugin by which opencode tells our hooks of its events, as Claude Code does."""

from __future__ import annotations

import json

from .rule_files import BEGIN, END


def opencode_plugin(program: str) -> str:
    """Return the text of the plugin, which calls a program."""
    return f"// {BEGIN}\n{_PLUGIN.replace('PROGRAM', json.dumps(program))}// {END}\n"


_PLUGIN = """\
// Written by `flux-index setup opencode`, and taken out by `flux-index setup opencode --remove`.
import { spawn } from "node:child_process";

const edited = {
  filePath: "file_path",
  oldString: "old_string",
  newString: "new_string",
  replaceAll: "replace_all",
};
const tools = {
  edit: ["Edit", edited],
  write: ["Write", { filePath: "file_path", content: "content" }],
  read: ["Read", { filePath: "file_path", offset: "offset", limit: "limit" }],
  bash: ["Bash", { command: "command" }],
};

function ask(event, name, directory, session, more) {
  const payload = { session_id: session, cwd: directory, hook_event_name: name, ...more };
  return new Promise((resolve) => {
    const options = { cwd: directory, stdio: ["pipe", "pipe", "ignore"] };
    const hook = spawn(PROGRAM, ["hook", event], options);
    const timer = setTimeout(() => hook.kill(), 10_000);
    let text = "";
    hook.on("error", () => resolve({}));
    hook.stdin.on("error", () => {});
    hook.stdout.on("data", (data) => (text += data));
    hook.on("close", () => {
      clearTimeout(timer);
      try {
        resolve(text ? JSON.parse(text) : {});
      } catch {
        resolve({});
      }
    });
    hook.stdin.end(JSON.stringify(payload));
  });
}

function call(input, args) {
  const [name, keys] = tools[input.tool];
  const given = Object.entries(args ?? {}).filter(([key]) => key in keys);
  const renamed = Object.fromEntries(given.map(([key, value]) => [keys[key], value]));
  return { tool_name: name, tool_input: renamed, tool_use_id: input.callID };
}

export const FluxIndex = async ({ directory }) => {
  const started = new Set();
  const given = new Map();
  const beside = new Map();
  const begin = async (session) => {
    if (started.has(session)) return;
    started.add(session);
    await ask("session-start", "SessionStart", directory, session, { source: "startup" });
  };
  return {
    "tool.execute.before": async (input, output) => {
      if (!(input.tool in tools)) return;
      await begin(input.sessionID);
      given.set(input.callID, output.args);
      if (input.tool === "read") return;
      const told = call(input, output.args);
      const answer = await ask("pre-tool", "PreToolUse", directory, input.sessionID, told);
      const said = answer.hookSpecificOutput ?? {};
      if (said.permissionDecision === "deny") throw new Error(said.permissionDecisionReason);
      if (said.additionalContext) beside.set(input.callID, said.additionalContext);
    },
    "tool.execute.after": async (input, output) => {
      if (!(input.tool in tools)) return;
      const args = given.get(input.callID) ?? input.args;
      const told = { ...call(input, args), tool_response: output.output };
      const answer = await ask("post-tool", "PostToolUse", directory, input.sessionID, told);
      const said = answer.hookSpecificOutput ?? {};
      for (const text of [beside.get(input.callID), answer.reason, said.additionalContext]) {
        if (text) output.output += `\\n\\n${text}`;
      }
      given.delete(input.callID);
      beside.delete(input.callID);
    },
  };
};
"""
