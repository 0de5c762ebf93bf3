# prelude SESSION ROWS COLUMNS DIRECTORY COMMAND...
# Notes the session's process and terminal for control.sh, and becomes COMMAND.
session=$1 rows=$2 columns=$3 directory=$4
shift 4
tty=-
if [ "$rows" != 0 ]; then
  tty=$(tty) || tty=-
  # A fresh terminal that nobody has told its size yet; any other size is newer than ours.
  case $(stty size 2>/dev/null) in '0 0' | '24 80') stty rows "$rows" cols "$columns" 2>/dev/null ;; esac
fi
(umask 077 && printf '%s\n%s\n' "$$" "$tty" >"/tmp/.claude-bottle-$session") 2>/dev/null
say() { printf "claude-bottle: %s '%s' %s\n" "$1" "$2" "$3" >&2; }
cd -- "$directory" 2>/dev/null || { say 'the directory' "$directory" 'cannot be entered in the bottle'; exit 126; }
case $1 in
  */*)
    [ -e "$1" ] || { say 'the program' "$1" 'was not found in the bottle'; exit 127; }
    [ -f "$1" ] && [ -x "$1" ] || { say 'the program' "$1" 'is not runnable in the bottle'; exit 126; }
    ;;
  *) command -v -- "$1" >/dev/null 2>&1 || { say 'the program' "$1" 'was not found in the bottle'; exit 127; } ;;
esac
exec "$@"
