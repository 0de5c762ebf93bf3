# records ALIVE: prints what Claude Code and hook.sh have noted in the home, one record per line: KIND NAME TIME and the file in base64; and for
# each of their live processes, "alive PID START SESSION". With ALIVE, only the latter. Has limits, because any process here can write these files.
cd "${CLAUDE_CONFIG_DIR:-$HOME/.claude}" 2>/dev/null || exit 0
show() {
  [ -f "$3" ] && [ ! -L "$3" ] && [ "$(stat -c %s "$3")" -le 262144 ] || return 0
  printf '%s %s %s ' "$1" "$2" "$(stat -c %Y "$3")"
  base64 <"$3" | tr -d '\n'
  echo
}
count=0
for file in sessions/*.json; do
  count=$((count + 1))
  [ "$count" -le 256 ] || break
  pid=${file#sessions/}
  pid=${pid%.json}
  case $pid in '' | *[!0-9]*) continue ;; esac
  [ "$1" = alive ] || show process "$pid" "$file"
  { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || continue
  session=$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^CLAUDE_BOTTLE_SESSION=\([0-9a-f]*\)$/\1/p')
  set -- "$1" ${stat##*) }
  [ "$2" = Z ] || echo "alive $pid ${21} ${session:--}"
  set -- "$1"
done
[ "$1" = alive ] || {
  count=0
  for file in jobs/*/state.json; do
    count=$((count + 1))
    [ "$count" -le 256 ] || break
    name=${file#jobs/}
    show job "${name%/state.json}" "$file"
  done
  ls -t claude-bottle/turns 2>/dev/null | head -n 256 | while read -r name; do show turn "$name" "claude-bottle/turns/$name"; done
}
