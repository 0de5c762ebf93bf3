#!/bin/sh
# Installs claude-bottle for the current user. Nothing runs before the last line is read, so a truncated download does nothing.
set -eu
umask 022

# Where releases are; set in a published install.sh.
default_base=

usage() {
  cat <<'HELP'
install.sh                 install the newest release
  --version V              install this release instead; it may be older
  --archive FILE           install a downloaded claude-bottle-V-SYSTEM.tar.gz without network; SHA256SUMS must be beside it
  --from-source            build from the clone that contains this file (requires node, npm and git)
  --run                    then start a session in the current directory, with the best isolation that works here; requires
                           neither root nor a package
  --prefix DIR             install to DIR/bin; defaults to ~/.local/bin
  --modify-path            also add that directory to PATH in your shell's start file
install.sh --check         show the installed and the newest version
install.sh --rollback      go back to the version before the last installation
install.sh --uninstall     remove the program; bottles stay
  --dry-run                show what would be done, without doing it

CLAUDE_BOTTLE_BASE_URL     a mirror of the releases: https://... or file://...
CLAUDE_BOTTLE_PREFIX       the same as --prefix
CLAUDE_BOTTLE_STALL_SECONDS          how long a download may stall (30)
CLAUDE_BOTTLE_INSECURE_NO_CHECKSUM   "yes": install without verifying the checksum
HELP
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }
warn() { printf 'install.sh: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

main() {
  mode=release prefix=${CLAUDE_BOTTLE_PREFIX:-} base=${CLAUDE_BOTTLE_BASE_URL:-$default_base} wanted='' archive='' dry='' modify='' run=''
  while [ $# -gt 0 ]; do
    case $1 in
      --from-source) mode=source ;;
      --check | --rollback | --uninstall) mode=${1#--} ;;
      --dry-run) dry=yes ;;
      --run) run=yes ;;
      --modify-path) modify=yes ;;
      --version | --archive | --prefix)
        { [ $# -ge 2 ] && [ -n "$2" ]; } || fail "$1 needs a value" 'sh install.sh --help'
        case $1 in --version) wanted=${2#v} ;; --archive) mode=archive archive=$2 ;; --prefix) prefix=$2 ;; esac
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
  case $wanted in */* | *[!0-9A-Za-z.+-]*) fail "\"$wanted\" is not a version" 'a version is such as 0.1.0' ;; esac
  case $run$mode in yescheck | yesrollback | yesuninstall) fail "--run opens a session after an installation, not with --$mode" 'sh install.sh --help' ;; esac
  base=${base%/}
  choose_prefix
  target=$prefix/bin/claude-bottle
  manual=$prefix/share/man/man1/claude-bottle.1
  own=$prefix/lib/claude-bottle
  receipt=$own/receipt
  refuse_foreign
  before=$(version_of "$target")
  work='' new='' made=''
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  case $mode in
    check) check ;;
    rollback) rollback ;;
    uninstall) uninstall ;;
    *) install ;;
  esac
  if [ -n "$run" ] && [ -z "$dry" ]; then first_session; fi
}

clean_up() {
  rm -f "$receipt.$$" 2>/dev/null || :
  [ -z "$new" ] || rm -f "$new"
  [ -z "$work" ] || rm -rf "$work"
}

choose_prefix() {
  [ -n "$prefix" ] || [ -n "${HOME:-}" ] || fail 'HOME is not set, so there is no place to install to' 'sh install.sh --prefix DIR'
  [ -n "$prefix" ] || prefix=$HOME/.local
  while [ "$prefix" != / ] && [ "$prefix" != "${prefix%/}" ]; do prefix=${prefix%/}; done
  case $prefix in
    / | "${HOME:-/}" | /usr | /bin | /sbin | /etc | /lib | /opt/homebrew* | /home/linuxbrew* | */Cellar/*)
      fail "\"$prefix\" is not a place to install to" 'sh install.sh --prefix ~/.local'
      ;;
    *'
'*) fail 'a directory with a line break in its name is not a place to install to' ;;
    /*) ;;
    *) fail "--prefix must be an absolute path, not \"$prefix\"" ;;
  esac
  # A link or a path with dots may also lead to such a place.
  real=$(cd "$prefix" 2>/dev/null && pwd -P) || real=
  case $real in / | /usr | /bin | /sbin | /etc | /lib | /opt/homebrew* | */Cellar/*) fail "\"$prefix\" is \"$real\", which is not a place to install to" 'sh install.sh --prefix ~/.local' ;; esac
  [ ! -d "$prefix/Homebrew" ] || fail "\"$prefix\" belongs to Homebrew" 'sh install.sh --prefix ~/.local'
}

# Ours is a file that prints its name. A link belongs to another installer; a directory or another program is left alone.
refuse_foreign() {
  [ -e "$target" ] || [ -L "$target" ] || return 0
  [ ! -L "$target" ] || fail "\"$target\" is a link, so another installer created it" 'remove it with that installer (brew, npm), or choose another place: sh install.sh --prefix DIR'
  [ -f "$target" ] && [ -n "$(version_of "$target")" ] && return 0
  fail "\"$target\" exists and is not claude-bottle" 'move it away, or choose another place: sh install.sh --prefix DIR'
}

version_of() {
  [ ! -f "$1" ] || { "$1" --version </dev/null | sed -n 's/^claude-bottle //p'; } 2>/dev/null
}

install() {
  case $mode in release) find_release ;; archive) find_archive ;; esac
  if [ "$mode" != source ] && is_there; then
    say "claude-bottle $version is already installed as $target"
    if [ -n "$modify" ] && [ -z "$dry" ]; then modify_path; fi
    return
  fi
  if [ -n "$dry" ]; then
    case $mode in source) what='a build of this clone' ;; *) what="claude-bottle $version" ;; esac
    say "would install $what as $target${before:+ in place of $before}"
    return
  fi
  make_directory "$prefix/bin"
  make_directory "$own"
  if [ ! -w "$prefix/bin" ] || [ ! -w "$own" ]; then fail "\"$prefix/bin\" cannot be written" 'sh install.sh --prefix DIR'; fi
  make_workspace
  make_new
  case $mode in source) from_source ;; release) download && unpack ;; archive) unpack ;; esac
  chmod 755 "$new"
  found=$(version_of "$new")
  [ -n "$found" ] || fail 'the new program does not run on this machine; nothing was changed' 'sh install.sh --from-source builds one for it'
  [ "$mode" = source ] || [ "$found" = "$version" ] || fail "the program says that it is $found, not $version; nothing was changed"
  version=$found
  replace
  if is_older "$version" "$before"; then how='downgraded to'; else how=installed; fi
  say "$how claude-bottle $version as $target${before:+ (before: $before)}"
  [ -z "$modify" ] || modify_path
  advise
}

# The receipt records the installed file's checksum.
is_there() {
  [ "$before" = "$version" ] && [ "$(noted sha256)" = "$(sum "$target")" ]
}

# Beside the target, with an unpredictable name.
make_new() {
  new=$(mktemp "$prefix/bin/.claude-bottle.XXXXXX") || fail "\"$prefix/bin\" cannot be written; nothing was changed" 'check the free disk space'
}

# Renamed, so that running sessions keep the file they were started from. The replaced program is kept for --rollback.
# Steps that need disk space come first.
replace() {
  # Create its directories first, so that the receipt lists them.
  [ ! -f "$work/claude-bottle.1" ] || make_directory "$prefix/share/man/man1"
  draft_receipt "$new"
  if [ -n "$before" ]; then
    ln -f "$target" "$own/previous" 2>/dev/null || cp -p "$target" "$own/previous" || fail "\"$own\" cannot be written; nothing was changed"
  fi
  mv -f "$new" "$target"
  mv -f "$receipt.$$" "$receipt"
  [ ! -f "$work/claude-bottle.1" ] || cp "$work/claude-bottle.1" "$manual" || warn "\"$manual\" cannot be written, so there is no manual page"
  made=
}

# draft_receipt PROGRAM: writes the new receipt, before the program is in place.
draft_receipt() {
  kept=$(grep -E '^(directory|start-file|new-file|unended) ' "$receipt" 2>/dev/null || :)
  {
    say "version $version" && say "method $mode" && say "program $target" && say "sha256 $(sum "$1")" &&
      { [ -z "$base" ] || say "base $base"; } && printf '%s' "${kept:+$kept
}$made"
  } >"$receipt.$$" || fail "\"$receipt\" cannot be written; nothing was changed" 'check the free disk space'
}

write_receipt() {
  draft_receipt "$target"
  mv -f "$receipt.$$" "$receipt"
}

noted() { sed -n "s/^$1 //p" "$receipt" 2>/dev/null || :; }

# Notes each directory that it creates, for --uninstall.
make_directory() {
  [ ! -d "$1" ] || return 0
  make_directory "$(dirname "$1")"
  if ! mkdir "$1" 2>/dev/null; then
    # Another installation may have been first.
    [ ! -d "$1" ] || return 0
    fail "\"$1\" cannot be made" 'sh install.sh --prefix DIR'
  fi
  made="${made}directory $1
"
}

rollback() {
  [ -f "$own/previous" ] || fail 'there is no earlier version to go back to'
  version=$(version_of "$own/previous")
  [ -n "$version" ] || fail "\"$own/previous\" does not run; nothing was changed"
  if [ -n "$dry" ]; then
    say "would restore claude-bottle $version as $target${before:+ in place of $before}"
    return
  fi
  [ -w "$prefix/bin" ] || fail "\"$prefix/bin\" cannot be written; nothing was changed"
  draft_receipt "$own/previous"
  make_new
  mv -f "$own/previous" "$new"
  [ ! -e "$target" ] || ln "$target" "$own/previous" || { mv -f "$new" "$own/previous"; fail "\"$own\" cannot be written; nothing was changed"; }
  mv -f "$new" "$target"
  mv -f "$receipt.$$" "$receipt"
  say "restored claude-bottle $version as $target${before:+ (before: $before)}"
}

check() {
  find_release
  say "installed: ${before:-nothing}"
  say "newest: $version"
}

uninstall() {
  files=$(for file in "$target" "$own" "$manual"; do [ ! -e "$file" ] || say "$file"; done)
  [ -n "$files" ] || { say "there is no $target"; return; }
  [ -f "$receipt" ] || fail "\"$target\" was not installed by install.sh" 'remove it with the program that installed it'
  start_files=$(noted start-file)
  if [ -n "$dry" ]; then
    printf '%s\n' "$files" | sed 's/^/would remove /'
    printf '%s\n' "$start_files" | sed -n 's/^./would take its lines out of &/p'
    return
  fi
  printf '%s\n' "$start_files" | while read -r file; do [ ! -f "$file" ] || remove_block "$file"; done
  directories=$(noted directory | sort -r)
  rm -rf "$target" "$own" "$manual"
  # Only empty directories, and only those that an installation created.
  printf '%s\n' "$directories" | while IFS= read -r directory; do [ -z "$directory" ] || rmdir "$directory" 2>/dev/null || :; done
  state=${XDG_STATE_HOME:-${HOME:-}/.local/state}/claude-bottle
  if [ -d "$state" ]; then kept='; bottles and their ledger stay'; else kept=; fi
  say "removed $target$kept"
}

from_source() {
  # In a pipe there is no file, and the current directory could be anything.
  [ -f "$0" ] && root=$(cd "$(dirname "$0")" && pwd) || root=
  [ -f "$root/build.ts" ] || fail '--from-source works in a clone: build.ts is not beside install.sh'
  for program in node npm; do
    has $program || fail "$program is needed to build" "install Node.js, which brings it (Debian: sudo apt-get install nodejs npm)"
  done
  (
    # set -e has no effect here.
    cd "$root" || exit
    bun=node_modules/.bin/bun
    [ -e "$bun" ] || npm ci --loglevel=error --no-audit --no-fund </dev/null >/dev/null || exit
    # npm may be configured to run no install scripts.
    "$bun" --version >/dev/null 2>&1 || node node_modules/bun/install.js || exit
    "$bun" build.ts --outfile "$work/claude-bottle" >/dev/null && cp docs/claude-bottle.1 "$work"
  ) || fail 'the build failed; nothing was changed'
  place
}

system_name() {
  case $(uname -s) in Linux) os=linux ;; Darwin) os=darwin ;; *) fail "there is no build for $(uname -s): Linux and macOS have one" ;; esac
  case $(uname -m) in x86_64 | amd64) cpu=x64 ;; arm64 | aarch64) cpu=arm64 ;; *) fail "there is no build for $(uname -m): x86_64 and arm64 have one" ;; esac
  # Rosetta reports an Apple processor as x86_64.
  [ "$os" = linux ] || [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" != 1 ] || cpu=arm64
  libc=
  if [ "$os" = linux ] && ldd --version 2>&1 | grep -qi musl; then libc=-musl; fi
  system=$os-$cpu$libc
}

# Sets version, name and expected from the SHA256SUMS of a release.
find_release() {
  system_name
  [ -n "$base" ] || base=$(noted base)
  [ -n "$base" ] || fail 'no release is published yet' 'in a clone: sh install.sh --from-source'
  case $base in
    https://*) protocols='=https' ;;
    file:///*) protocols='=file' ;;
    # The loopback cannot be intercepted. A part before an @ would be a user name.
    http://127.0.0.1:*@*) fail "CLAUDE_BOTTLE_BASE_URL must start with https:// or file:///, not \"$base\"" ;;
    http://127.0.0.1:*) protocols='=http' ;;
    *) fail "CLAUDE_BOTTLE_BASE_URL must start with https:// or file:///, not \"$base\"" ;;
  esac
  has curl || fail 'curl is needed to download a release' 'install it (Debian: sudo apt-get install curl), or use --archive FILE'
  make_workspace
  if [ -n "$wanted" ]; then from=$base/download/v$wanted; else from=$base/latest/download; fi
  fetch "$from/SHA256SUMS" "$work/SHA256SUMS"
  read_sums "$work/SHA256SUMS" "$from/SHA256SUMS"
}

make_workspace() {
  [ -n "$work" ] || work=$(mktemp -d) || fail 'cannot create a temporary directory' 'free some disk space, or set TMPDIR'
}

read_sums() {
  line=$(awk -v wanted="$wanted" -v system_name="$system" '
    { sub(/^\*/, "", $2); tail = "-" system_name ".tar.gz"; head = "claude-bottle-" }
    index($2, head) == 1 && substr($2, length($2) - length(tail) + 1) == tail {
      version = substr($2, length(head) + 1, length($2) - length(head) - length(tail))
      if ((wanted == "" || version == wanted) && version !~ /[^0-9A-Za-z.+-]/ && length($1) == 64) print $1, version
    }' "$1" | sed -n 1p)
  [ -n "$line" ] || fail "$2 names no claude-bottle${wanted:+ $wanted} for $system; nothing was changed"
  expected=${line% *} version=${line#* }
  name=claude-bottle-$version-$system.tar.gz
}

find_archive() {
  system_name
  [ -f "$archive" ] || fail "there is no file \"$archive\""
  sums=$(dirname "$archive")/SHA256SUMS
  [ -f "$sums" ] || fail "SHA256SUMS is needed beside \"$archive\"" 'download it from where the archive came from'
  wanted=$(basename "$archive" "-$system.tar.gz")
  case $wanted in claude-bottle-*) wanted=${wanted#claude-bottle-} ;; *) fail "\"$archive\" is not a claude-bottle-VERSION-$system.tar.gz" ;; esac
  read_sums "$sums" "$sums"
}

fetch() {
  # 18: partial transfer. 28: too slow.
  curl -fsSL --proto "$protocols" --tlsv1.2 --retry 2 --connect-timeout 15 --speed-limit 1000 \
    --speed-time "${CLAUDE_BOTTLE_STALL_SECONDS:-30}" -o "$2" "$1" ||
    fail "cannot download $1; nothing was changed" "$(case $? in 28) say 'the server is too slow: CLAUDE_BOTTLE_STALL_SECONDS sets the limit' ;; *) say 'look at the address, and try again' ;; esac)"
}

download() {
  archive=$work/$name
  fetch "$base/download/v$version/$name" "$archive"
}

unpack() {
  if [ "${CLAUDE_BOTTLE_INSECURE_NO_CHECKSUM:-}" = yes ]; then
    warn "WARNING: the checksum of $name is not checked, because CLAUDE_BOTTLE_INSECURE_NO_CHECKSUM is set"
  else
    actual=$(sum "$archive")
    [ -n "$actual" ] || fail 'sha256sum, shasum or openssl is needed to check the download; nothing was changed'
    [ "$actual" = "$expected" ] || fail "the checksum of $name is wrong; nothing was changed" 'try again; if it stays wrong, do not use this mirror'
  fi
  # A link in the archive would redirect the copy.
  if ! tar -xzf "$archive" -C "$work" 2>/dev/null || [ ! -f "$work/claude-bottle" ] || [ -L "$work/claude-bottle" ]; then
    fail "$name cannot be unpacked; nothing was changed" 'check the free disk space'
  fi
  place
}

place() {
  cp "$work/claude-bottle" "$new" 2>/dev/null || fail "\"$prefix/bin\" cannot be written; nothing was changed" 'check the free disk space'
  [ "$(uname -s)" != Darwin ] || xattr -d com.apple.quarantine "$new" 2>/dev/null || :
}

sum() {
  if has sha256sum; then sha256sum "$1" | cut -d' ' -f1
  elif has shasum; then shasum -a 256 "$1" | cut -d' ' -f1
  elif has openssl; then openssl dgst -sha256 -r "$1" | cut -d' ' -f1; fi
}

is_older() {
  [ -n "$2" ] && awk -v a="$1" -v b="$2" 'BEGIN {
    split(a, x, /[.+-]/); split(b, y, /[.+-]/)
    for (i = 1; i <= 3; i++) if (x[i] + 0 != y[i] + 0) exit !(x[i] + 0 < y[i] + 0)
    exit 1
  }'
}

path_line() {
  case ${SHELL:-sh} in
    */fish) say "fish_add_path '$(say "$prefix/bin" | sed "s/[\\\\']/\\\\&/g")'" ;;
    *) say "export PATH=\"$(say "$prefix/bin" | sed 's/["$`\\]/\\&/g'):\$PATH\"" ;;
  esac
}

modify_path() {
  [ -n "${HOME:-}" ] || fail 'HOME is not set, so there is no start file to change'
  case ${SHELL:-sh} in
    */fish) file=${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish ;;
    */zsh) file=${ZDOTDIR:-$HOME}/.zshrc ;;
    */bash) file=$HOME/.bashrc ;;
    *) file=$HOME/.profile ;;
  esac
  ! grep -q '^# >>> claude-bottle >>>$' "$file" 2>/dev/null || return 0
  make_directory "$(dirname "$file")"
  [ -e "$file" ] || made="${made}new-file $file
"
  if [ -n "$(tail -c 1 "$file" 2>/dev/null)" ]; then
    # Its last line does not end with a newline.
    echo >>"$file"
    made="${made}unended $file
"
  fi
  printf '# >>> claude-bottle >>>\n%s\n# <<< claude-bottle <<<\n' "$(path_line)" >>"$file" || fail "\"$file\" cannot be written"
  made="${made}start-file $file
"
  write_receipt
  say "put $prefix/bin on PATH in $file: open a new shell"
}

# Completely or not at all: the rest is first written to a file beside it.
remove_block() {
  grep -q '^# >>> claude-bottle >>>$' "$1" 2>/dev/null || return 0
  # Without the closing mark, everything after the opening one would be removed.
  if ! grep -q '^# <<< claude-bottle <<<$' "$1"; then
    warn "\"$1\" has no end mark of claude-bottle any more, and keeps what is below the first one"
    return 0
  fi
  copy=$1.claude-bottle
  # Keeps its mode.
  if ! { cp -p "$1" "$copy" && sed '/^# >>> claude-bottle >>>$/,/^# <<< claude-bottle <<<$/d' "$1" >"$copy"; } 2>/dev/null; then
    rm -f "$copy"
    warn "\"$1\" cannot be written, and keeps the lines between the marks of claude-bottle"
    return 0
  fi
  if noted unended | grep -qxF -e "$1"; then
    rest=$(cat "$copy")
    printf '%s' "$rest" >"$copy"
  fi
  # A link to the file stays a link.
  if [ ! -s "$copy" ] && noted new-file | grep -qxF -e "$1"; then rm -f "$1" "$copy"
  elif [ -L "$1" ]; then cat "$copy" >"$1" && rm -f "$copy"
  else mv -f "$copy" "$1"; fi
}

advise() {
  case :$PATH: in
    *:"$prefix/bin":*) ;;
    *) [ -n "$modify" ] || say "add it to your PATH: $(path_line)" ;;
  esac
  found=$(command -v claude-bottle || :)
  [ -z "$found" ] || [ "$found" = "$target" ] || say "another claude-bottle comes first on your PATH: $found"
  # With --run, a session follows.
  [ -z "$run" ] || return 0
  has smolvm || say 'smolvm, which runs the microVMs, is not installed: claude-bottle doctor says how'
  if [ "$(uname -s)" = Linux ] && ! [ -w /dev/kvm ]; then say 'microVMs need a /dev/kvm that you may open: claude-bottle doctor says more'; fi
  say 'next: claude-bottle doctor (and claude-bottle completions --help)'
}

# The session asks its own questions. --run answers the one about a sandbox that shares this machine's kernel, if nothing better works.
first_session() {
  if [ "$(uname -s)" = Linux ] && ! has smolvm && ! has docker && ! has podman && ! has bwrap; then
    say "no bubblewrap here: a session then reaches all of the network, and has no background sessions"
    say "  for a list of hosts: $(bubblewrap_line)"
  fi
  # In a pipe, the script itself is our stdin.
  if [ ! -t 0 ] && [ -t 1 ] && (: </dev/tty) 2>/dev/null; then exec </dev/tty; fi
  if input_waits; then
    say 'not started: the lines that you pasted after this one are for your shell'
    say "  start a session with: $(as_typed "$target")"
    # A shell that reads this script from a pipe would continue with the terminal.
    exit 0
  fi
  say "starting: claude-bottle run --accept-weaker"
  clean_up
  exec "$target" run --accept-weaker
}

# A POSIX shell cannot test for input without reading it; bash can.
input_waits() { [ -t 0 ] && has bash && bash -c 'read -t 0'; }

as_typed() {
  case :$PATH: in
    *:"$prefix/bin":*) say claude-bottle ;;
    *) say "$1" ;;
  esac
}

bubblewrap_line() {
  as='' who=''
  if [ "$(id -u)" != 0 ]; then
    if has sudo; then as='sudo '; else who='as root: '; fi
  fi
  if has apt-get; then say "$who${as}apt-get update && ${as}apt-get install bubblewrap"
  elif has dnf; then say "$who${as}dnf install bubblewrap"
  elif has pacman; then say "$who${as}pacman -S bubblewrap"
  elif has zypper; then say "$who${as}zypper install bubblewrap"
  elif has apk; then say "$who${as}apk add bubblewrap"
  else say "install bubblewrap with the system's packages"; fi
}

main "$@"
