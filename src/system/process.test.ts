import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { findGuestProcesses, type GuestProcess, identify, startedByPs } from "./process.ts";

describe("when a process started, by ps", () => {
  let directory = "";
  beforeAll(() => void (directory = mkdtempSync(`${tmpdir()}/claude-bottle-ps-`)));
  afterAll(() => rmSync(directory, { recursive: true }));

  const fakePs = (script: string): string => {
    const file = `${directory}/ps`;
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  /** A laptop in another time zone, set to another language. */
  const abroad = <Answer>(then: () => Answer): Answer => {
    const { TZ, LC_ALL } = process.env;
    Object.assign(process.env, { TZ: "Asia/Tokyo", LC_ALL: "de_DE.UTF-8" });
    try {
      return then();
    } finally {
      for (const [name, value] of Object.entries({ TZ, LC_ALL }))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  };

  test("is asked for in one time zone and one language, wherever the laptop is", () => {
    const ps = fakePs('echo "$TZ $LC_ALL $*"');
    expect(abroad(() => startedByPs(42, ps))).toBe("UTC C -o lstart= -p 42");
  });

  test("is unknown where the process is gone", () => {
    expect(startedByPs(42, fakePs("exit 1"))).toBeUndefined();
    expect(startedByPs(42, fakePs("echo"))).toBeUndefined();
  });

  test.skipIf(!existsSync("/bin/ps"))("stays the same by the real ps when the laptop travels", () => {
    const atHome = startedByPs(process.pid);
    expect(atHome).toMatch(/^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/);
    expect(abroad(() => startedByPs(process.pid))).toBe(atHome);
  });
});

test.skipIf(process.platform !== "linux")("a guest's process is known by its namespace, where others share its pid and start", () => {
  const inner = Number(/^NSpid:.*\t(\d+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  const own = { pid: inner, start: identify(process.pid)?.started.split(":").at(-1) ?? "" };
  const namespace = readlinkSync("/proc/self/ns/pid");
  const found = (one: GuestProcess) => findGuestProcesses([one]).get(one);
  expect(found({ ...own, namespace: "pid:[1]" })).toBeUndefined();
  expect([found({ ...own, namespace }), found({ ...own, namespace }), found(own)]).toEqual([process.pid, process.pid, process.pid]);
}); // prettier-ignore
