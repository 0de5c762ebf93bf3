import { gitIdentity } from "../../project/git-settings.ts";
import { realPath } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { version } from "../../version.ts";
import type { Facts } from "../facts.ts";
import { manualFix, installFix, ok, type Finding } from "../finding.ts";

export async function checkGit({ system }: Facts): Promise<Finding[]> {
  if (system.which("git") === undefined)
    return [
      {
        id: "git.missing",
        level: "warning",
        what: "git was not found",
        why: "commits in a bottle use the name and email that git on this machine knows",
        fix: installFix(system, "git"),
      },
    ];
  const identity = await gitIdentity(system, system.cwd());
  if (identity) return [ok("git", `${identity.name} <${identity.email}>`)];
  return [
    {
      id: "git.identity",
      level: "note",
      what: "git has no user.name and user.email",
      why: "git in a bottle refuses to commit without them",
      fix: manualFix("git config --global user.name NAME; git config --global user.email ADDRESS"),
    },
  ];
}

/** Another program with our name, or another version, that a shell finds first. */
export async function checkPath(facts: Facts): Promise<Finding[]> {
  const { system, probes } = facts;
  const own = realPath(system.self[0] ?? "");
  const [first] = placesOf(system, "claude-bottle");
  const findings: Finding[] = [];
  if (first !== undefined && realPath(first) !== own) {
    const found = await versionOf(system, first);
    if (found !== `claude-bottle ${version}`)
      findings.push({
        id: "path.claude-bottle",
        level: "warning",
        what: `the shell finds another claude-bottle, "${first}" (${found}), but this is ${version}`,
        why: "tmux keys and scripts may run a different one than you do",
        fix: manualFix("remove it, or put the directory of this one first in PATH"),
      });
  }
  const smolvms = probes.get("smolvm")?.usable ? placesOf(system, "smolvm") : [];
  const versions = await Promise.all(smolvms.map((place) => versionOf(system, place)));
  const other = versions.findIndex((found) => found !== versions[0]);
  if (other > 0)
    findings.push({
      id: "path.smolvm",
      level: "warning",
      what: `"${smolvms[0]}" (${versions[0]}) hides "${smolvms[other]}" (${versions[other]})`,
      why: "machines that one of them created may not start with the other",
      fix: manualFix("remove one of them, or change their order in PATH"),
    });
  return findings.length > 0 ? findings : [ok("path", "no program hides another of the same name")];
}

/** Each file of that name on PATH, listed once by its real path. */
function placesOf(system: System, name: string): string[] {
  const found = new Map<string, string>();
  for (const directory of (system.env.PATH ?? "").split(":")) {
    const place = directory.startsWith("/") ? system.which(`${directory}/${name}`) : undefined;
    const real = place === undefined ? undefined : realPath(place);
    if (place !== undefined && real !== undefined && !found.has(real)) found.set(real, place);
  }
  return [...found.values()];
}

async function versionOf(system: System, program: string): Promise<string> {
  const { code, stdout } = await system.run([program, "--version"], { timeoutMs: 5_000 });
  const [line = ""] = stdout.split("\n");
  return code === 0 && line !== "" ? line : "unknown version";
}
