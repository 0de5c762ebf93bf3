#!/bin/sh
# Installs claude-bottle for you alone. Nothing runs before the last line is read, so a cut download does nothing.
set -eu
umask 022

usage() {
  cat <<'HELP'
install.sh --from-source     build from the clone that this file stands in (needs node, npm, git), and install
install.sh                   install a release: CLAUDE_BOTTLE_BASE_URL names the folder that holds it (https or file)
  --prefix DIR               into DIR/bin; without it ~/.local/bin (also CLAUDE_BOTTLE_PREFIX)
  --uninstall                remove what this installed
  --dry-run                  say what would be done
HELP
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

main() {
  mode=release prefix=${CLAUDE_BOTTLE_PREFIX:-} dry=
  while [ $# -gt 0 ]; do
    case $1 in
      --from-source) mode=source ;;
      --uninstall) mode=uninstall ;;
      --dry-run) dry=yes ;;
      --prefix)
        [ $# -ge 2 ] || fail '--prefix needs a folder' 'sh install.sh --help'
        prefix=$2
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) fail "unknown option \"$1\"" 'sh install.sh --help' ;;
    esac
    shift
  done
  [ -n "$prefix" ] || [ -n "${HOME:-}" ] || fail 'HOME is not set, so there is no place to install to' 'sh install.sh --prefix DIR'
  [ -n "$prefix" ] || prefix=$HOME/.local
  case $prefix in
    / | "${HOME:-}") fail "\"$prefix\" is not a place to install to" 'sh install.sh --prefix ~/.local' ;;
    /*) ;;
    *) fail "--prefix must be an absolute path, not \"$prefix\"" ;;
  esac
  target=$prefix/bin/claude-bottle
  refuse_foreign

  if [ "$mode" = uninstall ]; then
    uninstall
    return
  fi
  if [ -n "$dry" ]; then
    say "would install a $mode build as $target"
    return
  fi
  mkdir -p "$prefix/bin" 2>/dev/null && [ -w "$prefix/bin" ] || fail "\"$prefix/bin\" cannot be written" 'sh install.sh --prefix DIR'
  new=$target.new.$$
  trap 'rm -rf "$new" "${work:-$new}"' EXIT
  trap 'exit 130' INT TERM HUP
  if [ "$mode" = source ]; then from_source; else from_release; fi
  chmod 755 "$new"
  version=$("$new" --version) || fail 'the new program does not run on this machine; nothing was changed'
  # A rename: a session that runs keeps the file that it was started from.
  mv -f "$new" "$target"
  say "installed $version as $target"
  advise
}

# Ours says its name; a folder, or another program, stays as it is.
refuse_foreign() {
  [ -e "$target" ] || [ -L "$target" ] || return 0
  [ -f "$target" ] && case $("$target" --version 2>/dev/null || :) in 'claude-bottle '*) return 0 ;; esac
  fail "\"$target\" is there and is not a claude-bottle" 'move it away, or choose another place: sh install.sh --prefix DIR'
}

uninstall() {
  if [ ! -e "$target" ]; then
    say "there is no $target"
  elif [ -n "$dry" ]; then
    say "would remove $target"
  else
    rm -f "$target"
    say "removed $target; bottles and their ledger stay"
  fi
}

from_source() {
  root=$(cd "$(dirname "$0")" && pwd)
  [ -f "$root/build.ts" ] || fail '--from-source works in a clone: build.ts is not beside install.sh'
  for program in node npm; do
    has $program || fail "$program is needed to build" "install Node.js, which brings it (Debian: sudo apt-get install nodejs npm)"
  done
  (
    cd "$root"
    bun=node_modules/.bin/bun
    [ -e "$bun" ] || npm ci --silent
    # An npm that runs no install scripts leaves this to us.
    "$bun" --version >/dev/null 2>&1 || node node_modules/bun/install.js
    "$bun" build.ts --outfile "$new" >/dev/null
  ) || fail 'the build failed; nothing was changed'
}

from_release() {
  base=${CLAUDE_BOTTLE_BASE_URL:-}
  [ -n "$base" ] || fail 'no release is published yet' 'in a clone: sh install.sh --from-source'
  has curl || fail 'curl is needed to download a release'
  case $(uname -s) in Linux) os=linux ;; Darwin) os=darwin ;; *) fail "there is no build for $(uname -s): Linux and macOS have one" ;; esac
  case $(uname -m) in x86_64 | amd64) arch=x64 ;; arm64 | aarch64) arch=arm64 ;; *) fail "there is no build for $(uname -m): x86_64 and arm64 have one" ;; esac
  name=claude-bottle-$os-$arch
  work=$(mktemp -d)
  fetch "$base/SHA256SUMS" "$work/SHA256SUMS"
  expected=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "SHA256SUMS does not name $name; nothing was changed"
  fetch "$base/$name" "$new"
  [ "$(sum "$new")" = "$expected" ] || fail "the checksum of $name is wrong; nothing was changed" 'try again; if it stays wrong, do not use this mirror'
}

fetch() {
  curl -fsSL --proto '=https,file' --retry 2 -o "$2" "$1" || fail "cannot download $1; nothing was changed"
}

sum() {
  if has sha256sum; then sha256sum "$1"; elif has shasum; then shasum -a 256 "$1"; else fail 'sha256sum or shasum is needed to check the download'; fi | cut -d' ' -f1
}

advise() {
  found=$(command -v claude-bottle || :)
  case :$PATH: in
    *:"$prefix/bin":*) ;;
    *) say "put it on your PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
  esac
  [ -z "$found" ] || [ "$found" = "$target" ] || say "another claude-bottle comes first on your PATH: $found"
  has smolvm || say 'smolvm, which runs the microVMs, is not installed: claude-bottle doctor says how'
  if [ "$(uname -s)" = Linux ] && ! [ -w /dev/kvm ]; then say 'microVMs need a /dev/kvm that you may open: claude-bottle doctor says more'; fi
  say 'next: claude-bottle doctor'
}

main "$@"
