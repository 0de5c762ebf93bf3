# claude-home HOME CONFIG SETTINGS [UID:GID [GIT-CONFIG IGNORE ATTRIBUTES]]: Claude's questions of a first start, answered once; what is there already stays.
# With UID:GID it runs as root, in a home where sessions put what they like: what may be a way out of it is left alone.
set -eu
home=$1 config=$2 settings=$3 owner=${4:-}
# Neither a link nor a further name of a file that lies elsewhere.
is_inside() {
  [ ! -L "$1" ] && { [ -z "$owner" ] || [ -d "$1" ] || [ "$(stat -c %h "$1")" = 1 ]; }
}
own() {
  [ -z "$owner" ] || [ ! -e "$1" ] || ! is_inside "$1" || chown "$owner" "$1"
}
# An empty file is one that a microVM had not yet put on its disk when it died.
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
# Claude knows an approved key by its last 20 characters; only the guest knows what stands in for the key.
if [ -n "${ANTHROPIC_API_KEY:-}" ] && [ -f "$home/.claude.json" ] && is_inside "$home/.claude.json"; then
  end=$(printf %s "$ANTHROPIC_API_KEY" | tail -c 20)
  case $end in
    *[!A-Za-z0-9_-]*) ;;
    *) grep -qF "\"$end\"" "$home/.claude.json" ||
      sed -i -e "s/\"approved\": *\\[ *\\]/\"approved\": [\"$end\"]/" -e t -e "s/\"approved\": *\\[/&\"$end\",/" "$home/.claude.json" ;;
  esac
  own "$home/.claude.json"
fi
# Git's settings of the host, which change from start to start.
git=$home/.config/claude-bottle/git
replace() {
  rm -rf "${git:?}/$1"
  # noclobber opens no link.
  [ -z "$2" ] || (set -C && printf '%s' "$2" >"$git/$1")
  own "$git/$1"
}
if [ -n "${5:-}" ]; then
  for directory in "$home/.config" "$home/.config/claude-bottle" "$git"; do
    if [ -L "$directory" ]; then git='' && break; fi
    mkdir -p "$directory" 2>/dev/null || { git='' && break; }
    own "$directory"
  done
  if [ -n "$git" ]; then
    replace config "$5"
    replace ignore "${6:-}"
    replace attributes "${7:-}"
  fi
fi
