import * as v from "valibot";
import { decodeLabel, decodeUid } from "../../lib/label.ts";
import type { Machine } from "../backend.ts";
import { labels } from "./argv.ts";
import { unknownList } from "./errors.ts";

/** docker prints names and labels as text, podman as JSON values. Our labels contain no comma. */
const listedSchema = v.object({
  Names: v.union([v.string(), v.array(v.string())]),
  State: v.string(),
  Labels: v.union([v.pipe(v.string(), v.transform(parseLabels)), v.record(v.string(), v.string())]),
});

type Listed = v.InferOutput<typeof listedSchema>;

/** The output of `ps`: docker prints one object per line, podman an array. */
function parseRows(text: string): { name: string; status: string; labels: Listed["Labels"] }[] {
  const listed = v.safeParse(v.array(listedSchema), parseJson(text));
  // Another program may have the engine's name.
  if (!listed.success) throw unknownList();
  return listed.output.map(({ Names, State, Labels }) => ({
    name: [Names].flat()[0] ?? "",
    status: State,
    labels: Labels,
  }));
}

function parseJson(text: string): unknown {
  try {
    return text.trimStart().startsWith("[")
      ? JSON.parse(text)
      : text
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

export const parseListing = (text: string): Machine[] =>
  parseRows(text).map(({ name, status, labels }) => machineOf(name, status, labels, undefined));

/** The containers that belong to bottles. */
export const parseParts = (text: string): { name: string; bottle: string | undefined; uid: string | undefined }[] =>
  parseRows(text).map(({ name, labels: marks }) => ({ name, bottle: marks[labels.bottle], uid: marks[labels.uid] }));

/** docker puts a slash before a name. */
export const parseSizes = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/^\/?(\S+) (\d+)$/gm)].map(([, name = "", bytes]) => [name, Number(bytes)]));

/** A name with a line break is cut at the break. */
export const parseChanges = (text: string): string[] =>
  [...text.matchAll(/^[AC] (\/.*)$/gm)].map(([, path = ""]) => path);

export function machineOf(
  name: string,
  status: string,
  marks: Readonly<Record<string, string>>,
  pid: number | undefined,
): Machine {
  const directory = decodeLabel(marks[labels.directory]);
  const uid = decodeUid(marks[labels.uid]);
  const isOurs = marks[labels.mark] !== undefined && directory !== undefined && uid !== undefined;
  return {
    name,
    state: stateOf(status),
    owner: isOurs ? { directory, uid } : undefined,
    pid,
    copied: marks[labels.copied] !== undefined,
  };
}

function stateOf(status: string): Machine["state"] {
  if (/^(running|restarting)$/.test(status)) return "running";
  if (status === "paused") return "paused";
  return /^(created|configured|initialized|exited|stopped)$/.test(status) ? "stopped" : "broken";
}

function parseLabels(text: string): Record<string, string> {
  const pairs = text.split(",").map((label) => [label.split("=", 1)[0] ?? "", label.replace(/^[^=]*=/, "")]);
  return Object.fromEntries(pairs) as Record<string, string>;
}
