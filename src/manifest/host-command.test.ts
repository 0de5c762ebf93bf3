import { expect, test } from "bun:test";
import { namesOf, withNames } from "./host-command.ts";

test.each([
  [["sh", "setup"], ["setup"], []],
  [["sh", "./setup.sh", "in.txt"], ["./setup.sh"], ["in.txt"]],
  [["/p/run", "up"], ["/p/run"], []],
  [["docker", "compose", "--file=compose.yml", "up"], ["compose.yml"], []],
  [["docker", "compose", "-f", "compose.yml", "up"], ["compose.yml"], []],
  [["touch", "./mark"], [], ["./mark"]],
  [["make", "test"], [], []],
  [["sh", "-c", "./setup.sh x && . './lib.sh' >>./log; echo a >told"], ["./setup.sh", "./lib.sh"], []],
])("%j reads %j, and names %j", (command, read, other) => {
  const found = namesOf(command);
  expect(found.read.filter((name) => !/[ >]/.test(name))).toEqual(read);
  expect(found.other).toEqual(other);
});

test.each([
  [["./a.sh"], ["/copy/a.sh"]],
  [["--file=./a.sh"], ["--file=/copy/a.sh"]],
  [["cd x && sh './a.sh' --now >./a.sh"], ["cd x && sh '/copy/a.sh' --now >./a.sh"]],
  [["./a.shell"], ["./a.shell"]],
])("%j is run as %j", (command, other) => {
  expect(withNames(command, new Map([["./a.sh", "/copy/a.sh"]]))).toEqual(other);
});
