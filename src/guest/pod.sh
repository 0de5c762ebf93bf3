# pod, process 1 of a pod: waits, and ends on TERM at once, which `sleep` as process 1 would not. A shell also reaps orphans.
trap 'exit 0' TERM INT
while :; do sleep 2147483647 & wait $!; done
