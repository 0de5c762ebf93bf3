import { expect, test } from "bun:test";
import { addHost } from "./edit.ts";

const add = (text: string) => addHost({ kind: "project", file: "bottle.toml", directory: "/p", text }, "x.example", []);

test.each<[string, string, string | undefined]>([
  ["an empty file", "", '[network]\nhosts = ["x.example"]\n'],
  ["no network", "[bottle]\ncpus = 2", '[bottle]\ncpus = 2\n\n[network]\nhosts = ["x.example"]\n'],
  [
    "a network without hosts",
    '[network] # mine\nmode = "list"\n',
    '[network] # mine\nhosts = ["x.example"]\nmode = "list"\n',
  ],
  ["hosts", '[network]\nhosts = ["a.example"] # a\n', '[network]\nhosts = ["x.example", "a.example"] # a\n'],
  [
    "hosts on lines of their own",
    '[network]\nhosts = [\n  "a.example", # a\n]\n',
    '[network]\nhosts = ["x.example", \n  "a.example", # a\n]\n',
  ],
  ["no hosts yet", "[network]\nhosts = []\n", '[network]\nhosts = ["x.example"]\n'],
  ["a dotted key", 'network.hosts = ["a.example"]\n', 'network.hosts = ["x.example", "a.example"]\n'],
  ["an inline table", 'network = { hosts = ["a.example"] }\n', 'network = { hosts = ["x.example", "a.example"] }\n'],
  ["an inline table without hosts", 'network = { mode = "list" }\n', undefined],
  ["a dotted key of another kind", 'network.mode = "list"\n', undefined],
])("%s", (_, text, expected) => expect(add(text)).toBe(expected));
