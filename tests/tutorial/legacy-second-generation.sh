#!/usr/bin/env bash
# Pairing as Kyma 0.8 to 2.2 had it: a token from the internal port, information, certificate, management info, registry,
# events, renewal, revocation.
#
# usage: legacy-second-generation.sh READY_FILE EMPTY_DIR
set -euo pipefail
source "$(dirname "$(realpath "$0")")/legacy-steps.sh"
places "$1"
cd "$2"
umask 077
NAME=second

step "0. The application must exist, or the server creates it (--create-unknown-applications)"
application "$NAME"

step "1. A token, from inside the cluster; without the header there is none"
LINK=$(curl --silent --show-error -X POST -H "Application: $NAME" "$INTERNAL_URL/v1/applications/tokens" | json url)
curl --silent --show-error -X POST "$INTERNAL_URL/v1/applications/tokens" >answer.json
said 'Required headers for ApplicationContext not specified.'

step "2. The information"
information "$LINK"

step "3. Key and request"
key_and_request app

step "3a. A wrong request costs nothing: the token is spent by success"
expect 400 "the request of another" -X POST "$CSR_URL" \
    -d "{\"csr\":\"$(openssl req -new -key app.key -subj "/$(tr , / <<<"${SUBJECT/CN=/CN=x}")" | base64 -w 0)\"}"
said 'CSR: Invalid common name provided.'

step "4. The certificate"
signed app "$CSR_URL"

step "5. Where everything is. Do not use the addresses of step 2, and do not write these down either"
managed app "$(json api.infoUrl <info.json)"
[ "$APPLICATION" = "$NAME" ] || fail "$(cat managed.json)"

step "6. Register a service"
register app

step "7. Send events"
events app
arrived 3

step "8. Renew, twice; the old certificate goes on"
cp app.crt old.crt
renew app
renew app
expect 200 "the old certificate" --cert old.crt --key app.key "$(json api.infoUrl <info.json)"

step "9. Give the certificate back"
revoke app
said 'Certificate has been revoked.'

step "10. The same by the administrator, who knows its fingerprint"
HASH=$(openssl x509 -in old.crt -outform der | sha256sum | cut -d ' ' -f 1)
curl --silent --show-error --fail -X POST -d "{\"hash\":\"$HASH\"}" "$INTERNAL_URL/v1/applications/certificates/revocations"
expect 403 "renewing" -X POST --cert old.crt --key app.key -d "{\"csr\":\"$(base64 -w 0 app.csr)\"}" "$RENEW_URL"
said 'Certificate has been revoked.'

step "11. Then the application must pair again; as the one-click script does it, with a key of 4096 bits"
LINK=$(curl --silent --show-error -X POST -H "Application: $NAME" "$INTERNAL_URL/v1/applications/tokens" | json url)
information "$LINK"
key_and_request again 4096
signed again "$CSR_URL"
managed again "$(json api.infoUrl <info.json)"

echo "PAIRED $NAME"
