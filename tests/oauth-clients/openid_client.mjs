// openid-client as a client of a running connector-embedded.
//
// One line per check; the first check that does not hold ends the program. Where the server is and who the client is
// comes from the environment: ISSUER, CLIENT_ID, CLIENT_SECRET, GRANTED_SCOPE (a scope the client has), REFUSED_SCOPE
// (one it lacks), AUDIENCE, DIRECTOR_URL and VIEWER_ID (what the Director calls the client's owner). Node itself reads
// NODE_EXTRA_CA_CERTS, the server's CA.
import { isDeepStrictEqual } from "node:util";
// The package that openid-client is built on: it has the resource server's side.
import { validateJwtAccessToken } from "oauth4webapi";
import * as client from "openid-client";

const {
  ISSUER: issuer,
  CLIENT_ID: clientId,
  CLIENT_SECRET: clientSecret,
  GRANTED_SCOPE: granted,
  REFUSED_SCOPE: refused,
  AUDIENCE: audience,
  DIRECTOR_URL: director,
  VIEWER_ID: viewer,
} = process.env;

const METHODS = { client_secret_basic: client.ClientSecretBasic, client_secret_post: client.ClientSecretPost };

class CheckFailed extends Error {}

function check(name, holds, seen) {
  if (!holds) throw new CheckFailed(`${name}: ${typeof seen === "string" ? seen : JSON.stringify(seen)}`);
  console.log(`ok ${name}`);
}

/** What the library knows about the server, for a client that authenticates in that way. */
function discover(method, secret = clientSecret, id = clientId, options = undefined) {
  return client.discovery(new URL(issuer), id, undefined, METHODS[method](secret), options);
}

async function token(config, parameters = { scope: granted }) {
  return await client.clientCredentialsGrant(config, parameters);
}

/**
 * The library throws a challenge when the answer has the header WWW-Authenticate, and the body's error when it has
 * not; both classes carry the status, and the answer's body holds the code either way.
 */
async function refusal(name, expected, attempt) {
  let thrown;
  try {
    await attempt();
  } catch (error) {
    thrown = error;
  }
  if (thrown instanceof client.WWWAuthenticateChallengeError) {
    const { error } = await thrown.response.json();
    const scheme = thrown.cause[0]?.scheme.toLowerCase();
    check(name, isDeepStrictEqual([thrown.status, scheme, error], expected), [thrown.status, scheme, error]);
  } else if (thrown instanceof client.ResponseBodyError) {
    const { status, error } = thrown;
    check(name, isDeepStrictEqual([status, null, error], expected), [status, null, error]);
  } else {
    check(name, false, thrown ? `not an answer to the library: ${thrown.stack}` : "it was not refused");
  }
}

async function discovery() {
  const [openid, oauth] = await Promise.all([
    discover("client_secret_basic", clientSecret, clientId, { algorithm: "oidc" }),
    discover("client_secret_basic", clientSecret, clientId, { algorithm: "oauth2" }),
  ]);
  for (const [name, config] of Object.entries({ "openid-configuration": openid, "RFC 8414": oauth })) {
    const server = config.serverMetadata();
    check(`${name}: the issuer, byte for byte`, server.issuer === issuer, server);
    const endpoints = ["token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"];
    check(`${name}: all endpoints`, endpoints.every((one) => server[one]?.startsWith(`${issuer}/`)), server);
    check(`${name}: the grant`, server.grant_types_supported?.includes("client_credentials"), server);
    const methods = server.token_endpoint_auth_methods_supported ?? [];
    check(`${name}: basic and post`, Object.keys(METHODS).every((one) => methods.includes(one)), server);
  }
}

async function grants(method) {
  const config = await discover(method);
  const given = await token(config);
  check(`${method} buys a token`, given.token_type === "bearer" && given.access_token.length > 20, Object.keys(given));
  check(`${method}: the scope asked for`, given.scope === granted, given.scope);
  check(`${method}: it has a lifetime`, given.expiresIn() > 0, given.expires_in);
  check(`${method}: no scope, none granted`, (await token(config, {})).scope === "", "a scope");

  const wrong = await discover(method, [...clientSecret].reverse().join(""));
  await refusal(`${method}: wrong secret`, [401, "basic", "invalid_client"], () => token(wrong));
  const nobody = await discover(method, clientSecret, `${clientId}x`);
  await refusal(`${method}: unknown client`, [401, "basic", "invalid_client"], () => token(nobody));
  await refusal(`${method}: wrong scope`, [400, null, "invalid_scope"], () => token(config, { scope: refused }));
  await refusal(`${method}: unknown grant`, [400, null, "unsupported_grant_type"], () =>
    client.genericGrantRequest(config, "urn:example:no-such-grant", { scope: granted }),
  );
  await refusal(`${method}: a resource we do not know`, [400, null, "invalid_target"], () =>
    token(config, { scope: granted, resource: "https://elsewhere.example/" }),
  );
}

async function verification() {
  const config = await discover("client_secret_basic");
  const { access_token: accessToken } = await token(config);
  const request = (value) => new Request(director, { headers: { authorization: `Bearer ${value}` } });
  const validate = (value, expected) => validateJwtAccessToken(config.serverMetadata(), request(value), expected);
  const claims = await validate(accessToken, audience);
  check("the token is verified against the key set", claims.iss === issuer, claims);
  check("it is the client's", claims.client_id === clientId && claims.sub === clientId, claims);
  check("it has the scope", claims.scope === granted, claims);
  const rejected = async (name, value, expected) => {
    const outcome = await validate(value, expected).then(() => "accepted", (error) => error.code ?? String(error));
    check(name, outcome.startsWith("OAUTH_"), outcome);
  };
  const [head, body, signature] = accessToken.split(".");
  const changed = signature[9] === "A" ? "B" : "A";
  const forged = `${head}.${body}.${signature.slice(0, 9)}${changed}${signature.slice(10)}`;
  await rejected("a changed signature is noticed", forged, audience);
  await rejected("it names its audience", accessToken, `${audience}/other`);
}

async function introspection(method) {
  const config = await discover(method);
  const { access_token: accessToken } = await token(config);
  const seen = await client.tokenIntrospection(config, accessToken, { token_type_hint: "access_token" });
  const { active, client_id, scope } = seen;
  check(`${method}: introspection`, isDeepStrictEqual([active, client_id, scope], [true, clientId, granted]), seen);
  const garbage = await client.tokenIntrospection(config, "garbage");
  check(`${method}: garbage is inactive`, isDeepStrictEqual(garbage, { active: false }), garbage);
  const wrong = await discover(method, "x".repeat(26));
  await refusal(`${method}: introspection is not for everybody`, [401, "basic", "invalid_client"], () =>
    client.tokenIntrospection(wrong, accessToken),
  );
}

/** Asks the Director who is calling, with the library's own way of attaching the token. */
function call(config, accessToken) {
  const headers = new Headers({ "content-type": "application/json" });
  const body = JSON.stringify({ query: "query { viewer { id } }" });
  return client.fetchProtectedResource(config, accessToken, new URL(director), "POST", body, headers);
}

async function revocation(method) {
  const config = await discover(method);
  const [{ access_token: accessToken }, { access_token: kept }] = [await token(config), await token(config)];
  const answer = await (await call(config, accessToken)).json();
  check(`${method}: the Director takes the token`, answer.data?.viewer?.id === viewer, answer);
  await client.tokenRevocation(config, accessToken, { token_type_hint: "access_token" });
  await client.tokenRevocation(config, accessToken);
  await client.tokenRevocation(config, "garbage");
  check(`${method}: revocation, twice, and of garbage`, true);
  const seen = await client.tokenIntrospection(config, accessToken);
  check(`${method}: then it is inactive`, isDeepStrictEqual(seen, { active: false }), seen);
  const refusedCall = await call(config, accessToken).then((reply) => `status ${reply.status}`, (error) => error);
  const challenge = refusedCall instanceof client.WWWAuthenticateChallengeError ? refusedCall.cause[0] : undefined;
  const told = challenge?.scheme === "bearer" && challenge.parameters.error === "invalid_token";
  check(`${method}: the Director says so`, refusedCall.status === 401 && told, challenge ?? String(refusedCall));
  const other = await call(config, kept);
  check(`${method}: another token of the client still works`, other.status === 200, String(other.status));
  const wrong = await discover(method, "x".repeat(26));
  await refusal(`${method}: revocation is not for everybody`, [401, "basic", "invalid_client"], () =>
    client.tokenRevocation(wrong, kept),
  );
}

try {
  await discovery();
  for (const method of Object.keys(METHODS)) await grants(method);
  await verification();
  for (const method of Object.keys(METHODS)) await introspection(method);
  for (const method of Object.keys(METHODS)) await revocation(method);
} catch (error) {
  console.error(`FAILED ${error instanceof CheckFailed ? error.message : error.stack}`);
  process.exitCode = 1;
}
