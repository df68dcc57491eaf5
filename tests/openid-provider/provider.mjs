// A certified OpenID provider on loopback, for one test: users without passwords, one public native client, lifetimes
// of seconds when a test wants to see them end.
//
//   node provider.mjs '{"accessTokenSeconds":2}'
//
// The first line on standard output is {"issuer":…}; every later one is something that happened, as JSON. One command
// per line on standard input: `revoke` ends every refresh token. It ends with its standard input, so that no test
// leaves one behind.

import { createServer as createPlainServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { generateKeyPairSync, randomUUID } from 'node:crypto';

import Provider from 'oidc-provider';

const settings = {
  clientId: 'pairing-cockpit',
  // A native client may come back on any port of these.
  redirectUris: ['http://127.0.0.1/callback', 'http://127.0.0.1/', 'http://[::1]/callback'],
  scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
  accessTokenSeconds: 300,
  idTokenSeconds: 300,
  refreshTokenSeconds: 3600,
  refreshTokens: true,
  rotateRefreshTokens: true,
  // Access tokens for this resource are JWTs with this audience; null: access tokens are opaque.
  resource: null,
  // Signs in with any name; these have something to say about themselves.
  users: { ada: { name: 'Ada Admin', email: 'ada@example.com', groups: ['mps-superadmin'] } },
  // { "key": path, "certificate": path }
  tls: null,
  ...JSON.parse(process.argv[2] ?? '{}'),
};

const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

// Its warnings are for those who run it on the internet; standard output is ours.
for (const level of ['info', 'warn', 'log']) console[level] = () => {};

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };

const claimsOf = (login) => ({ sub: login, name: login, ...settings.users[login] });

const configuration = {
  jwks: { keys: [key] },
  cookies: { keys: [randomUUID()] },
  clients: [
    {
      client_id: settings.clientId,
      client_name: 'Pairing Cockpit',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: settings.redirectUris,
      id_token_signed_response_alg: 'RS256',
    },
  ],
  scopes: settings.scopes,
  claims: { openid: ['sub'], profile: ['name'], email: ['email'], groups: ['groups'] },
  // Compass reads the name and the groups from the ID token itself.
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, login) => ({ accountId: login, claims: () => claimsOf(login) }),
  extraTokenClaims: (_, token) => {
    const { name, email, groups } = claimsOf(token.accountId);
    return { name, email, groups };
  },
  issueRefreshToken: (_, client) => settings.refreshTokens && client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: settings.rotateRefreshTokens,
  ttl: {
    AccessToken: settings.accessTokenSeconds,
    IdToken: settings.idTokenSeconds,
    RefreshToken: settings.refreshTokenSeconds,
    AuthorizationCode: 60,
    Grant: 3600,
    Interaction: 600,
    Session: 3600,
  },
  features: {
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: settings.resource !== null,
      defaultResource: () => settings.resource,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: settings.scopes.join(' '),
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: settings.accessTokenSeconds,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
};

/** How the requests of the client ended: what a test counts. */
const report = (provider) => {
  provider.on('grant.success', (ctx) => say({ granted: ctx.oidc.params.grant_type, user: ctx.oidc.entities.Account?.accountId }));
  provider.on('grant.error', (ctx, error) => say({ refused: ctx.oidc.params?.grant_type, error: error.error }));
  provider.on('grant.revoked', () => say({ revoked: 'grant' }));
  provider.on('authorization.success', () => say({ authorized: true }));
  provider.on('authorization.error', (_, error) => say({ authorized: false, error: error.error }));
  provider.on('server_error', (_, error) => say({ broken: String(error) }));
  provider.on('refresh_token.saved', (token) => refreshTokens.add(token));
};

const refreshTokens = new Set();
let handler = (_, response) => response.writeHead(503).end();
const serve = (request, response) => handler(request, response);
const server =
  settings.tls === null
    ? createPlainServer(serve)
    : createSecureServer({ key: readFileSync(settings.tls.key), cert: readFileSync(settings.tls.certificate) }, serve);

server.listen(0, '127.0.0.1', () => {
  // The issuer has a port in it, which is known only now.
  const issuer = `${settings.tls === null ? 'http' : 'https'}://localhost:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  report(provider);
  handler = provider.callback();
  say({ issuer, clientId: settings.clientId });
});

const commands = {
  revoke: async () => {
    const ended = refreshTokens.size;
    await Promise.all([...refreshTokens].map((token) => token.destroy()));
    refreshTokens.clear();
    say({ ended });
  },
};

createInterface({ input: process.stdin })
  .on('line', (line) => commands[line.trim()]?.())
  .on('close', () => process.exit(0));
