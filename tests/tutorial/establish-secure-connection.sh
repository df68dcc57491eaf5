#!/usr/bin/env bash
# The five steps of "Establish a Secure Connection with UCL", with plain openssl and curl, as an application and
# its administrator would do them. Knows only what an administrator knows: the ready line of the server.
#
# usage: establish-secure-connection.sh READY_FILE [EMPTY_DIR [APPLICATION_NAME]]
set -euo pipefail

ready=$1
dir=${2:-$(mktemp -d)}
NAME=${3:-tutorial}
cd "$dir"
umask 077

fail() { echo "FAILED: $*" >&2; exit 1; }
step() { echo "== $*"; }
# json PATH: one value out of the JSON on standard input
json() { jq -r ".$1"; }
# graphql QUERY: the body of a GraphQL request
graphql() { jq -n --arg query "$1" '{$query}'; }

DIRECTOR_URL=$(json directorUrl <"$ready")
TENANT=$(json tenant <"$ready")
CA_FILE=$(json caFile <"$ready")
ADMIN_TOKEN=$(cat "$(json adminTokenFile <"$ready")")
CURL=(curl --silent --show-error --cacert "$CA_FILE")

director() {
    graphql "$1" | "${CURL[@]}" --fail "$DIRECTOR_URL" \
        -H "Authorization: Bearer $ADMIN_TOKEN" -H "Tenant: $TENANT" -H 'Content-Type: application/json' --data @- |
        jq -e 'if .errors then error(.errors[0].message) else . end'
}

step "0. The application must exist"
APPLICATION_ID=$(director "mutation { result: registerApplication(in: { name: \"$NAME\", providerName: \"docs\" }) { id } }" |
    json data.result.id)

step "1. Get the Connector URL and the one-time token"
director "mutation { result: requestOneTimeTokenForApplication(id: \"$APPLICATION_ID\") { token connectorURL } }" >token.json
TOKEN=$(json data.result.token <token.json)
CONNECTOR_URL=$(json data.result.connectorURL <token.json)
[ ${#TOKEN} -eq 88 ] || fail "a token has 88 characters, this one ${#TOKEN}"

step "2. Get the CSR information and configuration details"
# As the tutorial has it: no content type, and Compass' own clients write empty parentheses.
graphql 'query { result: configuration() { token { token } certificateSigningRequestInfo { subject keyAlgorithm }
    managementPlaneInfo { directorURL certificateSecuredConnectorURL } } }' >query.json
"${CURL[@]}" --fail "$CONNECTOR_URL" -H "connector-token: $TOKEN" --data @query.json >configuration.json
SUBJECT=$(json data.result.certificateSigningRequestInfo.subject <configuration.json)
NEXT_TOKEN=$(json data.result.token.token <configuration.json)
SECURED_DIRECTOR_URL=$(json data.result.managementPlaneInfo.directorURL <configuration.json)
SECURED_CONNECTOR_URL=$(json data.result.managementPlaneInfo.certificateSecuredConnectorURL <configuration.json)
[ "$(json data.result.certificateSigningRequestInfo.keyAlgorithm <configuration.json)" = rsa2048 ] || fail "key algorithm"
case $SUBJECT in O=*,OU=*,L=*,ST=*,C=*,CN=*) ;; *) fail "the subject is $SUBJECT" ;; esac

step "2a. The first token is used up"
"${CURL[@]}" "$CONNECTOR_URL" -H "connector-token: $TOKEN" --data @query.json >again.json
[ "$(json data <again.json)" = null ] || fail "a used token was accepted"
json errors[0].message <again.json | grep -q 'Failed to authenticate' || fail "the refusal does not say why"

step "3. Generate a key and a certificate signing request"
openssl genrsa -out generated.key 4096 2>/dev/null
openssl req -new -sha256 -out generated.csr -key generated.key -subj "/${SUBJECT//,//}"
# The tutorial's command wraps its output at 64 columns; that must work.
openssl base64 -in generated.csr -out csr.b64

step "4. Sign the request and get a client certificate"
jq -n --rawfile csr csr.b64 '{variables: {$csr}, query: "mutation Sign($csr: String!) {
    result: signCertificateSigningRequest(csr: $csr) { certificateChain caCertificate clientCertificate } }"}' >sign.json
"${CURL[@]}" --fail "$CONNECTOR_URL" -H "connector-token: $NEXT_TOKEN" -H 'Content-Type: application/json' --data @sign.json >signed.json
[ "$(grep -c 'Failed' signed.json)" = 0 ] || fail "$(json errors[0].message <signed.json)"

step "5. Decode the certificate chain"
json data.result.certificateChain <signed.json | base64 -d >chain.pem
json data.result.clientCertificate <signed.json | base64 -d >client.pem
json data.result.caCertificate <signed.json | base64 -d >ca.pem
[ "$(grep -c 'BEGIN CERTIFICATE' chain.pem)" = 2 ] || fail "the chain has not two certificates"
cmp -s <(cat client.pem ca.pem) chain.pem || fail "the chain is not leaf, then CA"
cmp -s <(openssl x509 -in ca.pem -outform der) <(openssl x509 -in "$CA_FILE" -outform der) || fail "another CA"
openssl verify -x509_strict -purpose sslclient -CAfile ca.pem client.pem >/dev/null || fail "openssl does not verify it"
cmp -s <(openssl x509 -in client.pem -noout -pubkey) <(openssl pkey -in generated.key -pubout) || fail "another key"
openssl x509 -in client.pem -noout -subject -nameopt RFC2253 | grep -q "CN=${SUBJECT##*CN=}" || fail "another name"

step "6. Use it: who am I?"
graphql 'query { viewer { id type } }' |
    "${CURL[@]}" --fail --cert chain.pem --key generated.key "$SECURED_DIRECTOR_URL" -H 'Content-Type: application/json' --data @- >viewer.json
[ "$(json data.viewer.id <viewer.json)" = "$APPLICATION_ID" ] || fail "viewer says $(cat viewer.json)"
[ "$(json data.viewer.type <viewer.json)" = APPLICATION ] || fail "viewer says $(cat viewer.json)"
director "query { result: application(id: \"$APPLICATION_ID\") { status { condition } } }" >status.json
[ "$(json data.result.status.condition <status.json)" = CONNECTED ] || fail "the application is not connected: $(cat status.json)"

step "7. The signing token is used up as well"
# Another key: a lenient server gives whoever repeats the same request the same certificate again.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -subj "/${SUBJECT//,//}" -out other.csr 2>/dev/null
jq --arg csr "$(base64 --wrap 0 other.csr)" '.variables.csr = $csr' sign.json >other.json
"${CURL[@]}" "$CONNECTOR_URL" -H "connector-token: $NEXT_TOKEN" -H 'Content-Type: application/json' --data @other.json >again.json
[ "$(json data <again.json)" = null ] || fail "a used token was accepted"

step "8. Renew with the certificate, then revoke it"
"${CURL[@]}" --fail --cert chain.pem --key generated.key "$SECURED_CONNECTOR_URL" --data @sign.json >renewed.json
json data.result.clientCertificate <renewed.json | base64 -d >renewed.pem
openssl verify -x509_strict -CAfile ca.pem renewed.pem >/dev/null || fail "the renewed certificate does not verify"
[ "$(openssl x509 -in renewed.pem -noout -serial)" != "$(openssl x509 -in client.pem -noout -serial)" ] || fail "same serial"
graphql 'mutation { result: revokeCertificate }' |
    "${CURL[@]}" --fail --cert renewed.pem --key generated.key "$SECURED_CONNECTOR_URL" --data @- >revoked.json
[ "$(json data.result <revoked.json)" = true ] || fail "$(cat revoked.json)"
graphql 'query { viewer { id type } }' |
    "${CURL[@]}" --cert renewed.pem --key generated.key "$SECURED_DIRECTOR_URL" -H 'Content-Type: application/json' --data @- >refused.json
[ "$(json errors[0].extensions.error_code <refused.json)" = 26 ] || fail "a revoked certificate was accepted: $(cat refused.json)"

echo "PAIRED $APPLICATION_ID"
