import { backendNames } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { UserError } from "../errors.ts";
import { refuseToShare } from "../plan/bottle.ts";
import { draftManifest } from "../manifest/draft.ts";
import { resolveManifest } from "../manifest/layers.ts";
import { readDevcontainer } from "../project/devcontainer.ts";
import { exists, listDirectory, writeText } from "../system/files.ts";
import { inform } from "../ui/messages.ts";
import { manifestExists } from "./errors.ts";
import { manifestWritten } from "./messages.ts";

export const init = (context: Context) =>
  command(context, {
    meta: { name: "init", description: "Write a commented bottle.toml for this project" },
    args: { "dry-run": { type: "boolean", description: "print it without writing it" } },
    examples: [
      ["claude-bottle init --dry-run", "show what it would write"],
      ["claude-bottle init", "write it, unless there is one"],
    ],
    async run({ args }) {
      const { system } = context;
      const directory = system.cwd();
      refuseToShare(directory, system.env.HOME ?? "");
      const path = `${directory}/bottle.toml`;
      const names = listDirectory(directory);
      const full = draftManifest({ names, devcontainer: readDevcontainer(directory) });
      // Whatever devcontainer.json holds, write only a valid manifest.
      const text = isManifest(full, directory) ? full : draftManifest({ names, devcontainer: undefined });
      if (args["dry-run"]) return system.out(text);
      if (exists(path)) throw manifestExists();
      writeText(path, text);
      inform(system, ...manifestWritten);
    },
  });

function isManifest(text: string, directory: string): boolean {
  try {
    resolveManifest([{ kind: "project", file: "bottle.toml", directory, text }], { backends: backendNames });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
