# proxy-image, as root while the image of the proxies is built; /bottle is where proxy.sh keeps its sockets.
set -eu
export DEBIAN_FRONTEND=noninteractive
echo "claude-bottle step 2: packages"
apt-get update -q
apt-get install -qy --no-install-recommends socat tinyproxy-bin
rm -rf /var/lib/apt/lists/*
install -d -o nobody -g nogroup -m 700 /bottle
# The bottle shares its processes, and its root can become their user: the kernel keeps what runs a file that it may not read to itself.
for program in sh cat rm perl socat tinyproxy; do chmod go-r "$(readlink -f "$(command -v "$program")")"; done
