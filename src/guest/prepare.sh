# prepare UID GID NAME HOME DIRECTORY MOUNT CONFIG SETTINGS [GIT-CONFIG IGNORE ATTRIBUTES CERTIFICATES KNOWN-HOSTS], run as root in the guest after each start; repeating it changes nothing.
# claude-home.sh runs after it.
set -eu
uid=$1 gid=$2 name=$3 home=$4 directory=$5 mount=$6

# The first line that matches a uid or a name wins, so ours goes on top and the image's user of that name is removed.
if [ "$uid" != 0 ] && ! head -n 1 /etc/passwd | grep -q "^$name:x:$uid:$gid:"; then
  shell=/bin/sh
  [ -x /bin/bash ] && shell=/bin/bash
  others=$(grep -v "^$name:" /etc/passwd || :)
  printf '%s:x:%s:%s::%s:%s\n%s\n' "$name" "$uid" "$gid" "$home" "$shell" "$others" >/etc/passwd
  cut -d: -f3 /etc/group | grep -qx "$gid" || printf '%s:x:%s:\n' "$name" "$gid" >>/etc/group
fi

mkdir -p "$home"
[ -d "$directory" ] || { mkdir -p "$directory" && chown "$uid:$gid" "$directory"; }
# shellcheck disable=SC3013 # dash, bash and busybox have -ef
[ "$mount" -ef "$directory" ] || mount --bind "$mount" "$directory"
# Files newer than this one were created in the bottle (inside.sh).
[ -e /etc/.claude-bottle ] || : >/etc/.claude-bottle
config=$7 settings=$8
shift 8
set -- "$home" "$config" "$settings" "$uid:$gid" "$@"
