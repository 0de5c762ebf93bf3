import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import type { System } from "../../system/system.ts";
import type { Tmux } from "../tmux.ts";
import { findConfig } from "./config-file.ts";

let home: string;
beforeEach(() => void (home = mkdtempSync(`${tmpdir()}/tmux-config-`)));
afterEach(() => rmSync(home, { recursive: true }));

test.each<[string, readonly string[], string | undefined, string]>([
  ["the server's own", ["~/own.conf"], "~/own.conf", "~/own.conf"],
  ["a package's file is left alone", ["/usr/share/x/tmux.conf"], "~/.tmux.conf", "~/.tmux.conf"],
  ["nix writes a file", ["/nix/store/abc-tmux.conf"], undefined, "~/.tmux.conf"],
  ["byobu sources one of the user's", ["/usr/share/byobu/profiles/tmuxrc"], "~/.tmux.conf", "~/.byobu/.tmux.conf"],
  ["byobu with XDG directories", ["/usr/share/byobu/profiles/tmuxrc"], "~/.config/byobu/x", "~/.config/byobu/.tmux.conf"],
  ["nothing yet", [], undefined, "~/.tmux.conf"],
])("the configuration to change: %s", async (_, read, there, expected) => {
  const real = (path: string) => path.replace("~", home);
  if (there !== undefined) {
    mkdirSync(dirname(real(there)), { recursive: true });
    writeFileSync(real(there), "");
  }
  const tmux = { run: async () => read.map(real).join(",") } as unknown as Tmux;
  expect(await findConfig({ env: { HOME: home } } as unknown as System, tmux)).toBe(real(expected));
}); // prettier-ignore
