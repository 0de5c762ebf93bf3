import { readBounded } from "./bounded.ts";
import { isDirectory, listDirectory } from "./files.ts";
import { tooManyCertificates, unreadableCertificates } from "./messages.ts";
import type { System } from "./system.ts";

/** Variables that name a file of certificates. Those in the first are added to the ones that a program knows. */
const variables = [
  "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "NIX_SSL_CERT_FILE",
  "PIP_CERT", "AWS_CA_BUNDLE", "npm_config_cafile", "NPM_CONFIG_CAFILE",
]; // prettier-ignore

/** Where an administrator adds certificates: Debian and Alpine, Fedora, SUSE, Arch. */
const anchors = [
  "/usr/local/share/ca-certificates",
  "/etc/pki/ca-trust/source/anchors",
  "/etc/pki/trust/anchors",
  "/etc/ca-certificates/trust-source/anchors",
];

const fileLimit = 4 * 1024 * 1024;
/** It is passed as one argument, which Linux limits to 128 KiB. */
export const mostBytes = 96 * 1024;

export type Certificates = {
  /** PEM; empty if this machine adds none. */
  readonly text: string;
  /** What was left out, in one line. */
  readonly lack: string | undefined;
};

/** The certificates that this machine trusts in addition to the usual ones: from its variables and its administrator. */
export async function extraCertificates(system: Pick<System, "env" | "platform" | "which" | "run">): Promise<Certificates> {
  const read = (path: string) => readBounded(path, fileLimit)?.content.toString("latin1") ?? "";
  const named = [...new Set(variables.flatMap((name) => system.env[name] || []))];
  const missing = named.find((path) => !path.startsWith("/") || read(path) === "");
  const files = anchors.flatMap(filesBelow).map(read);
  const found = chooseCertificates([...named.map(read), ...files, await keychain(system)], named.length === 0 ? [] : await usual());
  const lack = missing === undefined ? found.lack : unreadableCertificates(missing);
  return { text: found.text, lack };
} // prettier-ignore

/** Each certificate once, without the known ones, up to the size limit. */
export function chooseCertificates(texts: readonly string[], known: readonly string[]): Certificates {
  const seen = new Set(known.flatMap(bodiesOf));
  let text = "";
  let left = 0;
  for (const body of texts.flatMap(bodiesOf)) {
    if (seen.has(body)) continue;
    seen.add(body);
    const pem = `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}(?=.)/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
    if (text.length + pem.length > mostBytes) left += 1;
    else text += pem;
  }
  return { text, lack: left === 0 ? undefined : tooManyCertificates(left) };
}

const bodiesOf = (text: string): string[] =>
  [...text.matchAll(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/g)].map(([, body = ""]) =>
    body.replace(/\s+/g, ""),
  );

/** Debian searches subdirectories too; the others do not. */
const filesBelow = (directory: string): string[] =>
  listDirectory(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    return isDirectory(path) ? filesBelow(path) : [path];
  });

/** Takes 0.1 s to load (Bun 1.4.5), so only where a variable may name a whole list. */
const usual = async (): Promise<readonly string[]> => (await import("node:tls")).rootCertificates;

async function keychain({ platform, which, run }: Pick<System, "platform" | "which" | "run">): Promise<string> {
  const security = platform === "darwin" ? which("security") : undefined;
  if (security === undefined) return "";
  return (await run([security, "find-certificate", "-a", "-p", "/Library/Keychains/System.keychain"])).stdout;
}
