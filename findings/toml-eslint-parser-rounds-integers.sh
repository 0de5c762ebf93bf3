#!/bin/sh
# A TOML integer has 64 bits. toml-eslint-parser's getStaticTOMLValue returns the nearest number without a word when JavaScript has no exact one.
# smol-toml and Bun refuse the same file. The parser keeps the exact value, as a bigint, in the node of the syntax tree alone.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" smol-toml@1.9.1 toml-eslint-parser@1.0.3 >/dev/null
cat >integers.mjs <<'JS'
import { parse } from "smol-toml";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
const text = "id = 9007199254740993";
const tree = parseTOML(text);
console.log(`getStaticTOMLValue: ${getStaticTOMLValue(tree).id}`);
console.log(`node: ${tree.body[0].body[0].value.bigint}`);
try {
  console.log(`smol-toml: ${parse(text).id}`);
} catch {
  console.log("smol-toml: refused");
}
JS
echo "toml-eslint-parser 1.0.3 and smol-toml 1.9.1: id = 9007199254740993"
node integers.mjs | tee got
cat >want <<'OUT'
getStaticTOMLValue: 9007199254740992
node: 9007199254740993
smol-toml: refused
OUT
cmp got want
