# Runs before the script of an image: installs the host's extra certificates, if any, for downloads here and for programs in the image later.
extra=/opt/claude-bottle/certificates.pem
if [ -s "$extra" ]; then
  # Debian and Alpine build their list from these files.
  mkdir -p /usr/local/share/ca-certificates
  cp "$extra" /usr/local/share/ca-certificates/claude-bottle.crt
  # Setup commands read this again: some bases get their list only with the packages.
  cat >/opt/claude-bottle/certificates.env <<'ENV'
for all in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do [ ! -s "$all" ] || break; done
[ -s "$all" ] || all=/opt/claude-bottle/certificates.pem
for name in SSL_CERT_FILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE GIT_SSL_CAINFO; do export "$name=$all"; done
export NODE_EXTRA_CA_CERTS=/opt/claude-bottle/certificates.pem
ENV
  all=
  # shellcheck source=/dev/null
  . /opt/claude-bottle/certificates.env
  [ "$all" = "$extra" ] || cat "$extra" >>"$all"
  printf 'Acquire::https::CaInfo "%s";\n' "$all" >/opt/claude-bottle/apt.conf
  export APT_CONFIG=/opt/claude-bottle/apt.conf
fi
