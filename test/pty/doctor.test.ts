import { expect, setDefaultTimeout, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { Machine, type Finding } from "../support/doctored.ts";
import { Screen } from "../support/screen.ts";
import { tool, until } from "../support/tool.ts";

setDefaultTimeout(60_000);

const good = { TERM: "xterm-256color", LANG: "C.UTF-8" };

/** What doctor says of the terminal that it is on. */
async function onTerminal(
  machine: Machine,
  { extra, size = [100, 30], first = ":" }: { extra?: Machine["extra"]; size?: [number, number]; first?: string },
): Promise<Finding[]> {
  machine.extra = { ...good, ...extra };
  const report = `${machine.directory}/report`;
  const line = `${first}; "$@" > '${report}.new'; mv '${report}.new' '${report}'`;
  machine.program("mv", `exec ${Bun.which("mv")} "$@"`);
  await using screen = new Screen(["sh", "-c", line, "sh", ...tool, "doctor", "--json"], {
    cwd: machine.project,
    env: machine.env,
    columns: size[0],
    rows: size[1],
  });
  await screen.process.exited;
  const text = await until(async () => (await Bun.file(report).exists()) && Bun.file(report).text());
  const { findings } = JSON.parse(text) as { findings: Finding[] };
  await Bun.file(report).delete();
  return findings.filter(({ id }) => id.startsWith("terminal"));
}
const warning = (id: string, what: string, why: string, command: string): Finding => ({
  id,
  level: "warning",
  what,
  why,
  fix: { command, safe: false },
});
const noType = "programs then use neither colours nor the cursor";
const noUtf8 = "tmux and other programs then print _ or ? for the characters that Claude draws with";

test.each<[string, Machine["extra"], Finding]>([
  ["no TERM", { TERM: undefined }, warning("terminal.type", "TERM is not set", noType, "export TERM=xterm-256color")],
  ["a dumb one", { TERM: "dumb" }, warning("terminal.type", 'TERM is "dumb"', noType, "export TERM=xterm-256color")],
  ["no locale", { LANG: undefined }, warning("terminal.locale", "no locale is set", noUtf8, "export LANG=C.UTF-8")],
  [
    "LANG=C",
    { LANG: "C" },
    warning("terminal.locale", 'the locale "C" does not use UTF-8', noUtf8, "export LANG=C.UTF-8"),
  ],
])("doctor finds a terminal with %s, and then a clean bill", async (_, extra, finding) => {
  using machine = new Machine();
  expect(await onTerminal(machine, { extra })).toEqual([finding]);
  const [clean] = await onTerminal(machine, { extra, first: finding.fix?.command ?? "" });
  expect(clean).toMatchObject({ id: "terminal", level: "ok" });
});

test("doctor finds a locale that wins over LANG, and then a clean bill", async () => {
  using machine = new Machine();
  const extra = { LC_ALL: "POSIX" };
  const command = "unset LC_ALL; export LANG=C.UTF-8";
  expect(await onTerminal(machine, { extra })).toEqual([
    warning("terminal.locale", 'the locale "POSIX" does not use UTF-8', noUtf8, command),
  ]);
  const [clean] = await onTerminal(machine, { extra, first: command });
  expect(clean).toMatchObject({ id: "terminal", level: "ok" });
});

test("doctor finds a terminal that nobody has sized, and then a clean bill", async () => {
  using machine = new Machine();
  const why = "Claude then draws for 80 columns and 24 rows";
  const command = "stty rows 24 cols 80";
  const first = "stty rows 0 cols 0";
  expect(await onTerminal(machine, { first })).toEqual([
    warning("terminal.size", "this terminal reports no rows or no columns", why, command),
  ]);
  expect(await onTerminal(machine, { first: `${first}; ${command}` })).toEqual([
    { id: "terminal", level: "ok", what: "xterm-256color, 80 columns, 24 rows", why: null, fix: null },
  ]);
});

test("doctor asks before it mends, and colours only its marks", async () => {
  using machine = new Machine();
  machine.extra = { ...good, NO_COLOR: undefined };
  machine.shell("chmod 755 ~/state/claude-bottle");
  const go = async (key: string) => {
    await using screen = new Screen([...tool, "doctor", "--fix"], { cwd: machine.project, env: machine.env, columns: 120 }); // prettier-ignore
    await screen.until("Run it? [y/N]");
    screen.press(`${key}\r`);
    await screen.process.exited;
    await screen.until("a session can start here, on podman");
    return screen.raw.includes("\x1b[33mwarning\x1b[0m  state.mode");
  };
  expect(await go("n")).toBe(true);
  expect(await go("y")).toBe(false);
  expect(await machine.complaints()).not.toContainEqual(expect.objectContaining({ level: "warning" }));
});

test("doctor counts on the yes that run would ask for on a terminal", async () => {
  using machine = new Machine();
  machine.extra = good;
  machine.settings('network.mode = "open"\n');
  machine.removeProgram("podman");
  machine.program("bwrap", "echo bubblewrap 0.8.0");
  symlinkSync(Bun.which("true") ?? "true", `${machine.bin}/claude`);
  await using screen = new Screen([...tool, "doctor"], { cwd: machine.project, env: machine.env, columns: 120 });
  expect(await screen.process.exited).toBe(0);
  const text = await screen.until("a session can start here, on bubblewrap");
  expect(text).toContain(
    "warning  session.consent     bubblewrap is the only backend that works here, and you have not",
  );
});
