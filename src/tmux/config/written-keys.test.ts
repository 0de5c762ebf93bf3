import { expect, test } from "bun:test";
import { writtenKeys } from "./written-keys.ts";

const keysOf = (files: Record<string, string>) =>
  Object.fromEntries(writtenKeys("/home/ann/.tmux.conf", { home: "/home/ann", read: (file) => files[file] }));
const own = (text: string) => keysOf({ "/home/ann/.tmux.conf": text });

test.each([
  ["a key", "bind b set -g status", { b: "set -g status" }],
  ["by the whole verb, with flags and a note", 'bind-key -r -N "my note" e split-window', { e: "split-window" }],
  ["quoted", 'bind \'"\' split-window\nbind "%" x', { '"': "split-window", "%": "x" }],
  ["with a backslash", "bind \\; x", { ";": "x" }],
  ["in the root table", "bind -n M-b x\nbind -T root e x\nbind -T copy-mode-vi P x", {}],
  ["in the prefix table by name", "bind -T prefix B x", { B: "x" }],
  ["over two lines", "bind b \\\n  split-window", { b: "split-window" }],
  ["and taken back", "bind b x\nbind e y\nunbind b", { e: "y" }],
  ["all taken back", "bind b x\nunbind -a", {}],
  ["in a comment", "# bind b x\nset -g @x y # bind e", {}],
  ["several in one line", "bind b x ; bind e y", { b: "x", e: "y" }],
])("a key that a configuration binds: %s", (_, text, expected) => expect(own(text)).toEqual(expected));

test("files that it sources count, and one that sources itself ends", () => {
  const files = {
    "/home/ann/.tmux.conf": "source-file ~/.tmux/a.conf\nsource -q b.conf\nsource ~/.tmux.conf",
    "/home/ann/.tmux/a.conf": "bind b x",
    "/home/ann/b.conf": "bind e y",
  };
  expect(keysOf(files)).toEqual({ b: "x", e: "y" });
});
