#!/usr/bin/env bash
# A certificate's life with plain openssl and curl, as an application and its administrator would live it: paired,
# renewed, revoked, found on the list, over a crash, a backup and its restore, and a rotation of the authority.
# Starts and stops the server itself, because a restart is part of it.
#
# usage: certificate-life.sh SERVER_PROGRAM EMPTY_DIR
set -euo pipefail

program=$1
cd "$2"
umask 077
export CONNECTOR_EMBEDDED_CA_KEY_PROTECTION=plain

fail() { echo "FAILED: $*" >&2; exit 1; }
step() { echo "== $*"; }
# json PATH: one value out of the JSON on standard input
json() { jq -r ".$1"; }
# graphql QUERY: the body of a GraphQL request
graphql() { jq -n --arg query "$1" '{$query}'; }

server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT

# start DATA_DIR: starts the server and reads where it is
start() {
    rm -f ready.json
    "$program" serve --data-dir "$1" --port 0 --mtls-port 0 --ready-file ready.json >server.out 2>>server.log &
    server=$!
    for _ in $(seq 600); do
        [ -s ready.json ] && break
        kill -0 "$server" 2>/dev/null || { cat server.log >&2; fail "the server ended"; }
        sleep 0.1
    done
    DIRECTOR_URL=$(json directorUrl <ready.json)
    SECURED_DIRECTOR_URL=$(json certificateSecuredDirectorUrl <ready.json)
    SECURED_CONNECTOR_URL=$(json certificateSecuredConnectorUrl <ready.json)
    CONSOLE_URL=$(json consoleUrl <ready.json)
    TENANT=$(json tenant <ready.json)
    CA_FILE=$(json caFile <ready.json)
    ADMIN_TOKEN=$(cat "$(json adminTokenFile <ready.json)")
    BASE_URL=${DIRECTOR_URL%/director/graphql}
}

# stop SIGNAL: ends the server and waits for it
stop() {
    kill "-$1" "$server"
    wait "$server" || true
    server=
}

fetch() { curl --silent --show-error --cacert "$CA_FILE" -H 'Content-Type: application/json' "$@"; }

director() {
    graphql "$1" | fetch --fail "$DIRECTOR_URL" -H "Authorization: Bearer $ADMIN_TOKEN" -H "Tenant: $TENANT" --data @- |
        jq -e 'if .errors then error(.errors[0].message) else . end'
}

# console METHOD PATH [BODY]: the administrator's own API
console() { fetch --fail -X "$1" "$CONSOLE_URL$2" -H "Authorization: Bearer $ADMIN_TOKEN" ${3:+--data "$3"}; }

# redeem TOKEN QUERY: at the Connector, with a one-time token
redeem() { graphql "$2" | fetch --fail "$BASE_URL/connector/graphql" -H "Connector-Token: $1" --data @-; }

# connector NAME QUERY: at the Connector's certificate listener, with NAME.pem and NAME.key
connector() { graphql "$2" | fetch --cert "$1.pem" --key "$1.key" "$SECURED_CONNECTOR_URL" --data @-; }

# sign CSR_FILE: the mutation for a request
sign() { echo "mutation { result: signCertificateSigningRequest(csr: \"$(base64 -w 0 "$1")\") { certificateChain } }"; }

# chain: the chain in an answer
chain() { json data.result.certificateChain | base64 -d; }

# viewer NAME: HTTP status of a call to the Director with that certificate, "000" when there was no answer
viewer() {
    graphql '{ result: viewer { id } }' | fetch --cert "$1.pem" --key "$1.key" -o viewer.json -w '%{http_code}' \
        "$SECURED_DIRECTOR_URL" --data @- 2>/dev/null || true
}

# expect STATUS NAME WHEN
expect() {
    local got
    got=$(viewer "$2")
    [ "$got" = "$1" ] || fail "$3: $2 got $got instead of $1"
}

# pair NAME: a new certificate in NAME.pem, its key in NAME.key
pair() {
    local token subject
    token=$(director "mutation { result: requestOneTimeTokenForApplication(id: \"$APPLICATION_ID\") { token } }" |
        json data.result.token)
    redeem "$token" 'query { result: configuration { token { token } certificateSigningRequestInfo { subject } } }' \
        >configuration.json
    token=$(json data.result.token.token <configuration.json)
    subject=$(json data.result.certificateSigningRequestInfo.subject <configuration.json)
    openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -subj "/${subject//,//}" -out "$1.csr" 2>/dev/null
    redeem "$token" "$(sign "$1.csr")" | chain >"$1.pem"
}

# renew OLD NEW CSR_FILE: NEW.pem comes of a call with OLD
renew() { connector "$1" "$(sign "$3")" | chain >"$2.pem"; }

digits() { sed 's/.*=//; s/://g' | tr A-F a-f; }
name_of() { openssl x509 -in "$1" -noout -fingerprint -sha256 | digits; }
serial_of() { openssl x509 -in "$1.pem" -noout -serial; }
number_of() { echo $((16#$(openssl crl -in "$1" -noout -crlnumber | sed 's/.*=0x//'))); }

# list FILE: the list of revocations, checked
list() {
    fetch --fail "$BASE_URL/crl.pem" >"$1"
    openssl crl -in "$1" -CAfile "$CA_FILE" -verify -noout 2>&1 | grep -q 'verify OK' || fail "the list does not verify"
}

# check NAME: what openssl makes of a certificate and the list
check() { openssl verify -crl_check -CAfile "$CA_FILE" -CRLfile after.crl "$1.pem" 2>&1 || true; }

step "1. Pair"
start data
APPLICATION_ID=$(director 'mutation { result: registerApplication(in: { name: "life" }) { id } }' | json data.result.id)
pair first
expect 200 first "a new certificate"
openssl verify -x509_strict -purpose sslclient -CAfile "$CA_FILE" first.pem

step "2. Renew: the same key and the same request, then a new key"
cp first.key second.key
renew first second first.csr
cp first.key third.key
renew first third first.csr
[ "$(serial_of second)" != "$(serial_of third)" ] || fail "two certificates have one serial number"
subject=$(openssl req -in first.csr -noout -subject -nameopt compat | sed 's/subject=//')
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout fourth.key -out fourth.csr \
    -subj "$subject" 2>/dev/null
renew third fourth fourth.csr
for certificate in first second third fourth; do
    expect 200 "$certificate" "every one of the line works"
    openssl verify -x509_strict -purpose sslclient -CAfile "$CA_FILE" "$certificate.pem" >/dev/null
done
generation=$(console GET "/certificates/$(name_of fourth.pem)" | json certificate.generation)
[ "$generation" = 2 ] || fail "fourth is the second renewal, not number $generation"

step "3. Revoke: one by its holder, one by the administrator"
list before.crl
[ "$(connector second 'mutation { result: revokeCertificate }' | json data.result)" = true ] || fail "the holder revokes"
console POST "/certificates/$(name_of third.pem)/revoke" '{"reason":"key_compromise","note":"lost"}' >/dev/null
for certificate in second third; do
    expect 401 "$certificate" "a revoked one is refused"
    connector "$certificate" "$(sign first.csr)" | jq -e '.errors' >/dev/null || fail "$certificate renewed itself"
done
for certificate in first fourth; do expect 200 "$certificate" "the others are not touched"; done

step "4. The list says so to everybody"
list after.crl
[ "$(number_of after.crl)" -gt "$(number_of before.crl)" ] || fail "the list's number did not grow"
for certificate in second third; do
    check "$certificate" | grep -q 'certificate revoked' || fail "$certificate is not on the list"
done
for certificate in first fourth; do
    check "$certificate" | grep -q "$certificate.pem: OK" || fail "$certificate is on the list"
done

step "5. A crash and a restart change nothing of that"
stop KILL
start data
expect 200 first "after kill -9"
for certificate in second third; do expect 401 "$certificate" "after kill -9"; done
list restarted.crl
[ "$(number_of restarted.crl)" -ge "$(number_of after.crl)" ] || fail "the list's number fell"

step "6. Back up, then revoke one more"
echo 'correct horse battery staple' >passphrase
console POST /authority/backup '{"passphrase":"correct horse battery staple"}' >backup.age
[ "$(head -n 1 backup.age)" = age-encryption.org/v1 ] || fail "the backup is not an age file"
console POST "/certificates/$(name_of fourth.pem)/revoke" '{"reason":"superseded"}' >/dev/null
expect 401 fourth "revoked after the backup"

step "7. Restore: what was revoked stays revoked"
stop TERM
"$program" restore --data-dir data --backup backup.age --backup-passphrase-file passphrase
start data
expect 200 first "after the restore"
for certificate in second third fourth; do expect 401 "$certificate" "after the restore"; done

step "8. Another authority takes over, and the old one ends"
cp "$CA_FILE" old-ca.pem
console POST /authority/rotate '{"key":"ec:p256","oldTrustedForSeconds":86400}' >/dev/null
expect 200 first "the old chain is still accepted"
cp first.key fifth.key
renew first fifth first.csr
expect 200 fifth "the new chain"
bundle=$CA_FILE
CA_FILE=$PWD/old-ca.pem
expect 200 first "who knows only the old authority reaches the server"
CA_FILE=$bundle
console GET /authority | json active.pem >new-ca.pem
openssl verify -x509_strict -purpose sslclient -CAfile new-ca.pem fifth.pem
openssl verify -x509_strict -purpose sslclient -CAfile old-ca.pem first.pem
if openssl verify -CAfile old-ca.pem fifth.pem 2>/dev/null; then fail "the old authority did not sign the new one"; fi
console POST /authority/retire "{\"fingerprint\":\"$(name_of old-ca.pem)\"}" >/dev/null
case $(viewer first) in
    000 | 401) ;;
    *) fail "a retired authority's certificate was let in" ;;
esac
expect 200 fifth "the new chain stays"
stop TERM
echo "LIVED $APPLICATION_ID"
