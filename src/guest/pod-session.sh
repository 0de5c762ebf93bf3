# pod-session SESSION MODE PROJECT [NAME=VALUE]... COMMAND...   run by kubectl exec, which passes no variables and whose status is not reliable
# MODE `plain`: writes the status to stderr after all output of COMMAND, because kubectl also returns 0 or 1 for a lost connection. An `s` after
# the status means that nothing below PROJECT has changed.
# MODE `terminal`: becomes COMMAND.
# Sets no variable that COMMAND could see, because its environment may have one of that name.
if [ -f "/run/claude-bottle/$1" ]; then
  # shellcheck source=/dev/null
  . "/run/claude-bottle/$1"
  rm -f "/run/claude-bottle/$1"
fi
case $2 in terminal) shift 3 && exec env "$@" ;; esac
# A shell reports on its stderr which signal ended a command. A background command reads /dev/null unless it is given a descriptor.
exec 3<&0 4>&2 2>/dev/null
# One second ago, because a file system's clock is coarse.
[ -z "$3" ] || touch -d '1 second ago' "/run/claude-bottle/$1-began"
(shift 3 && exec env "$@" 3<&- 2>&4 4>&-)
set -- "$1" "$?" "$3" "/run/claude-bottle/$1-began"
# kubectl 1.37 with containerd 2.4 was seen to hang while bytes of stdin that no process read were on their way.
cat <&3 >/dev/null 2>&1 4>&- &
if [ -e "$4" ] && [ -z "$(find "$3" -cnewer "$4" -print 2>&1 | head -n 1)" ]; then set -- "$1" "$2" s "$4"; else set -- "$1" "$2" '' "$4"; fi
rm -f "$4"
printf '\036claude-bottle:%s:%s%s\036' "$1" "$2" "$3" >&4
exit "$2"
