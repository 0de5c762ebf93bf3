/** Our own exit statuses. Otherwise it is the command's status, or 128+n if a signal ended it. */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  bug: 70,
  notRunnable: 126,
  notFound: 127,
  cancelled: 130,
} as const;

/** A failure that the user can act on. Any other error is a bug. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** The next command to type. */
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: { hint?: string | undefined; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCode.failed;
  }
}

/** The command line is wrong. Without a hint, the command's help is the hint. */
export const usageError = (message: string, hint?: string): UserError =>
  new UserError(message, { exitCode: exitCode.usage, hint });

/** A backend that looked usable is not; the next one may be. */
export class Unusable extends UserError {}

/** INT, TERM or HUP arrived. Not a UserError, so that code which handles those and continues does not catch it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  readonly exitCode: number;

  constructor(exitCode: number) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}
