import { expect } from "bun:test";
import { shellQuote } from "../../src/lib/quote.ts";
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
  {
    title: "what a guest asks the terminal is not answered to the host's shell",
    terminal: true,
    work: async (place) => {
      const guest = "printf '\\033]52;c;?\\007\\033[6n\\033[c\\033]52;c;?\\007'";
      const script = `${ready} </dev/null; for turn in 1 2 3 4; do echo "turn $turn?"; read -r; [ $turn = 4 ] && command=exec || command=shell
claude-bottle $command -- sh -c "${guest}"
IFS= read -rsn 1 -t 1 heard; printf 'heard %s <%q>\\n' $turn "$heard"; done`;
      await using screen = place.terminal?.(script);
      if (screen === undefined) return;
      screen.clipboard = "cnVuIG1l";
      for (const [turn, ms] of [0, 50, 200, 50].entries()) {
        await screen.until(`turn ${turn + 1}?`, 60_000);
        screen.answersAfterMs = ms;
        screen.press("\r");
        await screen.until(`heard ${turn + 1} <''>`);
      }
    },
  },
  {
    title: "what a session leaves running has no terminal of the host",
    terminal: true,
    work: async (place) => {
      // One keeps the terminal open; the other could open it again by /dev/tty.
      const guest = `for way in "setsid sh" sh; do $way -c 'trap "" HUP; sleep 1; echo LEFT; exec 2>/dev/null; echo LEFT >/dev/tty' & done; sleep 0.3`;
      const script = `GUEST=${shellQuote(guest)}; ${ready} </dev/null; claude-bottle shell -- bash -c "$GUEST"; echo SHELL; sleep 2.5; echo OVER`;
      await using screen = place.terminal?.(script);
      if (screen === undefined) return;
      expect((await screen.until("OVER", 60_000)).replace(/^[^]*SHELL/, "")).toBe("\nOVER");
    },
  },
  {
    title:
      "without the ledger, or with a damaged one, a bottle in use is taken down by force only, and then nothing of it is left",
    work: async (place) => {
      const script = `${ready}; state=~/.local/state/claude-bottle; try() { claude-bottle $1 2>&1 | grep -oE "has 1 running session|its sessions are not known" || echo "$1 did not refuse"; }
claude-bottle exec -- sh -c 'echo up; exec sleep 100' >../up 2>/dev/null & session=$!; until grep -q up ../up; do sleep 0.1; done
claude-bottle ls --json | grep -om1 '"backend": "kubernetes"'
rm $state/ledger.db*; try rm; try stop
rm $state/ledger.db*; head -c 8192 /dev/zero | tr '\\0' x >$state/ledger.db; try rm; try stop
claude-bottle rm --force 2>/dev/null; wait $session; echo ended; rm -f $state/ledger.db*
claude-bottle ls --json | grep -cF '"directory": "'"$PWD"'"'; ls $state/traps $state/locks | grep -c cb-`;
      // A pod does not answer without its record, and is refused all the same.
      const { stdout } = await place.sh(script);
      expect(stdout).toMatch(
        /^((has 1 running session\n){4}|"backend": "kubernetes"\n(its sessions are not known\n){4})ended\n0\n0\n$/,
      );
    },
  },
];
