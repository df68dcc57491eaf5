# Asks the Director whom it takes the bearer of this access token for. Works {{EXPIRES}}.
ACCESS_TOKEN={{ACCESS_TOKEN}}
DIRECTOR_URL={{DIRECTOR_URL}}
# The CA file that vouches for the server; empty means the CAs of this computer.
CA_FILE={{CA_FILE}}
# The token travels through standard input, so it is not in the process list.
printf 'Authorization: Bearer %s\n' "$ACCESS_TOKEN" |
  curl --silent --show-error --fail-with-body ${CA_FILE:+--cacert "$CA_FILE"} \
    --header @- --header 'Content-Type: application/json' \
    --data '{"query":"query { viewer { id type } }"}' "$DIRECTOR_URL"
