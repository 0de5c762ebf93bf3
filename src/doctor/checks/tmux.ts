import { UserError } from "../../errors.ts";
import { unmetNeeds, type Need } from "../../tmux/config/recommended-options.ts";
import { Tmux } from "../../tmux/tmux.ts";
import { attempt, type Facts } from "../facts.ts";
import { manualFix, installFix, safeFix, ok, type Finding } from "../finding.ts";

const oldest = [3, 2] as const;

export async function checkTmux({ system }: Facts): Promise<Finding[]> {
  const id = "tmux";
  const tmux = attempt(() => Tmux.connect(system));
  const program = tmux instanceof Tmux ? tmux.reach.program : system.which("tmux");
  if (tmux instanceof UserError || program === undefined)
    return [
      {
        id: "tmux.missing",
        level: "note",
        what: "tmux was not found",
        why: "claude-bottle tmux opens Claude and shells in panes, from a key",
        fix: installFix(system, "tmux"),
      },
    ];
  const { stdout } = await system.run([program, "-V"], { timeoutMs: 5_000 });
  const version = stdout.trim();
  if (isOld(version))
    return [
      {
        id: "tmux.version",
        level: "warning",
        what: `${version || "this tmux"} is too old`,
        why: `claude-bottle tmux needs ${oldest.join(".")} or newer`,
        fix: manualFix("install a newer tmux, then end the old server: tmux kill-server"),
      },
    ];
  if (!tmux) return [ok(id, version)];
  try {
    const unmet = await unmetNeeds(tmux);
    return unmet.length === 0 ? [ok(id, version)] : unmet.map((need) => finding(program, need));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      {
        id: "tmux.server",
        level: "warning",
        what: error.message,
        why: "this pane's server does not answer; the signal makes it reopen its socket",
        fix: manualFix(`kill -USR1 ${tmux.server.pid}`),
      },
    ];
  }
}

/** Development versions, "tmux master" or "tmux next-3.7", are new. */
function isOld(version: string): boolean {
  const [, major, minor] = /^tmux (\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]);
}

/** Checks the running server. Its configuration file is the user's choice. */
function finding(program: string, { option, line, why }: Need): Finding {
  const words = line.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
  return {
    id: `tmux.${option}`,
    level: "warning",
    what: `tmux's ${option} is not what Claude Code needs`,
    why: `with it, ${why}; claude-bottle tmux install --options sets it for every server`,
    fix: safeFix(program, ...words),
  };
}
