#!/bin/sh
# TOML takes its dates from RFC 3339, where February has no 30th day. smol-toml accepts one and returns March 2. toml-eslint-parser refuses the same file.
# An editor's plugin and a program that read one file can so disagree about whether it is valid, and the program acts on a day that nobody wrote.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" smol-toml@1.9.1 toml-eslint-parser@1.0.3 >/dev/null
cat >days.mjs <<'JS'
import { parse } from "smol-toml";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
const said = (read) => {
  try {
    return read().due.toISOString();
  } catch {
    return "refused";
  }
};
for (const day of ["2024-02-29", "2023-02-29", "2024-02-30", "2024-04-31", "2024-02-32"]) {
  const text = `due = ${day}`;
  const [smol, eslint] = [said(() => parse(text)), said(() => getStaticTOMLValue(parseTOML(text)))];
  console.log(`${day}: smol-toml ${smol.slice(0, 10)}, toml-eslint-parser ${eslint.slice(0, 10)}`);
}
JS
echo "smol-toml 1.9.1 and toml-eslint-parser 1.0.3: days that do not exist"
node days.mjs | tee got
cat >want <<'OUT'
2024-02-29: smol-toml 2024-02-29, toml-eslint-parser 2024-02-29
2023-02-29: smol-toml 2023-03-01, toml-eslint-parser refused
2024-02-30: smol-toml 2024-03-01, toml-eslint-parser refused
2024-04-31: smol-toml 2024-05-01, toml-eslint-parser refused
2024-02-32: smol-toml refused, toml-eslint-parser refused
OUT
cmp got want
