# First step for {{NAME}}: ask the Connector what the signing request must look like.
# Works once, {{EXPIRES}}: this call uses the token up, and its answer carries the next one.
TOKEN={{TOKEN}}
CONNECTOR_URL={{CONNECTOR_URL}}
# The CA file that vouches for the server; empty means the CAs of this computer.
CA_FILE={{CA_FILE}}
# The token travels through standard input, so it is not in the process list.
printf 'Connector-Token: %s\n' "$TOKEN" |
  curl --silent --show-error --fail-with-body ${CA_FILE:+--cacert "$CA_FILE"} \
    --header @- --header 'Content-Type: application/json' \
    --data '{"query":"query { result: configuration { token { token } certificateSigningRequestInfo { subject keyAlgorithm } managementPlaneInfo { directorURL certificateSecuredConnectorURL } } }"}' \
    "$CONNECTOR_URL"
