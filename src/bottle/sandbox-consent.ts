import type { Backend } from "../backends/backend.ts";
import { isSandbox } from "../plan/plan.ts";
import { exists, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";

const consentFile = ({ env }: System, { name }: Backend) => `${stateDirectory(env)}/allowed/${name}`;

/** Whether the user has said yes to a sandbox that shares the kernel, on this machine. */
export const hasConsent = (system: System, backend: Backend): boolean => exists(consentFile(system, backend));

/** Whether the user has to say yes to it before it is taken where nobody asked for it. */
export const needsConsent = (system: System, backend: Backend): boolean =>
  isSandbox(backend.capabilities) && !hasConsent(system, backend);

export const noteConsent = (system: System, backend: Backend): void => writePrivate(consentFile(system, backend), "");
