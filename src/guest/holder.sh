# holder HOME MINUTES: the first process of a bottle's process tree, which adopts orphans. Ends, and the bottle with it, when nothing else has run
# for that many minutes; 0 means never. HOME identifies the bottle for processes outside.
echo ready
exec >/dev/null 2>&1
idle=0
while :; do
  # A sleep that a program of the bottle killed does not count as a minute.
  sleep 60 || continue
  # Sent to all processes except the first; fails if there is no other.
  if kill -0 -1; then idle=0; else idle=$((idle + 1)); fi
  [ "$2" = 0 ] || [ "$idle" -lt "$2" ] || exit 0
done
