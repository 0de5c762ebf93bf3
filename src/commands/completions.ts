import { command, type Context } from "../cli/command.ts";
import bash from "../completions/complete.bash" with { type: "text" };
import fish from "../completions/complete.fish" with { type: "text" };
import zsh from "../completions/complete.zsh" with { type: "text" };
import { noCompletions } from "./errors.ts";

const scripts: Readonly<Record<string, string>> = Object.assign(Object.create(null), { bash, zsh, fish });

export const completions = (context: Context) =>
  command(context, {
    meta: {
      name: "completions",
      description: "Print the script that completes commands, options and names in your shell",
    },
    args: { "bash|zsh|fish": { type: "positional", required: true, description: "the shell to complete in" } },
    examples: [
      ["source <(claude-bottle completions bash)", "put this in ~/.bashrc; for zsh, in ~/.zshrc after compinit"],
      ["claude-bottle completions fish | source", "put this in ~/.config/fish/config.fish"],
    ],
    run({ args }) {
      const name = args["bash|zsh|fish"];
      const script = scripts[name];
      if (script === undefined) throw noCompletions(name);
      context.system.out(script);
    },
  });
