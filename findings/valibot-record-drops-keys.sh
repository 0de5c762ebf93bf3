#!/bin/sh
# valibot's record() accepts an object that has the keys "constructor" or "prototype", and returns it without them. Nothing says so: the result is a
# success. A table that people name themselves (of variables, of hosts, of classes) loses these entries. looseObject() drops them as well.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" valibot@1.5.0 >/dev/null
cat >keys.mjs <<'JS'
import * as v from "valibot";
const input = { constructor: 1, prototype: 2, other: 3 };
for (const [name, schema] of Object.entries({ record: v.record(v.string(), v.number()), looseObject: v.looseObject({}), map: v.map(v.string(), v.number()) })) {
  const result = v.safeParse(schema, name === "map" ? new Map(Object.entries(input)) : input);
  const keys = name === "map" ? [...result.output.keys()] : Object.keys(result.output);
  console.log(`${name}: ${result.success ? "success" : "failure"}, keys ${keys.join(" ")}`);
}
JS
echo "valibot 1.5.0: an object with the keys constructor, prototype and other"
node keys.mjs | tee got
cat >want <<'OUT'
record: success, keys other
looseObject: success, keys other
map: success, keys constructor prototype other
OUT
cmp got want
