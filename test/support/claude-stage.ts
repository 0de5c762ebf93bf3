import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { whyNoBubblewrap } from "./bubblewrap.ts";
import { realClaude, whyNoClaude } from "./claude/claude.ts";
import { startStubApi } from "./claude/stub-api.ts";
import { Stage, type StageOptions } from "./tmux.ts";

/** Why there is no such stage here, in one line. */
export function whyNoClaudeStage(): string | undefined {
  if (!Bun.which("tmux")) return "tmux is not installed";
  return whyNoBubblewrap ?? whyNoClaude();
}

/**
 * A stage whose bottles are of the real bubblewrap, each call of it noted, and whose agent is the real Claude Code, against
 * a stand-in for its API on the loopback.
 */
export class ClaudeStage extends Stage {
  readonly #api: ReturnType<typeof startStubApi>;
  readonly #log: string;

  static async open(options: StageOptions = {}): Promise<ClaudeStage> {
    const [claude, api] = [await realClaude(), startStubApi({ marker: "STUB" })];
    const env = { ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: "sk-ant-api03-offline-0123456789-abcdefghij" };
    return new ClaudeStage({ ...options, env: { ...env, ...options.env } }, claude, api);
  }

  private constructor(options: StageOptions, claude: string, api: ReturnType<typeof startStubApi>) {
    super(options);
    this.#api = api;
    this.home.manifest("");
    this.home.settings('[bottle]\nbackend = "bubblewrap"\n');
    symlinkSync(claude, `${this.home.bin}/claude`);
    this.#log = `${this.home.directory}/bwrap-calls`;
    this.home.program("bwrap", `echo call >>'${this.#log}'; exec /usr/bin/bwrap "$@"`);
    this.handOver();
  }

  /** How often bubblewrap was called. */
  get calls(): number {
    return existsSync(this.#log) ? readFileSync(this.#log, "utf8").split("\n").length - 1 : 0;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    try {
      // A bottle lives until it is stopped.
      await this.own(["stop", "--force"]);
      await super[Symbol.asyncDispose]();
    } finally {
      await this.#api.stop();
    }
  }
}
