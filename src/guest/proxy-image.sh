# proxy-image, as root while the image of the proxies is built; /bottle is where proxy.sh keeps its sockets.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -qy --no-install-recommends socat tinyproxy-bin
rm -rf /var/lib/apt/lists/*
install -d -o nobody -g nogroup -m 700 /bottle
