import type { Capabilities } from "../plan/plan.ts";

// What the backends share of their messages. Each backend's own are beside it; errors are in errors.ts.

export const installingClaude = (version: string) => ({
  title: `installing Claude Code ${version} with npm, once for all bottles (175 MB to download)`,
  subject: "Claude Code",
});

/** `purpose`: what the image is for, such as "template". */
export const waitingForBuild = (purpose: string) => `waiting for another claude-bottle to build the ${purpose}`;

export const buildingImage = (purpose: string, program: string) => ({
  title: `building the ${purpose} with ${program}, once for all bottles`,
  subject: purpose,
});

export const baseImage = (reference: string) => `base image ${reference}`;

export const sharedKernel = (isolation: Capabilities["isolation"]) =>
  `${isolation === "rules" ? "access rules" : "namespaces"}, not a VM: sessions share this machine's kernel`;
