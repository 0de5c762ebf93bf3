import { expect, test } from "bun:test";
import { type Architecture, compileFilter, keyrings, terminalInput } from "./seccomp.ts";

/** What the kernel does with the filter, for one call. */
function run(filter: Uint8Array, call: { audit: number; number: number; second?: bigint }): string {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.audit, true);
  data.setBigUint64(24, call.second ?? 0n, true);
  const view = new DataView(filter.buffer);
  for (let line = 0, value = 0; ; line += 1) {
    const [code, ifTrue, ifFalse] = [
      view.getUint16(line * 8, true),
      view.getUint8(line * 8 + 2),
      view.getUint8(line * 8 + 3),
    ];
    const constant = view.getUint32(line * 8 + 4, true);
    if (code === 0x20) value = data.getUint32(constant, true);
    else if (code === 0x15) line += value === constant ? ifTrue : ifFalse;
    else if (code === 0x35) line += value >= constant ? ifTrue : ifFalse;
    else return { 0x7fff0000: "allowed", 0x00050001: "EPERM", 0x80000000: "killed" }[constant] ?? `${constant}`;
  }
}

const machines = { x64: { audit: 0xc000003e, ioctl: 16 }, arm64: { audit: 0xc00000b7, ioctl: 29 } };
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
  const call = { audit: audit ?? machines[on].audit, number: number ?? machines[on].ioctl, ...(second && { second }) };
  expect(run(compileFilter(on, { ...terminalInput, ...keyrings }), call)).toBe(verdict);
});
