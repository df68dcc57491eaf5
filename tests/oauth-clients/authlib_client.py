"""Authlib as a client of a running connector-embedded.

One line per check; the first check that does not hold ends the program. Where the server is and who the client is
comes from the environment: ISSUER, CA_FILE, CLIENT_ID, CLIENT_SECRET, GRANTED_SCOPE (a scope the client has),
REFUSED_SCOPE (one it lacks), AUDIENCE, DIRECTOR_URL, VIEWER_ID (what the Director calls the client's owner) and
ADMIN_TOKEN_FILE.
"""

import os
import sys
from pathlib import Path

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator

BASIC, POST = "client_secret_basic", "client_secret_post"


def check(name, holds, seen=""):
    if not holds:
        sys.exit(f"FAILED {name}: {seen}")
    print(f"ok {name}", flush=True)


class Validator(JWTBearerTokenValidator):
    """A resource server's check, with the key set that the issuer publishes."""

    def __init__(self, issuer, resource_server, jwks):
        super().__init__(issuer, resource_server)
        self.jwks = jwks

    def get_jwks(self):
        return self.jwks


class Tour:
    def __init__(self, environment):
        self.issuer = environment["ISSUER"]
        self.client = (environment["CLIENT_ID"], environment["CLIENT_SECRET"])
        self.granted, self.refused = environment["GRANTED_SCOPE"], environment["REFUSED_SCOPE"]
        self.audience = environment["AUDIENCE"]
        self.director, self.viewer = environment["DIRECTOR_URL"], environment["VIEWER_ID"]
        self.ca = environment["CA_FILE"]
        self.admin_token = Path(environment["ADMIN_TOKEN_FILE"]).read_text(encoding="utf-8").strip()
        self.metadata = {}
        self.plain = self.trusting(requests.Session())

    def session(self, method=BASIC, client=None, **options):
        client_id, client_secret = client or self.client
        session = OAuth2Session(
            client_id,
            client_secret,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            default_timeout=30,
            **options,
        )
        return self.trusting(session)

    def trusting(self, session):
        """Trust in the server's CA and nothing else, whatever the environment says about proxies and CAs."""
        session.trust_env, session.verify = False, self.ca
        return session

    def token(self, session=None, **parameters):
        parameters = {"grant_type": "client_credentials", "scope": self.granted, **parameters}
        return (session or self.session()).fetch_token(self.metadata["token_endpoint"], **parameters)

    def refusal(self, name, error, session=None, **parameters):
        try:
            token = self.token(session, **parameters)
        except OAuthError as refused:
            check(name, refused.error == error and refused.description, repr(refused))
        else:
            check(name, False, f"a token was granted, scope {token.get('scope')!r}")

    def discovery(self):
        documents = {}
        for suffix in ("oauth-authorization-server", "openid-configuration"):
            url = get_well_known_url(self.issuer, external=True, suffix=suffix)
            reply = self.plain.get(url, timeout=30)
            check(f"{suffix} is there", reply.status_code == 200, f"{url}: {reply.status_code} {reply.text}")
            documents[suffix] = AuthorizationServerMetadata(reply.json())
            for member in AuthorizationServerMetadata.REGISTRY_KEYS:
                # Authlib takes an empty list for a missing one. RFC 8414 requires the member, and there is no response
                # type without an authorization endpoint.
                if member != "response_types_supported" or documents[suffix].get(member) != []:
                    getattr(documents[suffix], f"validate_{member}")()
            check(f"{suffix} is valid and names the issuer", documents[suffix]["issuer"] == self.issuer, reply.text)
        self.metadata, other = documents.values()
        differing = [name for name, value in self.metadata.items() if other.get(name) != value]
        check("both documents agree", not differing, differing)
        methods = self.metadata.get("token_endpoint_auth_methods_supported", [])
        check("basic and post are announced", {BASIC, POST} <= set(methods), methods)
        scopes = self.metadata.get("scopes_supported", [])
        check("the client's scope is announced", self.granted in scopes, scopes)

    def grants(self):
        for method in (BASIC, POST):
            token = self.token(self.session(method))
            check(f"{method} buys a token", token["token_type"].lower() == "bearer", token.keys())
            check(f"{method}: the scope asked for", token["scope"] == self.granted, token["scope"])
            check(f"{method}: it has a lifetime", 0 < token["expires_in"] and not token.is_expired(), token["expires_in"])
            check(f"{method}: nothing to refresh", "refresh_token" not in token, token.keys())
        check("no scope, none granted", self.token(scope="").get("scope") == "")

    def refusals(self):
        client_id, client_secret = self.client
        for method in (BASIC, POST):
            wrong = self.session(method, (client_id, client_secret[::-1]))
            self.refusal(f"{method}: wrong secret", "invalid_client", wrong)
            nobody = self.session(method, (f"{client_id}x", client_secret))
            self.refusal(f"{method}: unknown client", "invalid_client", nobody)
        self.refusal("wrong scope", "invalid_scope", scope=self.refused)
        self.refusal("one wrong scope of two", "invalid_scope", scope=f"{self.granted} {self.refused}")
        for grant in ("password", "urn:ietf:params:oauth:grant-type:device_code"):
            parameters = {"username": "a", "password": "b"} if grant == "password" else {"device_code": "c"}
            self.refusal(f"grant type {grant}", "unsupported_grant_type", grant_type=grant, **parameters)

    def verification(self):
        jwks = self.plain.get(self.metadata["jwks_uri"], timeout=30).json()
        validator = Validator(self.issuer, self.audience, jwks)
        access_token = self.token()["access_token"]
        claims = validator.authenticate_token(access_token)
        validator.validate_token(claims, [self.granted], None)
        check("the token is a JWT by RFC 9068", claims.header["typ"] == "at+jwt", claims.header)
        check("it is the client's", claims["client_id"] == claims["sub"] == self.client[0], claims)
        try:
            validator.validate_token(claims, [self.refused], None)
        except InsufficientScopeError:
            check("it is not good for another scope", True)
        else:
            check("it is not good for another scope", False, claims["scope"])
        head, body, signature = access_token.split(".")
        changed = "A" if signature[9] != "A" else "B"
        try:
            validator.authenticate_token(f"{head}.{body}.{signature[:9]}{changed}{signature[10:]}")
        except InvalidTokenError:
            check("a changed signature is noticed", True)
        else:
            check("a changed signature is noticed", False, "it was accepted")
        other = Validator(self.issuer, f"{self.audience}/other", jwks)
        try:
            other.validate_token(other.authenticate_token(access_token), [], None)
        except InvalidTokenError:
            check("it names its audience", True)
        else:
            check("it names its audience", False, claims["aud"])

    def introspection(self):
        url = self.metadata["introspection_endpoint"]
        token = self.token()["access_token"]
        for method in (BASIC, POST):
            session = self.session(method)
            reply = session.introspect_token(url, token=token, token_type_hint="access_token")
            seen = reply.json()
            check(f"{method}: introspection", reply.status_code == 200 and seen.get("active") is True, reply.text)
            expected = (self.client[0], self.granted, self.issuer)
            check(f"{method}: whose it is", (seen["client_id"], seen["scope"], seen["iss"]) == expected, seen)
            garbage = session.introspect_token(url, token="garbage")
            outcome = (garbage.status_code, garbage.json())
            check(f"{method}: garbage is inactive", outcome == (200, {"active": False}), outcome)
            wrong = self.session(method, (self.client[0], "x" * 26)).introspect_token(url, token=token)
            outcome = (wrong.status_code, wrong.json().get("error"))
            check(f"{method}: not for everybody", outcome == (401, "invalid_client"), outcome)
        bearer = {"Authorization": f"Bearer {self.admin_token}"}
        administrator = self.plain.post(url, {"token": token}, headers=bearer, timeout=30)
        check("for the administrator", administrator.json().get("active") is True, administrator.text)

    def call(self, token):
        """Asks the Director who is calling, with Authlib's own way of attaching the token."""
        session = self.session(token=token)
        return session.post(self.director, json={"query": "query { viewer { id } }"})

    def revocation(self):
        for method in (BASIC, POST):
            session = self.session(method)
            token = self.token(session)
            kept = self.token(session)
            reply = self.call(token)
            outcome = (reply.status_code, reply.json().get("data"))
            check(f"{method}: the Director takes the token", outcome == (200, {"viewer": {"id": self.viewer}}), reply.text)
            url = self.metadata["revocation_endpoint"]
            for round_ in ("first", "second"):
                gone = session.revoke_token(url, token=token["access_token"], token_type_hint="access_token")
                check(f"{method}: revocation, {round_} time", gone.status_code == 200, gone.text)
            introspected = session.introspect_token(self.metadata["introspection_endpoint"], token=token["access_token"])
            check(f"{method}: then it is inactive", introspected.json() == {"active": False}, introspected.text)
            reply = self.call(token)
            challenge = reply.headers.get("www-authenticate", "")
            told = reply.status_code == 401 and challenge.startswith("Bearer ") and "invalid_token" in challenge
            check(f"{method}: the Director says so", told, f"{reply.status_code} {challenge}")
            check(f"{method}: another token of the client still works", self.call(kept).status_code == 200)
            unknown = session.revoke_token(url, token="garbage")
            check(f"{method}: garbage can be revoked", unknown.status_code == 200, unknown.text)
            wrong = self.session(method, (self.client[0], "x" * 26)).revoke_token(url, token=kept["access_token"])
            outcome = (wrong.status_code, wrong.json().get("error"))
            check(f"{method}: revocation is not for everybody", outcome == (401, "invalid_client"), outcome)


def main():
    tour = Tour(os.environ)
    tour.discovery()
    tour.grants()
    tour.refusals()
    tour.verification()
    tour.introspection()
    tour.revocation()


if __name__ == "__main__":
    main()
