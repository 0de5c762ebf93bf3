/** Hosts by the service that they belong to, for `network.presets`. */
export const presets = {
  github: ["github.com", "api.github.com", "codeload.github.com", "*.githubusercontent.com", "ghcr.io"],
  gitlab: ["gitlab.com", "registry.gitlab.com"],
  bitbucket: ["bitbucket.org", "api.bitbucket.org"],
  npm: ["registry.npmjs.org", "registry.yarnpkg.com", "nodejs.org"],
  pypi: ["pypi.org", "files.pythonhosted.org"],
  crates: ["crates.io", "index.crates.io", "static.crates.io", "static.rust-lang.org"],
  go: ["proxy.golang.org", "sum.golang.org", "go.dev", "dl.google.com"],
  rubygems: ["rubygems.org", "index.rubygems.org"],
  maven: ["repo.maven.apache.org", "repo1.maven.org", "plugins.gradle.org", "services.gradle.org"],
  debian: ["deb.debian.org", "security.debian.org"],
  ubuntu: ["archive.ubuntu.com", "security.ubuntu.com", "ports.ubuntu.com"],
  alpine: ["dl-cdn.alpinelinux.org"],
} as const satisfies Record<string, readonly string[]>;

export type Preset = keyof typeof presets;
export const presetNames = Object.keys(presets) as Preset[];

const known = new Set<string>(Object.values(presets).flat());
export const isPresetHost = (host: string): boolean => known.has(host);
