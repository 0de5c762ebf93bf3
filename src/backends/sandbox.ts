import type { Backend } from "./backend.ts";
import { sharedKernel } from "./messages.ts";

/** What confines a bottle that shares the machine's kernel, and what it lacks. */
export const describeSandbox = ({ capabilities, caveat }: Backend): string =>
  [sharedKernel(capabilities.isolation), ...(caveat ? [caveat()] : [])].join("; ");
