import * as v from "valibot";

// The records that Claude Code 2.1.332 and our hooks write to a bottle's ~/.claude. Any process in the bottle can write these files, so each is read
// up to a limit, and one of the wrong form is ignored.

/** The largest record that is read. Claude's own are below 4 KiB, but a job's record holds the last reply of its background session. */
export const recordLimit = 256 * 1024;
/** The most sessions that are read from one bottle. */
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
  /** Clock ticks since boot, the same in every pid namespace. */
  procStart: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  /** Ends in the pid namespace of the process. */
  pidDomain: v.fallback(
    v.optional(
      v.pipe(
        v.string(),
        v.transform((text) => /pid:\[\d{1,20}\]$/.exec(text)?.[0]),
      ),
    ),
    undefined,
  ),
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
  /** The background session that this session became when the user pressed Left. */
  parkedJobId: v.optional(jobId),
  /** A spare process that Claude's daemon keeps ready; it has no session. */
  spare: v.optional(v.boolean(), false),
});

/** `sessions/PID.json`: one for each running process of Claude Code. It survives a kill -9. */
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
  /** It was a foreground session until the user pressed Left. */
  interactiveLineage: v.optional(v.boolean(), false),
});

/** `jobs/ID/state.json`: a background session, running or not. */
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

/** The last event that a hook noted for a conversation. `askedAt` is when its last prompt was sent. */
export type TurnRecord = {
  readonly sessionId: string;
  readonly event: string;
  readonly at: number;
  readonly askedAt?: number | undefined;
  readonly tool?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  /** One line about the turn: the prompt, a tool's task, or Claude's last words. */
  readonly about?: string | undefined;
  /** Our session that the conversation belongs to, as the bottle reports it; empty for a background session. */
  readonly session: string;
};

/** Quotes inside values are escaped, so the first match is a key that the hook wrote, even if the text is cut off. */
const fieldOf = (text: string, key: string): string | undefined => {
  const [, value] = new RegExp(`"${key}":"([^"\\\\]{0,120})"`).exec(text) ?? [];
  return value;
};

/** One line of the first text that `pattern` finds in the hook's input, which may be cut off. */
function lineOf(payload: string, pattern: string, choose: (lines: string[]) => string | undefined = ([first]) => first) {
  const [, escaped] = new RegExp(`${pattern}"((?:[^"\\\\]|\\\\[^]){0,3000})`).exec(payload) ?? [];
  if (escaped === undefined) return undefined;
  const lines = unescaped(escaped).split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean);
  return choose(lines)?.slice(0, 200);
} // prettier-ignore

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text.replace(/\\u[\da-fA-F]{0,3}$/, "")}"`) as string;
  } catch {
    return "";
  }
}

/** Claude asks its question at the end of a message; other messages start with what matters. */
const lastWords = (lines: string[]) =>
  lines.at(-1)?.endsWith("?") ? lines.at(-1) : lines[0]?.replace(/^[#>*\s-]+/, "");

function aboutOf(event: string, tool: string | undefined, payload: string): string | undefined {
  switch (event) {
    case "UserPromptSubmit":
      return lineOf(payload, '"prompt":');
    case "Stop":
      return lineOf(payload, '"last_assistant_message":', lastWords);
    case "PermissionRequest": {
      const asked = lineOf(payload, '"tool_input":[^]{0,400}?":');
      return tool === "AskUserQuestion" || tool === "ExitPlanMode" ? asked : [tool, asked].filter(Boolean).join(": ");
    }
    default:
      return undefined;
  }
}

/** `claude-bottle/turns/ID`: the session's mark, the time of its last prompt, and the beginning of the hook's input. */
export function parseTurn(name: string, text: string, at: number): TurnRecord | undefined {
  const [session = "", asked = "", ...input] = text.split("\n");
  const payload = input.join("\n");
  const event = fieldOf(payload, "hook_event_name");
  if (!v.is(id, name) || event === undefined || fieldOf(payload, "session_id") !== name) return undefined;
  const tool = fieldOf(payload, "tool_name");
  return {
    sessionId: name,
    event,
    at,
    askedAt: /^\d{1,12}$/.test(asked) ? Number(asked) * 1000 : undefined,
    tool,
    error: fieldOf(payload, "error"),
    reason: fieldOf(payload, "reason"),
    about: aboutOf(event, tool, payload),
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
