import * as v from "valibot";
import type { Preset } from "./schema/presets.ts";
import { image as imageSchema } from "./schema/made-from.ts";
import { variableName } from "./schema/variables.ts";

/** What can be seen of a project: the names in its directory, and its devcontainer.json if it has one. */
export type Looks = { readonly names: readonly string[]; readonly devcontainer: Devcontainer | undefined };
export type Devcontainer = {
  readonly image: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly setup: string | undefined;
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
  const { env = {}, setup } = devcontainer ?? {};
  const image = v.is(imageSchema, devcontainer?.image) ? devcontainer?.image : undefined;
  const variables = Object.entries(env).filter(([name]) => v.is(variableName, name));
  return `# What this project's bottle is made from and what it may reach: claude-bottle config shows what holds.
# Editors: claude-bottle config --schema prints the JSON Schema of this file.

[bottle]
${image === undefined ? '# image = "registry.example.org/claude:latest" # a reference, an archive or a directory' : `image = ${JSON.stringify(image)} # from devcontainer.json; it must hold claude`}
# cpus = 2
# memory = "4G"

[network]
presets = ${JSON.stringify(presets).replaceAll(",", ", ")} # ${because}
# hosts = ["docs.example.org"]

# Variables of every session; secrets have a section of their own.
${variables.length === 0 ? '# [env]\n# NODE_ENV = "development"' : `[env]\n${variables.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join("\n")}`}

# [secrets]
# API_KEY = { env = "API_KEY" }

# [[mounts]]
# source = "~/data"

# [agents.claude]
# args = ["--model", "opus"]
# prompt = "Run the tests before you say that you are done."

${setup === undefined ? "" : "# devcontainer.json has it run after the creation.\n"}# [[provision.commands]]
# run = ${JSON.stringify(setup ?? "npm ci")}
`;
}
