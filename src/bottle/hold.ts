import { interruptible } from "../system/interrupt.ts";
import { type Held, withLock } from "../system/lock.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { waitingForAnother } from "./messages.ts";

/** The bottle's lock, and a signal that fires on INT, TERM and HUP. */
export type Hold = Held & { readonly signal: AbortSignal };

/** Runs `work` while no other process of claude-bottle can change the bottle of that name. Every change of a bottle goes through here. */
export const holdBottle = <T>(system: System, name: string, work: (hold: Hold) => Promise<T>): Promise<T> =>
  interruptible((signal) => {
    const onWait = () => inform(system, waitingForAnother(name));
    return withLock(system, name, { signal, onWait }, (held) => work({ ...held, signal }));
  });
