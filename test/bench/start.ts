import { guestControlArgv } from "../../src/guest/control.ts";
import { inPairs } from "./pairs.ts";
import { ms, row, type Row } from "./row.ts";
import { homeWithStub, succeed } from "./stub.ts";

/** What we add to the start of things. */
export async function startTimes({
  program,
  empty,
  rounds,
}: {
  program: string;
  empty: string;
  rounds: number;
}): Promise<Row[]> {
  using home = await homeWithStub(program);
  let seen = () => {};
  await using terminal = new Bun.Terminal({ cols: 100, rows: 30, data: () => seen() });
  const control = JSON.stringify({ argv: guestControlArgv(["true"]), session: "0", size: [30, 100] });
  const start = (argv: string[]) => {
    const env = { ...home.env, _CLAUDE_BOTTLE_CONTROL: control };
    const child = Bun.spawn(argv, { cwd: home.project, env, terminal });
    return async () => {
      if ((await child.exited) !== 0) throw new Error(`${argv.join(" ")} failed`);
    };
  };

  const resize = await inPairs(
    rounds,
    async () => {
      const speaks = new Promise<void>((resolve) => (seen = resolve));
      const end = start([program, "pty-resize", "bench", "--", "/bin/echo", "started"]);
      await speaks;
      return end;
    },
    () => start([empty])(),
  );
  const version = await inPairs(
    rounds,
    () => succeed([program, "--version"], home),
    () => succeed([empty], home),
  );

  // A bottle's name, which the ledger knows: the dearest of what a press of the tab key asks for.
  const completion = await inPairs(
    rounds,
    () => succeed([program, "complete", "--", "stop", ""], home),
    () => succeed([empty], home),
  );

  // What a directory asks for is kept once its files have not changed for two seconds.
  await Bun.sleep(2_100);
  const record = `${home.directory}/record`;
  await succeed([program, "exec", "--", "true"], home, { STUB_RECORD: record });
  const raw = [`${home.bin}/smolvm`, ...(await Bun.file(record).text()).split("\0").slice(0, -1)];
  const exec = await inPairs(
    rounds,
    () => succeed([program, "exec", "--", "true"], home),
    () => succeed(raw, home),
  );

  return [
    row({
      what: "`pty-resize`, until its child speaks",
      ours: ms(resize.ours),
      against: `empty Bun binary ${ms(resize.other)}`,
      value: resize.ratio,
      unit: "x",
      bound: 1.5,
    }),
    row({
      what: "`--version`",
      ours: ms(version.ours),
      against: `empty Bun binary ${ms(version.other)}`,
      value: version.ratio,
      unit: "x",
      bound: 2,
    }),
    row({
      what: `a completion, ${completion.ratio.toFixed(2)}x of that`,
      ours: ms(completion.ours),
      against: `empty Bun binary ${ms(completion.other)}`,
      value: completion.difference,
      unit: " ms",
      bound: 30,
    }),
    row({
      what: "`exec` of `true`, warm",
      ours: ms(exec.ours),
      against: `the same command of a stub ${ms(exec.other)}`,
      value: exec.difference,
      unit: " ms",
      bound: 10,
    }),
  ];
}
