import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createArgv } from "../../src/backends/smolvm/argv.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { bottleName } from "../../src/plan/name.ts";
import type { BottlePlan } from "../../src/plan/plan.ts";
import { realSystem } from "../../src/system/real.ts";

export type Stub = Disposable & { smolvm: string; env: Record<string, string>; project: string; calls(): number };

/** The cheapest program that a backend could be: it says what is expected of it and ends. An exec with a terminal runs its command. */
export function stubSmolvm(folder: string): Stub {
  const project = `${folder}/home/project`;
  const bin = `${folder}/bin`;
  for (const name of [project, bin]) mkdirSync(name, { recursive: true });
  writeFileSync(`${project}/bottle.toml`, '[bottle]\nimage = "/images/claude"\n[agents.claude]\ncommand = "true"\n');
  const guest = Bun.spawn(["sleep", "100000"], { stdio: ["ignore", "ignore", "ignore"] });
  const smolvm = `${bin}/smolvm`;
  writeFileSync(
    smolvm,
    `#!/bin/sh
echo "$2" >>'${folder}/calls'
case $2 in
  status) echo '{"error":{"code":"CONFIG_ERROR","message":"config operation failed: machine status: machine '"'x'"' not found"}}' >&2; exit 1 ;;
  start) echo 'Machine (PID: ${guest.pid})' ;;
  exec)
    case " $* " in *' -t '*) ;; *) exit 0 ;; esac
    while [ "$1" != -- ]; do shift; done
    shift
    exec "$@" ;;
esac
`,
  );
  chmodSync(smolvm, 0o755);
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: `${folder}/home`, TERM: "xterm-256color" };
  return {
    smolvm,
    env,
    project,
    calls: () => (existsSync(`${folder}/calls`) ? readFileSync(`${folder}/calls`, "utf8").split("\n").length - 1 : 0),
    [Symbol.dispose]: () => guest.kill("SIGKILL"),
  };
}

/** The real smolvm that the emulated machine uses; `create` and `ls` need no KVM. */
export function realSmolvm() {
  const version = "1.32.2";
  const folder = `${process.env.VMHOST_DIR ?? "/var/cache/claude-bottle/vmhost"}/share`;
  const program = `${folder}/bin/smolvm-${version}`;
  const image = `${folder}/images/claude`;
  if (!existsSync(program) || !existsSync(image)) return undefined;
  return {
    withMachines(work: string, count: number) {
      const home = `${work}/real`;
      const bin = `${home}/bin`;
      mkdirSync(bin, { recursive: true });
      writeFileSync(`${bin}/smolvm`, `#!/bin/sh\nexec '${program}' "$@"\n`, { mode: 0o755 });
      const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home };
      using ledger = new Ledger(realSystem(env));
      const uid = process.getuid?.() ?? 0;
      for (let serial = 0; serial < count; serial += 1) {
        const directory = `${home}/project-${serial}`;
        mkdirSync(directory);
        const plan: BottlePlan = {
          name: bottleName(directory, uid), backend: "smolvm", directory, image, cpus: 1, memoryMiB: 512,
          user: { name: "root", uid, gid: 0, home: "/root" }, mounts: [],
  network: { mode: "off", hosts: [] }, credentials: [],
        }; // prettier-ignore
        const { exitCode, stderr } = Bun.spawnSync([program, ...createArgv(plan, "")], { env });
        if (exitCode !== 0) throw new Error(`smolvm create: ${stderr.toString()}`);
        ledger.saveBottle(plan, undefined);
      }
      return { version, env, argv: [program], [Symbol.dispose]() {} };
    },
  };
}
