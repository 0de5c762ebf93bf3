#!/usr/bin/env bun
const argv = process.argv.slice(2);
if (argv[0] === "pty-resize") {
  const { ptyResize } = await import("./terminal/pty-resize.ts");
  process.exitCode = await ptyResize(argv.slice(1));
} else if (argv.length === 1 && argv[0] === "--version") {
  const { version } = await import("./version.ts");
  console.log(`claude-bottle ${version}`);
} else {
  const [{ main }, { cleanEnv, realSystem }] = await Promise.all([import("./cli.ts"), import("./system/real.ts")]);
  process.exitCode = await main(argv, realSystem(cleanEnv(process.env)));
}

export {};
