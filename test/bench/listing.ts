import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createArgv, listArgv } from "../../src/backends/smolvm/argv.ts";
import { smolvm } from "../../src/backends/smolvm/index.ts";
import { resolveManifest } from "../../src/manifest/layers.ts";
import { planBottle } from "../../src/plan/bottle.ts";
import { bottleName } from "../../src/plan/name.ts";
import { realSystem } from "../../src/system/real.ts";
import { testCache } from "../support/cache.ts";
import { Home } from "../support/tool.ts";
import { inPairs } from "./pairs.ts";
import { ms, row, type Row } from "./row.ts";
import { succeed } from "./stub.ts";

const count = 200;

type Options = { readonly program: string; readonly rounds: number; readonly source: string };

/** `ls` of many bottles, against the list of a real smolvm; a stub's list costs nothing, so that it shows only what we add. */
export async function listing({ program, rounds, source }: Options): Promise<Row[]> {
  // Each revision has a ledger of its own form.
  const { Ledger } = (await import(`${source}/src/ledger/ledger.ts`)) as typeof import("../../src/ledger/ledger.ts");
  using home = new Home();
  const real = realSmolvm();
  const xdg = { XDG_DATA_HOME: `${home.directory}/data`, XDG_CACHE_HOME: `${home.directory}/cache` };
  home.program("smolvm", `exec cat '${home.directory}/list'`);
  if (real) {
    await succeed(["rm", `${home.bin}/smolvm`], home);
    symlinkSync(real, `${home.bin}/smolvm`);
  }
  const smolvm = `${home.bin}/smolvm`;
  const plans = Array.from({ length: count }, (_, number) =>
    planOf(home, `${home.directory}/home/projects/project-${number}`),
  );
  {
    using ledger = new Ledger(realSystem(home.env));
    for (const plan of plans) ledger.saveBottle(plan, undefined);
  }
  if (real) for (const plan of plans) await succeed([smolvm, ...createArgv(plan, "")], home, xdg);
  else writeFileSync(`${home.directory}/list`, JSON.stringify(plans.map(listed), null, 2));

  const listed200 = Bun.spawnSync([program, "ls", "--json"], { cwd: home.project, env: { ...home.env, ...xdg } });
  if (JSON.parse(listed200.stdout.toString()).length !== count)
    throw new Error(`ls does not show ${count} bottles: ${listed200.stderr.toString()}`);
  const pair = await inPairs(
    rounds,
    () => succeed([program, "ls"], home, xdg),
    () => succeed([smolvm, ...listArgv()], home, xdg),
  );
  const what = `\`ls\` of ${count} bottles`;
  const ours = ms(pair.ours);
  return real
    ? [row({ what, ours, against: `a real smolvm's list ${ms(pair.other)}`, value: pair.ratio, unit: "x", bound: 2 })]
    : [
        row({
          what,
          ours,
          against: `a stub's list ${ms(pair.other)} (no smolvm on PATH)`,
          value: pair.difference,
          unit: " ms",
        }),
      ];
}

function realSmolvm(): string | undefined {
  const found = Bun.which("smolvm", { PATH: `${process.env.PATH}:${testCache}/vmhost/share/bin` });
  return found && /^smolvm 1\./.test(Bun.spawnSync([found, "--version"]).stdout.toString()) ? found : undefined;
}

export function planOf(home: Home, directory: string) {
  mkdirSync(directory, { recursive: true });
  const manifest = resolveManifest([], { backends: [] }).manifest;
  const uid = process.getuid?.() ?? 0;
  return planBottle({
    name: bottleName(directory, uid),
    directory,
    backend: smolvm(realSystem({})),
    manifest: { ...manifest, bottle: { ...manifest.bottle, image: `${home.directory}/home/projects` } },
    image: `${home.directory}/home/projects`,
    mounts: [],
    host: {
      uid,
      gid: process.getgid?.() ?? 0,
      userName: "bench",
      home: `${home.directory}/home`,
      env: {},
    },
    gateway: undefined,
  });
}

/** As long as a real one's entry. */
const listed = ({ name, directory, user }: ReturnType<typeof planOf>) => ({
  name,
  state: "created",
  pid: null,
  labels: {
    "claude-bottle": "1",
    "claude-bottle.directory": encodeURIComponent(directory),
    "claude-bottle.uid": String(user.uid),
  },
  ...Object.fromEntries(Array.from({ length: 34 }, (_, number) => [`setting_number_${number}`, null])),
});
