# holder HOME MINUTES: the first process of a bottle's own process tree; whatever loses its parent in there becomes a child of it. Ends, and the
# bottle with it, when nothing else has run for that many minutes; 0 is never. HOME says which bottle it is to who looks from outside.
echo ready
exec >/dev/null 2>&1
idle=0
while :; do
  # One that was killed, by a program of the bottle, was no minute.
  sleep 60 || continue
  # To all processes but the first; it fails when there is none.
  if kill -0 -1; then idle=0; else idle=$((idle + 1)); fi
  [ "$2" = 0 ] || [ "$idle" -lt "$2" ] || exit 0
done
