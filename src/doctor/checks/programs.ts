import { gitIdentity } from "../../project/git-settings.ts";
import { realPath } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { version } from "../../version.ts";
import type { Facts } from "../facts.ts";
import { byHand, installing, well, type Finding } from "../finding.ts";

export async function checkGit({ system }: Facts): Promise<Finding[]> {
  if (system.which("git") === undefined)
    return [
      {
        id: "git.missing",
        level: "warning",
        what: "git was not found",
        why: "your name and address for commits in a bottle are git's to say",
        fix: installing(system, "git"),
      },
    ];
  const identity = await gitIdentity(system, system.cwd());
  if (identity) return [well("git", `${identity.name} <${identity.email}>`)];
  return [
    {
      id: "git.identity",
      level: "note",
      what: "git knows no name and address of yours",
      why: "git in a bottle refuses to commit without them",
      fix: byHand("git config --global user.name NAME; git config --global user.email ADDRESS"),
    },
  ];
}

/** Another program of the name of ours, or another version, that a shell finds first. */
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
        what: `the shell finds another claude-bottle, "${first}" (${found}), and this is ${version}`,
        why: "tmux keys and scripts may run the one, and you the other",
        fix: byHand("remove it, or put the directory of this one first on PATH"),
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
      why: "machines that the one made may not start with the other",
      fix: byHand("remove one of the two, or change their order on PATH"),
    });
  return findings.length > 0 ? findings : [well("path", "no program hides another one of its name")];
}

/** Each file of that name on PATH, by its real path once. */
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
  return code === 0 && line !== "" ? line : "of an unknown version";
}
