// `claude-bottle confine`: permanently gives up everything that a landlock bottle may not have, and becomes the command. The kernel's rules apply to
// the calling thread and to whatever it becomes or starts, so nothing is started in between.
import { closeSync, fstatSync, openSync } from "node:fs";
import { markLimit, landlockFilter } from "./filter.ts";
import * as kernel from "./kernel.ts";
import type { Architecture } from "../seccomp.ts";

/** A descriptor that only names a file and opens nothing. */
const O_PATH = 0x20_0000;
const { execute, readFile, readDirectory, writeFile, truncate, deviceControl } = kernel.fileRights;
const rightsTo = {
  "--read": execute | readFile | readDirectory,
  "--write": ~deviceControl,
  "--device": readFile | writeFile | truncate | deviceControl,
} as const;
type Access = keyof typeof rightsTo;

export type Become = (argv: readonly string[], env: Readonly<Record<string, string>>) => void;

type Confinement = {
  readonly paths: readonly { readonly access: Access; readonly path: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly network: "off" | "open";
  readonly hasTerminal: boolean;
  readonly mark: readonly [soft: bigint, hard: bigint];
  readonly command: readonly string[];
};

/** `become` replaces this process with the command. Returns an exit status only on failure. */
export function confine(argv: readonly string[], become: Become): number {
  try {
    const confinement = parse(argv);
    take(confinement);
    become(confinement.command, confinement.env);
    throw new Error("this build cannot become another program");
  } catch (error) {
    console.error(`claude-bottle: confine: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function take({ paths, network, hasTerminal, mark }: Confinement): void {
  const abi = kernel.landlockAbi();
  if (typeof abi === "string") throw new Error(`Landlock is ${abi} here`);
  const known = kernel.knownRights(abi);
  const ruleset = kernel.createRuleset(abi, network === "off");
  for (const { access, path } of paths) {
    const descriptor = open(path, access);
    if (descriptor === undefined) continue;
    const rights = rightsTo[access] & known;
    kernel.allow(ruleset, descriptor, fstatSync(descriptor).isDirectory() ? rights : rights & kernel.rightsOfFile);
    closeSync(descriptor);
  }
  // /dev/pts also holds the user's other terminals.
  if (hasTerminal) kernel.allow(ruleset, 0, rightsTo["--device"] & known);
  if (!kernel.setLimit(markLimit, ...mark)) throw new Error("this already runs in a landlock bottle");
  kernel.refusePrivileges();
  kernel.dieWithParent();
  kernel.restrict(ruleset);
  closeSync(ruleset);
  kernel.applyFilter(landlockFilter(process.arch as Architecture, { network, abi }));
}

/** Paths that are missing on the system are skipped; paths that a session writes to must exist. */
function open(path: string, access: Access): number | undefined {
  try {
    return openSync(path, O_PATH);
  } catch (error) {
    if (access === "--write") throw error;
    return undefined;
  }
}

function parse(argv: readonly string[]): Confinement {
  const paths: { access: Access; path: string }[] = [];
  const env: Record<string, string> = {};
  let [network, hasTerminal, mark]: [Confinement["network"], boolean, [bigint, bigint]] = ["off", false, [0n, 0n]];
  const rest = [...argv];
  const next = () => rest.shift() ?? "";
  for (let option = next(); option !== "--"; option = next()) {
    if (option === "--read" || option === "--write" || option === "--device") paths.push({ access: option, path: next() });
    else if (option === "--setenv") env[next()] = next();
    else if (option === "--network") network = next() === "open" ? "open" : "off";
    else if (option === "--terminal") hasTerminal = true;
    else if (option === "--mark") mark = [BigInt(next()), BigInt(next())];
    else throw new Error("it is started by claude-bottle itself");
  }
  if (rest.length === 0) throw new Error("it is started by claude-bottle itself");
  return { paths, env, network, hasTerminal, mark, command: rest };
} // prettier-ignore
