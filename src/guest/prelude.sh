# prelude SESSION ROWS COLUMNS DIRECTORY SECRETS COMMAND...
# Notes the session's process and terminal for control.sh, renames the variables of SECRETS to their own names, and becomes COMMAND.
# `held` as $0: descriptor 8 closes when the session's process on the host is gone. A process that then ends the session may look for it before
# the note is written, so the descriptor is checked after writing it.
# Sets no variable outside a subshell, because COMMAND's environment may have one of that name.

# A new terminal without a size; any other size is newer than ours.
[ "$2" = 0 ] || case $(stty size 2>/dev/null) in '0 0' | '24 80') stty rows "$2" cols "$3" 2>/dev/null ;; esac
(
  umask 077
  # The notes of sessions that have ended.
  set -- "$1" "$2" "$3"
  for note in /tmp/.claude-bottle-*; do
    { read -r old <"$note" && [ ! -e "/proc/$old" ] && set -- "$@" "$note"; } || :
  done
  [ $# = 3 ] || (shift 3 && rm -f "$@")
  # Our pid in /proc, which may belong to an outer pid namespace: the parent of our subshell.
  read -r stat </proc/self/stat
  set -- "$1" "$2" ${stat##*) }
  pid=$4
  # A terminal of another mount namespace has no name here.
  [ "$2" = 0 ] && tty=- || tty=$(tty) || tty=/proc/$pid/fd/0
  # The start time, field 22, tells the process from a later one with the same pid; 6 and 7 are its kernel session and terminal.
  read -r stat <"/proc/$pid/stat"
  set -- "$1" ${stat##*) }
  printf '%s\n' "$pid" "$tty" "${21}" "$5 $6" >"/tmp/.claude-bottle-$1"
) 2>/dev/null
[ "$0" != held ] || [ ! -e /proc/self/fd/8 ] || { echo >&8 && exec 8>&-; } 2>/dev/null || exit 129
cd -- "$4" 2>/dev/null || { printf "claude-bottle: the directory '%s' cannot be entered in the bottle\n" "$4" >&2; exit 126; }
# A host program must not obey a variable that a manifest named, so it arrives as CLAUDE_BOTTLE_SECRET_NAME.
name_secrets() {
  [ $# = 0 ] || {
    eval "[ -z \"\${CLAUDE_BOTTLE_SECRET_$1+x}\" ] || export $1=\"\$CLAUDE_BOTTLE_SECRET_$1\"; unset CLAUDE_BOTTLE_SECRET_$1"
    shift
    name_secrets "$@"
  }
}
name_secrets $5
shift 5
# Background sessions of Claude Code read their credential from the bottle's memory (plan/credentials.ts), where every later session of the
# bottle stores its own.
{ case " $* " in *' --bg '*) ;; *) [ -d /dev/shm/claude-bottle ] ;; esac } && (
  umask 077
  keep() {
    [ "$(cat "$1")" = "$2" ] || { printf '%s\n' "$2" >"$1.$$" && mv -f "$1.$$" "$1"; }
  }
  mkdir -p /dev/shm/claude-bottle && cd /dev/shm/claude-bottle || exit
  key=${ANTHROPIC_AUTH_TOKEN:-${ANTHROPIC_API_KEY-}}
  [ -z "$key" ] || keep key "$key"
  # Without a refresh token Claude Code renews nothing, and learns from the API that a token has expired.
  [ -z "${CLAUDE_CODE_OAUTH_TOKEN-}" ] || keep .credentials.json \
    '{"claudeAiOauth":{"accessToken":"'"$CLAUDE_CODE_OAUTH_TOKEN"'","refreshToken":"","expiresAt":4102444800000,"scopes":["user:inference"]}}'
) 2>/dev/null
# `command -v` also finds builtins of the shell.
(
  case $1 in
    */*) if [ -e "$1" ]; then exists=126; fi ;;
    *) IFS=: program=$1; set -f; set --; for directory in $PATH; do set -- "$@" "${directory:-.}/$program"; done ;;
  esac
  for file; do
    if [ -f "$file" ]; then [ -x "$file" ] && exit 0; exists=126; fi
  done
  exit "${exists:-127}"
)
case $? in
  126) printf "claude-bottle: the program '%s' is not runnable in the bottle\n" "$1" >&2; exit 126 ;;
  127) printf "claude-bottle: the program '%s' was not found in the bottle\n" "$1" >&2; exit 127 ;;
esac
exec "$@"
