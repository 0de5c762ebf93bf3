import { expect, test } from "bun:test";
import { parseJob, parseProcess, parseTurn } from "./records.ts";
import { type Facts, stateOf } from "./state.ts";

const [now, began] = [1_800_000_000_000, 1_799_999_000_000];
const conversation = "d0fac437-9def-44b6-8ef1-171640aab256";

const record = (fields: object) => {
  const base = { pid: 7, procStart: "9", sessionId: conversation, kind: "interactive", startedAt: began, statusUpdatedAt: now - 60_000 }; // prettier-ignore
  return parseProcess(JSON.stringify({ ...base, ...fields }));
};
const job = (fields: object) =>
  parseJob("d0fac437", JSON.stringify({ sessionId: conversation, createdAt: new Date(began).toISOString(), updatedAt: new Date(now - 50_000).toISOString(), ...fields })); // prettier-ignore
const turn = (event: string, fields: object = {}, at = now - 60_100) =>
  parseTurn(conversation, `\n${Math.floor(began / 1000)}\n${JSON.stringify({ session_id: conversation, hook_event_name: event, ...fields })}`, at); // prettier-ignore

const idle = record({ status: "idle" });
const waits = (waitingFor: string) => record({ status: "waiting", waitingFor });
const ended = (code: number | undefined) => ({ isAlive: false, ended: { at: now - 5_000, code } });

/** What is known besides that it is an agent that lives, and the state with what it waits for, its source and its detail. */
const rows: [what: string, facts: Partial<Facts>, expected: string][] = [
  ["a turn", { record: record({ status: "busy" }) }, "working by record"],
  ["a command that the user typed", { record: record({ status: "shell" }) }, "working by record"],
  ["a turn after a finished one", { record: record({ status: "busy" }), turn: turn("Stop") }, "working by record"],
  ["a permission dialog", { record: waits("permission prompt"), turn: turn("PermissionRequest", { tool_name: "Bash" }) }, "waiting permission by record: Bash"],
  ["a permission dialog with its command", { record: waits("permission prompt"), turn: turn("PermissionRequest", { tool_name: "Bash", tool_input: { command: "bun test\n# all" } }) }, "waiting permission by record: Bash: bun test"],
  ["a question with its words", { record: waits("input needed"), turn: turn("PermissionRequest", { tool_name: "AskUserQuestion", tool_input: { questions: [{ question: "Keep \"it\"?" }] } }) }, 'waiting question by record: Keep "it"?'],
  ["a turn with its prompt", { record: record({ status: "busy" }), turn: turn("UserPromptSubmit", { prompt: "\n  mend it\nsoon" }) }, "working by record: mend it"],
  ["a finished turn with its words", { record: idle, turn: turn("Stop", { last_assistant_message: "## Opened it.\n\nAll is well." }) }, "done by hook: Opened it."],
  ["a finished turn that ends with a question", { record: idle, turn: turn("Stop", { last_assistant_message: "Two ways.\n\nKeep it, or drop it?" }) }, "done by hook: Keep it, or drop it?"],
  ["a permission dialog, before its hook", { record: waits("permission prompt"), turn: turn("UserPromptSubmit") }, "waiting permission by record"],
  ["a permission dialog, with an old plan before it", { record: waits("permission prompt"), turn: turn("PermissionRequest", { tool_name: "ExitPlanMode" }, began) }, "waiting permission by record"],
  ["a question", { record: waits("input needed"), turn: turn("PermissionRequest", { tool_name: "AskUserQuestion" }) }, "waiting question by record"],
  ["a question without hooks", { record: waits("input needed") }, "waiting question by record"],
  ["a plan", { record: waits("permission prompt"), turn: turn("PermissionRequest", { tool_name: "ExitPlanMode" }) }, "waiting plan by record"],
  ["a finished turn", { record: idle, turn: turn("Stop") }, "done by hook"],
  ["a finished turn that was looked at", { record: idle, turn: turn("Stop"), seenAt: now }, "idle by hook"],
  ["a finished turn that was looked at before", { record: idle, turn: turn("Stop"), seenAt: began }, "done by hook"],
  ["a turn that was denied a host", { record: idle, turn: turn("Stop"), denials: [began, now - 70_000] }, "waiting denied host by hook"],
  ["a turn after one that was denied a host", { record: idle, turn: turn("Stop"), denials: [began - 1] }, "done by hook"],
  ["a turn before one that was denied a host", { record: idle, turn: turn("Stop"), denials: [now] }, "done by hook"],
  ["a turn that was denied a host, looked at", { record: idle, turn: turn("Stop"), denials: [now - 70_000], seenAt: now }, "idle by hook"],
  ["Esc in a reply", { record: idle, turn: turn("UserPromptSubmit") }, "idle by record: interrupted"],
  ["Esc on a dialog", { record: idle, turn: turn("PermissionRequest", { tool_name: "Bash" }) }, "idle by record: interrupted"],
  ["an API error", { record: idle, turn: turn("StopFailure", { error: "server_error" }) }, "failed by hook: server_error"],
  ["a limit", { record: idle, turn: turn("StopFailure", { error: "rate_limit" }) }, "waiting limit by hook: rate_limit"],
  ["a login that has ended", { record: idle, turn: turn("StopFailure", { error: "authentication_failed" }) }, "waiting login by hook: authentication_failed"],
  ["before the first prompt", { record: idle }, "idle by record"],
  ["no record yet", {}, "idle by process"],
  ["another agent that shows that it works", { title: "⠋ codex" }, "working by title"],
  ["another agent that shows nothing", { title: "codex" }, "idle by title"],
  ["a shell", { kind: "shell" }, "idle by process"],
  ["Claude Code in a shell", { kind: "shell", record: record({ status: "busy" }) }, "working by record"],
  ["an exec", { kind: "exec" }, "working by process"],
  ["kill -9 during a turn", { record: record({ status: "busy" }), isAlive: false }, "ended by process: interrupted"],
  ["kill -9 of a dialog", { record: waits("permission prompt"), isAlive: false }, "ended by process: interrupted"],
  ["its end by itself", ended(0), "ended by process"],
  ["Ctrl-C", ended(130), "ended by process"],
  ["its failure", ended(3), "failed by process: status 3"],
  ["its terminal was closed", ended(129), "ended by process: interrupted"],
  ["it was killed", ended(137), "ended by process: interrupted"],
  ["its holder was killed", ended(undefined), "ended by process: interrupted"],
  ["background: judged done", { record: idle, job: job({ state: "done" }) }, "done by job"],
  ["background: not judged", { record: idle, job: job({ state: "working", tempo: "idle" }), turn: turn("Stop") }, "done by hook"],
  ["background: an API error for good", { record: idle, job: job({ state: "failed", detail: "400" }) }, "failed by job: 400"],
  ["background: a dialog", { record: waits("permission prompt"), job: job({ state: "working", tempo: "blocked", needs: "approve Bash: ls" }) }, "waiting permission by record: approve Bash: ls"],
  ["background: no prompt yet", { record: idle, job: job({ state: "working", tempo: "blocked", needs: "send a prompt to start" }) }, "idle by record"],
  ["background: just dispatched", { isAlive: undefined, job: job({ state: "working", tempo: "active", createdAt: new Date(now - 500).toISOString() }) }, "working by job"],
  ["background: everything was killed", { isAlive: undefined, job: job({ state: "working", tempo: "active" }) }, "ended by job: interrupted"],
  ["background: killed while it waited", { isAlive: false, record: waits("permission prompt"), job: job({ state: "working", tempo: "blocked" }) }, "ended by process: interrupted"],
  ["background: killed after it was done", { isAlive: false, record: idle, job: job({ state: "done" }) }, "ended by process: done"],
  ["background: stopped", { isAlive: undefined, job: job({ state: "stopped" }) }, "ended by job: stopped"],
]; // prettier-ignore

test.each(rows)("%s", (_, facts, expected) => {
  const found = stateOf({ now, kind: "agent", startedAt: began, isAlive: true, ...facts });
  const { state, waitingFor, source, detail } = found;
  expect([state, waitingFor, "by", source].filter(Boolean).join(" ") + (detail ? `: ${detail}` : "")).toBe(expected);
  expect(found.since).toBeGreaterThan(0);
  expect(found.since).toBeLessThanOrEqual(now);
});

test.each([
  ["a clock that jumped", now + 10 ** 9],
  ["the year 0", -1],
])("a record of %s is of now", (_, statusUpdatedAt) => {
  expect(stateOf({ now, kind: "agent", startedAt: began, isAlive: true, record: record({ status: "busy", statusUpdatedAt }) }).since).toBe(now); // prettier-ignore
});

test.each([
  ["torn", '{"pid":7,"procStart":"9","sess'],
  ["empty", ""],
  ["of another form", "[]"],
  ["of a future form", '{"pid":"x","procStart":9}'],
  ["deep", "[".repeat(100_000)],
])("a %s record is none", (_, text) => {
  expect(parseProcess(text)).toBeUndefined();
  expect(parseJob("d0fac437", text)).toBeUndefined();
  expect(parseTurn(conversation, text, now)).toBeUndefined();
});

test("a record of a later version, with more in it, is read", () => {
  expect(record({ status: "idle", further: { x: 1 } })).toMatchObject({ pid: 7, status: "idle", spare: false });
  expect(record({ spare: true })).toMatchObject({ spare: true });
});

test("a hook's input that was cut off is read, and what a prompt says is not taken for it", () => {
  const input = `{"session_id":"${conversation}","hook_event_name":"StopFailure","error":"rate_limit","prompt":"\\"error\\":\\"x`;
  expect(parseTurn(conversation, `0123456789abcdef\n1700000000\n${input}`, 5)).toEqual({
    sessionId: conversation, event: "StopFailure", at: 5, askedAt: 1_700_000_000_000, error: "rate_limit", session: "0123456789abcdef",
    tool: undefined, reason: undefined, about: undefined,
  }); // prettier-ignore
  const cutOff = `{"session_id":"${conversation}","hook_event_name":"UserPromptSubmit","prompt":"one \\"two\\" \\u00`;
  expect(parseTurn(conversation, `\n\n${cutOff}`, 5)).toMatchObject({ about: 'one "two"' });
});
