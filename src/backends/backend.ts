import type { BottlePlan, Capabilities, SessionPlan, TemplatePlan } from "../plan/plan.ts";
import type { Identity } from "../system/process.ts";
import type { Program } from "../system/system.ts";

/** A quick look tells no version. `reason` is a whole sentence part ("no /dev/kvm"), `hint` the command that mends it. */
export type Probe =
  | { readonly usable: true; readonly version: string | undefined }
  | {
      readonly usable: false;
      readonly reason: string;
      readonly hint: string;
      /** The file in which an earlier start noted it; without that the next one tries anew. */
      readonly notedIn?: string;
    };

/** What the backend itself says of one machine; `owner` is undefined where the machine is not ours. */
export type Machine = {
  readonly name: string;
  readonly state: "running" | "stopped" | "broken";
  readonly owner: { readonly directory: string; readonly uid: number } | undefined;
  /** The host process that is the machine, where there is one. */
  readonly pid: number | undefined;
  /** It holds a copy of the project, of which something may be there alone. */
  readonly copied?: boolean;
};

export type ProbeOptions = { readonly quick?: boolean };

/** `onSeen` gets what the guest says of the directories that it shares (guest/seen.sh), the project first. */
export type StartOptions = StepOptions & { readonly onSeen?: (text: string) => void };

export type StepOptions = { readonly signal?: AbortSignal; readonly detached?: boolean };

/** Something of ours that nobody needs any more. */
export type Leftover = {
  readonly kind: "machine" | "container" | "volume" | "image" | "directory" | "process" | "record" | "link" | "lock";
  readonly name: string;
  readonly why: string;
  /** What is only in it would be lost: `gc --yes` leaves it, and `how` says what takes it. */
  readonly isByHand?: boolean;
  /** What `remove` does, in a line. */
  readonly how: string;
  /** Looks once more whether nobody needs it, and answers false where somebody does. */
  remove(): Promise<boolean>;
};

/** What is to stay: what these bottles need, and what the next one would. `purged`: nothing at all, once those bottles are gone. */
export type Needed = { readonly plans: readonly BottlePlan[]; readonly purged?: readonly string[] };

/** What a backend says of its own readiness, for doctor; `fix` is what to do. */
export type Examined = { readonly id: string; readonly isWell: boolean; readonly what: string; readonly fix?: string };

/** One kind of isolated machine. Every step may be repeated: what is already so is success. */
export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Where a bottle's home is, where it cannot be at the path of the user's own. */
  readonly homeOf?: (bottle: string) => string;
  /** Throws UserError for what else of a new bottle's plan it cannot do. */
  assertSupported?(plan: BottlePlan): void;
  /** What its bottles lack on this machine, in a line, for whoever starts one. */
  caveat?(): string;
  /** Taken only where the user or a manifest asks for it by name. */
  readonly isByName?: true;
  /** How a guest reaches the host's loopback. */
  readonly loopbackAddress: string;
  /** `quick`: without a call of the backend where a look will do. */
  probe(options?: ProbeOptions): Promise<Probe>;
  /** Sees to a program that sessions are to run, where they see the host's: once for all bottles. */
  provide?(program: string, options?: StepOptions): Promise<void>;
  /** Throws UserError where `provide` would have to fail. */
  assertProvidable?(program: string): void;
  /** Builds the template and pushes it to a registry, for backends that take their images from there. */
  pushTemplate?(template: TemplatePlan, reference: string, options?: StepOptions): Promise<void>;
  /** Whether such a bottle could be had, beyond what `probe` tells; asks and makes nothing. */
  examine?(plan: BottlePlan): Promise<readonly Examined[]>;
  /** Undefined when there is no machine of that name. */
  find(name: string): Promise<Machine | undefined>;
  list(): Promise<Machine[]>;
  /** Whether the engine that would answer now is the one that the bottle was made on: no other can say that the bottle is gone. */
  isOwnEngine?(plan: BottlePlan): Promise<boolean>;
  /** What is there besides bottles, and belongs to none. Throws UserError where the backend does not answer. */
  leftovers?(needed: Needed): Promise<Leftover[]>;
  /** Bytes on disk that are each bottle's alone, by its name: what would be free without it. May take a second for each. */
  diskUse?(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The plan with what only the backend can say, before the bottle is made; gets what the bottle is made from. */
  readonly resolve?: (plan: BottlePlan, options?: StepOptions) => Promise<BottlePlan>;
  /** What `resolve` gives where all that it needs is there; for --dry-run, which only asks. */
  foresee?(plan: BottlePlan): Promise<BottlePlan>;
  /** A failure part-way leaves nothing behind. */
  create(plan: BottlePlan, options?: StepOptions): Promise<void>;
  /** Boots the machine and makes the user, the home and the project's path in it; returns its host process, if any. */
  start(plan: BottlePlan, options?: StartOptions): Promise<number | undefined>;
  /** Holds a bottle that runs to another list of hosts: `plan` in place of `made`, from which it differs in the network alone. */
  setNetwork?(plan: BottlePlan, made: BottlePlan, options?: StepOptions): Promise<void>;
  /** What the bottle wanted to reach and may not, oldest first; `at` by ISO 8601. */
  denied?(name: string): Promise<{ readonly at: string; readonly target: string }[]>;
  /**
   * What the bottle holds besides its image and what it shares with the host, by its path in the bottle; undefined where only
   * a start could tell and `mayStart` is not set. What nobody would miss may be left out.
   */
  inside?(
    plan: BottlePlan,
    options?: StepOptions & { readonly mayStart?: boolean },
  ): Promise<readonly string[] | undefined>;
  /** Keeps Claude's conversations on this machine, where they would be lost with the bottle's place; a new place gets them. */
  keep?(plan: BottlePlan): Promise<void>;
  stop(name: string, options?: StepOptions): Promise<void>;
  remove(name: string, options?: StepOptions): Promise<void>;
  /**
   * Whether a bottle that we made ready is so still, at next to no cost: every warm start waits for it.
   * `machine` is the host process that the bottle ran as then.
   */
  isReady(plan: BottlePlan, machine: Identity | undefined): Promise<boolean>;
  /** What runs a session's command on the caller's terminal, or on its stdin, stdout and stderr; no secret is in its argv. */
  attach(plan: BottlePlan, session: SessionPlan): Program;
  /**
   * Where on this machine the bottle's ~/.claude is, as far as its `sessions`, `jobs` and `claude-bottle`; the bottle writes there while
   * we read. Undefined where a command in the bottle has to tell.
   */
  claudeDirectory?(plan: BottlePlan): string | undefined;
  /** Brings the values of the session's secrets into the bottle, where `attach` cannot. Throws UserError. */
  deliver?(plan: BottlePlan, session: SessionPlan): Promise<void>;
  /** Says what became of a session whose client may have lost it; false where the command has come to its end with `code`. */
  explainLoss?(plan: BottlePlan, session: string, code: number): Promise<boolean>;
  /** Before a short command of ours that runs beside a session, as its user; undefined where the terminal is the caller's own: there fd 3 tells it that we end. */
  controlArgv(plan: BottlePlan, session: SessionPlan): readonly string[] | undefined;
  /** Ends what is left of a session that a signal has ended, where it can outlive the process that held it. */
  endSession?(session: string): Promise<void>;
  /** What `setNetwork` would run, for --dry-run. */
  explainNetwork?(plan: BottlePlan, made: BottlePlan): string[][];
  /** What the steps would run, for --dry-run. `isUp`: the bottle will be running by then. */
  explain(
    plan: BottlePlan,
    options?: { readonly isUp?: boolean },
  ): Record<"create" | "start" | "stop" | "remove", string[][]>;
}
