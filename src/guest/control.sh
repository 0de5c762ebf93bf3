# control settle SESSION ROWS COLUMNS TENTHS   waits TENTHS for the session's terminal to take that size by itself (native), then sets it (asserted)
# control end SESSION                          ends every process of the session
# control left SESSION                         prints `left` if the session's command runs
# Runs beside the session, as its user. The guest wrote the note, so it is quoted and never evaluated.
session=$2
note=/tmp/.claude-bottle-$session
{ read -r pid && read -r tty && read -r start && read -r place; } 2>/dev/null <"$note" || pid=- tty=- start=- place=-
# Pids here are those of /proc, which may belong to an outer pid namespace; signals take those of our own.
read -r own _ </proc/self/stat

# The kernel's fields for a process from its state on; the name before that, in brackets, may contain anything.
fields() { read -r line <"/proc/$1/stat" && fields=${line##*) }; } 2>/dev/null

settle() {
  tenths=$3
  while :; do
    size=$(stty -F "$tty" size 2>/dev/null) || { echo gone; return; }
    [ "$size" = "$1 $2" ] && { echo native; return; }
    [ "$tenths" -gt 0 ] || break
    tenths=$((tenths - 1))
    sleep 0.1 2>/dev/null || { sleep 1; tenths=0; }
  done
  stty -F "$tty" rows "$1" cols "$2" 2>/dev/null && echo asserted || echo gone
}

# The leader's pid may have been reused, but not while a process of its kernel session lives.
check_leader() {
  case $pid in '' | *[!0-9]*) pid=- ;; esac
  fields "$pid" || return
  set -- $fields
  [ "${20}" = "$start" ] || pid=-
}

# Claude Code's daemon serves the whole bottle. In its environment it has the mark of the session that started it, and so have its background
# sessions and what they start (2.1.332).
is_background() {
  case "$background " in *"/proc/$1/environ"*) return 0 ;; esac
  case $(tr '\0' ' ' <"/proc/$1/cmdline") in *' daemon run --origin '*) return 0 ;; esac
  return 1
}

# Sets `numbers` to the process's pids in each pid namespace, starting with that of /proc.
read_numbers() {
  numbers=
  while read -r key words; do [ "$key" != NSpid: ] || numbers=$words; done <"/proc/$1/status"
} 2>/dev/null

# The pids to pass to kill. A process with another number of pids than ours is in another namespace.
callable() {
  read_numbers "$own"
  set -- $numbers -- "$@"
  depth=0
  while [ "$1" != -- ]; do depth=$((depth + 1)); shift; done
  shift
  for process; do
    read_numbers "$process"
    set -- $numbers
    [ $# != "$depth" ] || { shift $((depth - 1)); echo "$1"; }
  done
}

# The processes of the leader's kernel session, or those that share the caller's on the same terminal; and those that left it but still have the
# session's mark in their environment.
members() {
  marked=$(grep -lszx "CLAUDE_BOTTLE_SESSION=$session" /proc/[0-9]*/environ)
  background=$(grep -lszE '^(CLAUDE_CODE_SESSION_KIND=bg$|CLAUDE_JOB_DIR=)' /proc/[0-9]*/environ)
  for process in /proc/[0-9]*; do
    process=${process#/proc/}
    fields "$process" || continue
    set -- $fields
    # Skips zombies, this process and its children.
    if [ "$1" = Z ] || [ "$process" = "$own" ] || [ "$2" = "$own" ]; then continue; fi
    case "$process $4 " in "$pid "* | *" $pid "*) echo "$process" && continue ;; esac
    [ "$5" = 0 ] || [ "$4 $5" != "$place" ] || { echo "$process" && continue; }
    case "$marked " in *"/proc/$process/environ"*) is_background "$process" || echo "$process" ;; esac
  done
}

end() {
  check_leader
  for signal in HUP TERM KILL KILL; do
    found=$(members)
    [ -n "$found" ] || break
    found=$(callable $found)
    kill -s "$signal" $found
    kill -s CONT $found
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      [ -n "$(members)" ] || break
      sleep 0.1 || sleep 1
    done
  done 2>/dev/null
  rm -f "$note"
  echo ended
}

left() {
  check_leader
  fields "$pid" && [ "${fields%% *}" != Z ] && echo left
}

case $1 in
  left) left ;;
  settle) settle "$3" "$4" "$5" ;;
  end) end ;;
esac
