# filter FILTER, beside proxy.sh: replaces the list of hosts; open connections stay.
set -eu
printf '%s\n' "$1" >/bottle/filter
kill -s USR1 "$(cat /tmp/tinyproxy.pid)"
