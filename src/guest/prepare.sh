# prepare UID GID NAME HOME DIRECTORY MOUNT CONFIG SETTINGS, as root in the guest after each start; repeating it changes nothing.
set -eu
uid=$1 gid=$2 name=$3 home=$4 directory=$5 mount=$6 config=$7 settings=$8

# The first line that fits a uid or a name wins, so ours goes on top and the image's user of that name goes.
if [ "$uid" != 0 ] && ! head -n 1 /etc/passwd | grep -q "^$name:x:$uid:$gid:"; then
  shell=/bin/sh
  [ -x /bin/bash ] && shell=/bin/bash
  others=$(grep -v "^$name:" /etc/passwd || :)
  printf '%s:x:%s:%s::%s:%s\n%s\n' "$name" "$uid" "$gid" "$home" "$shell" "$others" >/etc/passwd
  cut -d: -f3 /etc/group | grep -qx "$gid" || printf '%s:x:%s:\n' "$name" "$gid" >>/etc/group
fi

mkdir -p "$home/.claude" "$directory"
# shellcheck disable=SC3013 # dash, bash and busybox have -ef
[ "$mount" -ef "$directory" ] || mount --bind "$mount" "$directory"

# Claude's questions of a first start, answered once; what is there already stays.
[ -e "$home/.claude.json" ] || (umask 077 && printf '%s\n' "$config" >"$home/.claude.json")
[ -e "$home/.claude/settings.json" ] || (umask 077 && printf '%s\n' "$settings" >"$home/.claude/settings.json")
# Claude knows an approved key by its last 20 characters; only the guest knows what stands in for the key.
if [ -n "${ANTHROPIC_API_KEY:-}" ]; then
  end=$(printf %s "$ANTHROPIC_API_KEY" | tail -c 20)
  case $end in
    *[!A-Za-z0-9_-]*) ;;
    *) grep -qF "\"$end\"" "$home/.claude.json" ||
      sed -i -e "s/\"approved\": *\\[ *\\]/\"approved\": [\"$end\"]/" -e t -e "s/\"approved\": *\\[/&\"$end\",/" "$home/.claude.json" ;;
  esac
fi
chown "$uid:$gid" "$home" "$home/.claude" "$home/.claude.json" "$home/.claude/settings.json"
