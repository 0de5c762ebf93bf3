# first SEEN IDLE COMMAND...: a container's first process. In a new container it runs COMMAND, which prepares the bottle, and writes its output to
# the file SEEN, or nothing if it fails.
seen=$1 idle=$2
shift 2
# After a restart, or in an image that was made from a bottle, a later call prepares it.
[ ! -e /etc/.claude-bottle ] || set -- false
rm -f "$seen" "$seen.new"
"$@" >"$seen.new" || : >"$seen.new"
mv "$seen.new" "$seen"
# Otherwise every list of processes in the bottle would show the long command line.
exec /bin/sh -c "$idle"
