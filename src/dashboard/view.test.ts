import { expect, test } from "bun:test";
import type { Session } from "../activity/sessions.ts";
import { firstScreen, type Screen } from "./press.ts";
import { type BottleFacts, rowsOf, type World } from "./rows.ts";
import { plainText, type Scene, view } from "./view.ts";

const now = 1_000_000_000;
const bottle = (name: string): BottleFacts => ({
  name: `cb-${name}-01`, directory: `/work/${name}`, givenName: undefined, backend: "podman", network: "allowlist",
  state: "stopped", lastUsedAt: now - 3_600_000, size: undefined, conversations: undefined,
}); // prettier-ignore
const session: Session = {
  id: "1", bottle: "cb-shop-01", directory: "/work/shop", kind: "agent", isBackground: false, startedAt: now - 300_000,
  state: "waiting", waitingFor: "question", since: now - 240_000, source: "record", detail: "Keep the old endpoint, or drop it?",
}; // prettier-ignore
const world: World = {
  now,
  bottles: [bottle("shop"), bottle("blog")],
  sessions: [session],
  denied: new Map([["cb-shop-01", [{ target: "registry.example.org:443", times: 3, last: "" }]]]),
  changes: new Map([["/work/shop", { added: 212, removed: 40 }]]),
  usage: new Map([["cb-shop-01", { cpu: 0.41, memory: 1_100_000_000 }]]),
};
const scene = (part: Partial<Scene> = {}, screen: Partial<Screen> = {}, of: World = world): Scene => ({
  world: of, rows: rowsOf(of, new Map(), ""), screen: { ...firstScreen, ...screen }, place: "pane", preview: ["> _"], hasColour: false, ...part,
}); // prettier-ignore
const lines = (of: Scene, columns: number, rows: number) => view(of, { rows, columns }).lines;

test("the whole screen", () => {
  expect(lines(scene(), 90, 12).map((line) => line.trimEnd())).toEqual([
    " 2 bottles · 1 waiting · 1 host denied                                      claude-bottle",
    " WAITING",
    " › shop      question      4m  Keep the old endpoint, or drop it?              +212    -40",
    " QUIET",
    "   blog      stopped       1h",
    "",
    "",
    "",
    "── shop · podman · allowlist · 41 % cpu · 1.1 GB ─────────────────────────────────────────",
    " > _",
    " denied: registry.example.org:443, 3 times   a once  A project  ! never",
    " enter go  space peek  r reply  o bring  d diff  s shell  n new  x stop  W next  ? all",
  ]);
});

test("the keys that fit, and the way to all of them", () => {
  expect(lines(scene(), 40, 8).at(-1)?.trimEnd()).toBe(" enter go  space peek  r reply  ? all");
  expect(lines(scene({}, { mode: { kind: "keys" } }), 40, 30).map((line) => line.trimEnd())).toContain(
    " q leave; nothing ends",
  );
});

test("every line is as wide as the screen, whatever its size", () => {
  const wide = { ...world, sessions: [{ ...session, detail: "日本語のとても長い質問です".repeat(20) }] };
  for (const hasColour of [false, true])
    for (const [columns, rows] of [[40, 8], [41, 24], [1, 1], [20, 3], [80, 24], [200, 60]] as const) {
      const drawn = lines(scene({ hasColour }, {}, wide), columns, rows);
      expect(drawn.length).toBeLessThanOrEqual(rows);
      expect(drawn.filter((line) => Bun.stringWidth(line) !== columns)).toEqual([]);
    }
}); // prettier-ignore

test("the selected row stays in sight among two hundred", () => {
  const many = { ...world, sessions: [], bottles: Array.from({ length: 200 }, (_, at) => bottle(`p${String(at).padStart(3, "0")}`)) };
  const { lines: drawn, rowsAt } = view(scene({}, { selected: "cb-p150-01", peek: false }, many), { rows: 10, columns: 60 });
  expect(drawn.some((line) => line.includes("› p150"))).toBe(true);
  const at = drawn.findIndex((line) => line.includes("› p150"));
  expect(rowsAt[at]?.key).toBe("cb-p150-01");
}); // prettier-ignore

test("no escape code of a guest reaches the screen", () => {
  const hostile = { ...world, sessions: [{ ...session, detail: "\x1b[2J\x1b]0;x\x07\n\rboo" }] };
  expect(lines(scene({}, {}, hostile), 120, 20).join("")).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
});

test("what was typed is shown before it is sent", () => {
  const [row] = rowsOf(world, new Map(), "");
  if (!row) throw new Error("no row");
  const mode = { kind: "reply", row, text: "drop it" } as const;
  expect(lines(scene({}, { mode }), 80, 12).at(-1)).toContain(" choice for shop: drop it   enter send  esc cancel");
});

test("plain text for scripts and screen readers", () => {
  expect(plainText(world, rowsOf(world, new Map(), ""))).toBe(`2 bottles · 1 waiting · 1 host denied
WAITING
  shop  question  4m  Keep the old endpoint, or drop it?  +212 -40
QUIET
  blog  stopped  1h
`);
});
