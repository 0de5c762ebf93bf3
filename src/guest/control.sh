# control settle SESSION ROWS COLUMNS TENTHS   waits TENTHS for the session's terminal to take that size by itself (native), then sets it (asserted)
# control end SESSION                          ends every process of the session
# Run beside the session, as its user. The note is the guest's word: quoted, never evaluated.
note=/tmp/.claude-bottle-$2
{ read -r pid && read -r tty; } 2>/dev/null <"$note" || { echo gone; exit 0; }
case $pid in '' | *[!0-9]*) echo gone; exit 0 ;; esac

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

# The leader's kernel session, and whatever left it with the session's mark still in its environment.
members() {
  for stat in /proc/[0-9]*/stat; do
    process=${stat#/proc/}
    process=${process%/stat}
    [ "$process" != "$$" ] || continue
    # The name, in brackets, may hold anything; state, parent, group and session follow it.
    { read -r line <"$stat"; } 2>/dev/null || continue
    set -- ${line##*) }
    [ "$1" != Z ] || continue
    if [ "$4" = "$pid" ] || [ "$process" = "$pid" ] || grep -qzx "CLAUDE_BOTTLE_SESSION=$session" "/proc/$process/environ" 2>/dev/null; then
      echo "$process"
    fi
  done
}

end() {
  session=$1
  for signal in HUP TERM KILL KILL; do
    found=$(members)
    [ -n "$found" ] || break
    kill -s "$signal" $found 2>/dev/null
    kill -s CONT $found 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      [ -n "$(members)" ] || break
      sleep 0.1 2>/dev/null || sleep 1
    done
  done
  rm -f "$note"
  echo ended
}

case $1 in
  settle) settle "$3" "$4" "$5" ;;
  end) end "$2" ;;
esac
