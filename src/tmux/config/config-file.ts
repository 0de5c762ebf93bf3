import { exists, isDirectory, readFileOrNothing } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { hasBlock } from "./block.ts";
import type { Tmux } from "../tmux.ts";

/** The user's configuration file: the one that install wrote to, the one that the running server read, or the one that tmux would read. */
export async function findConfig(system: System, tmux: Tmux | undefined): Promise<string> {
  const read = tmux ? (await tmux.run(["display-message", "-p", "#{config_files}"])).trim().split(",") : [];
  const home = system.env.HOME ?? "";
  const directory = system.env.XDG_CONFIG_HOME || `${home}/.config`;
  const usual = [`${home}/.tmux.conf`, `${directory}/tmux/tmux.conf`];
  // Files of packages are nobody's to edit.
  const own = read.filter(
    (file) => !/^\/(etc|usr|nix\/store|gnu\/store|opt\/homebrew|snap)\//.test(file) && file !== "/dev/null",
  );
  // byobu starts tmux with its own file, which sources one of the user's.
  if (read.some((file) => file.includes("/byobu/"))) return byobuFile(system.env, directory);
  const found = [...own, ...usual].filter(exists).map((file) => localOf(file) ?? file);
  return (
    found.find((file) => hasBlock(readFileOrNothing(file) ?? "")) ??
    found[0] ??
    (isDirectory(`${directory}/tmux`) ? `${directory}/tmux/tmux.conf` : `${home}/.tmux.conf`)
  );
}

/** Some configurations are complete programs that source a file of the user: `.tmux.conf.local`. */
function localOf(file: string): string | undefined {
  const local = `${file}.local`;
  return exists(local) && readFileOrNothing(file)?.includes("tmux.conf.local") ? local : undefined;
}

function byobuFile(env: System["env"], config: string): string {
  const directory = env.BYOBU_CONFIG_DIR || (isDirectory(`${config}/byobu`) ? `${config}/byobu` : `${env.HOME ?? ""}/.byobu`);
  return `${directory}/.tmux.conf`;
} // prettier-ignore
