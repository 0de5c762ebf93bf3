#!/usr/bin/env bun
import type { System } from "./system/system.ts";

// A process that became another command of ours (System.become) reads it from this variable: its argv stays what a person typed, for ps and tmux-
// resurrect. The value starts with the process's own pid; anything else in the variable is ignored.
const { _CLAUDE_BOTTLE_WORDS: word } = process.env;
delete process.env._CLAUDE_BOTTLE_WORDS;
const mark = `${process.pid} `;
const argv: readonly string[] = word?.startsWith(mark) ? JSON.parse(word.slice(mark.length)) : process.argv.slice(2);
if (argv[0] === "pty-resize") {
  const { ptyResize } = await import("./terminal/pty-resize.ts");
  const { code, session, isDoubtful, own } = await ptyResize(argv.slice(1));
  process.exitCode = code;
  if (session !== undefined) {
    const [{ noteEnd }, { cleanEnv }, { realSystem }] = await Promise.all([
      import("./session/end.ts"),
      import("./system/environment.ts"),
      import("./system/real.ts"),
    ]);
    const end = { code, ...(isDoubtful && { isDoubtful }) };
    process.exitCode = await noteEnd(realSystem(cleanEnv({ ...process.env, ...own })), session, end);
  }
} else if (argv[0] === "sync-session") {
  const [{ syncSession }, { cleanEnv }, { realSystem }] = await Promise.all([
    import("./session/sync-session.ts"),
    import("./system/environment.ts"),
    import("./system/real.ts"),
  ]);
  await syncSession(realSystem(cleanEnv(process.env)), argv[1] ?? "");
} else if (argv[0] === "confine") {
  const { confine } = await import("./backends/landlock/confine.ts");
  process.exitCode = confine(argv.slice(1), (command, env) =>
    process.execve?.(command[0] ?? "", [...command], { ...process.env, ...env } as Record<string, string>),
  );
} else if (argv[0] === "enter" || argv[0] === "proxy") {
  const code = await inBottle(argv[0], argv.slice(1));
  // Otherwise its servers would keep the proxy of a stopped bottle alive.
  process.exit(code);
} else if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  const { version } = await import("./version.ts");
  console.log(`claude-bottle ${version}`);
} else if (isPlain("exec", "--") && argv.length > 2) {
  // exec runs in loops. Without options there is nothing to parse, so most modules need not be loaded.
  await plainly("exec", async (system) =>
    (await import("./session/exec.ts")).execIn(system, { command: argv.slice(2) }),
  );
} else if (isPlain("tmux", "status") && argv.length === 2) {
  // tmux calls it every few seconds.
  await plainly("tmux status", async (system) => {
    await (await import("./tmux/pane/status-line.ts")).printStatus(system);
    return 0;
  });
} else {
  const [{ main }, system] = await Promise.all([import("./cli/cli.ts"), systemHere()]);
  process.exitCode = await main(argv, system);
}

/** Whether the command line starts with these words and has the default level of messages. */
function isPlain(...words: readonly string[]): boolean {
  return words.every((word, at) => argv[at] === word) && process.env.CONSOLA_LEVEL === undefined;
}

/** Does the same as the command line for this command, without loading its modules. */
async function plainly(command: string, run: (system: System) => Promise<number>): Promise<void> {
  const system = await systemHere();
  try {
    process.exitCode = await run(system);
  } catch (error) {
    const { renderError } = await import("./ui/render-error.ts");
    process.exitCode = renderError(system, error, `claude-bottle ${command} --help`);
  }
}

async function systemHere(): Promise<System> {
  const [{ cleanEnv }, { realSystem }] = await Promise.all([
    import("./system/environment.ts"),
    import("./system/real.ts"),
  ]);
  return realSystem(cleanEnv(process.env));
}

/** Programs that only we start: a session's entry into a bottle, and the bottle's proxy. */
async function inBottle(word: "enter" | "proxy", words: readonly string[]): Promise<number> {
  try {
    if (word === "proxy") return await (await import("./proxy/proxy.ts")).proxy(words, process.env);
    const self = Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
    return (await import("./namespaces/enter.ts")).enter(words, process.env, self);
  } catch (error) {
    const [{ renderError }, { cleanEnv }, { realSystem }] = await Promise.all([
      import("./ui/render-error.ts"),
      import("./system/environment.ts"),
      import("./system/real.ts"),
    ]);
    return renderError(realSystem(cleanEnv(process.env)), error, "");
  }
}

export {};
