# Gets a short-lived access token for {{NAME}} (OAuth 2.0, client credentials). This client sends its secret in the body.
CLIENT_ID={{CLIENT_ID}}
CLIENT_SECRET={{CLIENT_SECRET}}
TOKEN_URL={{TOKEN_URL}}
# Scopes that are not asked for are not in the token.
SCOPES={{SCOPES}}
# The CA file that vouches for the server; empty means the CAs of this computer.
CA_FILE={{CA_FILE}}
# The secret travels through standard input, so it is not in the process list.
printf 'client_id=%s&client_secret=%s' "$CLIENT_ID" "$CLIENT_SECRET" |
  curl --silent --show-error --fail-with-body ${CA_FILE:+--cacert "$CA_FILE"} --data @- \
    --data grant_type=client_credentials --data-urlencode "scope=$SCOPES" "$TOKEN_URL"
