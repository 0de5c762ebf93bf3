import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { actionNames, actions, bindingLine, ownCommand } from "../../src/tmux/config/bindings.ts";
import { Screen } from "./screen.ts";
import { Home, tool, until } from "./tool.ts";

const podmanPause = /^\d+ \S*podman $/;

export type StageOptions = {
  /** Lines of the server's configuration, after our bindings. */
  readonly conf?: string;
  /** Added to the server's environment; undefined removes. */
  readonly env?: Record<string, string | undefined>;
  readonly columns?: number;
  readonly rows?: number;
  /** Where the session starts; the project without it. */
  readonly cwd?: string;
  /** Where the bindings find the program. */
  readonly program?: readonly string[];
  /** The tmux program. */
  readonly tmux?: string;
  /** Where it is false: without our bindings, and with the home's own configuration in place of ours. */
  readonly bindings?: boolean;
  /** The home's own configuration; none without it. */
  readonly home?: string | undefined;
  /** Further files of the home, all of them executable. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the first pane runs; a shell without it. */
  readonly command?: readonly string[];
  /** Whose server it is, where root tests; the tester's own without it. */
  readonly uid?: number | undefined;
};

/** A real tmux server with a real client on a terminal, in a home of its own. Afterwards no process of it may be left. */
export class Stage implements AsyncDisposable {
  readonly home = new Home();
  readonly socket = `${this.home.directory}/tmux`;
  readonly env: Record<string, string>;
  readonly #cwd: string;
  readonly #tmux: string;
  readonly #command: readonly string[];
  readonly #conf: readonly string[];
  readonly #program: readonly string[];
  readonly #clients: Screen[] = [];
  readonly #uid: number | undefined;

  constructor({
    conf = "",
    env = {},
    columns = 120,
    rows = 40,
    cwd,
    program = tool,
    tmux = "tmux",
    command = [],
    bindings = true,
    home,
    files = {},
    uid,
  }: StageOptions = {}) {
    this.#uid = uid;
    this.#tmux = tmux;
    this.#program = program;
    this.#conf = bindings ? ["-f", `${this.home.directory}/tmux.conf`] : [];
    this.home.program("tmux", `exec '${Bun.which(tmux)}' "$@"`);
    this.#command = command;
    this.env = Object.fromEntries(
      Object.entries({ ...this.home.env, SHELL: "/bin/sh", PS1: "$ ", LANG: "C.UTF-8", ...env }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    this.#cwd = cwd ?? this.home.project;
    mkdirSync(this.#cwd, { recursive: true });
    const bound = bindings ? actionNames.map((action) => bindingLine(program, action, actions[action].key)) : [];
    writeFileSync(`${this.home.directory}/tmux.conf`, `set -g assume-paste-time 0\n${bound.join("\n")}\n${conf}\n`);
    this.agent("ready");
    if (home !== undefined) writeFileSync(`${this.home.directory}/home/.tmux.conf`, home, "latin1");
    for (const [name, text] of Object.entries(files)) {
      const file = `${this.home.directory}/home/${name}`;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { mode: 0o755 });
    }
    this.handOver();
    this.attach({ columns, rows });
  }

  /** All that is in the home so far, to whose it is. */
  protected handOver(): void {
    if (this.#uid === undefined) return;
    chmodSync(this.home.directory, 0o755);
    Bun.spawnSync(["chown", "-R", `${this.#uid}:${this.#uid}`, this.home.directory]);
  }

  get #as(): string[] {
    return this.#uid === undefined ? [] : ["setpriv", `--reuid=${this.#uid}`, `--regid=${this.#uid}`, "--clear-groups"];
  }

  /** The first screen that was attached. */
  get screen(): Screen {
    const [first] = this.#clients;
    if (!first) throw new Error("no client");
    return first;
  }

  /** A further client of the session; the first one starts the server. */
  attach({
    columns = 120,
    rows = 40,
    env = {},
  }: { columns?: number; rows?: number; env?: Record<string, string> } = {}): Screen {
    const client = new Screen(
      [
        ...this.#as,
        this.#tmux,
        "-u",
        "-S",
        this.socket,
        ...this.#conf,
        "new-session",
        "-A",
        "-s",
        "main",
        ...this.#command,
      ],
      { cwd: this.#cwd, env: { ...this.env, ...env }, columns, rows },
    );
    this.#clients.push(client);
    return client;
  }

  /** The user's agent: says where it is and how large its terminal is, after each change as well. */
  agent(word: string, script = "while :; do sleep 0.05; done"): void {
    const file = this.home.program(
      "agent",
      `say() { echo "${word} $(stty size) in $(pwd)"; }\ntrap say WINCH\nsay "$@"\n${script}`,
    );
    this.home.settings(`bottle.backend = "smolvm"\n[agents.claude]\ncommand = "${file}"\n`);
  }

  /** One command line of tmux, from outside. */
  tmux(...words: string[]): string {
    return this.tmuxIn(this.home.directory, ...words);
  }

  /** The same, started in a directory: where a new pane begins. */
  tmuxIn(cwd: string, ...words: string[]): string {
    const { stdout, stderr, exitCode } = Bun.spawnSync([...this.#as, this.#tmux, "-u", "-S", this.socket, ...words], {
      env: { ...this.env, LC_ALL: "C.UTF-8" },
      cwd,
      timeout: 20_000,
    });
    if (exitCode !== 0) throw new Error(`tmux ${words.join(" ")}: ${stderr.toString()}`);
    return stdout.toString().replace(/\n$/, "");
  }

  /** The program as a shell in a pane may call it; a login shell has another PATH than the server. */
  ownProgram(name = "cb"): string {
    const words = this.#program.map((word) => `'${word}'`).join(" ");
    return this.home.program(name, `PATH='${this.env.PATH}' exec ${words} "$@"`);
  }

  /** A further key for a verb of ours. */
  bind(key: string, words: readonly string[]): void {
    const file = `${this.home.directory}/bind.conf`;
    writeFileSync(file, `bind-key ${key} ${ownCommand(this.#program, words)}\n`);
    this.tmux("source-file", file);
  }

  /** As a person does it: the prefix, then the key. */
  press(key: string, { prefix = true, screen = this.screen }: { prefix?: boolean; screen?: Screen } = {}): void {
    if (prefix) screen.press("\x02");
    screen.press(key);
  }

  /** Of every pane of the server. */
  panes(format: string): string[] {
    return this.tmux("list-panes", "-a", "-F", format).split("\n");
  }

  /** The same, and none while the server is about to start. */
  private panesSoFar(format: string): string[] {
    try {
      return this.panes(format);
    } catch {
      return [];
    }
  }

  /** Waits until that many panes are there, and gives their ids. */
  async until(count: number): Promise<string[]> {
    return until(
      () => {
        const ids = this.panesSoFar("#{pane_id}");
        return ids.length === count && ids;
      },
      () =>
        `${count} panes, not ${this.panesSoFar("#{pane_id} #{pane_start_command}").join("\n")}\n${this.screen.text}`,
    );
  }

  /** Waits for a shell's prompt in the pane. */
  async prompt(pane: string): Promise<void> {
    await until(
      () => /[$#] *$/.test(this.tmux("capture-pane", "-p", "-t", pane).trimEnd()),
      () => `a prompt in ${pane}\n${this.screen.text}`,
    );
  }

  /** The program itself, as the stage's user, in the project. */
  protected async own(words: readonly string[]): Promise<void> {
    const { env, project: cwd } = this.home;
    await Bun.spawn([...this.#as, ...this.#program, ...words], { env, cwd, stdout: "ignore", stderr: "ignore" }).exited;
  }

  /** What the ledger knows of sessions: the kind and the pane of each. */
  async sessions(): Promise<string[]> {
    const { env, project: cwd } = this.home;
    const stdout = await new Response(
      Bun.spawn([...this.#as, ...this.#program, "ls", "--json"], { env, cwd }).stdout,
    ).text();
    const bottles = JSON.parse(stdout) as {
      sessions: { kind: string; state: string; pane?: { id: string } }[];
    }[];
    const isOver = (state: string) => state === "ended" || state === "failed";
    return bottles.flatMap(({ sessions }) =>
      sessions.flatMap(({ kind, state, pane }) => (isOver(state) ? [] : [`${kind} ${pane?.id}`])),
    );
  }

  /** The processes of this home, but for the one by which podman without root keeps its user's namespace once it was asked for anything. */
  get left(): string[] {
    return this.#processes.filter((line) => !podmanPause.test(line));
  }

  get #processes(): string[] {
    return this.home.processes().map(({ pid, words }) => `${pid} ${words.join(" ").slice(0, 120)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      Bun.spawnSync([this.#tmux, "-S", this.socket, "kill-server"], { env: this.env, timeout: 20_000 });
      for (const client of this.#clients) await client[Symbol.asyncDispose]();
      await until(
        () => this.left.length === 0,
        () => this.left.join("\n"),
      );
    } finally {
      for (const line of this.#processes) process.kill(Number.parseInt(line), "SIGKILL");
      this.home[Symbol.dispose]();
    }
  }
}
