#!/usr/bin/env bash
# Two-phase pairing (--two-phase): the first certificate opens the registry and the management info; that answer hands
# out a token for the runtime's own Connector, whose certificate opens the events.
#
# usage: legacy-two-phase.sh READY_FILE EMPTY_DIR
set -euo pipefail
source "$(dirname "$(realpath "$0")")/legacy-steps.sh"
places "$1"
cd "$2"
umask 077
NAME=two-phase

step "0. The application must exist, or the server creates it (--create-unknown-applications)"
application "$NAME"

step "1. First phase: pair with the central Connector"
LINK=$(curl --silent --show-error -X POST -H "Application: $NAME" "$INTERNAL_URL/v1/applications/tokens" | json url)
information "$LINK"
key_and_request first
signed first "$CSR_URL"
CENTRAL_INFO_URL=$(json api.infoUrl <info.json)

step "2. Ask where everything is: there is a runtime, and a token for it"
managed first "$CENTRAL_INFO_URL"
RUNTIME_LINK=$(json runtime.connectorUrl <managed.json)
[ "$RUNTIME_LINK" = "${RUNTIME_LINK%%\?*}?token=$(json runtime.token <managed.json)" ] || fail "$(cat managed.json)"

step "3. Second phase: pair with the runtime's Connector, whose certificates are of another authority"
# The server shows a certificate of the central authority, so nothing else has to be trusted.
information "$RUNTIME_LINK"
key_and_request second
signed second "$CSR_URL"
cmp -s first.ca.crt second.ca.crt && fail "the same authority"
managed second "$(json api.infoUrl <info.json)"

step "4. Events with the second certificate"
events second
arrived 3

step "5. The registry with the first"
managed first "$CENTRAL_INFO_URL"
register first

step "6. Neither opens the other's door"
[ "$(handshake --cert second.crt --key second.key "$METADATA_URL")" = refused ] || fail "the registry took the second certificate"
[ "$(handshake -X POST -d '{}' --cert first.crt --key first.key "$EVENTS_URL")" = refused ] || fail "the events took the first certificate"

step "7. Each is renewed where it is from"
renew first
managed second "$(json api.infoUrl <info.json)"
renew second
events second
arrived 6

step "8. Given back, the second does not touch the first"
revoke second
said 'Certificate has been revoked.'
managed first "$CENTRAL_INFO_URL"

echo "PAIRED $NAME"
