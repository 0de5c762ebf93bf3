import { expect } from "bun:test";
import type { Case } from "./cases.ts";

const ready = "claude-bottle exec -- true >/dev/null 2>&1";

/** What a hostile repository or a hostile guest tries; each of these once worked. */
export const attacks: readonly Case[] = [
  {
    // Every dynamically linked program of the host would write a file there; in the bottle there is no such directory.
    title: "no program of the host obeys a secret by its name",
    settings: '[secrets]\nLD_DEBUG = { env = "WHAT" }\nLD_DEBUG_OUTPUT = { env = "WHERE" }\n',
    work: async (place) => {
      const script = `mkdir -p "$HOME/marks"; export WHAT=files WHERE="$HOME/marks/mark"; ${ready}
claude-bottle exec -- sh -c 'unset LD_DEBUG; echo "$LD_DEBUG_OUTPUT"' 2>/dev/null | grep -x "$WHERE"; ls "$HOME/marks" | wc -l`;
      expect((await place.sh(script)).stdout).toBe("~/home/marks/mark\n0\n");
    },
  },
];
