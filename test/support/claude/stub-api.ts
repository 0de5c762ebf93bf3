#!/usr/bin/env bun
// A loopback stand-in for the Anthropic Messages API, enough for a whole Claude Code session without a network.
//   bun stub-api.ts [--port 0] [--host 127.0.0.1] [--tls PEM] [--marker STUB] [--bash CMD] [--delay MS] [--script FILE] [--log FILE] [--bodies]
// The first line on stdout is the address; each request is one JSON line in --log FILE, or on stderr. PEM holds a key and its certificate.
import { appendFileSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/**
 * What to answer to one request of the main conversation. Without `text` the reply echoes the prompt. `error`: the type of the
 * API error that comes with `status`. A prompt that is a step in JSON is answered by it, whatever the script says.
 */
export type Step = {
  text?: string;
  bash?: string;
  tool?: { name: string; input: Record<string, unknown> };
  delayMs?: number;
  status?: number;
  error?: string;
};
type Auth = { kind: "x-api-key" | "bearer" | "none"; last4: string };
export type Logged = {
  at: number;
  method: string;
  path: string;
  auth: Auth;
  credential: string;
  model?: string;
  stream?: boolean;
  body?: any;
};
export type Options = {
  port?: number;
  host?: string | undefined;
  tls?: string | undefined; // a key and its certificate, as PEM
  marker?: string | undefined; // every reply text starts with it
  script?: Step[]; // one step per main request, in order; then echoes
  delayMs?: number; // default delay of each main reply
  onRequest?: (request: Logged) => void;
};

const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const apiError = (status: number, type: string, message: string) =>
  Response.json({ type: "error", error: { type, message } }, { status });

function authOf(headers: Headers): { auth: Auth; credential: string } {
  const key = headers.get("x-api-key");
  const bearer = headers.get("authorization")?.replace(/^Bearer /i, "");
  const credential = key ?? bearer ?? "";
  return { auth: { kind: key ? "x-api-key" : bearer ? "bearer" : "none", last4: credential.slice(-4) }, credential };
}

/** The blocks of the newest user message; a plain string counts as one text block. */
function lastUserBlocks(body: any): any[] {
  const content = body?.messages?.findLast((message: any) => message.role === "user")?.content ?? "";
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** What the person typed: the last text block that is not a reminder added by the client. */
function promptOf(body: any): string {
  const texts = lastUserBlocks(body).filter(
    (block) => block.type === "text" && !block.text.startsWith("<system-reminder>"),
  );
  return texts.at(-1)?.text.trim() ?? "";
}

const offersBash = (body: any) => body?.tools?.some((tool: any) => tool.name === "Bash");

/** The step that the prompt itself is. */
function stepIn(body: any): Step | undefined {
  const prompt = promptOf(body);
  if (!prompt.startsWith("{")) return undefined;
  try {
    return JSON.parse(prompt);
  } catch {
    return undefined;
  }
}

const bashTool = (command: string) => ({ name: "Bash", input: { command, description: "Run the scripted command" } });

function replyTo(body: any, step: Step, marker: string, serial: number) {
  const toolResult = lastUserBlocks(body).some((block) => block.type === "tool_result");
  const tool = step.tool ?? (step.bash ? bashTool(step.bash) : undefined);
  const block =
    tool && offersBash(body)
      ? { type: "tool_use", id: `toolu_stub_${serial}`, ...tool }
      : { type: "text", text: `${marker}: ${step.text ?? (toolResult ? "tool finished" : promptOf(body))}` };
  return {
    id: `msg_stub_${serial}`,
    type: "message",
    role: "assistant",
    model: body?.model ?? "stub",
    content: [block] as [typeof block],
    stop_reason: block.type === "tool_use" ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  };
}

/** The same message as server-sent events; pings fill the delay, so that the client sees a live stream. */
async function* events(message: ReturnType<typeof replyTo>, delayMs: number) {
  const {
    content: [block],
    stop_reason,
    stop_sequence,
    usage,
  } = message;
  const send = (type: string, fields = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  yield send("message_start", {
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 0 } },
  });
  for (const until = Date.now() + delayMs; Date.now() < until; await sleep(Math.min(500, until - Date.now())))
    yield send("ping");
  // A block starts empty; its one delta brings the whole of it.
  const [empty, delta] =
    "input" in block
      ? [
          { ...block, input: {} },
          { type: "input_json_delta", partial_json: JSON.stringify(block.input) },
        ]
      : [
          { ...block, text: "" },
          { type: "text_delta", text: block.text },
        ];
  yield send("content_block_start", { index: 0, content_block: empty });
  yield send("content_block_delta", { index: 0, delta });
  yield send("content_block_stop", { index: 0 });
  yield send("message_delta", { delta: { stop_reason, stop_sequence }, usage });
  yield send("message_stop");
}

export function startStubApi(options: Options = {}) {
  const { port = 0, host = "127.0.0.1", tls, marker = "STUB", script = [], delayMs = 0, onRequest } = options;
  const requests: Logged[] = [];
  const steps = [...script];
  let serial = 0;

  async function answerMessages(body: any): Promise<Response> {
    // Side requests (titles, summaries) carry no Bash tool: they never use up a step of the script.
    const main = offersBash(body);
    const step = (main && (stepIn(body) ?? steps.shift())) || {};
    const wait = main ? (step.delayMs ?? delayMs) : 0;
    if (step.status)
      return apiError(step.status, step.error ?? "api_error", `${marker}: scripted status ${step.status}`);
    const message = replyTo(body, step, marker, ++serial);
    if (body?.stream)
      return new Response(events(message, wait) as any, { headers: { "content-type": "text/event-stream" } });
    await sleep(wait);
    return Response.json(message);
  }

  const server = Bun.serve({
    port,
    hostname: host,
    ...(tls && { tls: { key: tls, cert: tls } }),
    idleTimeout: 0,
    async fetch(request) {
      const path = new URL(request.url).pathname;
      const body: any = await request.json().catch(() => undefined);
      const logged = {
        at: Date.now(),
        method: request.method,
        path,
        ...authOf(request.headers),
        model: body?.model,
        stream: body?.stream,
        body,
      };
      requests.push(logged);
      onRequest?.(logged);
      if (path === "/v1/messages/count_tokens") return Response.json({ input_tokens: 10 });
      if (path === "/v1/messages") return answerMessages(body);
      if (path === "/v1/models") return Response.json({ data: [], has_more: false, first_id: null, last_id: null });
      if (path === "/" || request.method === "HEAD") return new Response(null, { status: 200 });
      return apiError(404, "not_found_error", `${marker}: no such path`);
    },
  });
  return { url: `${tls ? "https" : "http"}://${host}:${server.port}`, requests, stop: () => server.stop(true) };
}

if (import.meta.main) {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      port: text,
      host: text,
      tls: text,
      marker: text,
      bash: text,
      delay: text,
      script: text,
      log: text,
      bodies: { type: "boolean" },
    },
  });
  const script: Step[] = values.script
    ? JSON.parse(readFileSync(values.script, "utf8"))
    : values.bash
      ? [{ bash: values.bash }]
      : [];
  const stub = startStubApi({
    port: Number(values.port ?? 0),
    host: values.host,
    tls: values.tls && readFileSync(values.tls, "utf8"),
    marker: values.marker,
    script,
    delayMs: Number(values.delay ?? 0),
    onRequest({ body, ...line }) {
      const json = JSON.stringify(values.bodies ? { ...line, body } : line) + "\n";
      values.log ? appendFileSync(values.log, json) : process.stderr.write(json);
    },
  });
  console.log(stub.url);
}
