# pod-session SESSION MODE PROJECT [NAME=VALUE]... COMMAND...   as kubectl exec runs it, which has neither variables nor a status to be believed
# MODE `plain`: behind all that COMMAND wrote, its status goes to stderr; kubectl ends with 0 or 1 of a lost link too. `s` behind the status:
# nothing below PROJECT was changed meanwhile.
# MODE `terminal`: becomes COMMAND.
# Sets no variable that COMMAND could see: one of that name may be in its environment.
if [ -f "/run/claude-bottle/$1" ]; then
  # shellcheck source=/dev/null
  . "/run/claude-bottle/$1"
  rm -f "/run/claude-bottle/$1"
fi
case $2 in terminal) shift 3 && exec env "$@" ;; esac
# A shell says on its stderr which signal ended a command. What runs in the background would read /dev/null, but for a descriptor of its own.
exec 3<&0 4>&2 2>/dev/null
# A second ago, since a file system's clock goes by steps.
[ -z "$3" ] || touch -d '1 second ago' "/run/claude-bottle/$1-began"
(shift 3 && exec env "$@" 3<&- 2>&4 4>&-)
set -- "$1" "$?" "$3" "/run/claude-bottle/$1-began"
# kubectl 1.37 with containerd 2.4 was seen to hang while bytes of stdin that no process read were on their way.
cat <&3 >/dev/null 2>&1 4>&- &
if [ -e "$4" ] && [ -z "$(find "$3" -cnewer "$4" -print 2>&1 | head -n 1)" ]; then set -- "$1" "$2" s "$4"; else set -- "$1" "$2" '' "$4"; fi
rm -f "$4"
printf '\036claude-bottle:%s:%s%s\036' "$1" "$2" "$3" >&4
exit "$2"
