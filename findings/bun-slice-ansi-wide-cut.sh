#!/bin/sh
# Bun.sliceAnsi(text, 0, n) can return text that is n + 1 columns wide: a wide character that straddles the cut stays whole.
# A screen that pads the result to n columns then overflows the row by one. Measure the result, and cut again at n - 1.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" bun@1.4.5 >/dev/null
node node_modules/bun/install.js 2>/dev/null
cat >cut.ts <<'TS'
const rows = [["a日", 2], ["ab日本", 3], ["日本語", 3], ["日本語", 4]] as const;
for (const [text, columns] of rows) {
  const cut = Bun.sliceAnsi(text, 0, columns);
  console.log(`${text} cut at ${columns}: "${cut}", ${Bun.stringWidth(cut)} columns`);
}
TS
echo "bun $(node_modules/.bin/bun --version): Bun.sliceAnsi keeps a wide character that straddles the cut"
node_modules/.bin/bun cut.ts | tee got
cat >want <<'OUT'
a日 cut at 2: "a日", 3 columns
ab日本 cut at 3: "ab日", 4 columns
日本語 cut at 3: "日本", 4 columns
日本語 cut at 4: "日本", 4 columns
OUT
cmp got want
