import { printable } from "../lib/quote.ts";
import type { Resolved } from "./layers.ts";
import { placeOf } from "./parse.ts";

/** `from` is `file:line`, or "default". */
export type Setting = { readonly key: string; readonly value: unknown; readonly from: string };

/** Every value of the manifest, tables and lists taken apart. */
export function listSettings(resolved: Resolved): Setting[] {
  const settings: Setting[] = [];
  function list(path: readonly string[], value: unknown): void {
    const isBranch = typeof value === "object" && value !== null && Object.keys(value).length > 0;
    if (isBranch) return Object.entries(value).forEach(([key, item]) => list([...path, key], item));
    const origin = resolved.origin(path);
    settings.push({
      key: path.map((part) => (/^[\w-]+$/.test(part) ? part : printable(JSON.stringify(part)))).join("."),
      value,
      from: origin ? placeOf(origin.layer, origin.path) : "default",
    });
  }
  list([], resolved.manifest);
  return settings;
}
