#!/usr/bin/env bash
# Pairing as Kyma 0.3 to 0.6 had it: one token per name on the internal port, info, certificate. There was no management
# info, no renewal and no revocation yet; the addresses come with the information.
#
# usage: legacy-first-generation.sh READY_FILE EMPTY_DIR [FAMILY]      FAMILY: remoteenvironments (the default) or applications
set -euo pipefail
source "$(dirname "$(realpath "$0")")/legacy-steps.sh"
places "$1"
cd "$2"
umask 077
FAMILY=${3:-remoteenvironments}
NAME=first-$FAMILY

step "0. The application must exist, or the server creates it (--create-unknown-applications)"
application "$NAME"

step "1. A token, from inside the cluster: plain HTTP, no body"
curl --silent --show-error -X POST "$INTERNAL_URL/v1/$FAMILY/$NAME/tokens" >token.json
LINK=$(json url <token.json)
[ "$LINK" = "${LINK%%\?*}?token=$(json token <token.json)" ] || fail "$(cat token.json)"

step "1a. There is one token for a name: the next one ends it"
OLD_LINK=$LINK
LINK=$(curl --silent --show-error -X POST "$INTERNAL_URL/v1/$FAMILY/$NAME/tokens" | json url)
expect 403 "the first token" "$OLD_LINK"
said 'Invalid token.'

step "2. The information; it swaps the token"
information "$LINK"
expect 403 "the same token" "$LINK"
said 'Invalid token.'
METADATA_URL=$(json api.metadataUrl <info.json)
EVENTS_URL=$(json api.eventsUrl <info.json)
EVENTS_INFO_URL=$EVENTS_URL/subscribed

step "3. Key and request; 4. the certificate"
key_and_request app
signed app "$CSR_URL"

step "4a. The second token is used up by it"
expect 403 "signing twice" -X POST -d "{\"csr\":\"$(base64 -w 0 app.csr)\"}" "$CSR_URL"
said 'Invalid token.'

step "5. Register a service"
register app

step "6. Send events"
events app
arrived 3

echo "PAIRED $NAME"
