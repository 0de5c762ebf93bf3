import { command, type Context } from "../cli/command.ts";
import bash from "../completions/complete.bash" with { type: "text" };
import fish from "../completions/complete.fish" with { type: "text" };
import zsh from "../completions/complete.zsh" with { type: "text" };
import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

const scripts: Readonly<Record<string, string>> = Object.assign(Object.create(null), { bash, zsh, fish });

export const completions = (context: Context) =>
  command(context, {
    meta: { name: "completions", description: "Print what makes a shell complete our commands, options and names" },
    args: { "bash|zsh|fish": { type: "positional", required: true, description: "for which shell" } },
    examples: [
      ["source <(claude-bottle completions bash)", "in ~/.bashrc; zsh takes the same in ~/.zshrc, after compinit"],
      ["claude-bottle completions fish | source", "in ~/.config/fish/config.fish"],
    ],
    run({ args }) {
      const name = args["bash|zsh|fish"];
      const script = scripts[name];
      if (script === undefined)
        throw new UserError(`there are no completions for "${printable(name)}"`, {
          exitCode: exitCode.usage,
          hint: "there are some for bash, zsh and fish",
        });
      context.system.out(script);
    },
  });
