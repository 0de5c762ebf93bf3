import type { Backend } from "./backend.ts";

/** What confines a bottle that shares the machine's kernel, and what it lacks. */
export const describeSandbox = ({ capabilities, caveat }: Backend): string =>
  [
    `${capabilities.isolation === "rules" ? "access rules" : "namespaces"}, not a VM: sessions share this machine's kernel`,
    ...(caveat ? [caveat()] : []),
  ].join("; ");
