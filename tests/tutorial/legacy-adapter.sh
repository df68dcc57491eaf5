#!/usr/bin/env bash
# The same calls through the link that the Director hands out (legacyConnectorURL), answered as Compass' connectivity
# adapter does: the certificate carries an id instead of the name, and a strict server counts a token as used once it was
# shown, whatever came of it.
#
# usage: legacy-adapter.sh READY_FILE EMPTY_DIR
set -euo pipefail
source "$(dirname "$(realpath "$0")")/legacy-steps.sh"
places "$1"
cd "$2"
umask 077
NAME=adapter

link() {
    director "mutation { result: requestOneTimeTokenForApplication(id: \"$APPLICATION_ID\") { legacyConnectorURL } }" |
        json data.result.legacyConnectorURL
}

step "0. The application must exist"
application "$NAME"

step "1. The link"
LINK=$(link)

step "2. The information"
information "$LINK"
expect 403 "the same link" "$LINK"
said 'invalid token or certificate'

step "3. Key and request"
key_and_request app

step "3a. A wrong request costs the token"
expect 400 "the request of another" -X POST "$CSR_URL" \
    -d "{\"csr\":\"$(openssl req -new -key app.key -subj "/$(tr , / <<<"${SUBJECT/CN=/CN=x}")" | base64 -w 0)\"}"
json error <answer.json | grep -q 'CSR: Invalid common name provided.' || fail "$(cat answer.json)"
expect 403 "the token" -X POST -d "{\"csr\":\"$(base64 -w 0 app.csr)\"}" "$CSR_URL"
said 'invalid token or certificate'
information "$(link)"
key_and_request app

step "4. The certificate"
signed app "$CSR_URL"

step "5. Where everything is"
managed app "$(json api.infoUrl <info.json)"
case $SUBJECT in *CN=????????-????-????-????-????????????) ;; *) fail "no id in $SUBJECT" ;; esac

step "6. Register a service"
register app

step "7. Send events"
events app
arrived 3

step "8. Renew"
renew app

step "9. Give the certificate back: it counts nowhere any more"
revoke app
said 'invalid token or certificate'
expect 403 "management info" --cert app.crt --key app.key "$(json api.infoUrl <info.json)"

echo "PAIRED $NAME"
