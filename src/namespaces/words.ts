/** On the caller's terminal, or detached from it. */
export type Place = "terminal" | "alone";

/** The prefix of a command that runs in the bottle of that directory. `env`: variables as `NAME=VALUE`, or `NAME` for one of our own. */
export const enterArgv = (directory: string, place: Place, env: readonly string[]): string[] => [
  "enter",
  directory,
  place,
  ...env,
  "--",
];

/** The proxy of a bottle, which listens on that port of its loopback. */
export const proxyArgv = (directory: string, port: number): string[] => ["proxy", directory, String(port)];
