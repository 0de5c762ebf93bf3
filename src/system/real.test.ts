import { describe, expect, test } from "bun:test";
import { identify } from "./process.ts";
import { pipe } from "./pipe.ts";
import { realSystem } from "./real.ts";
import type { Program, Run, RunOptions } from "./system.ts";

const system = realSystem({ PATH: "/usr/bin:/bin" });

test.each([
  ["is nowhere", ["no-such-program"], '"no-such-program" was not found'],
  ["is no program", ["/etc/passwd"], '"/etc/passwd" is not executable'],
  [
    "gets more than the kernel takes",
    ["true", "x".repeat(3_000_000)],
    'the arguments and the environment of "true" are too long together',
  ],
])("what %s is not started, and why is said", async (_, argv, message) => {
  expect(await system.run(argv).catch((error: Error) => error.message)).toBe(message);
});

test("a directory to start it in that is gone is not blamed on the program", async () => {
  const words = await system.run(["true"], { cwd: "/no/such/directory" }).catch((error: Error) => error.message);
  expect(words).toBe('"/no/such/directory" is not a directory any more');
});

const sh = (script: string, options: RunOptions = {}) => system.run(["sh", "-c", script], options);

describe("how a program ended", () => {
  test.each<[string, string, RunOptions, Omit<Run, "stdout" | "stderr">]>([
    ["by itself", "exit 3", {}, { code: 3, signal: undefined, timedOut: false }],
    ["by a signal", "kill -TERM $$", {}, { code: 143, signal: "SIGTERM", timedOut: false }],
    ["with the status of a signal", "exit 143", {}, { code: 143, signal: undefined, timedOut: false }],
    ["too late", "sleep 60", { timeoutMs: 50 }, { code: 143, signal: "SIGTERM", timedOut: true }],
    ["too late, though it wants to go on", "trap '' TERM; sleep 60 & wait; sleep 60", { timeoutMs: 50, endBy: { name: "SIGTERM", graceMs: 50 } }, { code: 137, signal: "SIGKILL", timedOut: true }],
  ])("%s", async (_, script, options, expected) => expect(await sh(script, options)).toMatchObject(expected)); // prettier-ignore

  test("what it left behind with its output open does not hold us, and lives on", async () => {
    const { stdout } = await sh("sleep 60 & echo $!; exit 0");
    expect(() => process.kill(Number(stdout), "SIGKILL")).not.toThrow();
  });

  test("of a group that was ended nothing lives on", async () => {
    const { stdout } = await sh("(trap '' TERM; sleep 60) & echo $!; wait", {
      timeoutMs: 200,
      endBy: { name: "SIGTERM", graceMs: 100 },
    });
    expect(identify(Number(stdout))).toBeUndefined();
  });

  test("all that it wrote is there, however late it is read", async () => {
    const { stdout } = await sh("head -c 5000000 /dev/zero | tr '\\0' x; printf end >&2; (sleep 60) &", {
      onOutput: () => Bun.sleepSync(1),
    });
    expect(stdout.length).toBe(5_000_000);
  });
});

describe("a program that prints too much", () => {
  const maxBytes = 1024 * 1024;

  test("is ended, where its output would be parsed", async () => {
    const words = await sh("yes; sleep 60", { maxBytes }).catch((error: Error) => error.message);
    expect(words).toBe('"sh" printed more than 1 MiB');
  });

  test("goes on, where somebody reads it; its beginning and its end are kept", async () => {
    const script = "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last";
    const { stdout, code } = await sh(script, { maxBytes, onOutput: () => {} });
    expect([code, stdout.slice(0, 6), stdout.slice(-6)]).toEqual([0, "first\n", "\nlast\n"]);
    expect(stdout.length).toBeLessThan(maxBytes + 10);
  });
});

describe("bytes pass", () => {
  const million = async function* () {
    for (let piece = 0; piece < 1000; piece++) yield new Uint8Array(1000).fill(120);
  };

  test("from a source, as the program reads", async () => {
    expect((await sh("wc -c", { stdin: million() })).stdout.trim()).toBe("1000000");
  });

  test("to a program that reads no further", async () => {
    expect(await sh("head -c 1; exec 0<&-; sleep 0.2", { stdin: million() })).toMatchObject({ stdout: "x", code: 0 });
  });

  test("not from a source that failed", async () => {
    const failing = async function* () {
      yield new Uint8Array(10);
      throw new Error("no more");
    };
    expect(await sh("cat; sleep 60", { stdin: failing() }).catch((error: Error) => error.message)).toBe("no more");
  });

  test("to whoever wants them, until they do not", async () => {
    let bytes = 0;
    const run = await sh("yes", { onBytes: (piece) => ((bytes += piece.length) < 100_000 ? undefined : false) });
    expect([bytes >= 100_000, run.stdout]).toEqual([true, ""]);
  });

  const program = (script: string): Program => ({ argv: ["sh", "-c", script], env: {} });

  test("from one program to another", async () => {
    const { from, to } = await pipe(system, program("cat; exit 4"), program("wc -c; exit 5"), { stdin: million() });
    expect([from.code, to.code, to.stdout.trim()]).toEqual([4, 5, "1000000"]);
  });

  test("between programs, until the reader ends", async () => {
    const { to } = await pipe(system, program("yes"), program("head -n 1"));
    expect(to.stdout).toBe("y\n");
  });

  test("between programs, until the signal fires, and neither lives on", async () => {
    const stop = new AbortController();
    const pids: number[] = [];
    const noting = (script: string) => program(`echo $$ >&2; ${script}`);
    const heard = {
      ...system,
      run: (argv: readonly string[], options: RunOptions) =>
        system.run(argv, { ...options, onOutput: (text) => void (/^\d+\n$/.test(text) && pids.push(Number(text))) }),
    };
    const running = pipe(heard, noting("exec sleep 60"), noting("exec cat"), { signal: stop.signal });
    while (pids.length < 2) await Bun.sleep(5);
    stop.abort(new Error("enough"));
    expect(await running.catch((error: Error) => error.message)).toBe("enough");
    expect(pids.map(identify)).toEqual([undefined, undefined]);
  });

  test("to no program that cannot be started, and the writer ends", async () => {
    const running = pipe(system, program("yes"), { argv: ["no-such-program"], env: {} });
    expect(await running.catch((error: Error) => error.message)).toBe('"no-such-program" was not found');
  });
});
