#!/usr/bin/env bun
const argv = process.argv.slice(2);
if (argv[0] === "pty-resize") {
  const { ptyResize } = await import("./terminal/pty-resize.ts");
  process.exitCode = await ptyResize(argv.slice(1));
} else {
  const [{ main }, { cleanEnv, realSystem }] = await Promise.all([import("./cli.ts"), import("./system/real.ts")]);
  process.exitCode = await main(argv, realSystem(cleanEnv(process.env)));
}

export {};
