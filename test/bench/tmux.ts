import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { shellLine } from "../../src/lib/quote.ts";
import { ClaudeStage, whyNoClaudeStage } from "../support/claude-stage.ts";
import { Stage } from "../support/tmux.ts";
import { until } from "../support/tool.ts";
import { inPairs, type Pair } from "./pairs.ts";
import { ms, row, type Row } from "./row.ts";
import { succeed } from "./stub.ts";

type Options = { readonly program: string; readonly rounds: number };

/** What tmux's keys and its status line wait for. */
export async function tmuxTimes({ program, rounds }: Options): Promise<Row[]> {
  if (!Bun.which("tmux")) return [unmeasured("keys of tmux", "tmux is not installed")];
  return [
    await keyToPane({ program, rounds }),
    ...(await claudesFrame({ program, rounds: Math.min(rounds, 15) })),
    await statusLine({ program, rounds }),
  ];
}

/** Until the client shows the new pane's border, and until a key that opens nothing has done its work. */
async function keyToPane({ program, rounds }: Options): Promise<Row> {
  await using stage = new Stage({ program: [program] });
  await stage.until(1);
  // Killed while it makes its bottle, the fake backend would leave a machine that nobody knows.
  stage.press("b");
  await stage.screen.until("ready 39 59");
  const done = `${stage.home.directory}/done`;
  stage.tmux("bind-key", "T", "run-shell", "-b", `true; : >'${done}'`);
  const pair = await inPairs(
    rounds,
    async () => {
      stage.press("b");
      await shown(stage, "│");
    },
    async () => {
      stage.press("T");
      await soon(
        () => existsSync(done),
        () => stage.screen.text,
      );
    },
    async () => {
      await alone(stage);
      rmSync(done, { force: true });
    },
  );
  return row({
    what: "key press to our pane",
    ours: ms(pair.ours),
    against: `a key that runs \`true\` ${ms(pair.other)}`,
    value: pair.difference,
    unit: " ms",
    bound: 30,
  });
}

/** Until Claude has drawn its prompt: by our pane, and by one that runs what its session holds, typed by hand. */
async function claudesFrame({ program, rounds }: Options): Promise<Row[]> {
  const what = "Claude's first frame, bubblewrap";
  const reason = whyNoClaudeStage();
  if (reason) return [unmeasured(what, reason)];
  await using stage = await ClaudeStage.open({ program: [program] });
  // What notes each call is a shell that only our side would wait for.
  stage.home.removeProgram("bwrap");
  await stage.until(1);
  const press = (key: string) => async () => {
    stage.press(key);
    await shown(stage, "❯");
  };
  await press("b")();
  const byHand = `${stage.home.directory}/by-hand`;
  // bwrap reads its filter from a descriptor that a shell has opened.
  const filter = `${stage.home.directory}/state/claude-bottle/bubblewrap/*/seccomp-*`;
  writeFileSync(byHand, `exec 9<${filter}\nexec ${shellLine(heldCommand(stage))}\n`);
  stage.tmux("bind-key", "R", "split-window", "-h", "bash", byHand);
  stage.tmux("bind-key", "H", "split-window", "-h", program, "tmux", "pane", stage.home.project, "--", "run");
  const reset = () => alone(stage);
  const pane = await inPairs(rounds, press("H"), press("R"), reset);
  const key = await inPairs(rounds, press("b"), press("R"), reset);
  const line = (from: string, { ours, other, ratio }: Pair, bound?: number) =>
    row({
      what: `${from} to ${what}`,
      ours: ms(ours),
      against: `the same bwrap by hand ${ms(other)}`,
      value: ratio,
      unit: "x",
      bound,
    });
  return [line("our pane", pane, 1.05), line("key press", key)];
}

async function statusLine({ program, rounds }: Options): Promise<Row> {
  await using stage = new Stage({ program: [program] });
  await stage.until(1);
  stage.press("b");
  await until(async () => (await stage.sessions()).length === 1);
  const { home } = stage;
  const pair = await inPairs(
    rounds,
    () => succeed([program, "tmux", "status"], home),
    () => succeed([program, "--version"], home),
  );
  return row({
    what: "`tmux status`, with a session",
    ours: ms(pair.ours),
    against: `--version ${ms(pair.other)}`,
    value: pair.ours,
    unit: " ms in all",
    bound: 15,
  });
}

const unmeasured = (what: string, reason: string): Row =>
  row({ what, ours: "-", against: reason, value: undefined, unit: " ms" });

/** The backend's command, as the stage's session runs it. */
function heldCommand(stage: Stage): string[] {
  const pid = stage.left.find((line) => /^\d+ \S*bwrap /.test(line))?.split(" ")[0];
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
}

async function shown(stage: Stage, text: string): Promise<void> {
  await soon(
    () => stage.screen.raw.includes(text),
    () => stage.screen.text,
  );
}

/** `until` with an eye that is quick enough to time by. */
async function soon(check: () => boolean, describe: () => string, limitMs = 20_000): Promise<void> {
  for (const end = performance.now() + limitMs; !check(); await Bun.sleep(0.5))
    if (performance.now() > end) throw new Error(`still waiting after ${limitMs} ms\n${describe()}`);
}

/** Back to the first pane alone, with all at rest and all of it drawn. */
async function alone(stage: Stage): Promise<void> {
  stage.tmux("kill-pane", "-a", "-t", "%0");
  await stage.until(1);
  await until(
    () => !stage.left.some((line) => /bwrap| tmux (open|pane) | run $/.test(line)),
    () => stage.left.join("\n"),
  );
  await until(
    () => !stage.screen.text.includes("│"),
    () => stage.screen.text,
  );
  await Bun.sleep(100);
  stage.screen.raw = "";
}
