"""Ory Hydra's generated client as the administrator of a running connector-embedded.

It makes the four calls that Compass' Director makes (create, set without a secret, list, delete) and the others of the
client API. One line per check; the first that does not hold ends the program. ISSUER, CA_FILE and ADMIN_TOKEN_FILE
come from the environment.
"""

import os
import sys
from pathlib import Path

import ory_hydra_client as hydra
from ory_hydra_client.models import JsonPatch, OAuth2Client, OAuth2ClientTokenLifespans

GRANT = ["client_credentials"]


def check(name, holds, seen=""):
    if not holds:
        sys.exit(f"FAILED {name}: {seen}")
    print(f"ok {name}", flush=True)


def refusal(call, *arguments):
    """Status and body of a call that must fail."""
    try:
        call(*arguments)
    except hydra.ApiException as refused:
        return refused.status, refused.body
    return None, "it was not refused"


def main(environment):
    issuer, ca = environment["ISSUER"], environment["CA_FILE"]
    token = Path(environment["ADMIN_TOKEN_FILE"]).read_text(encoding="utf-8").strip()
    configuration = hydra.Configuration(host=issuer, ssl_ca_cert=ca)
    bearer = hydra.ApiClient(configuration, header_name="Authorization", header_value=f"Bearer {token}")
    admin = hydra.OAuth2Api(bearer)

    made = admin.create_o_auth2_client(OAuth2Client(grant_types=GRANT, scope="application:read application:write"))
    check("create", made.client_id and len(made.client_secret) >= 26, "no id or a short secret")
    check("create: empty members", (made.metadata, made.subject_type) == ({}, "public"), made.metadata)
    seen = admin.get_o_auth2_client(made.client_id)
    check("get", seen.client_secret is None and seen.scope == made.scope, seen.scope)

    # As the Director's scope synchroniser sends it: no secret.
    changed = OAuth2Client(client_id=made.client_id, grant_types=GRANT, scope="application:read")
    changed = admin.set_o_auth2_client(made.client_id, changed)
    check("set", changed.scope == "application:read" and changed.client_secret is None, changed.scope)
    patch = [JsonPatch(op="replace", path="/client_name", value="renamed")]
    check("patch", admin.patch_o_auth2_client(made.client_id, patch).client_name == "renamed")
    lifespans = OAuth2ClientTokenLifespans(client_credentials_grant_access_token_lifespan="10m")
    lifespans = admin.set_o_auth2_client_lifespans(made.client_id, lifespans)
    check("lifespans", lifespans.client_credentials_grant_access_token_lifespan == "10m0s", lifespans)

    for number in range(120):
        admin.create_o_auth2_client(OAuth2Client(client_name=f"n{number}", grant_types=GRANT, scope="a"))
    check("list: everything on the first page", len(admin.list_o_auth2_clients()) >= 121)
    check("list: by name", [c.client_name for c in admin.list_o_auth2_clients(client_name="n7")] == ["n7"])
    check("list: page size", len(admin.list_o_auth2_clients(page_size=3)) == 3)

    own = hydra.Configuration(
        host=issuer, ssl_ca_cert=ca, username=made.client_id, password=made.client_secret
    )
    client = hydra.OAuth2Api(hydra.ApiClient(own))
    bought = client.oauth2_token_exchange(grant_type="client_credentials")
    check("the secret survives set, patch and lifespans", bought.expires_in == 600, bought.expires_in)
    state = admin.introspect_o_auth2_token(token=bought.access_token)
    check("introspect", state.active and state.client_id == made.client_id, state.active)
    client.revoke_o_auth2_token(token=bought.access_token)
    check("revoke", not admin.introspect_o_auth2_token(token=bought.access_token).active)
    bought = client.oauth2_token_exchange(grant_type="client_credentials")
    admin.delete_o_auth2_token(made.client_id)
    check("delete all tokens", not admin.introspect_o_auth2_token(token=bought.access_token).active)
    keys = hydra.WellknownApi(hydra.ApiClient(configuration)).discover_json_web_keys()
    check("key set", len(keys.var_keys if hasattr(keys, "var_keys") else keys.keys) == 1)

    admin.delete_o_auth2_client(made.client_id)
    status, body = refusal(admin.get_o_auth2_client, made.client_id)
    check("a deleted client is not there", status == 404 and "Unable to locate the resource" in body, body)
    status, body = refusal(admin.delete_o_auth2_client, made.client_id)
    check("nor can it be deleted again", status == 404, body)
    status, body = refusal(admin.create_o_auth2_client, OAuth2Client(client_secret="short"))
    check("a short secret is refused", status == 400 and "invalid_client_metadata" in body, body)
    stranger = hydra.OAuth2Api(hydra.ApiClient(configuration))
    status, body = refusal(stranger.list_o_auth2_clients)
    check("without the administrator's token nothing is listed", status == 401, body)


main(os.environ)
