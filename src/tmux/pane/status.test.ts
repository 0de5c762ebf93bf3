import { expect, test } from "bun:test";
import { renderStatus } from "./status.ts";

const working = (directory: string, sessions = 1) => ({ bottle: "cb-a", directory, sessions });

test.each([
  ["nobody", [], ""],
  ["one", [working("/home/ann/shop")], "shop"],
  ["several sessions", [working("/home/ann/shop", 2), working("/blog")], "shop 2, blog"],
  ["more than there is room for", ["/a", "/b", "/c", "/d", "/e"].map((name) => working(name)), "a, b, c, +2"],
  ["a name that is a style", [working("/#[fg=red]\x1b")], "##[fg=red]\\x1b"],
])("%s", (_, bottles, text) => expect(renderStatus(bottles)).toBe(text));
