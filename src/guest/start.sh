# start FIFO FILTER FACTS COMMAND...: starts a command on the host that outlives us, and waits until it prints `ready`. The command reads the
# file FILTER as descriptor 9 and writes the file FACTS as descriptor 8.
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
