import { expect, test } from "bun:test";
import { installCommand } from "./packages.ts";

test.each([
  ["darwin", [], "brew install git"],
  ["linux", ["apt-get"], "sudo apt-get install git"],
  ["linux", ["dnf"], "sudo dnf install git"],
  ["linux", ["pacman"], "sudo pacman -S git"],
  ["linux", ["apk"], "sudo apk add git"],
  ["linux", [], "install git with the system's package manager"],
] as const)("on %s with %j: %s", (platform, there: readonly string[], command) => {
  const which = (program: string) => (there.includes(program) ? `/usr/bin/${program}` : undefined);
  expect(installCommand({ platform, which }, "git")).toBe(command);
});
