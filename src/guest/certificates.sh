# Before the script of an image: the host's extra certificates, where it has any, for what is fetched here and for what runs in the image later.
extra=/opt/claude-bottle/certificates.pem
if [ -s "$extra" ]; then
  # What Debian and Alpine make their list from.
  mkdir -p /usr/local/share/ca-certificates
  cp "$extra" /usr/local/share/ca-certificates/claude-bottle.crt
  # Read again by setup commands: a base may get its list with the packages only.
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
