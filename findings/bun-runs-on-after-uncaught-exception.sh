#!/bin/sh
# While the entry file of a Bun program waits in a top-level await, an uncaught exception in a timer is printed, and the program runs on
# to its end; the exit status is 1 only then. Node ends at once. A full-screen program that waits this way has the stack trace printed over its screen,
# and goes on in an unknown state. Seen with Bun 1.4.5 (oven-sh/bun#9843).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" bun@1.4.5 >/dev/null
node node_modules/bun/install.js 2>/dev/null
cat >wait.mjs <<'JS'
setTimeout(() => { throw new Error("boom"); }, 10);
setTimeout(() => console.log("still running"), 50);
await new Promise((resolve) => setTimeout(resolve, 100));
console.log("end");
JS
for program in node_modules/.bin/bun node; do
  status=0
  "$program" wait.mjs >out 2>/dev/null || status=$?
  echo "$(basename "$program"): $(tr '\n' ' ' <out)status $status"
done | tee got
echo "bun $(node_modules/.bin/bun --version), node $(node --version)"
cat >want <<'OUT'
bun: still running end status 1
node: status 1
OUT
cmp got want
