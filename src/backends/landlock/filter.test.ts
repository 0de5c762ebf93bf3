import { expect, test } from "bun:test";
import { machines, runFilter } from "../../../test/support/bpf.ts";
import { landlockFilter, type FilterRequest } from "./filter.ts";

const [unix, inet, inet6, netlink, packet, vsock] = [1n, 2n, 10n, 16n, 17n, 40n];
const [stream, datagram, raw, seqpacket] = [1n, 2n, 3n, 5n];
const flags = 0o2004000n;
const calls = {
  socket: { x64: 41, arm64: 198 },
  socketpair: { x64: 53, arm64: 199 },
  io_uring_setup: { x64: 425, arm64: 425 },
  shmget: { x64: 29, arm64: 194 },
  setrlimit: { x64: 160, arm64: 164 },
  prlimit64: { x64: 302, arm64: 261 },
  kill: { x64: 62, arm64: 129 },
  truncate: { x64: 76, arm64: 45 },
  ioctl: { x64: 16, arm64: 29 },
  read: { x64: 0, arm64: 63 },
};
const [locks, files] = [10n, 7n];

const open: FilterRequest = { network: "open", abi: 7 };
const off: FilterRequest = { network: "off", abi: 7 };
const cases: [name: string, request: FilterRequest, call: keyof typeof calls, words: bigint[], verdict: string][] = [
  ["a TCP socket", open, "socket", [inet, stream | flags, 0n], "allowed"],
  ["a UDP socket, for name look-ups", open, "socket", [inet6, datagram | flags, 0n], "allowed"],
  ["the kernel's list of interfaces", open, "socket", [netlink, raw | flags, 0n], "allowed"],
  ["another netlink family", open, "socket", [netlink, raw, 15n], "EPERM"],
  ["a raw socket", open, "socket", [inet, raw, 1n], "EPERM"],
  ["a packet socket", open, "socket", [packet, raw, 0n], "EPERM"],
  ["a unix socket", open, "socket", [unix, stream | flags, 0n], "EPERM"],
  ["a unix socket, with bits that the kernel drops", open, "socket", [unix | (1n << 32n), stream, 0n], "EPERM"],
  ["a socket of a virtual machine's host", open, "socket", [vsock, stream, 0n], "EPERM"],
  ["any socket without a network", off, "socket", [inet, stream, 0n], "EPERM"],
  ["a pair of stream sockets", off, "socketpair", [unix, stream | flags, 0n], "allowed"],
  ["a pair of packet sockets", off, "socketpair", [unix, seqpacket, 0n], "allowed"],
  ["a pair of datagram sockets, which could send anywhere", off, "socketpair", [unix, datagram | flags, 0n], "EPERM"],
  ["a pair of raw sockets, which are of datagrams", off, "socketpair", [unix, raw, 0n], "EPERM"],
  ["io_uring, which opens sockets past the filter", open, "io_uring_setup", [8n, 0n], "EPERM"],
  ["shared memory of the host", open, "shmget", [0n, 4096n, 0n], "EPERM"],
  ["a limit of the process itself", open, "prlimit64", [0n, files, 0x7fff_0000n, 0n], "allowed"],
  ["a limit of another process", open, "prlimit64", [1n, files, 0n, 0x7fff_0000n], "EPERM"],
  ["a look at the mark", open, "prlimit64", [0n, locks, 0n, 0x7fff_0000n], "allowed"],
  ["another mark", open, "prlimit64", [0n, locks, 0x7fff_0000n, 0n], "EPERM"],
  ["another mark, at an odd address", open, "prlimit64", [0n, locks, 0x7f_0000_0000n, 0n], "EPERM"],
  ["another mark, by the older call", open, "setrlimit", [locks, 0x7fff_0000n], "EPERM"],
  ["a signal to all processes, where Landlock has no scopes", { ...open, abi: 5 }, "kill", [0xffff_ffff_ffff_ffffn, 9n], "EPERM"],
  ["a signal to one process there", { ...open, abi: 5 }, "kill", [42n, 9n], "allowed"],
  ["a signal to all processes, where Landlock has scopes", open, "kill", [0xffff_ffff_ffff_ffffn, 9n], "allowed"],
  ["a file cut short, where Landlock does not see it", { ...open, abi: 2 }, "truncate", [0n, 0n], "EPERM"],
  ["a file cut short, where Landlock sees it", { ...open, abi: 3 }, "truncate", [0n, 0n], "allowed"],
  ["a key pushed into the terminal", open, "ioctl", [0n, 0x5412n], "EPERM"],
  ["a read", off, "read", [0n, 0n, 0n], "allowed"],
]; // prettier-ignore

for (const on of ["x64", "arm64"] as const)
  test.each(cases)(`%s (${on})`, (_, request, call, words, verdict) => {
    const made = { audit: machines[on].audit, number: calls[call][on], arguments: words };
    expect(runFilter(landlockFilter(on, request), made)).toBe(verdict);
  });
