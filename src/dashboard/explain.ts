import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";
import type { Row } from "./rows.ts";

const sources = {
  process: "the process table",
  record: "Claude Code's own record of the process",
  job: "Claude Code's record of the background session",
  hook: "a hook in the session",
  title: "the terminal's title",
} as const;

/** Why the row shows its state: each fact with its source and its time. */
export function explain({ session, bottle, state, denied }: Row, now: number): string[] {
  const ago = (at: number) => `${shortDuration(now - at)} ago`;
  const facts: (readonly [string, string] | undefined)[] = [
    ["directory", printable(bottle.directory)],
    bottle.branch === undefined ? undefined : ["worktree", `of branch ${bottle.branch}`],
    ["bottle", `${bottle.name}, ${bottle.backend}, ${bottle.state ?? "its engine has not answered"}`],
    session && ["session", `${session.id}, ${session.isBackground ? "background" : "foreground"}, started ${ago(session.startedAt)}`],
    session && ["state", `${state}, for ${shortDuration(now - session.since)}`],
    session && ["source", sources[session.source]],
    session?.detail === undefined ? undefined : ["detail", printable(session.detail)],
    session?.conversation === undefined ? undefined : ["conversation", session.conversation],
    session?.pane && ["pane", `${session.pane.id} on ${session.pane.terminal}`],
    session?.process && ["process", `${session.process.pid} on this machine`],
    ...denied.map((host) => ["denied", `${printable(host.target)}, ${host.times} times, last ${printable(host.last)}`] as const),
  ];
  return facts.filter((fact) => fact !== undefined).map(([name, value]) => `${name.padEnd(14)}${value}`);
} // prettier-ignore
