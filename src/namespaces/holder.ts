import { type Identity, isAlive } from "../system/process.ts";
import { readText, writePrivate } from "../system/files.ts";

/** The first process of a bottle's namespaces, seen from the host. It lives as long as the bottle runs. */
export type Holder = Identity & {
  /** "host": the bottle shares the host's network. */
  readonly network: "own" | "host";
  /** The file with the seccomp filter of the sessions. */
  readonly filter: string;
};

const fileIn = (directory: string) => `${directory}/holder.json`;

export const writeHolder = (directory: string, holder: Holder): void =>
  writePrivate(fileIn(directory), JSON.stringify(holder));

/** The holder of the bottle in that directory; undefined if the bottle does not run. */
export function readHolder(directory: string): Holder | undefined {
  const holder = parse(readText(fileIn(directory)));
  return holder && isAlive(holder) ? holder : undefined;
}

function parse(text: string | undefined): Holder | undefined {
  try {
    const value = JSON.parse(text ?? "") as Partial<Holder> | null;
    const { pid, started, network, filter } = value ?? {};
    if (typeof pid !== "number" || typeof started !== "string" || typeof filter !== "string") return undefined;
    return { pid, started, network: network === "host" ? "host" : "own", filter };
  } catch {
    return undefined;
  }
}
