#!/bin/sh
# citty reads `--color=false` as false. Every other value of a boolean option is true, also 0, no, off and the empty string, and nothing is refused.
# A script that passes `--color="$COLOR"` with an empty variable or 0 turns the option on.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" citty@0.2.2 >/dev/null
cat >words.mjs <<'JS'
import { parseArgs } from "citty";
for (const word of ["false", "0", "no", "off", ""]) console.log(`--color=${word}: ${parseArgs([`--color=${word}`], { color: { type: "boolean" } }).color}`);
JS
echo "citty 0.2.2: values of a boolean option"
node words.mjs | tee got
cat >want <<'OUT'
--color=false: false
--color=0: true
--color=no: true
--color=off: true
--color=: true
OUT
cmp got want
