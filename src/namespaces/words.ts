/** On the caller's terminal, or away from it. */
export type Place = "terminal" | "alone";

/** Before a command that is to run in the bottle of that directory. `env`: its variables, as `NAME=VALUE`, or `NAME` alone for one of ours. */
export const enterArgv = (directory: string, place: Place, env: readonly string[]): string[] => [
  "enter",
  directory,
  place,
  ...env,
  "--",
];

/** What lets a bottle through to the network: on that port of its loopback. */
export const proxyArgv = (directory: string, port: number): string[] => ["proxy", directory, String(port)];
