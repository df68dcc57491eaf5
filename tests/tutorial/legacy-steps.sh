# The steps of the old Connector Service's tutorials as functions, with plain openssl and curl. Sourced by the scripts
# beside it, which say in which order an application takes them.
#
# Every step writes its answer into a file of the current folder, so that one can look at it afterwards.

fail() { echo "FAILED: $*" >&2; exit 1; }
step() { echo "== $*"; }
# json PATH: one value out of the JSON on standard input
json() { jq -er ".$1"; }
# fetch ARGUMENT...: a call that must succeed, to a server whose certificate authority is in $CA_FILE
fetch() { curl --silent --show-error --fail-with-body --cacert "$CA_FILE" "$@"; }
# status ARGUMENT...: HTTP status of a call; its answer is in answer.json
status() { curl --silent --show-error --cacert "$CA_FILE" --output answer.json --write-out '%{http_code}' "$@"; }
# handshake ARGUMENT...: "refused" when no connection comes about, else the status
handshake() { status "$@" >handshake.txt 2>curl.log && cat handshake.txt || echo refused; }
# expect STATUS WHAT ARGUMENT...
expect() {
    local wanted=$1 what=$2 got
    shift 2
    got=$(status "$@")
    [ "$got" = "$wanted" ] || fail "$what: expected $wanted, got $got: $(cat answer.json)"
}
# said TEXT: what the last answer of "status" must say
said() { [ "$(json error <answer.json)" = "$1" ] || fail "expected \"$1\", got $(cat answer.json)"; }

# places READY_FILE: what an administrator knows
places() {
    CA_FILE=$(json caFile <"$1")
    DIRECTOR_URL=$(json directorUrl <"$1")
    CONSOLE_URL=$(json consoleUrl <"$1")
    TENANT=$(json tenant <"$1")
    ADMIN_TOKEN=$(cat "$(json adminTokenFile <"$1")")
    # Plain HTTP on this machine; adapters have none.
    INTERNAL_URL=$(jq -r '.internalUrl // ""' <"$1")
    INTERNAL_URL=${INTERNAL_URL%/}
}

# director QUERY: the administrator's GraphQL call
director() {
    jq -n --arg query "$1" '{$query}' | fetch "$DIRECTOR_URL" -H 'Content-Type: application/json' \
        -H "Authorization: Bearer $ADMIN_TOKEN" -H "Tenant: $TENANT" --data @- |
        jq -e 'if .errors then error(.errors[0].message) else . end'
}

# application NAME: makes sure that it is there; its id is in APPLICATION_ID
application() {
    APPLICATION_ID=$(director "mutation { result: registerApplication(in: { name: \"$1\" }) { id } }" | json data.result.id)
}

# information LINK: who the application is to be, and where to go on. Always quote the link: it has a question mark.
information() {
    expect 200 "information" "$1"
    mv answer.json info.json
    SUBJECT=$(json certificate.subject <info.json)
    CSR_URL=$(json csrUrl <info.json)
}

# key_and_request NAME [BITS]: NAME.key and NAME.csr for the subject, whatever it is: the commas become slashes
key_and_request() {
    openssl genrsa -out "$1.key" "${2:-2048}" 2>openssl.log
    # Git-Bash on Windows would take the slash for a path: MSYS_NO_PATHCONV=1
    openssl req -new -sha256 -key "$1.key" -subj "/$(tr , / <<<"$SUBJECT")" -out "$1.csr"
}

# signed NAME URL [CURL_ARGUMENT...]: sends NAME.csr; the chain is in NAME.crt
signed() {
    local name=$1 url=$2
    shift 2
    # On one line: JSON has no room for line breaks.
    local csr
    csr=$(base64 <"$name.csr" | tr -d '\r\n')
    expect 201 "signing" -X POST -H 'Content-Type: application/json' -d "{\"csr\":\"$csr\"}" "$@" "$url"
    json crt <answer.json | openssl enc -base64 -d -A >"$name.crt"
    json clientCrt <answer.json | base64 -d >"$name.leaf.crt"
    json caCrt <answer.json | base64 -d >"$name.ca.crt"
    cmp -s <(cat "$name.leaf.crt" "$name.ca.crt") "$name.crt" || fail "crt is not the certificate, then the authority's"
    openssl verify -x509_strict -purpose sslclient -CAfile "$name.ca.crt" "$name.leaf.crt" >/dev/null || fail "it does not verify"
    cmp -s <(openssl x509 -in "$name.crt" -noout -pubkey) <(openssl pkey -in "$name.key" -pubout) || fail "another key"
}

# managed NAME INFO_URL: what the certificate opens, and where
managed() {
    expect 200 "management info" --cert "$1.crt" --key "$1.key" "$2"
    mv answer.json managed.json
    METADATA_URL=$(json urls.metadataUrl <managed.json)
    EVENTS_URL=$(json urls.eventsUrl <managed.json)
    EVENTS_INFO_URL=$(json urls.eventsInfoUrl <managed.json)
    RENEW_URL=$(json urls.renewCertUrl <managed.json)
    REVOKE_URL=$(json urls.revokeCertUrl <managed.json)
    APPLICATION=$(json clientIdentity.application <managed.json)
}

# register NAME: makes a service known, looks it up, replaces it, lists it, and takes it back
register() {
    local with=(--cert "$1.crt" --key "$1.key") id
    cat >service.json <<'JSON'
{
  "provider": "SAP Hybris", "name": "orders", "description": "Orders of the shop",
  "api": { "targetUrl": "https://shop.example/orders", "spec": { "openapi": "3.0.0", "info": { "title": "Orders", "version": "1" }, "paths": {} },
           "credentials": { "oauth": { "url": "https://shop.example/token", "clientId": "admin", "clientSecret": "nimda" } } },
  "events": { "spec": { "asyncapi": "2.0.0", "info": { "title": "Orders", "version": "1" }, "channels": { "order.created.v1": { "subscribe": { "message": { "payload": { "type": "object" } } } } } } }
}
JSON
    # As the tutorial has it: no content type, so curl speaks of a form.
    expect 200 "registering" -X POST -d @service.json "${with[@]}" "$METADATA_URL"
    id=$(json id <answer.json)
    expect 200 "reading" "${with[@]}" "$METADATA_URL/$id"
    [ "$(json name <answer.json)" = orders ] || fail "$(cat answer.json)"
    [ "$(json api.credentials.oauth.clientSecret <answer.json)" = '********' ] || fail "the secret came back"
    # What was read may be sent back: the masks stand for what is there.
    jq '.description = "All orders"' answer.json >changed.json
    expect 200 "replacing" -X PUT -d @changed.json "${with[@]}" "$METADATA_URL/$id"
    [ -s answer.json ] || fail "a replacement answers with what is there"
    expect 200 "listing" "${with[@]}" "$METADATA_URL"
    [ "$(jq -r '.[] | .name + ": " + .description' <answer.json)" = "orders: All orders" ] || fail "$(cat answer.json)"
    expect 204 "deleting" -X DELETE "${with[@]}" "$METADATA_URL/$id"
    expect 404 "reading again" "${with[@]}" "$METADATA_URL/$id"
}

# events NAME: one in each form, and who listens
events() {
    local with=(--cert "$1.crt" --key "$1.key")
    expect 200 "a legacy event" -X POST -H 'Content-Type: application/json' "${with[@]}" "$EVENTS_URL" -d '{
        "event-type": "order.created", "event-type-version": "v1", "event-time": "2020-02-03T04:05:06Z",
        "event-id": "31109198-4d69-4ae0-972d-76117f3748c8", "data": { "order": "1" } }'
    [ "$(json '"event-id"' <answer.json)" = 31109198-4d69-4ae0-972d-76117f3748c8 ] || fail "$(cat answer.json)"
    expect 200 "subscriptions" "${with[@]}" "$EVENTS_INFO_URL"
    jq -e '.eventsInfo | type == "array"' <answer.json >/dev/null || fail "$(cat answer.json)"
    expect 204 "a structured CloudEvent" -X POST -H 'Content-Type: application/cloudevents+json' "${with[@]}" \
        "${EVENTS_URL/v1\/events/events}" -d '{ "specversion": "1.0", "id": "1", "type": "order.created", "source": "shop",
        "eventtypeversion": "v1", "datacontenttype": "application/json", "data": { "order": "2" } }'
    expect 204 "a binary CloudEvent" -X POST -H 'Content-Type: application/json' -H 'ce-specversion: 1.0' -H 'ce-id: 2' \
        -H 'ce-type: order.created' -H 'ce-source: shop' -H 'ce-eventtypeversion: v1' "${with[@]}" \
        "${EVENTS_URL/v1\/events/events}" -d '{ "order": "3" }'
    # Nothing to read there.
    expect 405 "reading events" "${with[@]}" "$EVENTS_URL"
}

# arrived NUMBER: how many events of the application the administrator sees
arrived() {
    local number
    number=$(fetch "$CONSOLE_URL/applications/$APPLICATION_ID/events" -H "Authorization: Bearer $ADMIN_TOKEN" | jq '.events | length')
    [ "$number" = "$1" ] || fail "expected $1 events, found $number"
}

# renew NAME: a new certificate for the same key; the subject is taken from the certificate
renew() {
    # Without "-nameopt compat", openssl prints a form that its own -subj does not take.
    local subject csr
    subject=$(openssl x509 -in "$1.crt" -noout -subject -nameopt compat | sed 's/^subject= *//')
    openssl req -new -sha256 -key "$1.key" -subj "$subject" -out renewal.csr
    csr=$(openssl base64 -A -in renewal.csr)
    # Again without a content type.
    expect 201 "renewing" -X POST --cert "$1.crt" --key "$1.key" -d "{\"csr\":\"$csr\"}" "$RENEW_URL"
    json crt <answer.json | openssl base64 -d -A >"$1.new.crt"
    cmp -s "$1.new.crt" "$1.crt" && fail "the same certificate"
    mv "$1.new.crt" "$1.crt"
}

# revoke NAME: no body, no answer; afterwards it cannot be renewed
revoke() {
    expect 201 "revoking" -X POST --cert "$1.crt" --key "$1.key" "$REVOKE_URL"
    [ ! -s answer.json ] || fail "an answer: $(cat answer.json)"
    expect 403 "renewing a revoked certificate" -X POST --cert "$1.crt" --key "$1.key" -d "{\"csr\":\"$(openssl base64 -A -in renewal.csr)\"}" "$RENEW_URL"
}
