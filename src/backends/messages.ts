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

// Why something is left over, and what removing it does: gc prints both.

export const bottleGone = (bottle?: string) => `its bottle ${bottle === undefined ? "" : `${bottle} `}is gone`;

export const neverWhole = "it was never a whole bottle";

export const buildUnfinished = "its build did not end";

/** `size`: of an image, if the engine tells. */
export const unusedImage = (size?: string) => `no bottle is made from it${size === undefined ? "" : ` (${size})`}`;

export const endingProcess = (pid: number) => `end process ${pid}`;
