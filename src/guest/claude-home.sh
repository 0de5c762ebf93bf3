# claude-home HOME CONFIG SETTINGS [UID:GID]: Claude's questions of a first start, answered once; what is there already stays.
# An empty file is one that a microVM had not yet put on its disk when it died.
set -eu
home=$1 config=$2 settings=$3 owner=${4:-}
mkdir -p "$home/.claude"
[ -s "$home/.claude.json" ] || (umask 077 && printf '%s\n' "$config" >"$home/.claude.json")
[ -s "$home/.claude/settings.json" ] || (umask 077 && printf '%s\n' "$settings" >"$home/.claude/settings.json")
# Claude knows an approved key by its last 20 characters; only the guest knows what stands in for the key.
if [ -n "${ANTHROPIC_API_KEY:-}" ]; then
  end=$(printf %s "$ANTHROPIC_API_KEY" | tail -c 20)
  case $end in
    *[!A-Za-z0-9_-]*) ;;
    *) grep -qF "\"$end\"" "$home/.claude.json" ||
      sed -i -e "s/\"approved\": *\\[ *\\]/\"approved\": [\"$end\"]/" -e t -e "s/\"approved\": *\\[/&\"$end\",/" "$home/.claude.json" ;;
  esac
fi
[ -z "$owner" ] || chown "$owner" "$home" "$home/.claude" "$home/.claude.json" "$home/.claude/settings.json"
