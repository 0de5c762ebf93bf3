import { compileFilter, keyrings, terminalInput, type Architecture, type Condition } from "../seccomp.ts";

export type FilterRequest = { readonly network: "off" | "open"; readonly abi: number };

const families = { inet: 2, inet6: 10, netlink: 16 };
const types = { stream: 1, datagram: 2, seqpacket: 5 };
/** The other bits of a socket's type are flags. */
const type = { argument: 1, mask: 0xf } as const;
/** The kernel has not used this limit since 2.4. The mark of a bottle's processes is stored in it. */
export const markLimit = 10;

/**
 * What Landlock does not cover: sockets, System V and POSIX messages, and limits of other processes. No unix socket can be opened, because Landlock
 * (ABI 7) has no rule for those with a path: the user's tmux, container engine, ssh agent and bus.
 */
export function landlockFilter(architecture: Architecture, { network, abi }: FilterRequest): Uint8Array {
  const anything: readonly (readonly Condition[])[] = [[]];
  return compileFilter(architecture, {
    ...terminalInput,
    ...keyrings,
    socket:
      network === "off"
        ? anything
        : [
            [{ argument: 0, notIn: Object.values(families) }],
            [
              { argument: 0, in: [families.inet, families.inet6] },
              { ...type, notIn: [types.stream, types.datagram] },
            ],
            // The kernel's list of interfaces and addresses, which name look-ups read.
            [
              { argument: 0, in: [families.netlink] },
              { argument: 2, notIn: [0] },
            ],
          ],
    // A datagram socket could send to any socket with a path.
    socketpair: [[{ ...type, notIn: [types.stream, types.seqpacket] }]],
    // Opens sockets past every filter.
    io_uring_setup: anything,
    io_uring_enter: anything,
    io_uring_register: anything,
    shmget: anything, shmctl: anything, shmat: anything, semget: anything, semctl: anything, semop: anything, semtimedop: anything,
    msgget: anything, msgctl: anything, msgrcv: anything, msgsnd: anything, mq_open: anything, mq_unlink: anything,
    setrlimit: [[{ argument: 0, in: [markLimit] }]],
    // Another process's limits, or a new value for the mark.
    prlimit64: [
      [{ argument: 0, notIn: [0] }],
      [{ argument: 1, in: [markLimit] }, { argument: 2, notIn: [0] }],
      [{ argument: 1, in: [markLimit] }, { argument: 2, high: true, notIn: [0] }],
    ],
    // Every process that the user may signal.
    ...(abi < 6 && { kill: [[{ argument: 0, in: [0xffff_ffff] }]] }),
    ...(abi < 3 && { truncate: anything }),
  });
} // prettier-ignore
