import type { BottlePlan, Capabilities, SessionPlan, TemplatePlan } from "../plan/plan.ts";
import type { Identity } from "../system/process.ts";
import type { Program } from "../system/system.ts";

/** A quick probe returns no version. `reason` is part of a sentence ("no /dev/kvm"); `hint` is the command that fixes it. */
export type Probe =
  | { readonly usable: true; readonly version: string | undefined }
  | {
      readonly usable: false;
      readonly reason: string;
      readonly hint: string;
      /** The file in which an earlier start noted the failure. Without that file the next start tries again. */
      readonly notedIn?: string;
    };

/** What the backend reports about one machine. `owner` is undefined if the machine is not ours. */
export type Machine = {
  readonly name: string;
  readonly state: "running" | "paused" | "stopped" | "broken";
  readonly owner: { readonly directory: string; readonly uid: number } | undefined;
  /** The machine's process on the host, if it has one. */
  readonly pid: number | undefined;
  /** It holds a copy of the project, and some changes may exist only there. */
  readonly copied?: boolean;
};

export type ProbeOptions = { readonly quick?: boolean };

/** `onSeen` gets the guest's report on its shared directories (guest/seen.sh), the project first. */
export type StartOptions = StepOptions & IsNew & { readonly onSeen?: (text: string) => void };

/** The bottle has just been created, and the backend may have started it already. */
type IsNew = { readonly isNew?: boolean };

export type StepOptions = { readonly signal?: AbortSignal; readonly detached?: boolean };

/** Something that we created and that is no longer needed. */
export type Leftover = {
  readonly kind: "machine" | "container" | "volume" | "image" | "directory" | "process" | "record" | "link" | "lock";
  readonly name: string;
  readonly why: string;
  /** Removing it would lose data: `gc --yes` leaves it, and `how` says what removes it. */
  readonly isByHand?: boolean;
  /** What `remove` does, in one line. */
  readonly how: string;
  /** Checks again that it is not needed, and returns false if it is. */
  remove(): Promise<boolean>;
};

/** What must stay: what these bottles need, and what the next one would. `purged`: these bottles are gone, and nothing stays. */
export type Needed = { readonly plans: readonly BottlePlan[]; readonly purged?: readonly string[] };

/** One of the backend's own checks, for doctor. `fix` says what to do. */
export type Examined = { readonly id: string; readonly isWell: boolean; readonly what: string; readonly fix?: string };

/** One kind of isolated machine. Every step may be repeated: if there is nothing to do, it succeeds. */
export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** The home in the bottle, if it cannot have the path of the user's own. */
  readonly homeOf?: (bottle: string) => string;
  /** Throws UserError for anything else in a new bottle's plan that it cannot do. */
  assertSupported?(plan: BottlePlan): void;
  /** What its bottles lack on this machine, in one line, for the user who starts one. */
  caveat?(): string;
  /** Used only if the user or a manifest names it. */
  readonly isByName?: true;
  /** The address of the host's loopback for a guest. */
  readonly loopbackAddress: string;
  /** `quick`: avoid calling the backend if files tell enough. */
  probe(options?: ProbeOptions): Promise<Probe>;
  /** Installs a program for sessions, once for all bottles, if sessions use the host's programs. */
  provide?(program: string, options?: StepOptions): Promise<void>;
  /** Throws UserError if `provide` would have to fail. */
  assertProvidable?(program: string): void;
  /** Builds the template and pushes it to a registry, for backends that pull their images from one. */
  pushTemplate?(template: TemplatePlan, reference: string, options?: StepOptions): Promise<void>;
  /** Checks whether such a bottle could be created, beyond what `probe` tells. Changes nothing. */
  examine?(plan: BottlePlan): Promise<readonly Examined[]>;
  /** Undefined if there is no machine of that name. */
  find(name: string): Promise<Machine | undefined>;
  list(): Promise<Machine[]>;
  /** Whether the engine that answers now is the one on which the bottle was created. No other engine can tell that the bottle is gone. */
  isOwnEngine?(plan: BottlePlan): Promise<boolean>;
  /** What exists besides bottles and belongs to none. Throws UserError if the backend does not answer. */
  leftovers?(needed: Needed): Promise<Leftover[]>;
  /** The bytes on disk that removing each bottle would free, by its name. May take a second for each. */
  diskUse?(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The plan with what only the backend knows, before the bottle is created. Fetches what the bottle is created from. */
  readonly resolve?: (plan: BottlePlan, options?: StepOptions) => Promise<BottlePlan>;
  /** What `resolve` would return, or undefined if something must be fetched first. Changes nothing, for --dry-run too. */
  foresee?(plan: BottlePlan): Promise<BottlePlan | undefined>;
  /** A failure leaves nothing behind. */
  create(plan: BottlePlan, options?: StepOptions): Promise<void>;
  /** Boots the machine, and creates the user, the home and the project's path in it. Returns its process on the host, if any. */
  start(plan: BottlePlan, options?: StartOptions): Promise<number | undefined>;
  /** Applies another list of hosts to a running bottle. `plan` replaces `made`, and differs only in the network. */
  setNetwork?(plan: BottlePlan, made: BottlePlan, options?: StepOptions): Promise<void>;
  /** What the bottle was denied, oldest first. `at` is in ISO 8601. */
  denied?(name: string): Promise<{ readonly at: string; readonly target: string }[]>;
  /** `denied` reads a file on this machine and starts no program. */
  readonly deniesHere?: boolean;
  /**
   * The paths in the bottle that are neither in its image nor shared with the host; undefined if only a start could tell and `mayStart` is not set.
   * Files that are worth nothing may be left out.
   */
  inside?(
    plan: BottlePlan,
    options?: StepOptions & { readonly mayStart?: boolean },
  ): Promise<readonly string[] | undefined>;
  /** Saves Claude's conversations on the host if they would be lost with the bottle's machine; a new machine gets them. */
  keep?(plan: BottlePlan): Promise<void>;
  /** The number of the bottle's processes, if no command in the bottle can see those of its sessions. */
  countProcesses?(name: string): number;
  stop(name: string, options?: StepOptions): Promise<void>;
  remove(name: string, options?: StepOptions): Promise<void>;
  /**
   * Whether a bottle that we made ready still is, at next to no cost: every warm start waits for it. `machine` is the bottle's process on the host at
   * that time.
   */
  isReady(plan: BottlePlan, machine: Identity | undefined): Promise<boolean>;
  /** The program that runs a session's command on the caller's terminal, or on its stdin, stdout and stderr. No secret is in its argv. */
  attach(plan: BottlePlan, session: SessionPlan): Program;
  /**
   * The host path of the bottle's ~/.claude, as far as `sessions`, `jobs` and `claude-bottle` are concerned. The bottle writes there while we read.
   * Undefined if only a command in the bottle can tell.
   */
  claudeDirectory?(plan: BottlePlan): string | undefined;
  /** Brings the values of the session's secrets into the bottle if `attach` cannot. Throws UserError. */
  deliver?(plan: BottlePlan, session: SessionPlan): Promise<void>;
  /** Statuses with which its client reports that it could not start a command. A command may return them too. */
  readonly failures?: readonly number[];
  /** Explains what became of a session whose client may have lost it. False if the command ended with `code`. */
  explainLoss?(plan: BottlePlan, session: string, code: number): Promise<boolean>;
  /**
   * Prefix of a short command of ours beside a session, run as its user. Undefined if the terminal is the caller's own, where fd 3 shows that we end.
   */
  controlArgv(plan: BottlePlan, session: SessionPlan): readonly string[] | undefined;
  /** Ends what remains of a session that a signal ended, if it can outlive the process that ran it. */
  endSession?(session: string): Promise<void>;
  /** The commands of `setNetwork`, for --dry-run. */
  explainNetwork?(plan: BottlePlan, made: BottlePlan): string[][];
  /** The commands of the steps, for --dry-run. `isUp`: the bottle will be running by then. */
  explain(
    plan: BottlePlan,
    options?: IsNew & { readonly isUp?: boolean },
  ): Record<"create" | "start" | "stop" | "remove", string[][]>;
}
