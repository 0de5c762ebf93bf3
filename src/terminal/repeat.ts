type Repeated = {
  readonly argv: readonly string[];
  readonly seconds: number;
};

/** Runs a program of ours beside a session, again and again, one at a time and without a word. Returns what ends that. */
export function repeat({ argv, seconds }: Repeated, env: NodeJS.ProcessEnv): () => Promise<void> {
  let child: Bun.Subprocess | undefined;
  const run = () => {
    if (child && child.exitCode === null && child.signalCode === null) return;
    // Out of the terminal's group: Ctrl-C is the session's.
    child = Bun.spawn([...argv], { stdio: ["ignore", "ignore", "ignore"], env, detached: true });
  };
  const timer = setInterval(run, seconds * 1000);
  return async () => {
    clearInterval(timer);
    child?.kill("SIGTERM");
    await child?.exited;
  };
}
