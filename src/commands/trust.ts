import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { exitCode, UserError } from "../errors.ts";
import { shortDuration } from "../lib/duration.ts";
import { renderJson } from "../lib/json.ts";
import { printable } from "../lib/quote.ts";
import { table } from "../lib/table.ts";
import { projectBackend } from "../bottle/target.ts";
import { findProject } from "../project/project.ts";
import { requestOf, trustCommand, viewOf, type Request } from "../project/trust.ts";
import { listTrust, revokeTrust, saveTrust } from "../project/trust-store.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { canAsk, confirm } from "../ui/prompts.ts";
import { otherRequest, cannotAskForTrust } from "./errors.ts";
import {
  mayTrust,
  noProjectTrusted,
  nothingToTrust,
  nothingTrusted,
  trustRevoked,
  trustedAlready,
  trustedUntilChanged,
} from "./messages.ts";

export const trust = (context: Context) =>
  command(context, {
    meta: { name: "trust", description: "Show what bottle.toml asks of this machine, and approve it" },
    args: {
      profile: { type: "string", valueHint: "PROFILE", description: "apply this profile from bottle.toml" },
      backend: { type: "string", valueHint: "BACKEND", description: "approve it for bottles on this backend" },
      accept: {
        type: "string",
        valueHint: "HASH",
        description: "approve exactly the request with this hash, without a question",
      },
      list: { type: "boolean", description: "list the projects that you trust" },
      revoke: { type: "boolean", description: "withdraw your trust in this project" },
      json: { type: "boolean", description: "print JSON, and do not ask" },
    },
    examples: [
      ["claude-bottle trust", "show what bottle.toml asks of this machine, and ask whether you approve"],
      ["claude-bottle trust --list", "list the projects that you trust"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.list) return list(system, args.json ?? false);
      const project = findProject(system, { profile: args.profile });
      const { directory } = project;
      if (args.revoke) return inform(system, trustRevoked(directory, revokeTrust(system, directory)));
      const backend = await (args.backend === undefined
        ? projectBackend(system, project)
        : backendOf(system, args.backend));
      const request = requestOf(system, project, backend);
      if (args.json) return show(system, request);
      if (request.dangers.length === 0) return inform(system, nothingToTrust);
      const text = describe(directory, request);
      system.out(text);
      if (request.isTrusted) return inform(system, trustedAlready);
      const byHash = trustCommand(project, backend, "--accept", request.hash);
      if (!(await isAccepted(system, { hash: request.hash, text }, { accept: args.accept, byHash }))) {
        inform(system, nothingTrusted);
        return context.exit(exitCode.failed);
      }
      saveTrust(system, viewOf(project, backend), request.hash);
      inform(system, trustedUntilChanged);
    },
  });

const describe = (directory: string, { dangers, hash }: Request): string =>
  `The manifest of ${printable(directory)}\n\n${table(
    dangers.map(({ place, text }) => [`  ${printable(place)}`, printable(text)]),
  )}\nhash ${hash}\n`;

function show(system: System, { dangers, hash, isTrusted }: Request): void {
  system.out(renderJson({ hash, trusted: isTrusted, asks: dangers.map(({ place, text }) => ({ place, text })) }));
}

/** Approval is a word typed on a terminal, or the hash of exactly this manifest. Throws UserError without either. */
async function isAccepted(
  system: System,
  { hash, text }: { readonly hash: string; readonly text: string },
  { accept, byHash }: { readonly accept: string | undefined; readonly byHash: string },
): Promise<boolean> {
  if (accept !== undefined) {
    if (accept === hash) return true;
    throw otherRequest();
  }
  if (!canAsk(system)) throw cannotAskForTrust(byHash);
  // If stdout is redirected, the user must still see what the question is about.
  if (!system.isTty.stdout) system.err(text);
  return await confirm(mayTrust, { byDefault: false });
}

function list(system: System, asJson: boolean): void {
  const trusted = listTrust(system);
  if (asJson) return system.out(renderJson(trusted));
  if (trusted.length === 0) return inform(system, noProjectTrusted);
  const rows = trusted.map(({ directory, profile = "-", backend, hash, trustedAt }) => [
    printable(directory),
    profile,
    backend,
    shortDuration(system.now() - trustedAt),
    hash.slice(0, 12),
  ]);
  system.out(table([["DIRECTORY", "PROFILE", "BACKEND", "SINCE", "HASH"], ...rows]));
}
