import { command, type Context } from "../cli/command.ts";
import { shortBytes } from "../lib/bytes.ts";
import { shortDuration } from "../lib/duration.ts";
import { renderJson } from "../lib/json.ts";
import { printable } from "../lib/quote.ts";
import { table } from "../lib/table.ts";
import { listSessions, type Session } from "../activity/sessions.ts";
import { Ledger } from "../ledger/ledger.ts";
import { deniedHosts } from "../inventory/denied.ts";
import { type Usage, UsageMeter } from "../inventory/usage.ts";
import { backendsInUse, diskUses, listBottles } from "../inventory/inventory.ts";
import type { System } from "../system/system.ts";
import { inform, warn } from "../ui/messages.ts";
import { howToAllow, noBottles, noHostDenied } from "./messages.ts";

export const ls = (context: Context) =>
  command(context, {
    meta: {
      name: "ls",
      description: "List bottles with their state, sessions and directory",
    },
    args: {
      json: { type: "boolean", description: "print JSON" },
      size: { type: "boolean", description: "also show the disk space of each; takes seconds" },
      live: { type: "boolean", description: "also show the CPU and memory that each uses now; takes half a second" },
      denied: { type: "boolean", description: "list the hosts that bottles were denied, newest last" },
    },
    examples: [
      ["claude-bottle ls --size", "list the bottles and the disk space of each"],
      ["claude-bottle ls --json", "list the bottles for a program"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.denied) return await listDenied(system, args.json ?? false);
      using ledger = new Ledger(system);
      const { bottles, complaints } = await listBottles(system, backendsInUse(ledger));
      for (const complaint of complaints) warn(system, complaint);
      const sizes = args.size ? await diskUses(system, bottles) : undefined;
      const all = await sessionsNow(system);
      const sessions = Map.groupBy(all, ({ bottle }) => bottle);
      const usage = args.live ? await usageNow(system, ledger, all) : undefined;
      if (args.json)
        return system.out(
          renderJson(
            bottles.map((bottle) => ({
              ...bottle,
              ...inJson(sessions.get(bottle.name) ?? []),
              bytes: sizes?.get(bottle.name),
              ...usage?.get(bottle.name),
            })),
          ),
        );
      if (bottles.length === 0) return inform(system, ...noBottles);
      const rows = bottles.map(({ name, backend, isolation, state, madeAt, why, directory, branch, copied }) => [
        name,
        backend,
        isolation,
        state,
        madeAt === undefined ? "-" : shortDuration(system.now() - madeAt),
        ...(sizes ? [sizeOf(sizes.get(name))] : []),
        ...(usage ? [cpuOf(usage.get(name)), sizeOf(usage.get(name)?.memory)] : []),
        why,
        printable(directory) + (copied ? " (a copy)" : "") + (branch === undefined ? "" : ` (worktree of ${branch})`),
      ]);
      const size = [...(sizes ? ["SIZE"] : []), ...(usage ? ["CPU", "MEMORY"] : [])];
      system.out(table([["BOTTLE", "BACKEND", "ISOLATION", "STATE", "AGE", ...size, "WHY", "DIRECTORY"], ...rows]));
      system.out(sessionTable([...sessions.values()].flat(), system.now()));
    },
  });

const dayMs = 86_400_000;

/** Includes sessions that ended in the last day: an interrupted one can be resumed. */
async function sessionsNow(system: System): Promise<Session[]> {
  using ledger = new Ledger(system);
  return await listSessions(system, ledger, { poll: true, endedSince: system.now() - dayMs });
}

const betweenMs = 500;

/** CPU is known from the difference of two measurements. */
async function usageNow(
  system: System,
  ledger: Ledger,
  sessions: readonly Session[],
): Promise<ReadonlyMap<string, Usage>> {
  const meter = new UsageMeter();
  await meter.measure(system, ledger, sessions);
  await Bun.sleep(betweenMs);
  return await meter.measure(system, ledger, sessions);
}

const cpuOf = (usage: Usage | undefined) => (usage?.cpu === undefined ? "-" : `${Math.round(usage.cpu * 100)} %`);

const isPast = ({ state, isBackground, process }: Session): boolean =>
  state === "ended" || (!isBackground && process === undefined);

const inJson = (all: readonly Session[]) => ({
  sessions: all.filter((session) => !isPast(session)).map(shownInJson),
  ended: all.filter(isPast).map(shownInJson),
});

/** Interrupted sessions that have not been resumed. */
function cutOff(all: readonly Session[]): Session[] {
  const gone = new Set(all.filter((session) => !isPast(session)).map(({ conversation }) => conversation));
  const past = all.filter((session) => isPast(session) && session.conversation !== undefined);
  return past
    .toSorted((one, other) => other.since - one.since)
    .filter(({ conversation, detail }) => {
      const isNewest = !gone.has(conversation);
      gone.add(conversation);
      return isNewest && detail === "interrupted";
    });
}

/** The sessions of agents, in the form that commands accept. */
function sessionTable(all: readonly Session[], now: number): string {
  const shown = [...all.filter((session) => !isPast(session) && session.kind === "agent"), ...cutOff(all)];
  if (shown.length === 0) return "";
  const rows = shown.map(({ id, bottle, state, waitingFor, since, isBackground, name, detail }) => [
    id.slice(0, 8),
    state === "ended" ? (detail ?? state) : state + (waitingFor === undefined ? "" : ` (${waitingFor})`),
    shortDuration(now - since),
    isBackground ? "background" : "terminal",
    bottle,
    printable(name ?? "").slice(0, 40),
  ]);
  return `\n${table([["SESSION", "STATE", "FOR", "ON", "BOTTLE", "NAME"], ...rows])}`;
}

const shownInJson = ({ bottle: _bottle, directory: _directory, agent: _agent, ...session }: Session) => session;

const sizeOf = (bytes: number | undefined) => (bytes === undefined ? "-" : shortBytes(bytes));

async function listDenied(system: System, asJson: boolean): Promise<void> {
  const denied = await deniedHosts(system);
  if (asJson) return system.out(renderJson(denied));
  if (denied.length === 0) return inform(system, noHostDenied);
  const rows = denied.map(({ bottle, target, times, last }) => [bottle, printable(target), String(times), last]);
  system.out(table([["BOTTLE", "DENIED", "TIMES", "LAST"], ...rows]));
  inform(system, howToAllow);
}
