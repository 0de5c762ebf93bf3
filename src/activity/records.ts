import * as v from "valibot";

// What Claude Code 2.1.332 and our hooks leave in a bottle's ~/.claude. Whatever runs in the bottle can write all of it, so each part
// is bounded and has a known form, and a record of another form is none.

/** The largest record that is read: Claude's own are below 4 KiB, but the last reply of a background session is in its job. */
export const recordLimit = 256 * 1024;
/** Sessions of one bottle that are looked at. */
export const recordsLimit = 256;

const shortText = v.pipe(
  v.string(),
  v.transform((text) => text.slice(0, 200)),
);
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));
const jobId = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/));
const time = v.pipe(v.number(), v.finite());
const date = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.finite(),
);

const processSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Ticks since boot: the kernel's, whatever the namespace. */
  procStart: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  sessionId: id,
  kind: v.picklist(["interactive", "bg"]),
  status: v.optional(v.picklist(["busy", "waiting", "idle", "shell"]), "idle"),
  waitingFor: v.optional(shortText),
  startedAt: time,
  statusUpdatedAt: v.optional(time),
  name: v.optional(shortText),
  cwd: v.optional(shortText),
  version: v.optional(shortText),
  jobId: v.optional(jobId),
  /** The background session that Left made of this one. */
  parkedJobId: v.optional(jobId),
  /** Kept ready by Claude's daemon; nobody's session. */
  spare: v.optional(v.boolean(), false),
});

/** `sessions/PID.json`: one for each process of Claude Code, for as long as it runs; after a kill -9, for longer. */
export type ProcessRecord = Omit<v.InferOutput<typeof processSchema>, "statusUpdatedAt"> & {
  readonly statusUpdatedAt: number;
};

export function parseProcess(text: string): ProcessRecord | undefined {
  const record = parse(processSchema, text);
  return record && { ...record, statusUpdatedAt: record.statusUpdatedAt ?? record.startedAt };
}

const jobSchema = v.object({
  sessionId: id,
  state: v.optional(shortText, ""),
  tempo: v.optional(shortText),
  needs: v.optional(v.nullable(shortText)),
  detail: v.optional(v.nullable(shortText)),
  intent: v.optional(v.nullable(shortText)),
  name: v.optional(v.nullable(shortText)),
  cwd: v.optional(shortText),
  tokens: v.optional(v.number()),
  createdAt: date,
  updatedAt: date,
  /** It was in the foreground until Left. */
  interactiveLineage: v.optional(v.boolean(), false),
});

/** `jobs/ID/state.json`: a background session, whether or not it runs. */
export type JobRecord = {
  readonly id: string;
  readonly sessionId: string;
  readonly state: string;
  readonly tempo?: string | undefined;
  readonly needs?: string | undefined;
  readonly detail?: string | undefined;
  readonly name?: string | undefined;
  readonly cwd?: string | undefined;
  readonly tokens?: number | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly interactiveLineage: boolean;
};

export function parseJob(name: string, text: string): JobRecord | undefined {
  const job = parse(jobSchema, text);
  if (!job || !v.is(jobId, name)) return undefined;
  const { needs, detail, intent, name: given, ...rest } = job;
  const named = given ?? intent;
  return { ...rest, id: name, needs: needs ?? undefined, detail: detail ?? undefined, name: named ?? undefined };
}

/** What a hook noted last for a conversation; `askedAt`: when its last prompt was sent. */
export type TurnRecord = {
  readonly sessionId: string;
  readonly event: string;
  readonly at: number;
  readonly askedAt?: number | undefined;
  readonly tool?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  /** Our own session that it belongs to, by the bottle's word; empty for a background session. */
  readonly session: string;
};

/** A quote inside a value is escaped, so the first such key is one of the hook's own, even where the text is cut off. */
const fieldOf = (text: string, key: string): string | undefined => {
  const [, value] = new RegExp(`"${key}":"([^"\\\\]{0,120})"`).exec(text) ?? [];
  return value;
};

/** `claude-bottle/turns/ID`: the session's mark, the time of its last prompt, and the beginning of the hook's input. */
export function parseTurn(name: string, text: string, at: number): TurnRecord | undefined {
  const [session = "", asked = "", ...input] = text.split("\n");
  const payload = input.join("\n");
  const event = fieldOf(payload, "hook_event_name");
  if (!v.is(id, name) || event === undefined || fieldOf(payload, "session_id") !== name) return undefined;
  return {
    sessionId: name,
    event,
    at,
    askedAt: /^\d{1,12}$/.test(asked) ? Number(asked) * 1000 : undefined,
    tool: fieldOf(payload, "tool_name"),
    error: fieldOf(payload, "error"),
    reason: fieldOf(payload, "reason"),
    session: /^[0-9a-f]{16}$/.test(session) ? session : "",
  };
}

function parse<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
