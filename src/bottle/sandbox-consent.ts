import type { Backend } from "../backends/backend.ts";
import { isSandbox } from "../plan/plan.ts";
import { exists, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";

const consentFile = ({ env }: System, { name }: Backend) => `${stateDirectory(env)}/allowed/${name}`;

/** Whether the user has accepted, on this machine, a sandbox that shares the kernel. */
export const hasConsent = (system: System, backend: Backend): boolean => exists(consentFile(system, backend));

/** Whether the user must accept it before it is chosen automatically. */
export const needsConsent = (system: System, backend: Backend): boolean =>
  isSandbox(backend.capabilities) && !hasConsent(system, backend);

export const noteConsent = (system: System, backend: Backend): void => writePrivate(consentFile(system, backend), "");
