import { expect } from "bun:test";
import type { Place } from "./place.ts";

export type Case = {
  readonly title: string;
  /** The user's settings, besides backend, image and network. */
  readonly settings?: string;
  readonly terminal?: true;
  /** What one side writes, the other sees at once. */
  readonly mounted?: true;
  /** There is no bottle yet, where the cases of a backend share one. */
  readonly fresh?: true;
  readonly work: (place: Place) => Promise<void>;
};

/** The whole outcome of a script whose stderr, our own progress aside, is empty. */
const prints = async (place: Place, script: string, stdout: string, code = 0) =>
  expect({ ...(await place.sh(`${ready}; ${script}`)) }).toEqual({ stdout, stderr: "", code });

/** The bottle is there, so that nothing but the command says anything. */
const ready = "claude-bottle exec -- true 2>/dev/null";

const oddCharacters = Array.from({ length: 255 }, (_, index) => index + 1);
const oddText = String.fromCodePoint(...oddCharacters);
const hex = (text: string) => Buffer.from(text).toString("hex");
const toml = oddCharacters.map((code) => `\\u${code.toString(16).padStart(4, "0")}`).join("");
const toHex = "od -An -v -tx1 | tr -d ' \\n'";

/** Loops that a live command keeps turning: what a beat counts is alive. */
const beating = "sh -c 'while :; do echo >>beat; sleep 0.05; done'";
const stops = `for _ in $(seq 100); do a=$(wc -l <beat); sleep 0.4; b=$(wc -l <beat); [ "$a" = "$b" ] && echo stopped && exit; done; echo beats`;
const beats = "for _ in $(seq 200); do [ -s beat ] && break; sleep 0.05; done";

export const cases: readonly Case[] = [
  {
    title: "the user, the home and the directory are the caller's",
    work: async (place) => {
      await prints(
        place,
        `claude-bottle exec -- sh -c 'id -u; echo "$USER $LOGNAME $HOME"; pwd; touch made; test -w "$HOME" && test -w "\${TMPDIR:-/tmp}" && echo writable' >told
{ read -r uid; read -r names; read -r directory; read -r writable; } <told
set -- $names; echo "$directory" "$writable"; [ "$1" = "$2" ] && [ "$3" != "\${3#/}" ] && echo named
[ "$(stat -c %u made)" = "$(id -u)" ] && [ "$uid" = "$(id -u)" ] && echo own`,
        "~/home/project writable\nnamed\nown\n",
      );
    },
  },
  {
    title: "a subdirectory is entered",
    work: (place) => prints(place, "mkdir -p 'a b/é' && cd 'a b/é' && claude-bottle exec -- pwd", "~/home/project/a b/é\n"),
  },
  {
    title: "the environment arrives whole, and nothing of the host's with it",
    settings: `[env]\nODD = "${toml}"\nEMPTY = ""\n`,
    work: async (place) => {
      await prints(place, `claude-bottle exec -- sh -c 'printf %s "$ODD"' | ${toHex}`, hex(oddText));
      await prints(place, "claude-bottle exec -- sh -c 'echo [${EMPTY-unset}]'", "[]\n");
      await prints(place, "SECRET_OF_MINE=x claude-bottle exec -- sh -c 'env | grep -c SECRET_OF_MINE'", "0\n", 1);
    },
  },
  {
    title: "a credential or its placeholder is there, and stands in no command line",
    fresh: true,
    mounted: true,
    work: async (place) => {
      const script = `key=sk-ant-api03-seen; export ANTHROPIC_API_KEY=$key-by-nobody; ${ready}
claude-bottle exec -- sh -c 'echo "$ANTHROPIC_API_KEY"; touch started; while [ ! -e over ]; do sleep 0.05; done' >told &
for _ in $(seq 200); do [ -e started ] && break; sleep 0.05; done
unset ANTHROPIC_API_KEY; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c 'seen-by-[n]obody'; touch over; wait; cat told`;
      expect(await place.sh(script)).toEqual({ stdout: `0\n${place.credential ?? "sk-ant-api03-seen-by-nobody"}\n`, stderr: "", code: 0 }); // prettier-ignore
    },
  },
  {
    title: "two that come at the same moment make one bottle",
    fresh: true,
    work: async (place) => {
      const { stdout, stderr, code } = await place.sh(
        "claude-bottle exec -- echo a & claude-bottle exec -- echo a; status=$?; wait; exit $status",
      );
      expect({ stdout, made: stderr.match(/creating bottle/g)?.length, code }).toEqual({ stdout: "a\na\n", made: 1, code: 0 }); // prettier-ignore
    },
  },
  {
    title: "the words of a command arrive whole",
    work: async (place) => {
      await prints(
        place,
        `claude-bottle exec -- sh -c 'for word; do printf "%s|" "$word"; done' sh -- -x "" "a b" '$(id)' "'\\"\\\\" ';' '*'`,
        `--|-x||a b|$(id)|'"\\|;|*|`,
      );
      const octal = oddCharacters.map((code) => Array.from(Buffer.from(String.fromCodePoint(code)), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")).join(""); // prettier-ignore
      await prints(place, `claude-bottle exec -- printf %sx "$(printf '${octal}')" | ${toHex}`, hex(`${oddText}x`));
    },
  },
  {
    title: "the status is the command's own",
    work: async (place) => {
      await prints(place, "claude-bottle exec -- sh -c 'exit 7'", "", 7);
      await prints(place, "claude-bottle exec -- sh -c 'kill -9 $$'", "", 137);
      await prints(place, "claude-bottle exec -- sh -c 'kill -TERM $$'", "", 143);
      expect(await place.sh(`${ready}; claude-bottle exec -- /etc/passwd`)).toMatchObject({ stdout: "", code: 126 });
      expect(await place.sh(`${ready}; claude-bottle exec -- no-such-program`)).toEqual({
        stdout: "",
        stderr: "claude-bottle: the program 'no-such-program' was not found in the bottle\n",
        code: 127,
      });
    },
  },
  {
    title: "stdin, stdout and stderr are the command's own, to the last byte",
    work: async (place) => {
      await prints(place, "printf abc | claude-bottle exec -- cat; claude-bottle exec -- cat </dev/null", "abc");
      expect(await place.sh(`${ready}; claude-bottle exec -- sh -c 'echo out; echo err >&2'`)).toEqual({ stdout: "out\n", stderr: "err\n", code: 0 }); // prettier-ignore
      await prints(place, "head -c 16777216 /dev/urandom >sent; claude-bottle exec -- cat <sent | cmp - sent && rm sent", "");
    },
  },
  {
    title: "INT and TERM end a command, and what it started",
    mounted: true,
    work: async (place) => {
      for (const signal of ["INT", "TERM"])
        await prints(
          place,
          // bash starts a job with INT ignored, unless it has a group of its own.
          `exec 2>/dev/null; set -m; rm -f beat; claude-bottle exec -- ${beating} & ${beats}; kill -s ${signal} -- -$!; wait $!; echo $?; ${stops}`,
          `${signal === "INT" ? 130 : 143}\nstopped\n`,
        );
    },
  },
  {
    title: "a killed client leaves nothing behind",
    mounted: true,
    work: (place) =>
      prints(place, `claude-bottle exec -- ${beating} & ${beats}; kill -TERM $!; wait $! 2>/dev/null; ${stops}`, "stopped\n"),
  },
  {
    title: "two sessions share the bottle at once",
    work: (place) =>
      prints(
        place,
        `wait_for() { echo "for _ in \\$(seq 200); do [ -e $1 ] && break; sleep 0.05; done; echo $2"; }
claude-bottle exec -- sh -c "cd \\\${TMPDIR:-/tmp}; touch one; $(wait_for two first)" >first &
claude-bottle exec -- sh -c "cd \\\${TMPDIR:-/tmp}; touch two; $(wait_for one second)" >second; wait; cat first second
claude-bottle ls --json | grep -cF '"directory": "'"$PWD"'"'`,
        "first\nsecond\n1\n",
      ),
  },
  {
    title: "files are copied in with their modes, and commands run once, before the first session",
    fresh: true,
    settings: `[[provision.files]]\nsource = "~/given"\ntarget = "~/a b/given"\n[[provision.commands]]\nrun = '"$HOME/a b/given/run" >>told; id -u >>told'\n[env]\nWORD = "it's"\n`,
    work: (place) =>
      prints(
        place,
        `mkdir ../given; printf '#!/bin/sh\\necho "$WORD"\\n' >../given/run; chmod 755 ../given/run; ${ready}; claude-bottle exec -- stat -c %u "a b" 2>/dev/null; cat told | sed "s/^$(id -u)$/own/"`,
        "it's\nown\n",
      ),
  },
  {
    title: "a command that fails is named, and leaves no bottle",
    fresh: true,
    settings: `[[provision.commands]]\nrun = "echo why >&2; exit 3"\n`,
    work: async (place) => {
      const { stdout, stderr, code } = await place.sh("claude-bottle exec -- true; status=$?; claude-bottle ls --json | grep -c $PWD; exit $status");
      expect([stdout, stderr.split("\n").findLast((line) => line.startsWith("claude-bottle: ")), code]).toEqual([
        "0\n", 'claude-bottle: "echo why >&2; exit 3" failed in the bottle with status 3: why', 1,
      ]);
    },
  },
  {
    title: "an interrupt ends a command of the setup, and what it started",
    fresh: true,
    settings: `[[provision.commands]]\nrun = "${beating.replaceAll('"', '\\"')}"\n`,
    work: async (place) => {
      const script = `exec 2>/dev/null; set -m; claude-bottle exec -- true & ${beats}; kill -s INT -- -$!; wait $!; echo $?; ${stops}`;
      expect(await place.sh(script)).toEqual({ stdout: "130\nstopped\n", stderr: "", code: 0 });
    },
  },
  {
    title: "a stop keeps what is in the bottle, a removal does not; both may be repeated",
    work: async (place) => {
      const said = (word: string) => `claude-bottle: ${word} bottle "cb-BOTTLE"\n`;
      await prints(place, "claude-bottle exec -- sh -c 'echo kept >~/kept'", "");
      expect(await place.sh("claude-bottle stop; claude-bottle stop")).toEqual({ stdout: "", stderr: said("stopped").repeat(2), code: 0 }); // prettier-ignore
      await prints(place, "claude-bottle exec -- sh -c 'cat ~/kept'", "kept\n");
      expect(await place.sh("claude-bottle rm")).toMatchObject({ code: 1, stdout: "" });
      const none = 'claude-bottle: "~/home/project" has no bottle\n';
      expect(await place.sh("claude-bottle rm --force; claude-bottle rm")).toEqual({ stdout: "", stderr: said("removed") + none, code: 0 }); // prettier-ignore
      await prints(place, "claude-bottle exec -- sh -c 'ls ~/kept 2>/dev/null | wc -l'", "0\n");
    },
  },
  {
    title: "ls says what a bottle takes on the disk, and who is in it",
    mounted: true,
    work: (place) =>
      prints(
        place,
        `claude-bottle exec -- sh -c 'head -c 5000000 /dev/urandom >~/big'; claude-bottle ls --size | grep -o ' [5-9][.0-9]* MB  *used'
claude-bottle exec -- sh -c 'touch in; while [ ! -e out ]; do sleep 0.05; done' & for _ in $(seq 200); do [ -e in ] && break; sleep 0.05; done
claude-bottle ls | grep -o '1 session '; touch out; wait; claude-bottle stop 2>/dev/null; claude-bottle ls --size | grep -o 'stopped .* MB'`,
        expect.stringMatching(/^ \S+ MB +used\n1 session \nstopped +\S+ +\S+ MB\n$/) as unknown as string,
      ),
  },
  {
    title: "a removal tells what is only in the bottle, running or stopped, and takes what is nobody's unasked",
    fresh: true,
    work: async (place) => {
      await prints(place, "claude-bottle exec -- sh -c 'mkdir ~/.cache; echo >~/.cache/x; echo >\${TMPDIR:-/tmp}/x; echo >made'", "");
      await prints(place, "claude-bottle rm 2>&1 | tail -n 1; cat made", 'claude-bottle: removed bottle "cb-BOTTLE"\n\n');
      const write = `mkdir -p ~/a\\ b/c ~/.claude/projects/-p; echo >~/a\\ b/c/d; echo >"$HOME/two
lines"; echo >~/.claude/projects/-p/1.jsonl; ln -s / ~/link`;
      await prints(place, `claude-bottle exec -- sh -c '${write}'`, "");
      for (const before of [":", "claude-bottle stop 2>/dev/null"]) {
        const { stdout, stderr, code } = await place.sh(`${before}; claude-bottle rm; echo $?; claude-bottle rm --dry-run --json`);
        expect([stdout.slice(0, 2), code]).toEqual(["1\n", 0]);
        expect(stderr).toStartWith('claude-bottle: 1 conversation and 3 files are only in bottle "cb-BOTTLE"\n');
        const { conversations, files } = JSON.parse(stdout.slice(2));
        // A dry run starts no machine, where only a running one tells.
        if (before !== ":" && files === undefined) continue;
        const names = [...files, ...conversations].map((path) => path.split("/").at(-1)?.split("\n")[0]);
        expect(names).toEqual(["d", "link", "two", "1.jsonl"]);
      }
      await prints(place, "claude-bottle rm --force 2>&1", 'claude-bottle: removed bottle "cb-BOTTLE"\n');
    },
  },
  {
    title: "a removal keeps ~/.claude for the next bottle where it is asked to, once",
    work: async (place) => {
      const talk = "~/.claude/projects/x/talk.jsonl";
      await prints(place, `claude-bottle exec -- sh -c 'mkdir -p ~/.claude/projects/x && echo said >${talk} && chmod 640 ${talk}'`, "");
      expect((await place.sh("claude-bottle rm")).stderr).toContain("1 conversation is only in bottle");
      expect(await place.sh("claude-bottle stop 2>/dev/null; claude-bottle rm --keep-claude")).toEqual({
        stdout: "",
        stderr: 'claude-bottle: ~/.claude of bottle "cb-BOTTLE" is kept for the next one\nclaude-bottle: removed bottle "cb-BOTTLE"\n',
        code: 0,
      });
      await prints(place, `claude-bottle exec -- sh -c 'cat ${talk}; stat -c "%a" ${talk}; ls ~/.claude/settings.json | wc -l'`, "said\n640\n1\n");
      await prints(place, `claude-bottle rm --force 2>/dev/null; ${ready}; claude-bottle exec -- sh -c 'ls ~/.claude | grep -c projects'`, "0\n", 1);
    },
  },
  {
    title: "with keep-claude in the manifest, --fresh and rm keep ~/.claude too",
    work: async (place) => {
      await place.sh(`printf 'bottle.keep-claude = true\\nagents.none.command = "true"\\n' >bottle.toml
claude-bottle trust --accept $(claude-bottle trust --json | grep -o '[0-9a-f]\\{64\\}')`);
      await prints(place, "claude-bottle exec -- sh -c 'mkdir -p ~/.claude/projects/x && echo said >~/.claude/projects/x/a.jsonl'", "");
      for (const words of ["run --fresh --agent none", "rm"]) {
        expect(await place.sh(`claude-bottle ${words}`)).toMatchObject({ stdout: "", code: 0 });
        await prints(place, "claude-bottle exec -- sh -c 'cat ~/.claude/projects/x/a.jsonl'", "said\n");
      }
    },
  },
  {
    title: "a bottle in use is stopped by force only",
    mounted: true,
    work: (place) =>
      prints(
        place,
        `claude-bottle exec -- ${beating} 2>/dev/null & ${beats}; claude-bottle stop 2>/dev/null; echo $?
claude-bottle stop --force 2>/dev/null; echo $?; wait $!; [ $? -gt 0 ] && echo ended; ${stops}`,
        "1\n0\nended\nstopped\n",
      ),
  },
  {
    title: "trees are copied in and out with their modes and odd names",
    work: (place) =>
      prints(
        place,
        `mkdir -p 'tree/a b/-x' tree/empty && cd tree && printf 1 >'a b/-x/new
line' && printf 2 >'é"$(id)' && chmod 750 empty && chmod 711 'é"$(id)' && ln -s 'a b' link && cd ..
tmp=$(claude-bottle exec -- sh -c 'echo "\${TMPDIR:-/tmp}"') && claude-bottle cp tree :$tmp/copy && claude-bottle cp :$tmp/copy back && list() { (cd "$1" && find . -printf '%y %m %P %l\\n' | sort; find . -type f -exec cat {} + | sort); }
list tree >one; list back >two; cmp one two && grep -c '711\\|750' one`,
        "2\n",
      ),
  },
  {
    title: "cp neither reads nor writes through a link of the bottle, and brings no set-id bits and no pipes",
    work: (place) =>
      prints(
        place,
        `mkdir ../secret; echo KEY >../secret/id_rsa; secret=$(cd ../secret && pwd)
claude-bottle exec -- sh -c 'ln -s "$1" out; ln -s "$1" data; tmp=\${TMPDIR:-/tmp}; mkdir "$tmp/out"; cd "$tmp/out"; echo EVIL >id_rsa; mkfifo pipe; : >tool; chmod 6755 tool; echo "$tmp"' sh "$secret" >tmp 2>/dev/null; tmp=$(cat tmp)
claude-bottle cp :$tmp/out . 2>&1 | grep -c 'a directory and a file do not replace each other'
claude-bottle cp :$tmp/out/id_rsa data/ 2>&1 | grep -c 'is a symlink, and a bottle may have put it there'
for name in data/ data/id_rsa; do claude-bottle cp $name :$tmp/stolen 2>/dev/null; echo $?; done
cat ../secret/*; claude-bottle exec -- test -e $tmp/stolen || echo none
rm out; claude-bottle cp :$tmp/out . 2>&1 | grep -c 'skipped (not a regular file): out/pipe'; ls out; find out -name tool -printf '%m\\n'`,
        "1\n1\n1\n1\nKEY\nnone\n1\nid_rsa\ntool\n755\n",
      ),
  },
  {
    title: "a terminal has its size from the start, and follows 200 changes",
    terminal: true,
    work: async (place) => {
      await place.sh(ready);
      await using screen = terminalOf(place, `claude-bottle shell -- sh -c 'stty size; while read -r line; do stty size; done'`, { columns: 91, rows: 23 }); // prettier-ignore
      await screen.until(/^23 91$/m, 30_000);
      for (let change = 0; change < 200; change += 1) screen.resize(60 + (change % 50), 20 + (change % 7));
      screen.resize(77, 19);
      // A backend that passes sizes on by itself may take a moment; the last one is the one that stays.
      for (let tries = 0; tries < 20 && !/^19 77$/m.test(screen.text); tries += 1) {
        screen.press("\r");
        await Bun.sleep(tries === 0 ? 500 : 100);
      }
      await screen.until(/^19 77$/m);
    },
  },
  {
    title: "Ctrl-C is the command's, which may go on",
    terminal: true,
    work: async (place) => {
      await place.sh(ready);
      await using screen = terminalOf(place, `claude-bottle shell -- sh -c 'trap "echo caught" INT; echo ready; read -r line; echo "[$line]"; exit 5'; echo "status $?"`); // prettier-ignore
      await screen.until(/^ready$/m, 30_000);
      screen.press("\x03");
      await screen.until(/caught/);
      screen.press("on\r");
      await screen.until(/status \d+$/m);
      expect(screen.text).toMatch(/status [05]$/m);
    },
  },
  {
    title: "jobs are controlled in the bottle's own shell",
    terminal: true,
    work: async (place) => {
      await place.sh(ready);
      await using screen = terminalOf(place, "claude-bottle shell -- bash --norc; echo status $?");
      await screen.until(/\$|#/, 30_000);
      screen.press("sleep 1000\r");
      await screen.until("sleep 1000");
      await Bun.sleep(300);
      screen.press("\x1a");
      await screen.until(/Stopped +sleep 1000/);
      screen.press("fg\r");
      await Bun.sleep(300);
      screen.press("\x03");
      await Bun.sleep(300);
      screen.press("exit 4\r");
      await screen.until("status 4");
    },
  },
  {
    title: "a closed terminal leaves nothing behind",
    terminal: true,
    mounted: true,
    work: async (place) => {
      await place.sh(ready);
      const screen = terminalOf(place, `claude-bottle shell -- ${beating}`);
      expect((await place.sh(`${beats}; [ -s beat ] && echo beats`)).stdout).toBe("beats\n");
      screen.close();
      await prints(place, stops, "stopped\n");
      await screen[Symbol.asyncDispose]();
    },
  },
]; // prettier-ignore

function terminalOf(place: Place, script: string, size?: { columns: number; rows: number }) {
  if (!place.terminal) throw new Error("a place without terminals was asked for one");
  return place.terminal(script, size);
}
