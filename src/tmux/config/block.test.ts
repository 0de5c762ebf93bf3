import { expect, test } from "bun:test";
import { hasBrokenBlock, renderChange, withBlock, withoutBlock } from "./block.ts";

const lines = ["bind-key b display-message 'b'"];

test.each([
  ["no file", undefined],
  ["an empty file", ""],
  ["a plain file", "set -g mouse on\n"],
  ["no final newline", "set -g mouse on"],
  ["newlines at the end", "set -g mouse on\n\n\n"],
  ["other bytes", "# \xff\xfe\r\nset -g @a '\x01'\r"],
  [
    "a script at the end, as Oh my tmux! has one",
    "set -g mouse on\n\n# # keep\n# EOF\n# f() { :; }\n# nothing below\n",
  ],
  ["a plugin manager at the end", "set -g @plugin 'tmux-plugins/tpm'\nrun '~/.tmux/plugins/tpm/tpm'\n"],
])("%s: installed, installed again and uninstalled it is as it was", (_, text) => {
  const once = withBlock(text, ["something older", ...lines]);
  const twice = withBlock(once, lines);
  expect(withBlock(twice, lines)).toBe(twice);
  expect(twice).toContain(`\n${lines[0]}\n# <<< claude-bottle <<<\n`);
  expect(withoutBlock(once)).toBe(text);
  expect(withoutBlock(twice)).toBe(text);
});

test("nothing is written into a script at the end", () => {
  const script = "# # keep\n# EOF\n# f() { :; }\n";
  expect(withBlock(`set -g mouse on\n${script}`, lines)).toBe(`set -g mouse on\n${withBlock("", lines)}${script}`);
});

test("what the user wrote below our lines stays", () => {
  expect(withoutBlock(`${withBlock("a", lines)}b\n`)).toBe("a\nb\n");
  expect(withoutBlock(`${withBlock(undefined, lines)}b\n`)).toBe("b\n");
  expect(withoutBlock("a\n")).toBe("a\n");
});

test("of marks that are not as they were written it is not guessed what stands between them", () => {
  const whole = withBlock("a\n", lines);
  const [cut, headless] = [whole.replace(/# <<<.*\n/, ""), whole.replace(/# >>>.*\n/, "")];
  const moved = [
    whole.replaceAll("\n", "\r\n"),
    whole.replaceAll("# <<<", "  # <<<"),
    whole.replaceAll("<<<\n", "<<< \n"),
  ];
  for (const text of [cut, headless, `${cut}b\n${whole}`, `${whole}${whole}`, ...moved])
    expect(hasBrokenBlock(text)).toBe(true);
  for (const text of ["", "a\n", whole, `${whole}b\n`, withBlock("a", lines)]) expect(hasBrokenBlock(text)).toBe(false);
});

test("a change is shown by its lines", () => {
  expect(renderChange("f", "a\nb\nc\n", "a\nB\nc\n")).toBe("f, line 2:\n-b\n+B\n");
  expect(renderChange("f", undefined, "a\n")).toBe("f, line 1:\n+a\n");
});
