import { ptr } from "bun:ffi";
import { closeSync, openSync } from "node:fs";
import type { Namespaces } from "./join.ts";
import { type Libc, prepareFork, SIGKILL } from "./linux.ts";

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const O_CLOEXEC_SOCKET = 0x80000;
const O_NONBLOCK_SOCKET = 0x800;
const backlog = 512;

const CLONE_FILES = 0x400;
const SIGCHLD = 17;
const clone = process.arch === "arm64" ? 220 : 56;

/**
 * Opens a listening socket on a port of the loopback in those namespaces, on which we accept connections from outside: a socket stays in the network
 * namespace in which it was made. Undefined if the port is taken.
 */
export function listenInside(libc: Libc, { owner, net = -1 }: Namespaces, port: number): number | undefined {
  const address = new Uint8Array(16);
  const fields = new DataView(address.buffer);
  fields.setUint16(0, AF_INET, true);
  fields.setUint16(2, port);
  address.set([127, 0, 0, 1], 4);
  const yes = new Int32Array([1]);
  const [addressAt, yesAt] = [ptr(address), ptr(yes)];
  const descriptor = openSync("/dev/null", "r");

  prepareFork(libc);
  // The fork shares our table of descriptors, so what it opens is ours.
  const child = libc.syscall(clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (child === 0) {
    let failed = libc.setns(owner, 0) | libc.setns(net, 0);
    const socket = libc.socket(AF_INET, SOCK_STREAM | O_CLOEXEC_SOCKET | O_NONBLOCK_SOCKET, 0);
    libc.setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, yesAt, 4);
    failed |= libc.bind(socket, addressAt, 16) | libc.listen(socket, backlog);
    if (failed === 0) libc.dup3(socket, descriptor, O_CLOEXEC_SOCKET);
    libc.close(socket);
    libc._exit(failed === 0 ? 0 : 1);
  }
  const status = new Int32Array(1);
  if (child > 0 && libc.waitpid(child, ptr(status), 0) === child && status[0] === 0) return descriptor;
  if (child > 0) libc.kill(child, SIGKILL);
  closeSync(descriptor);
  return undefined;
}
