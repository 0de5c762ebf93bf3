import type { Ledger } from "../../ledger/ledger.ts";
import { makeTempDirectory, readText, removeTree, readPrefix } from "../../system/files.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import { sessionShown } from "./pane-tags.ts";
import type { Tmux } from "../tmux.ts";
import { noBottleHere, ownWords, noClipboardProgram, noDisplay, noPicture } from "../errors.ts";

type Request = { readonly pane: string; readonly client: string | undefined };

const png = "\x89PNG";

/** Puts the clipboard's picture into the bottle that the pane shows, and types its path, like a paste. */
export async function pasteImage(system: System, tmux: Tmux, ledger: Ledger, { pane, client }: Request): Promise<void> {
  const session = await sessionShown(tmux, ledger, pane);
  if (!session) throw noBottleHere();
  const directory = makeTempDirectory(`${stateDirectory(system.env)}/paste-`);
  try {
    const file = `${directory}/picture.png`;
    await savePicture(system, await screenOf(system, tmux, client), file);
    const path = `/tmp/picture-${system.now().toString(36)}.png`;
    const copied = await system.run([...system.self, "cp", file, `${session.bottle}:${path}`]);
    if (copied.code !== 0) throw ownWords(copied.stderr);
    const buffer = `claude-bottle-${pane.slice(1)}`;
    await tmux.run(["set-buffer", "-b", buffer, path], ["paste-buffer", "-p", "-d", "-b", buffer, "-t", pane]);
  } finally {
    removeTree(directory);
  }
}

async function savePicture(system: System, env: Record<string, string>, file: string): Promise<void> {
  if (system.platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY) throw noDisplay();
  const program = clipboardPrograms(system, env).find(([name]) => system.which(name) !== undefined);
  if (!program)
    throw noClipboardProgram(
      system.platform === "darwin" ? "brew install pngpaste" : "install wl-clipboard (Wayland) or xclip (X11)",
    );
  const { code } = await system.run(["sh", "-c", 'exec "$@" >"$0"', file, ...program], { env, timeoutMs: 5_000 });
  if (code !== 0 || readPrefix(file, png.length) !== png) throw noPicture();
}

const clipboardPrograms = ({ platform }: System, env: Record<string, string>): [string, ...string[]][] => [
  ...(platform === "darwin" ? [["pngpaste", "-"] as [string, ...string[]]] : []),
  ...(env.WAYLAND_DISPLAY ? [["wl-paste", "--no-newline", "--type", "image/png"] as [string, ...string[]]] : []),
  ...(env.DISPLAY ? [["xclip", "-selection", "clipboard", "-t", "image/png", "-o"] as [string, ...string[]]] : []),
];

/** The client's own display: the server may have been started on another one, or without one. */
async function screenOf(system: System, tmux: Tmux, client: string | undefined): Promise<Record<string, string>> {
  const names = ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"];
  const clients = (await tmux.run(["list-clients", "-F", "#{client_pid} #{client_name}"])).trim().split("\n");
  const pid = clients.find((line) => client !== undefined && line.endsWith(` ${client}`))?.split(" ")[0];
  const own = pid && system.platform === "linux" ? readText(`/proc/${pid}/environ`) : undefined;
  const pairs = own?.split("\0").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  const env = pairs ? (Object.fromEntries(pairs) as Record<string, string>) : system.env;
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
