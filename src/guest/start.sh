# start FIFO FILTER FACTS COMMAND...: on the host, starts what goes on without us, and waits until it says `ready`. Its descriptors 9 and 8 are
# the files FILTER, to read, and FACTS, to write.
fifo=$1
exec 9<"$2" 8>"$3" || exit
shift 3
rm -f "$fifo"
mkfifo -m 600 "$fifo" || exit
"$@" </dev/null >"$fifo" 2>&1 &
exec 9<&- 8>&-
IFS= read -r line <"$fifo"
rm -f "$fifo"
[ "$line" = ready ] && exit
printf '%s\n' "$line" >&2
exit 1
