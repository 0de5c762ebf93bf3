import * as v from "valibot";
import { string } from "./fields.ts";

const archive = /\.(?:tar|tar\.gz|tgz)$/i;
const path = /^\.{0,2}\/[^\x00-\x1f\x7f]*$/;
export const reference =
  /^[a-z0-9][a-z0-9._-]*(?::[0-9]{1,5})?(?:\/[a-z0-9._-]+)*(?::[a-z0-9_][a-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/i;

export const isReference = (text: string): boolean => reference.test(text);
export const registryReference = v.pipe(string, v.regex(reference, "a registry reference"));

export const image = v.pipe(
  string,
  v.check(
    (text) => path.test(text) || !archive.test(text),
    "a path that starts with /, ./ or ../ when it is an archive",
  ),
  v.check(
    (text) => path.test(text) || reference.test(text),
    "a registry reference, or a path that starts with /, ./ or ../",
  ),
);

const memory = 'a number of MiB from 256 to 262144, or a size such as "4G" or "512M"';

function mebibytes(size: string | number): number {
  if (typeof size === "number") return size;
  const [, digits, unit] = /^([0-9]{1,6})([MG])$/i.exec(size) ?? [];
  return Number(digits ?? NaN) * (unit?.toUpperCase() === "G" ? 1024 : 1);
}

/** In MiB. */
export const size = v.pipe(
  v.union([v.number(), v.string()], memory),
  v.transform(mebibytes),
  v.integer(memory),
  v.minValue(256, memory),
  v.maxValue(262144, memory),
);
