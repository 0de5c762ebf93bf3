import type { CommandDef } from "citty";
import type { Context } from "./command.ts";

export type Load = (context: Context) => Promise<CommandDef<never>>;
const load = (make: unknown) => make as CommandDef<never>;

/** Every command, in the order and under the headings of `--help`. */
export const groups: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
  Sessions: {
    run: (context) => import("../commands/run.ts").then((m) => load(m.run(context))),
    attach: (context) => import("../commands/attach.ts").then((m) => load(m.attach(context))),
    shell: (context) => import("../commands/shell.ts").then((m) => load(m.shell(context))),
    exec: (context) => import("../commands/exec.ts").then((m) => load(m.exec(context))),
    cp: (context) => import("../commands/cp.ts").then((m) => load(m.cp(context))),
    sync: (context) => import("../commands/sync.ts").then((m) => load(m.sync(context))),
    port: (context) => import("../commands/port.ts").then((m) => load(m.port(context))),
    logs: (context) => import("../commands/logs.ts").then((m) => load(m.logs(context))),
    dashboard: (context) => import("../commands/dashboard.ts").then((m) => load(m.dashboard(context))),
  },
  Bottles: {
    ls: (context) => import("../commands/ls.ts").then((m) => load(m.ls(context))),
    stop: (context) => import("../commands/stop.ts").then((m) => load(m.stop(context))),
    rm: (context) => import("../commands/rm.ts").then((m) => load(m.rm(context))),
    gc: (context) => import("../commands/gc.ts").then((m) => load(m.gc(context))),
  },
  Project: {
    init: (context) => import("../commands/init.ts").then((m) => load(m.init(context))),
    trust: (context) => import("../commands/trust.ts").then((m) => load(m.trust(context))),
    config: (context) => import("../commands/config.ts").then((m) => load(m.config(context))),
    allow: (context) => import("../commands/allow.ts").then((m) => load(m.allow(context))),
    template: (context) => import("../commands/template.ts").then((m) => load(m.template(context))),
    login: (context) => import("../commands/login.ts").then((m) => load(m.login(context))),
  },
  tmux: {
    tmux: (context) => import("../commands/tmux.ts").then((m) => load(m.tmux(context))),
  },
  "This program": {
    doctor: (context) => import("../commands/doctor.ts").then((m) => load(m.doctor(context))),
    completions: (context) => import("../commands/completions.ts").then((m) => load(m.completions(context))),
    upgrade: (context) => import("../commands/upgrade.ts").then((m) => load(m.upgrade(context))),
    uninstall: (context) => import("../commands/uninstall.ts").then((m) => load(m.uninstall(context))),
  },
};

/** No prototype, so that `claude-bottle constructor` is an unknown command. */
export const commands: Readonly<Record<string, Load>> = Object.assign(Object.create(null), ...Object.values(groups));
