# filter FILTER, beside proxy.sh: other hosts from now on; what is connected stays so.
set -eu
printf '%s\n' "$1" >/bottle/filter
kill -s USR1 "$(cat /tmp/tinyproxy.pid)"
