#!/usr/bin/env node
// Becomes the claude-bottle of the package that npm chose for this machine.
"use strict";
const { spawn } = require("node:child_process");

const isMusl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
const target = `${process.platform}-${process.arch}${isMusl ? "-musl" : ""}`;

let program;
try {
  program = require.resolve(`claude-bottle-${target}/bin/claude-bottle`);
} catch {
  console.error(
    `claude-bottle: the package claude-bottle-${target} is not installed\n  npm install claude-bottle brings it, with optional dependencies on, where there is a build for ${target}`,
  );
  process.exit(1);
}

const words = process.argv.slice(2);
// No process of node's stays between the terminal and the program, where node can do that.
if (process.execve) process.execve(program, ["claude-bottle", ...words], process.env);
const child = spawn(program, words, { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGQUIT"]) process.on(signal, () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`claude-bottle: cannot start "${program}": ${error.message}`);
  process.exit(126);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (require("node:os").constants.signals[signal] ?? 0)));
