import { archiveName, type Target } from "./targets.ts";

/** `sums`: SHA-256 of each archive. Homebrew's own Linux is glibc. */
export function homebrewFormula({
  version,
  baseUrl,
  sums,
}: {
  version: string;
  baseUrl: string;
  sums: Readonly<Partial<Record<Target, string>>>;
}): string {
  const place = (cpu: string, target: Target) =>
    sums[target] === undefined
      ? []
      : [
          `    ${cpu} do`,
          `      url "${baseUrl}/download/v${version}/${archiveName(version, target)}"`,
          `      sha256 "${sums[target]}"`,
          "    end",
        ];
  const system = (name: string, ...places: string[][]) =>
    places.flat().length === 0 ? [] : [`  ${name} do`, ...places.flat(), "  end", ""];
  return `${[
    "class ClaudeBottle < Formula",
    '  desc "Open Claude Code inside its own isolated machine, from any directory"',
    `  homepage "${baseUrl}"`,
    `  version "${version}"`,
    '  license "MIT"',
    "",
    ...system("on_macos", place("on_arm", "darwin-arm64"), place("on_intel", "darwin-x64")),
    ...system("on_linux", place("on_arm", "linux-arm64"), place("on_intel", "linux-x64")),
    "  def install",
    '    bin.install "claude-bottle"',
    '    man1.install "claude-bottle.1"',
    '    generate_completions_from_executable(bin/"claude-bottle", "completions")',
    "  end",
    "",
    "  test do",
    `    assert_equal "claude-bottle #{version}", shell_output("#{bin}/claude-bottle --version").strip`,
    "  end",
    "end",
  ].join("\n")}\n`;
}
