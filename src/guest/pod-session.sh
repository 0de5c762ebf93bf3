# pod-session SESSION MODE [NAME=VALUE]... COMMAND...   as kubectl exec runs it, which has neither variables nor a status to be believed
# MODE `plain`: COMMAND's status goes to stderr as well, behind all that COMMAND wrote; kubectl ends with 0 or 1 of a lost link too.
# MODE `terminal`: becomes COMMAND.
# Sets no variable that COMMAND could see: one of that name may be in its environment.
if [ -f "/run/claude-bottle/$1" ]; then
  # shellcheck source=/dev/null
  . "/run/claude-bottle/$1"
  rm -f "/run/claude-bottle/$1"
fi
case $2 in terminal) shift 2 && exec env "$@" ;; esac
# A shell says on its stderr which signal ended a command. What runs in the background would read /dev/null, but for a descriptor of its own.
exec 3<&0 4>&2 2>/dev/null
(shift 2 && exec env "$@" 3<&- 2>&4 4>&-)
set -- "$1" "$2" "$?"
# kubectl 1.37 with containerd 2.4 was seen to hang while bytes of stdin that no process read were on their way.
cat <&3 >/dev/null 2>&1 4>&- &
printf '\036claude-bottle:%s:%s\036' "$1" "$3" >&4
exit "$3"
