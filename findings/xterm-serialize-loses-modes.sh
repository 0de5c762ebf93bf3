#!/bin/sh
# @xterm/addon-serialize restores mouse tracking, but not how mouse reports are encoded (mode 1006), a hidden
# cursor, or the scroll region. A terminal rebuilt from a snapshot sends mouse reports in the old encoding, which the program in it does not
# expect. A program that reattaches sessions from snapshots must track these modes itself.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --prefix "$work" @xterm/headless@6.0.0 @xterm/addon-serialize@0.14.0 >/dev/null
cat >snapshot.cjs <<'JS'
const { Terminal } = require("@xterm/headless");
const { SerializeAddon } = require("@xterm/addon-serialize");
const sent = { "mouse tracking": "\x1b[?1002h", "mouse encoding": "\x1b[?1006h", "bracketed paste": "\x1b[?2004h", "hidden cursor": "\x1b[?25l", "scroll region": "\x1b[2;3r" };
const terminal = new Terminal({ cols: 20, rows: 4, allowProposedApi: true });
const addon = new SerializeAddon();
terminal.loadAddon(addon);
terminal.write(Object.values(sent).join("") + "hello", () => {
  const snapshot = addon.serialize();
  for (const [what, sequence] of Object.entries(sent)) console.log(`${what}: ${snapshot.includes(sequence) ? "kept" : "lost"}`);
});
JS
echo "@xterm/headless 6.0.0, @xterm/addon-serialize 0.14.0: what a snapshot keeps"
node snapshot.cjs | tee got
cat >want <<'OUT'
mouse tracking: kept
mouse encoding: lost
bracketed paste: kept
hidden cursor: lost
scroll region: lost
OUT
cmp got want
