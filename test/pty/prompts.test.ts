import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Screen } from "../support/screen.ts";
import { Home } from "../support/tool.ts";

/** Asks one question, says "busy" for as long as the file "busy" is there, asks another one, and then starts a program that reads. */
const script = `
import { existsSync } from "node:fs";
import { choose, confirm, hiddenInput } from "${import.meta.dir}/../../src/ui/prompts.ts";
const questions = {
  yes: () => confirm("Go on?", { byDefault: true }),
  no: () => confirm("Remove it?", { byDefault: false }),
  secret: () => hiddenInput("Token?"),
  choice: () => choose("Which?", [{ value: "a", label: "Alpha" }, { value: "b", label: "Beta" }]),
};
for (const name of process.argv.slice(2)) {
  try {
    console.log("answer:", await questions[name]());
  } catch (error) {
    console.log("thrown:", error.name, error.exitCode);
  }
  if (existsSync("busy")) console.log("busy");
  while (existsSync("busy")) await Bun.sleep(10);
}
const child = Bun.spawn(["sh", "-c", "echo reads; read line; echo got:$line"], { stdio: ["inherit", "inherit", "inherit"] });
await child.exited;
`;

function asking(home: Home, ...questions: string[]): Screen {
  writeFileSync(`${home.project}/ask.ts`, script);
  return new Screen([process.execPath, "ask.ts", ...questions], { cwd: home.project, env: home.env });
}

test.each([
  ["yes", "\r", "answer: true"],
  ["no", "\r", "answer: false"],
  ["no", "y\r", "answer: true"],
  ["no", " YES \r", "answer: true"],
  ["yes", "no\r", "answer: false"],
  ["yes", "maybe\r\x15n\r", "answer: false"],
  ["secret", " s3cret\r", "answer:  s3cret"],
  ["choice", "\r", "answer: a"],
  ["choice", "\x1b[B\r", "answer: b"],
  ["yes", "\x03", "thrown: Interrupted 130"],
  ["secret", "\x03", "thrown: Interrupted 130"],
])("the question %p, answered with %p", async (question, keys, answer) => {
  using home = new Home();
  await using screen = asking(home, question);
  await screen.until("?");
  for (const key of keys.startsWith("\x1b[B") ? ["\x1b[B", "\r"] : [keys]) screen.press(key);
  await screen.until(answer);
  await screen.until("reads");
  screen.press("a whole line\r");
  await screen.until("got:a whole line");
  expect(await screen.process.exited).toBe(0);
  expect(screen.modes.cursor).toBe(true);
});

test("keys typed ahead answer no question, and a program that follows gets all of its own", async () => {
  using home = new Home();
  writeFileSync(`${home.project}/busy`, "");
  await using screen = asking(home, "yes", "no");
  await screen.until("Go on? [Y/n]");
  screen.press("y\r");
  await screen.until("busy");
  screen.press("y\ry\ry");
  await screen.until(/busy\ny\ny\ny/);
  Bun.spawnSync(["rm", `${home.project}/busy`]);
  await screen.until("Remove it? [y/N]");
  screen.press("\r");
  await screen.until("answer: false");
  await screen.until("reads");
  screen.press("a whole line\r");
  await screen.until("got:a whole line");
});
