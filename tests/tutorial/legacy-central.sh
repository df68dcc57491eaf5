#!/usr/bin/env bash
# Central mode (--central): tokens are asked for with a tenant and a group, which become the organization and the unit of
# the certificate, and runtimes pair as applications do.
#
# usage: legacy-central.sh READY_FILE EMPTY_DIR
set -euo pipefail
source "$(dirname "$(realpath "$0")")/legacy-steps.sh"
places "$1"
cd "$2"
umask 077
NAME=central
CONTEXT=(-H 'Tenant: acme' -H 'Group: sales')

step "0. The application must exist, or the server creates it (--create-unknown-applications)"
application "$NAME"

step "1. A token; all three headers are needed"
curl --silent --show-error -X POST -H "Application: $NAME" -H 'Tenant: acme' "$INTERNAL_URL/v1/applications/tokens" >answer.json
said 'Required headers for ApplicationContext not specified.'
LINK=$(curl --silent --show-error -X POST -H "Application: $NAME" "${CONTEXT[@]}" "$INTERNAL_URL/v1/applications/tokens" | json url)

step "2. The information; 3. key and request; 4. the certificate"
information "$LINK"
case $SUBJECT in O=acme,OU=sales,*,CN=$NAME) ;; *) fail "the subject is $SUBJECT" ;; esac
key_and_request app
signed app "$CSR_URL"

step "5. Where everything is, and who is asking"
managed app "$(json api.infoUrl <info.json)"
[ "$(jq -c .clientIdentity managed.json | jq -cS .)" = "{\"application\":\"$NAME\",\"group\":\"sales\",\"tenant\":\"acme\"}" ] || fail "$(cat managed.json)"

step "6. Register a service; 7. send events; 8. renew; 9. give the certificate back"
register app
events app
arrived 3
renew app
revoke app
said 'Certificate has been revoked.'

step "10. A runtime: the same calls under /v1/runtimes, and no name"
curl --silent --show-error -X POST -H 'Tenant: acme' "$INTERNAL_URL/v1/runtimes/tokens" >answer.json
said 'Required headers for ClusterContext not specified.'
LINK=$(curl --silent --show-error -X POST "${CONTEXT[@]}" "$INTERNAL_URL/v1/runtimes/tokens" | json url)
information "$LINK"
[ "${SUBJECT##*,}" = 'CN=*Runtime*' ] || fail "the subject is $SUBJECT"
jq -e '.api | has("eventsUrl") or has("metadataUrl") or has("eventsInfoUrl") | not' info.json >/dev/null || fail "$(cat info.json)"
# As the controllers of clusters did it.
key_and_request runtime
signed runtime "$CSR_URL"
expect 200 "management info" --cert runtime.crt --key runtime.key "$(json api.infoUrl <info.json)"
[ "$(jq -cS .clientIdentity answer.json)" = '{"group":"sales","tenant":"acme"}' ] || fail "$(cat answer.json)"
RENEW_URL=$(json urls.renewCertUrl <answer.json)
REVOKE_URL=$(json urls.revokeCertUrl <answer.json)
renew runtime
revoke runtime
said 'Certificate has been revoked.'

echo "PAIRED $NAME"
