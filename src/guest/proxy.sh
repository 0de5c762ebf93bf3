# proxy FILTER, in a container of its own that alone has a way out: an HTTP proxy for the hosts that the lines of FILTER fit, on a socket
# that relay.sh reaches from the bottle. A filter that was changed since is kept.
set -eu
cd /bottle
[ -e filter ] || printf '%s\n' "$1" >filter
cat >/tmp/tinyproxy.conf <<'CONF'
Listen 127.0.0.1
Port 3128
PidFile "/tmp/tinyproxy.pid"
LogLevel Notice
MaxClients 1000
Timeout 3600
DisableViaHeader Yes
Filter "/bottle/filter"
FilterType ere
FilterURLs On
FilterDefaultDeny Yes
CONF
rm -f http.sock
# upstream.sh sends requests to this port, and gateway.pl forwards them.
socat -t 600 TCP-LISTEN:3129,bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:upstream.sock &
trap 'exit 0' TERM INT
# The container ends if either of the two ends, so that the next start finds it stopped.
{ tinyproxy -d -c /tmp/tinyproxy.conf || :; kill -s TERM $$; } &
{ socat -t 600 UNIX-LISTEN:http.sock,fork,mode=600 TCP:127.0.0.1:3128 || :; kill -s TERM $$; } &
wait
