import * as v from "valibot";
import { about, anyTable, choice, filled, list, named, plain, string, table } from "./fields.ts";
import { env } from "./variables.ts";

const serverName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]+$/, "is not the name of an MCP server: letters, digits, dashes and underscores"),
);

/** The format of Claude Code's own .mcp.json. */
const Server = v.pipe(
  table({
    command: v.optional(about(filled, "the server's program")),
    args: about(list(plain), "its arguments"),
    env: v.optional(about(env, "variables of this server only"), {}),
    url: v.optional(
      about(
        v.pipe(string, v.regex(/^https?:\/\/[^\s"\\]+$/, "an http(s) address")),
        "the address of a server that runs elsewhere",
      ),
    ),
    type: v.optional(about(choice(["http", "sse"]), "the protocol of a server that runs elsewhere; defaults to http")),
    headers: v.optional(
      about(
        named(v.string(), plain),
        "headers of each request; `${NAME}` in a value is the variable or secret NAME of the session",
      ),
      {},
    ),
  }),
  v.check(({ command, url }) => (command === undefined) !== (url === undefined), 'given by either "command" or "url"'),
);

/** Not checked: Claude Code defines the keys and often changes them. */
const settings = v.pipe(
  anyTable,
  v.check((table) => isJson(table), "a table without dates"),
);

const isJson = (value: unknown): boolean =>
  !(value instanceof Date) && (typeof value !== "object" || value === null || Object.values(value).every(isJson));

export const agentName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]*$/, "is not the name of an agent: lowercase letters, digits and dashes, and a letter first"),
);

export const Agent = table({
  command: v.optional(
    about(
      v.pipe(filled, v.regex(/^[^-]/, "a command that does not start with a dash")),
      "the program in the bottle, by name or path",
    ),
    "claude",
  ),
  args: about(list(plain), "its arguments, passed unchanged"),
  "prompt-file": v.optional(
    about(filled, "a file of the project with text for the agent's system prompt; relative to the manifest"),
  ),
  prompt: v.optional(about(filled, "text for the agent's system prompt, after the text of the file")),
  settings: v.optional(
    about(settings, "Claude Code's own settings for this agent, as in its settings.json: hooks, permissions and more"),
    {},
  ),
  "mcp-servers": v.optional(
    about(named(serverName, Server), "this agent's MCP servers, by name; they run in the bottle"),
    {},
  ),
  env: v.optional(about(env, "variables of this agent only; they override `[env]`"), {}),
});

export type Server = v.InferOutput<typeof Server>;
export type Agent = v.InferOutput<typeof Agent>;
