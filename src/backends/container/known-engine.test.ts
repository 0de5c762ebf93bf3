import { afterAll, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { System } from "../../system/system.ts";
import type { Engine } from "./engine.ts";
import { forgetEngine, knownEngine, noteEngine } from "./known-engine.ts";

const place = mkdtempSync(`${tmpdir()}/known-engine-`);
const home = `${place}/home`;
const program = `${place}/podman`;
afterAll(() => rmSync(place, { recursive: true }));
beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(`${home}/.config/containers/containers.conf.d`, { recursive: true });
  for (const file of [program, `${home}/own.conf`, `${home}/.config/containers/storage.conf`]) writeFileSync(file, "one\n");
}); // prettier-ignore

const engine: Engine = {
  version: "5.0", rootless: false, mapsUsers: false, isLocal: true, id: "here /store",
  limits: { cpus: true, memory: true, pids: true }, selinux: false,
}; // prettier-ignore
const asked = (env: Record<string, string> = {}, own: Partial<System> = {}, name = "podman") => ({
  system: { env: { HOME: home, CONTAINERS_CONF: `${home}/own.conf`, ...env }, user: { uid: 1000, gid: 1000, name: "ann" }, kernel: "6.1", ...own } as System,
  program: name,
  argv: () => [program],
}); // prettier-ignore

test("podman's answer is known from then on", () => {
  expect(knownEngine(asked())).toBeUndefined();
  noteEngine(asked(), engine);
  expect(knownEngine(asked())).toEqual(engine);
  forgetEngine(asked());
  expect(knownEngine(asked())).toBeUndefined();
});

test("so is one without an ID", () => {
  noteEngine(asked(), { ...engine, id: undefined });
  expect(knownEngine(asked())).toEqual({ ...engine, id: undefined });
});

test.each([
  ["a service of podman's", asked(), { ...engine, isLocal: false }],
  ["docker", asked({}, {}, "docker"), engine],
])("the answer of %s is not kept", (_, who, answer) => {
  noteEngine(who, answer);
  expect(knownEngine(who)).toBeUndefined();
});

test.each<[string, () => ReturnType<typeof asked>]>([
  ["the program", () => (appendFileSync(program, "two\n"), asked())],
  ["the user's settings", () => (appendFileSync(`${home}/.config/containers/storage.conf`, "two\n"), asked())],
  ["a file of further settings", () => (writeFileSync(`${home}/.config/containers/containers.conf.d/a.conf`, ""), asked())],
  ["the settings that a variable names", () => (appendFileSync(`${home}/own.conf`, "two\n"), asked())],
  ["the engine that a variable names", () => asked({ CONTAINER_HOST: "ssh://elsewhere" })],
  ["the directory of the settings", () => asked({ XDG_CONFIG_HOME: `${home}/other` })],
  ["the user", () => asked({}, { user: { uid: 1001, gid: 1000, name: "bob" } })],
  ["the kernel", () => asked({}, { kernel: "6.2" })],
  ["the note, which is damaged", () => (writeFileSync(`${home}/.local/state/claude-bottle/engines/podman.json`, "{"), asked())],
])("podman is asked again after a change of %s", (_, change) => {
  noteEngine(asked(), engine);
  expect(knownEngine(change())).toBeUndefined();
}); // prettier-ignore
