#!/usr/bin/env bash
# Pairs {{NAME}} with Kyma. Needs curl and openssl. Works once, {{EXPIRES}}.
# The brackets around it all make a subshell, so that it can be pasted into a terminal or run as a file.
(
set -eu # Stop at the first step that fails.
umask 077 # The private key is readable only by you.

# What you were handed: the one-time token, where to bring it, and the CA file that vouches for the server.
TOKEN={{TOKEN}}
CONNECTOR_URL={{CONNECTOR_URL}}
CA_FILE={{CA_FILE}}
APP={{FILE_NAME}} # The files that are made here start with this.

# Sends one GraphQL document. The token travels through standard input, so it is not in the process list.
connector() {
  printf 'Connector-Token: %s\n' "$TOKEN" |
    curl --silent --show-error --fail-with-body ${CA_FILE:+--cacert "$CA_FILE"} \
      --header @- --header 'Content-Type: application/json' --data "$1" "$CONNECTOR_URL"
}
# Reads one text field of the last answer.
field() { printf '%s' "$ANSWER" | tr -d '\n' | sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p'; }
# Says what the server answered, and stops.
refused() { printf 'The Connector refused: %s\n' "$ANSWER" >&2; exit 1; }

# 1. Ask what the signing request must look like. This uses the token up; the answer carries the next one.
ANSWER=$(connector '{"query":"query { result: configuration { token { token } certificateSigningRequestInfo { subject keyAlgorithm } managementPlaneInfo { directorURL certificateSecuredConnectorURL } } }"}') || refused
SUBJECT=$(field subject)
TOKEN=$(field token)
DIRECTOR_URL=$(field directorURL)
[ -n "$SUBJECT" ] && [ -n "$TOKEN" ] || refused
printf 'Subject: %s\n' "$SUBJECT"

# 2. Make a private key. It never leaves this computer.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out "$APP.key" 2>/dev/null

# 3. Make the signing request. openssl wants the subject with slashes: /O=…/OU=…/L=…/ST=…/C=…/CN=…
openssl req -new -sha256 -key "$APP.key" -subj "/$(printf '%s' "$SUBJECT" | tr ',' '/')" -out "$APP.csr"

# 4. Have it signed. -A keeps the Base64 on one line, as the GraphQL variable needs it.
CSR=$(openssl base64 -A -in "$APP.csr")
ANSWER=$(connector "$(printf '{"query":"mutation Sign($csr: String!) { result: signCertificateSigningRequest(csr: $csr) { certificateChain caCertificate clientCertificate } }","variables":{"csr":"%s"}}' "$CSR")") || refused
[ -n "$(field clientCertificate)" ] || refused

# 5. Keep the certificate, the CA that issued it, and both in one file.
field clientCertificate | openssl base64 -d -A -out "$APP.crt"
field caCertificate | openssl base64 -d -A -out "$APP-ca.crt"
field certificateChain | openssl base64 -d -A -out "$APP-chain.pem"
openssl verify -CAfile "$APP-ca.crt" "$APP.crt"

# 6. Make the first call with it. This is what turns the application to "paired".
curl --silent --show-error --fail-with-body ${CA_FILE:+--cacert "$CA_FILE"} \
  --cert "$APP-chain.pem" --key "$APP.key" --header 'Content-Type: application/json' \
  --data '{"query":"query { viewer { id type } }"}' "$DIRECTOR_URL"
printf '\n'
)
