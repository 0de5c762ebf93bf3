# pod, as process 1 of a pod: it waits, and ends on TERM at once, which `sleep` as process 1 would not. A shell reaps what it inherits.
trap 'exit 0' TERM INT
while :; do sleep 2147483647 & wait $!; done
