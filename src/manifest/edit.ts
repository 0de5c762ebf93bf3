import { resolveManifest } from "./layers.ts";
import { findPlace, locateKeys } from "./locate.ts";
import type { Source } from "./parse.ts";

/**
 * Adds one host to `network.hosts` and changes nothing else; undefined if the text is written in a way that cannot be extended. Throws UserError if
 * the text is not a manifest.
 */
export function addHost(source: Source, host: string, backends: readonly string[]): string | undefined {
  const { text } = source;
  const { root } = locateKeys(text);
  const hosts = findPlace({ root, privateValues: [] }, ["network", "hosts"]);
  const network = findPlace({ root, privateValues: [] }, ["network"]);
  const line = `hosts = [${JSON.stringify(host)}]`;
  const made =
    hosts !== undefined
      ? insertItem(text, hosts.end, host)
      : network === undefined
        ? `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${text === "" ? "" : "\n"}[network]\n${line}\n`
        : network.isHeader
          ? insertLine(text, network.end, line)
          : undefined;
  if (made === undefined) return undefined;
  const wanted = [...hostsOf(source, backends), host].sort();
  const got = hostsOf({ ...source, text: made }, backends).sort();
  return JSON.stringify(wanted) === JSON.stringify(got) ? made : undefined;
}

const hostsOf = (source: Source, backends: readonly string[]): string[] => [
  ...resolveManifest([source], { backends }).manifest.network.hosts,
];

/** Inserts it first in the array, whose bracket follows the key. */
function insertItem(text: string, keyEnd: number, host: string): string {
  const open = text.indexOf("[", keyEnd) + 1;
  const isEmpty = /^[\s]*\]/.test(text.slice(open));
  return `${text.slice(0, open)}${JSON.stringify(host)}${isEmpty ? "" : ", "}${text.slice(open)}`;
}

function insertLine(text: string, headerEnd: number, line: string): string {
  const end = text.indexOf("\n", headerEnd);
  return end === -1 ? `${text}\n${line}\n` : `${text.slice(0, end + 1)}${line}\n${text.slice(end + 1)}`;
}
