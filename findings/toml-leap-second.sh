#!/bin/sh
# TOML 1.0 allows the leap second 23:59:60, as RFC 3339 does. Three parsers read it in two ways: smol-toml refuses the file, toml-eslint-parser and
# Bun's own parser return second 59. None keeps it, so a file that is written again from the parsed value has moved by a second.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" bun@1.4.5 smol-toml@1.9.1 toml-eslint-parser@1.0.3 >/dev/null
node_modules/.bin/bun --version >/dev/null 2>&1 || node node_modules/bun/install.js
cat >leap.mjs <<'JS'
import { parse } from "smol-toml";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
const text = "at = 2016-12-31T23:59:60Z";
const parsers = { "smol-toml": parse, "toml-eslint-parser": (toml) => getStaticTOMLValue(parseTOML(toml)), "Bun.TOML": Bun.TOML.parse };
for (const [name, read] of Object.entries(parsers)) {
  try {
    console.log(`${name}: ${JSON.stringify(read(text).at).slice(1, 20)}`);
  } catch {
    console.log(`${name}: refused`);
  }
}
JS
echo "smol-toml 1.9.1, toml-eslint-parser 1.0.3, Bun 1.4.5: at = 2016-12-31T23:59:60Z"
node_modules/.bin/bun leap.mjs | tee got
cat >want <<'OUT'
smol-toml: refused
toml-eslint-parser: 2016-12-31T23:59:59
Bun.TOML: 2016-12-31T23:59:59
OUT
cmp got want
