// A full disk below our own files: what frees space works, and still refuses what is in use. About three seconds.
import { expect, test } from "bun:test";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Home, tool } from "../support/tool.ts";

const whyNot =
  whyNoBubblewrap ??
  (Bun.spawnSync(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"]).exitCode === 0
    ? undefined
    : "no disk of a test's own can be mounted");
if (whyNot) console.log(`a full disk skipped: ${whyNot}`);

test.skipIf(whyNot !== undefined)("rm, stop and gc work on a full disk, and refuse what is in use", async () => {
  using home = new Home();
  home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "off"\n');
  home.manifest("");
  const script = `mkdir -p "$XDG_STATE_HOME"; mount -t tmpfs -o size=1m none "$XDG_STATE_HOME"; exec 2>&1; bottle() { "$@"; echo "= $?"; }
"$@" exec -- true; : >up
"$@" exec -- sh -c 'echo up; exec sleep 100' >up & session=$!; until grep -q up up; do sleep 0.05; done
cat /dev/zero 2>/dev/null >"$XDG_STATE_HOME/fill"
for command in rm stop "stop --force" "rm --force" gc; do "$@" $command; echo "$command $?"; done
wait $session; echo "session $?"`;
  const child = Bun.spawn(["unshare", "-m", "bash", "-c", script, "bash", ...tool], {
    cwd: home.project,
    // No engine: gc would look at what others have there.
    env: { ...home.env, PATH: `${home.bin}:/usr/bin:/bin`, DOCKER_HOST: "unix:///none", CONTAINER_HOST: "unix:///none" },
    stdout: "pipe",
  });
  const stdout = home.plain(await new Response(child.stdout).text());
  const lines = stdout.split("\n").filter((line) => !/^  |creating|starting|warning: /.test(line));
  expect(lines).toEqual([
    'claude-bottle: bottle "cb-BOTTLE" has 1 running session',
    "rm 1",
    'claude-bottle: bottle "cb-BOTTLE" has 1 running session',
    "stop 1",
    'claude-bottle: stopped bottle "cb-BOTTLE"',
    "stop --force 0",
    'claude-bottle: removed bottle "cb-BOTTLE"',
    "rm --force 0",
    "claude-bottle: there is nothing to remove",
    "gc 0",
    "session 143",
    "",
  ]);
}, 30_000); // prettier-ignore
