import { printable } from "../../lib/quote.ts";

// What this backend tells the user, apart from its errors. A pair is a text and its hint.

export const fetchingImage = (image: string, program: string) => ({
  title: `fetching image "${image}" with ${program}`,
  subject: "image",
});

export const loadingImage = (image: string, program: string) => `loading image "${image}" into ${program}`;

export const pushingTemplate = (reference: string, program: string) => ({
  title: `pushing the template to ${reference} with ${program}`,
  subject: "push",
});

/** `variable`: the one that names the proxy. */
export const encryptedProxyUnused = (program: string, variable: string) =>
  `${variable} names a proxy that is reached over TLS, which ${program} bottles cannot use; they connect directly`;

/** `state`: the engine's word for it; undefined if the engine has no such container. */
export const notRunning = (bottle: string, state: string | undefined) =>
  [
    `bottle "${bottle}" is ${state === undefined ? "gone" : printable(state)}, not running`,
    "run the command again: claude-bottle starts, resumes or recreates the bottle",
  ] as const;
