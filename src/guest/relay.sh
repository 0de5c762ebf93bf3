# relay PORT SOCKET [PORT SOCKET], in the bottle's network: forwards each port of its loopback to a socket of the other containers.
while [ $# -gt 0 ]; do
  { socat -t 600 "TCP-LISTEN:$1,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:/bottle/$2"; kill -s TERM $$; } &
  shift 2
done
wait
