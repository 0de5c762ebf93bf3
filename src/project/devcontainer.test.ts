import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseDevcontainer, readDevcontainer } from "./devcontainer.ts";

const nothing = { image: undefined, env: {}, once: [], always: [], ports: [], left: [] };

test.each([
  ["an image, with comments, a comma too much and a byte order mark", '\ufeff{ // x\n"image": "debian:12", }', { image: "debian:12" }],
  ["a command as text", '{"postCreateCommand": "npm ci && make"}', { once: ["npm ci && make"] }],
  ["a command as a list", '{"postCreateCommand": ["echo", "a b"]}', { once: ["echo 'a b'"] }],
  ["commands as an object", '{"postCreateCommand": {"a": "make", "b": ["npm", "ci"]}}', { once: ["make", "npm ci"] }],
  ["the commands in their order", '{"postCreateCommand": "3", "updateContentCommand": "2", "onCreateCommand": "1", "postStartCommand": "4"}', { once: ["1", "2", "3"], always: ["4"] }],
  ["variables of all plain kinds", '{"containerEnv": {"A": "x", "PORT": 8080, "ON": true}, "remoteEnv": {"B": "y"}}', { env: { A: "x", PORT: "8080", ON: "true", B: "y" } }],
  ["variables that need this machine", '{"containerEnv": {"A": "${localEnv:A}", "B": "y", "C": null}}', { env: { B: "y" }, left: ["containerEnv.A", "containerEnv.C"] }],
  ["ports", '{"forwardPorts": [3000, "db:5432", "8080"]}', { ports: ["3000", "8080"] }],
  ["what has no counterpart", '{"name": "x", "build": {"dockerfile": "Dockerfile"}, "features": {"ghcr.io/a/go:1": {}, "ghcr.io/a/node:1": {}}, "mounts": [], "remoteUser": "vscode", "customizations": {}}', { left: ["feature ghcr.io/a/go:1", "feature ghcr.io/a/node:1", "build", "mounts", "remoteUser"] }],
  ["a compose file", '{"dockerComposeFile": "docker-compose.yml", "service": "app", "postCreateCommand": ""}', { left: ["dockerComposeFile", "service"] }],
  ["values of a wrong kind", '{"image": 3, "postCreateCommand": 4, "containerEnv": []}', { left: ["image", "postCreateCommand", "containerEnv"] }],
])("%s", (_, json, expected) => expect(parseDevcontainer(json)).toEqual({ ...nothing, ...expected })); // prettier-ignore

test.each(["", "{", "[]", "#{}"])("%p is none", (json) => expect(parseDevcontainer(json)).toBeUndefined());

test("of several configurations the first one is taken, and the others are named", () => {
  const directory = mkdtempSync(`${tmpdir()}/devcontainer-`);
  try {
    for (const name of ["web", "api"]) {
      mkdirSync(`${directory}/.devcontainer/${name}`, { recursive: true });
      writeFileSync(`${directory}/.devcontainer/${name}/devcontainer.json`, `{"image": "${name}"}`);
    }
    const others = [".devcontainer/web/devcontainer.json"];
    expect(readDevcontainer(directory)).toMatchObject({ image: "api", file: ".devcontainer/api/devcontainer.json", others });
  } finally {
    rmSync(directory, { recursive: true });
  }
}); // prettier-ignore
