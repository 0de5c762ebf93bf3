import { type ClaudeHome, claudeHomeArgv, preludeArgv } from "../../guest/guest.ts";
import { renamedInside } from "../../plan/credentials.ts";
import type { BottlePlan, SessionPlan } from "../../plan/plan.ts";
import { settings, systemDirectories } from "../host-files.ts";

/** Paths on the host. */
export type Place = {
  /** The command that starts this program again. */
  readonly self: readonly string[];
  /** The bottle's own directory: its home, its temporary files and a link to Claude Code. */
  readonly directory: string;
  /** The host's Claude Code, one executable file. */
  readonly claude: string | undefined;
};

export const homeOf = (directory: string): string => `${directory}/home`;
export const temporaryOf = (directory: string): string => `${directory}/tmp`;
export const programsOf = (directory: string): string => `${directory}/bin`;

const searchPath = (directory: string) =>
  `${homeOf(directory)}/.local/bin:${programsOf(directory)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/** Without /dev/pts, which has the user's other terminals, and /dev/shm, which all programs of the user share. */
const devices = ["null", "zero", "full", "random", "urandom"];

/** A session on the caller's own terminal. */
export function sessionArgv(place: Place, plan: BottlePlan, session: SessionPlan): string[] {
  const { id, size, directory, command, env } = session;
  const own = { CLAUDE_BOTTLE_SESSION: id, CLAUDE_CODE_DISABLE_AGENT_VIEW: "1" };
  return [
    ...confineArgv(place, plan, id),
    ...(size ? ["--device", "/dev/tty", "--terminal"] : []),
    ...environment({ ...environmentOf(place), ...env, ...own }),
    "--",
    ...ifHeld(preludeArgv({ session: id, size, directory, secrets: renamedInside(session.secrets), command })),
  ];
}

/** The prelude runs under the session's own rules, so a link that a session left leads no further than the session could go. */
export const prepareArgv = (place: Place, plan: BottlePlan, claude: ClaudeHome): string[] => [
  ...confineArgv(place, plan, ""),
  ...environment({ HOME: plan.user.home, ...environmentOf(place) }),
  "--",
  ...claudeHomeArgv(plan.user.home, claude),
];

/** The rules for every process of the bottle. */
function confineArgv({ self, directory, claude }: Place, plan: BottlePlan, session: string): string[] {
  const [soft, hard] = markOf(plan.name, session);
  const read = [
    ...systemDirectories,
    ...settings.map((name) => `/etc/${name}`),
    "/proc",
    programsOf(directory),
    ...(claude === undefined ? [] : [claude]),
    ...pathsOf(plan, "ro"),
  ];
  const write = [homeOf(directory), temporaryOf(directory), plan.directory, ...pathsOf(plan, "rw")];
  return [
    ...self, "confine", "--network", plan.network.mode === "open" ? "open" : "off", "--mark", String(soft), String(hard),
    ...read.flatMap((path) => ["--read", path]),
    ...devices.flatMap((name) => ["--device", `/dev/${name}`]),
    ...write.flatMap((path) => ["--write", path]),
  ];
} // prettier-ignore

const pathsOf = ({ mounts }: BottlePlan, wanted: "ro" | "rw") =>
  mounts.flatMap(({ source, mode }) => (mode === wanted ? [source] : []));

/** The bottle has no /tmp of its own. git must not look for the host's settings, which it may not read. */
const environmentOf = ({ directory }: Place) => ({
  PATH: searchPath(directory),
  TMPDIR: temporaryOf(directory),
  CLAUDE_CODE_TMPDIR: temporaryOf(directory),
  GIT_CONFIG_SYSTEM: "/dev/null",
});

const environment = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]);

/**
 * If fd 3 is open, it is a pipe that closes when the session ends: the session may be killed before the kernel is told to end this process with it.
 */
const ifHeld = ([shell = "", option = "", script = "", ...words]: readonly string[]): string[] => [
  shell,
  option,
  `[ ! -e /proc/self/fd/3 ] || echo >&3 2>/dev/null || exit 129\nexec 3>&-\n${script}`,
  ...words,
];

const bits = (1n << 60n) - 1n;

/**
 * Identifies a bottle's processes, whatever they do: the soft and hard value of a limit that the kernel no longer uses. The first stands for the
 * bottle, the second for the session.
 */
export const markOf = (bottle: string, session: string): readonly [soft: bigint, hard: bigint] => [
  Bun.hash.wyhash(bottle) & bits,
  (1n << 60n) | (session === "" ? 0n : BigInt(`0x${session}`) & bits),
];

export const makeArgv = (directory: string): string[] => [
  "mkdir",
  "-m",
  "700",
  "-p",
  homeOf(directory),
  temporaryOf(directory),
  programsOf(directory),
];
