# prelude SESSION ROWS COLUMNS DIRECTORY COMMAND...
session=$1 rows=$2 columns=$3 directory=$4
shift 4
tty=-
if [ "$rows" != 0 ]; then
  tty=$(tty) || tty=-
  case $(stty size 2>/dev/null) in "0 0" | "24 80") stty rows "$rows" cols "$columns" 2>/dev/null || : ;; esac
fi
(umask 077 && printf '%s\n%s\n' "$$" "$tty" >"/tmp/.claude-bottle-$session") 2>/dev/null
cd -- "$directory" || exit 126
path=$(command -v -- "$1") || { case $1 in */*) [ -e "$1" ] && { printf "claude-bottle: '%s' is not runnable in the bottle\n" "$1" >&2; exit 126; } ;; esac; printf "claude-bottle: '%s' not found in the bottle\n" "$1" >&2; exit 127; }
exec "$@"
