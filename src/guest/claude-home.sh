# claude-home HOME CONFIG SETTINGS [UID:GID [GIT-CONFIG IGNORE ATTRIBUTES CERTIFICATES KNOWN-HOSTS]]: answers the questions of
# Claude's first start once; existing files stay.
# With UID:GID it runs as root in a home that sessions can write to, so it touches nothing that may lead out of it.
set -eu
home=$1 config=$2 settings=$3 owner=${4:-}
# Neither a symlink nor a hard link to a file elsewhere.
is_inside() {
  [ ! -L "$1" ] && { [ -z "$owner" ] || [ -d "$1" ] || [ "$(stat -c %h "$1")" = 1 ]; }
}
own() {
  [ -z "$owner" ] || [ ! -e "$1" ] || ! is_inside "$1" || chown "$owner" "$1"
}
# A microVM that died before it wrote a file to its disk leaves it empty.
answer() {
  [ -L "$1" ] || { [ -e "$1" ] && [ ! -f "$1" ]; } || [ -s "$1" ] || (umask 077 && printf '%s\n' "$2" >"$1")
  own "$1"
}
mkdir -p "$home"
[ -z "$owner" ] || chown "$owner" "$home"
if [ ! -L "$home/.claude" ]; then
  mkdir -p "$home/.claude"
  own "$home/.claude"
  answer "$home/.claude/settings.json" "$settings"
fi
answer "$home/.claude.json" "$config"
# Claude identifies an approved key by its last 20 characters; only the guest knows the placeholder of the key.
if [ -n "${ANTHROPIC_API_KEY:-}" ] && [ -f "$home/.claude.json" ] && is_inside "$home/.claude.json"; then
  end=$(printf %s "$ANTHROPIC_API_KEY" | tail -c 20)
  case $end in
    *[!A-Za-z0-9_-]*) ;;
    *) grep -qF "\"$end\"" "$home/.claude.json" ||
      sed -i -e "s/\"approved\": *\\[ *\\]/\"approved\": [\"$end\"]/" -e t -e "s/\"approved\": *\\[/&\"$end\",/" "$home/.claude.json" ;;
  esac
  own "$home/.claude.json"
fi
# What the host passes at each start: git's settings, and the certificates that only its network needs.
place=$home/.config/claude-bottle
make_place() {
  for directory in "$home/.config" "$place" "$place/git"; do
    if [ -L "$directory" ]; then return 1; fi
    mkdir -p "$directory" 2>/dev/null || return 1
    own "$directory"
  done
}
replace() {
  rm -rf "${place:?}/$1"
  # With noclobber, the shell opens no link.
  [ -z "$2" ] || (set -C && printf '%s' "$2" >"$place/$1")
  own "$place/$1"
}
# For programs that read all certificates from one file.
all_certificates() {
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
    if [ -r "$bundle" ]; then cat "$bundle" && break; fi
  done
  printf '%s' "$1"
}
if [ -n "${5:-}${8:-}" ] && make_place; then
  replace git/config "${5:-}"
  replace git/ignore "${6:-}"
  replace git/attributes "${7:-}"
  replace extra-certificates.pem "${8:-}"
  rm -rf "$place/certificates.pem"
  [ -z "${8:-}" ] || (set -C && all_certificates "$8" >"$place/certificates.pem")
  own "$place/certificates.pem"
fi
# ssh adds to this file, so what it holds stays.
if [ -n "${9:-}" ] && [ ! -L "$home/.ssh" ] && [ ! -L "$home/.ssh/known_hosts" ]; then
  [ -d "$home/.ssh" ] || (umask 077 && mkdir "$home/.ssh")
  own "$home/.ssh"
  if is_inside "$home/.ssh/known_hosts" 2>/dev/null || [ ! -e "$home/.ssh/known_hosts" ]; then
    printf '%s\n' "$9" | while IFS= read -r line; do
      grep -qxF -e "$line" "$home/.ssh/known_hosts" 2>/dev/null || printf '%s\n' "$line" >>"$home/.ssh/known_hosts"
    done
    own "$home/.ssh/known_hosts"
  fi
fi
