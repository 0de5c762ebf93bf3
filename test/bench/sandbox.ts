import { whyNoLandlock } from "../support/landlock.ts";
import { Home } from "../support/tool.ts";
import { inPairs } from "./pairs.ts";
import { ms, row, type Row } from "./row.ts";
import { succeed } from "./stub.ts";

/** The first sign of a session on a terminal, in a warm bottle of landlock and in one of bubblewrap. */
export async function sandboxTimes({ program, rounds }: { program: string; rounds: number }): Promise<Row[]> {
  const what = "first frame in a landlock bottle";
  const why = whyNoLandlock ?? (Bun.which("bwrap") ? undefined : "bwrap is not installed");
  if (why !== undefined) return [row({ what, ours: "-", against: why, value: undefined, unit: " ms" })];
  const homes = await Promise.all(["landlock", "bubblewrap"].map((backend) => warmHome(program, backend)));
  const [landlock, bubblewrap] = homes.map((home) => () => firstFrame(program, home));
  if (!landlock || !bubblewrap) throw new Error("two homes were made");
  try {
    const { ours, other, difference } = await inPairs(rounds, landlock, bubblewrap);
    const against = `in a bubblewrap bottle ${ms(other)}`;
    return [row({ what, ours: ms(ours), against, value: difference, unit: " ms", bound: 3 })];
  } finally {
    for (const home of homes) {
      await succeed([program, "rm", "--force"], home);
      home[Symbol.dispose]();
    }
  }
}

async function warmHome(program: string, backend: string): Promise<Home> {
  const home = new Home();
  home.settings(`bottle.backend = "${backend}"\nnetwork.mode = "open"\n`);
  home.manifest("");
  await succeed([program, "exec", "--", "true"], home);
  return home;
}

async function firstFrame(program: string, home: Home): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const terminal = { cols: 100, rows: 30, data: () => resolve() };
  const words = [program, "shell", "--", "echo", "frame"];
  const child = Bun.spawn(words, { cwd: home.project, env: home.env, terminal });
  await promise;
  return async () => {
    if ((await child.exited) !== 0) throw new Error(`${words.join(" ")} failed`);
    child.terminal?.close();
  };
}
