import { describe, expect, test } from "bun:test";
import { UserError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { fail, inform, trace, warn } from "./messages.ts";
import { renderError } from "./render-error.ts";

/** Of a system, all that a message needs. */
function listener(env: Record<string, string> = {}, isTerminal = false) {
  const heard: string[] = [];
  const isTty = { stdin: isTerminal, stdout: isTerminal, stderr: isTerminal };
  const system = { env, isTty, err: (text: string) => heard.push(text) } as unknown as System;
  return { system, said: () => heard.join("") };
}

const sayAll = (system: System) => {
  fail(system, "failed");
  warn(system, "careful");
  inform(system, "started");
  trace(system, ["echo", "a b"]);
};

const [error, warning, info, debug] = [
  "claude-bottle: failed\n",
  "claude-bottle: warning: careful\n",
  "claude-bottle: started\n",
  "claude-bottle: $ echo 'a b'\n",
];

test.each([
  [undefined, error + warning + info],
  ["0", error],
  ["-999", error],
  ["1", error + warning],
  ["3", error + warning + info],
  ["4", error + warning + info + debug],
  ["loud", error + warning + info],
])("CONSOLA_LEVEL=%s", (level, expected) => {
  const { system, said } = listener(level === undefined ? {} : { CONSOLA_LEVEL: level });
  sayAll(system);
  expect(said()).toBe(expected);
});

test("every line of a hint is indented", () => {
  const { system, said } = listener();
  inform(system, "two ways", "one\ntwo");
  expect(said()).toBe("claude-bottle: two ways\n  one\n  two\n");
});

test("a message that is said often is said each time, at once", () => {
  const { system, said } = listener();
  for (let time = 0; time < 10; time++) inform(system, "again");
  expect(said()).toBe("claude-bottle: again\n".repeat(10));
});

test("control characters of a name do not reach the terminal", () => {
  const { system, said } = listener({}, true);
  warn(system, "skipped: a\x1b]0;title\x07b", "see \x1b[2J");
  expect(said()).toBe("\x1b[33mclaude-bottle: warning: \x1b[0mskipped: a\\x1b]0;title\\x07b\n  see \\x1b[2J\n");
});

describe("colours", () => {
  test.each([
    ["on a terminal", {}, true, true],
    ["off a terminal", {}, false, false],
    ["with NO_COLOR", { NO_COLOR: "1" }, true, false],
    ["on a dumb terminal", { TERM: "dumb" }, true, false],
  ])("%s", (_, env: Record<string, string>, isTerminal, isColoured) => {
    const { system, said } = listener(env, isTerminal);
    sayAll(system);
    expect(said().includes("\x1b[")).toBe(isColoured);
    expect(Bun.stripANSI(said())).toBe(error + warning + info);
  });
});

describe("an error", () => {
  test.each([
    ["of the user", new UserError("no such bottle", { hint: "claude-bottle ls" }), 1, "no such bottle\n  claude-bottle ls\n"],
    ["of usage shows where the help is", new UserError("no", { exitCode: 2 }), 2, "no\n  claude-bottle x --help\n"],
    ["of citty, in our own style", Object.assign(new Error("\x1b[31mMissing A.\x1b[0m"), { name: "CLIError" }), 2, "missing A\n  claude-bottle x --help\n"],
  ])("%s", (_, thrown, status, text) => {
    const { system, said } = listener({ CONSOLA_LEVEL: "1" });
    expect(renderError(system, thrown, "claude-bottle x --help")).toBe(status);
    expect(said()).toBe(`claude-bottle: ${text}`);
  }); // prettier-ignore

  test("that is a bug shows its stack, and ends with 70", () => {
    const { system, said } = listener();
    expect(renderError(system, new TypeError("x is undefined"), "")).toBe(70);
    expect(said()).toStartWith("claude-bottle: internal error: TypeError: x is undefined\n    at ");
  });
});
