import * as v from "valibot";
import type { Preset } from "./schema/presets.ts";
import { registryReference } from "./schema/made-from.ts";
import { variableName } from "./schema/variables.ts";

/** What can be seen of a project: the names in its directory, and its devcontainer.json if it has one. */
export type Looks = { readonly names: readonly string[]; readonly devcontainer: Devcontainer | undefined };
export type Devcontainer = {
  readonly file: string;
  /** Further configurations of the project. */
  readonly others: readonly string[];
  readonly image: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Commands to run once, and at each start. */
  readonly once: readonly string[];
  readonly always: readonly string[];
  readonly ports: readonly string[];
  /** Names of what has no counterpart in a manifest. */
  readonly left: readonly string[];
};

/** A language, the files that show it, and the hosts of its packages. */
const languages: readonly { readonly name: string; readonly files: RegExp; readonly preset: Preset }[] = [
  { name: "JavaScript", files: /^(package\.json|deno\.json|bunfig\.toml)$/, preset: "npm" },
  { name: "Python", files: /^(pyproject\.toml|requirements.*\.txt|setup\.py|Pipfile)$/, preset: "pypi" },
  { name: "Rust", files: /^Cargo\.toml$/, preset: "crates" },
  { name: "Go", files: /^go\.mod$/, preset: "go" },
  { name: "Ruby", files: /^Gemfile$/, preset: "rubygems" },
  { name: "Java", files: /^(pom\.xml|build\.gradle(\.kts)?)$/, preset: "maven" },
];

/** A commented manifest for the project. */
export function draftManifest({ names, devcontainer }: Looks): string {
  const found = languages.filter(({ files }) => names.some((name) => files.test(name)));
  const presets = ["github", ...found.map(({ preset }) => preset)];
  const because =
    found.length === 0 ? "git hosting" : `git hosting, and packages for ${found.map(({ name }) => name).join(", ")}`;
  const { env = {}, once = ["npm ci"], always = [], ports = [] } = devcontainer ?? {};
  const base = v.is(registryReference, devcontainer?.image) ? devcontainer?.image : undefined;
  const variables = Object.entries(env).filter(([name]) => v.is(variableName, name));
  return `# What this project's bottle is made from and what it may reach: claude-bottle config shows what holds.
# Editors: claude-bottle config --schema prints the JSON Schema of this file.

${aboutOthers(devcontainer)}[bottle]
# image = "registry.example.org/claude:latest" # a reference, an archive or a directory
# cpus = 2
# memory = "4G"

[network]
presets = ${JSON.stringify(presets).replaceAll(",", ", ")} # ${because}
# hosts = ["docs.example.org"]
${ports.length === 0 ? '# ports = ["3000"]' : `ports = ${JSON.stringify(ports).replaceAll(",", ", ")} # forwardPorts of devcontainer.json`}

# Variables of every session; secrets have a section of their own.
${variables.length === 0 ? '# [env]\n# NODE_ENV = "development"' : `[env]\n${variables.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("\n")}`}

${base === undefined ? '# [template]\n# base = "debian:12"' : `# Claude Code is installed into this image of devcontainer.json, which needs npm or apt-get.\n[template]\nbase = ${JSON.stringify(base)}`}

# [secrets]
# API_KEY = { env = "API_KEY" }

# [[mounts]]
# source = "~/data"

# [agents.claude]
# args = ["--model", "opus"]
# prompt = "Run the tests before you say that you are done."

${devcontainer && once.length + always.length > 0 ? "# Commands of devcontainer.json.\n" : ""}${[...once.map((run) => provisionLines(run, false)), ...always.map((run) => provisionLines(run, true))].join("\n")}
`;
}

const provisionLines = (run: string, isEachStart: boolean): string =>
  `# [[provision.commands]]\n# run = ${JSON.stringify(run)}${isEachStart ? '\n# when = "start"' : ""}`;

/** What `init` did not take over, in comments. */
function aboutOthers(devcontainer: Devcontainer | undefined): string {
  if (!devcontainer) return "";
  const { file, others, left } = devcontainer;
  const quoted = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(", ");
  return [
    ...(left.length > 0 ? [`# Not taken over from ${JSON.stringify(file)}: ${quoted(left)}.\n`] : []),
    ...(others.length > 0 ? [`# Further configurations of this project: ${quoted(others)}.\n`] : []),
    ...(left.length + others.length > 0 ? ["\n"] : []),
  ].join("");
}
