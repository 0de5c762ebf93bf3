type Repeated = {
  readonly argv: readonly string[];
  readonly seconds: number;
};

/** Runs one of our programs repeatedly and silently beside a session, one at a time. Returns a function that ends this. */
export function repeat({ argv, seconds }: Repeated, env: NodeJS.ProcessEnv): () => Promise<void> {
  let child: Bun.Subprocess | undefined;
  const run = () => {
    if (child && child.exitCode === null && child.signalCode === null) return;
    // Outside the terminal's process group, because Ctrl-C is for the session.
    child = Bun.spawn([...argv], { stdio: ["ignore", "ignore", "ignore"], env, detached: true });
  };
  const timer = setInterval(run, seconds * 1000);
  return async () => {
    clearInterval(timer);
    child?.kill("SIGTERM");
    await child?.exited;
  };
}
