import type { Backend, Machine } from "../../src/backends/backend.ts";
import { preludeArgv } from "../../src/guest/guest.ts";
import { listDirectory, privateDirectory, readText, removeTree, writePrivate } from "../../src/system/files.ts";
import { stateDirectory, type System } from "../../src/system/system.ts";

/** A backend that isolates nothing: a bottle is a directory, and a session a process with its home there. */
export function example(system: System): Backend {
  const bottles = `${stateDirectory(system.env)}/example`;
  const owner = (name: string) => `${bottles}/${name}/owner.json`;
  const homeOf = (name: string) => `${bottles}/${name}/home`;

  function find(name: string): Machine | undefined {
    const text = readText(owner(name));
    return text === undefined ? undefined : { name, state: "running", owner: JSON.parse(text), pid: undefined };
  }

  return {
    name: "example",
    capabilities: {
      isolation: "namespace",
      network: "open",
      loopback: "all",
      credentialBroker: false,
      programs: "host",
      user: "host",
      mounts: "live",
      snapshot: false,
      remote: false,
    },
    loopbackAddress: "127.0.0.1",
    probe: async () => ({ usable: true, version: "1" }),
    find: async (name) => find(name),
    list: async () => listDirectory(bottles).flatMap((name) => find(name) ?? []),
    async create({ name, directory, user }) {
      privateDirectory(homeOf(name));
      writePrivate(owner(name), JSON.stringify({ directory, uid: user.uid }));
    },
    start: async () => undefined,
    stop: async () => {},
    remove: async (name) => removeTree(`${bottles}/${name}`),
    isReady: async ({ name }) => find(name) !== undefined,
    attach: ({ name }, { id, size, directory, command, env }) => ({
      argv: preludeArgv({ session: id, size, directory, secrets: [], command }),
      env: { ...env, HOME: homeOf(name) },
    }),
    controlArgv: () => undefined,
    explain: ({ name }) => ({ create: [["mkdir", "-p", homeOf(name)]], start: [], stop: [], remove: [["rm", "-r", `${bottles}/${name}`]] }), // prettier-ignore
  };
}
