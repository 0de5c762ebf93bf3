import { expect, test } from "bun:test";
import { machines, runFilter } from "../../test/support/bpf.ts";
import { type Architecture, compileFilter, keyrings, terminalInput } from "./seccomp.ts";

const cases: [name: string, on: Architecture, call: { number?: number; second?: bigint; audit?: number }, verdict: string][] = [
  ["a size is asked", "x64", { second: 0x5413n }, "allowed"],
  ["a size is asked", "arm64", { second: 0x5413n }, "allowed"],
  ["a key is pushed in", "x64", { second: 0x5412n }, "EPERM"],
  ["a key is pushed in", "arm64", { second: 0x5412n }, "EPERM"],
  ["a key is pushed in with bits that the kernel drops", "x64", { second: 0x1_0000_5412n }, "EPERM"],
  ["a console's selection is pasted", "x64", { second: 0x541cn }, "EPERM"],
  ["another call has the same second argument", "x64", { number: 1, second: 0x5412n }, "allowed"],
  ["a number of x32", "x64", { number: 0x4000_0000 + 514, second: 0x5412n }, "EPERM"],
  ["a program for i386", "x64", { number: 54, second: 0x5412n, audit: 0x40000003 }, "killed"],
  ["a program for 32-bit ARM", "arm64", { number: 54, audit: 0x40000028 }, "killed"],
  ["the keyring is read", "x64", { number: 250 }, "EPERM"],
  ["a key is added", "x64", { number: 248 }, "EPERM"],
  ["a key is asked for", "x64", { number: 249 }, "EPERM"],
  ["the keyring is read", "arm64", { number: 219 }, "EPERM"],
  ["the number of x86_64's keyctl", "arm64", { number: 250 }, "allowed"],
]; // prettier-ignore

test.each(cases)("%s (%s)", (_, on, { number, second, audit }, verdict) => {
  const call = {
    audit: audit ?? machines[on].audit,
    number: number ?? machines[on].ioctl,
    arguments: [0n, second ?? 0n],
  };
  expect(runFilter(compileFilter(on, { ...terminalInput, ...keyrings }), call)).toBe(verdict);
});
