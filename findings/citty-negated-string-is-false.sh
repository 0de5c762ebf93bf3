#!/bin/sh
# citty accepts `--no-NAME` for options of every type, not only for booleans. For an option of type string the value is then the boolean false, although citty's own
# TypeScript types say string or undefined: a call of a string's method on it ends the program with a TypeError.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" citty@0.2.2 >/dev/null
cat >negated.mjs <<'JS'
import { parseArgs } from "citty";
const options = { name: { type: "string" } };
for (const words of [["--name", "x"], ["--name"], ["--no-name"]]) {
  console.log(`${words.join(" ")}: ${JSON.stringify(parseArgs(words, options).name)}`);
}
JS
echo "citty 0.2.2: --no-NAME for an option of type string"
node negated.mjs | tee got
cat >want <<'OUT'
--name x: "x"
--name: ""
--no-name: false
OUT
cmp got want
