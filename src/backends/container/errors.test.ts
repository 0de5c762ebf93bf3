import { expect, test } from "bun:test";
import type { Run } from "../../system/system.ts";
import { engineError, isUnknown } from "./errors.ts";

const ended = (code: number, stderr: string): Run => ({ code, signal: undefined, timedOut: false, stdout: "", stderr });

// As docker 28 and podman 4.3 and 5 say them.
test.each([
  ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "docker: its engine does not answer"],
  ["Cannot connect to Podman. Please verify your connection to the Linux system", "docker: its engine does not answer"],
  ["error during connect: Get \"http://h:2375/v1.41/info\": dial tcp: lookup h: no such host", "docker: its engine does not answer"],
  ["permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://x/info\": dial unix /var/run/docker.sock: connect: permission denied", "docker: you may not open its socket"],
  ["Error: exec: \"newuidmap\": executable file not found in $PATH", "docker: podman without root needs newuidmap, which is not installed or not usable"],
  ["time=\"2026\" level=error msg=\"no subuid ranges found for user \\\"ann\\\" in /etc/subuid\"", "docker: podman without root needs a range of user ids, and you have none"],
  ["write /var/lib/x: no space left on device", "docker: no space left on device"],
  ["Error: localhost/none:1: image not known", "docker: its image is missing"],
  ["Error response from daemon: Conflict. The container name \"/a\" is already in use by container \"b\".", "docker: a container of that name already exists"],
  ["Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /a", "docker: its engine does not see this directory"],
])("%s", (stderr, words) => {
  const error = engineError("docker", 'make bottle "b"', ended(1, stderr));
  expect(error.message).toBe(`cannot make bottle "b" with ${words}`);
  expect(error.hint).toMatch(/\w/);
}); // prettier-ignore

test("other words are passed on without what is printed around them", () => {
  const stderr =
    'time="2026" level=warning msg="x"\ndocker: Error response from daemon: odd thing\nand more\n\nRun \'docker run --help\' for more information\n';
  expect(engineError("docker", 'make bottle "b"', ended(1, stderr)).message).toBe(
    'cannot make bottle "b": docker says: odd thing',
  );
  expect(engineError("podman", 'make bottle "b"', ended(9, "")).message).toBe(
    'cannot make bottle "b": podman says: nothing, and ends with status 9',
  );
});

test("of an engine's wall of errors the first one is shown", () => {
  const cause = 'unable to start \\"cb-a\\": cgroup is gone';
  const wall = Array.from({ length: 4 }, (_, at) => `time="2026" level=error msg="Starting dependency ${at}: ${cause}"`);
  const { message, hint } = engineError("podman", 'start bottle "b"', ended(125, `${wall.join("\n")}\nError: some\n`));
  expect(message).toBe('cannot start bottle "b": podman says: Starting dependency 0: unable to start "cb-a": cgroup is gone');
  expect(hint).toStartWith("podman printed 4 further errors; ");
  expect(engineError("podman", "start", ended(1, "x".repeat(5000))).message.length).toBeLessThan(400);
}); // prettier-ignore

test.each([
  "Error: no such container x",
  "Error response from daemon: No such container: x",
  'Error: no container with name or ID "x" found: no such container',
  "Error: inspecting object: no such object: x",
])("%s: is not there", (stderr) => expect(isUnknown(ended(1, stderr))).toBe(true));
