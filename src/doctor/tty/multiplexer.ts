import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import type { System } from "../../system/system.ts";
import { Tmux } from "../../tmux/tmux.ts";
import type { Row } from "./row.ts";

type Swallowed = {
  readonly id: string;
  readonly what: string;
  readonly option: string;
  readonly passes: (value: string) => boolean;
  /** The feature of the outer terminal that the option needs. */
  readonly feature?: string;
};

const isOn = (value: string) => value !== "off";

/** What programs send or a person types and tmux does not pass on by default. */
const swallowed: readonly Swallowed[] = [
  {
    id: "tmux.clipboard",
    what: "tmux passes on copies (OSC 52)",
    option: "set-clipboard",
    passes: (value) => value === "on",
    feature: "clipboard",
  },
  { id: "tmux.passthrough", what: "tmux passes on notifications", option: "allow-passthrough", passes: isOn },
  {
    id: "tmux.keys",
    what: "tmux passes on extended keys",
    option: "extended-keys",
    passes: isOn,
    feature: "extkeys",
  },
  { id: "tmux.focus", what: "tmux passes on focus events", option: "focus-events", passes: isOn, feature: "focus" },
  {
    id: "tmux.escape",
    what: "tmux waits after Escape (ms)",
    option: "escape-time",
    passes: (value) => Number(value) <= 50,
  },
];

/** No rows outside tmux. */
export async function multiplexerRows(system: System): Promise<Row[]> {
  const tmux = connect(system);
  if (!tmux) return [];
  const fields = ["client_termname", "client_termfeatures", ...swallowed.map(({ option }) => option)];
  const format = fields.map((field) => `#{${field}}`).join("\t");
  const [name = "", list = "", ...values] = (await tmux.run(["display-message", "-p", format]))
    .replace(/\n$/, "")
    .split("\t");
  const features = list.split(",");
  return [
    { id: "tmux.client", what: "the terminal that tmux is on", result: printable(name), verdict: "good" },
    rowOf("tmux.colours", "tmux passes on 24-bit colours", features.includes("RGB") || "without the feature RGB"),
    ...swallowed.map((one, index) => toldBy(one, values[index] ?? "", features)),
  ];
}

function connect(system: System): Tmux | undefined {
  try {
    return Tmux.connect(system);
  } catch (error) {
    // tmux is not installed.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function toldBy({ id, what, option, passes, feature }: Swallowed, told: string, features: readonly string[]): Row {
  // tmux prints nothing for an option that it does not have. A switch prints a number.
  if (told === "") return { id, what, result: `this tmux has no ${option}`, verdict: "unknown" };
  const value = option === "escape-time" ? told : told.replace(/^1$/, "on").replace(/^0$/, "off");
  if (!passes(value)) return rowOf(id, what, `${option} ${value}`);
  if (feature !== undefined && !features.includes(feature)) return rowOf(id, what, `without the feature ${feature}`);
  return { id, what, result: `${option} ${value}`, verdict: "good" };
}

/** `true`, or why it does not pass. */
const rowOf = (id: string, what: string, passes: true | string): Row =>
  passes === true
    ? { id, what, result: "yes", verdict: "good" }
    : { id, what, result: `no: ${passes}`, verdict: "lacks" };
