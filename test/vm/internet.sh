#!/bin/sh
# internet.sh NAME=ADDRESS..., as root in the emulated machine, which has no other network than its loopback: a name server that knows
# these names alone, and the stand-in API behind each of them, over https by a certificate that the machine trusts. Does it once.
set -eu
kit=$(dirname "$0")
mkdir -p /root/internet && cd /root/internet
[ ! -e requests ] || exit 0
curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30'
names=
for pair; do
  ip addr add "${pair#*=}/32" dev lo
  names=${names:+$names,}DNS:${pair%=*}
done
# shellcheck disable=SC2086 # several words
{
  openssl req -x509 $curve -keyout ca.key -out ca.crt -subj '/CN=stand-in authority'
  openssl req -x509 -CA ca.crt -CAkey ca.key $curve -keyout key -out crt -subj /CN=stand-in -extensions v3_req -addext "subjectAltName=$names"
  cp ca.crt /usr/local/share/ca-certificates/stand-in.crt
  update-ca-certificates
} >log 2>&1
cat key crt >pem
nohup python3 "$kit/name-server.py" "$@" </dev/null >>log 2>&1 &
nohup "$kit/stub-api" --host 0.0.0.0 --port 443 --tls pem --log requests </dev/null >>log 2>&1 &
for pair; do
  until python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "https://${pair%=*}/" 2>/dev/null; do sleep 0.2; done
done
