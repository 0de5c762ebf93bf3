#!/bin/sh
# Bun.spawn on a Bun.Terminal that exists already gives the child a terminal that is not its controlling terminal: /dev/tty
# cannot be opened and Ctrl-C signals no group. The inline form, `terminal: { cols, rows }`, gives one. Seen with Bun 1.4.5 (oven-sh/bun#33237).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" bun@1.4.5 >/dev/null
node node_modules/bun/install.js 2>/dev/null
cat >spawn.ts <<'TS'
const command = ["sh", "-c", "(exec </dev/tty) 2>/dev/null && echo yes || echo no"];
async function ask(form: string, terminal: Bun.Terminal | Bun.TerminalOptions, output: () => string): Promise<void> {
  await Bun.spawn(command, { terminal }).exited;
  while (!/yes|no/.test(output())) await Bun.sleep(10);
  console.log(`${form}: controlling terminal: ${/yes|no/.exec(output())?.[0]}`);
}
const collect = () => {
  let text = "";
  return { read: () => text, data: (_: unknown, bytes: Uint8Array) => void (text += Buffer.from(bytes).toString()) };
};
const one = collect();
const existing = new Bun.Terminal({ cols: 80, rows: 24, data: one.data });
await ask("an existing Bun.Terminal", existing, one.read);
existing.close();
const other = collect();
await ask("an inline terminal", { cols: 80, rows: 24, data: other.data }, other.read);
TS
echo "bun $(node_modules/.bin/bun --version): Bun.spawn with a terminal"
node_modules/.bin/bun spawn.ts | tee got
cat >want <<'OUT'
an existing Bun.Terminal: controlling terminal: no
an inline terminal: controlling terminal: yes
OUT
cmp got want
