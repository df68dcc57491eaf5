-- Runtimes and integration systems beside applications, and an OAuth2 client registry that stands on its own feet:
-- a client may belong to a system auth (made by pairing) or to nobody (registered through /admin/clients).
-- Runs with foreign keys off, because tables that others refer to are rebuilt; they are checked afterwards.

CREATE TABLE runtime (
    id               TEXT PRIMARY KEY,
    tenant_id        TEXT NOT NULL REFERENCES tenant (id),
    name             TEXT NOT NULL,
    description      TEXT,
    application_namespace TEXT,
    status_condition TEXT NOT NULL,
    status_at        INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX runtime_name ON runtime (tenant_id, name);
CREATE INDEX runtime_page ON runtime (tenant_id, id);

CREATE TABLE runtime_label (
    runtime_id TEXT NOT NULL REFERENCES runtime (id) ON DELETE CASCADE,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,               -- JSON
    PRIMARY KEY (runtime_id, key)
) STRICT, WITHOUT ROWID;

-- In no tenant: an integration system names the tenant it works in with every call.
CREATE TABLE integration_system (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    description TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE system_auth_2 (
    id                    TEXT PRIMARY KEY, -- also the certificate's common name and the OAuth2 client id
    tenant_id             TEXT REFERENCES tenant (id), -- null for an integration system
    application_id        TEXT REFERENCES application (id) ON DELETE CASCADE,
    runtime_id            TEXT REFERENCES runtime (id) ON DELETE CASCADE,
    integration_system_id TEXT REFERENCES integration_system (id) ON DELETE CASCADE,
    created_at            INTEGER NOT NULL,
    cert_common_name      TEXT,             -- set when a certificate is issued
    certificate_used_at   INTEGER,          -- first Director call with a certificate; hides the spent token
    CHECK ((application_id IS NOT NULL) + (runtime_id IS NOT NULL) + (integration_system_id IS NOT NULL) = 1),
    CHECK ((tenant_id IS NULL) = (integration_system_id IS NOT NULL))
) STRICT;
INSERT INTO system_auth_2 (id, tenant_id, application_id, created_at, cert_common_name, certificate_used_at)
    SELECT id, tenant_id, application_id, created_at, cert_common_name, certificate_used_at
    FROM system_auth ORDER BY rowid;
DROP TABLE system_auth;
ALTER TABLE system_auth_2 RENAME TO system_auth;
CREATE INDEX system_auth_application ON system_auth (application_id, created_at);
CREATE INDEX system_auth_runtime ON system_auth (runtime_id, created_at);
CREATE INDEX system_auth_integration_system ON system_auth (integration_system_id, created_at);

CREATE TABLE oauth_client_2 (
    id             TEXT PRIMARY KEY,
    system_auth_id TEXT UNIQUE REFERENCES system_auth (id) ON DELETE CASCADE, -- null: registered through /admin/clients
    scope          TEXT NOT NULL,           -- space separated
    epoch          TEXT NOT NULL,           -- access tokens carry it; a new one voids all of the old one
    registration   TEXT NOT NULL,           -- the other members of the client's metadata, JSON, checked when written
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    rotated_at     INTEGER,
    disabled_at    INTEGER
) STRICT;
INSERT INTO oauth_client_2 (id, system_auth_id, scope, epoch, registration, created_at, updated_at, disabled_at)
    SELECT id, id, scope, '', '{"grant_types":["client_credentials"]}', created_at, created_at, disabled_at
    FROM oauth_client ORDER BY rowid;
DROP TABLE oauth_client;
ALTER TABLE oauth_client_2 RENAME TO oauth_client;
CREATE INDEX oauth_client_page ON oauth_client (created_at, id);

-- More than one row while a rotation overlaps. Generated secrets are stored as SHA-256; chosen ones, which may be
-- guessable, as an Argon2id verifier.
CREATE TABLE oauth_secret_2 (
    id             TEXT PRIMARY KEY,
    client_id      TEXT NOT NULL REFERENCES oauth_client (id) ON DELETE CASCADE,
    hash           BLOB,
    verifier       TEXT,                    -- PHC string
    created_at     INTEGER NOT NULL,
    retires_at     INTEGER,
    last_used_at   INTEGER,
    last_used_from TEXT,                    -- IP address
    CHECK ((hash IS NULL) <> (verifier IS NULL))
) STRICT;
INSERT INTO oauth_secret_2 (id, client_id, hash, created_at, retires_at)
    SELECT lower(hex(randomblob(8))), client_id, hash, created_at, retires_at FROM oauth_secret;
DROP TABLE oauth_secret;
ALTER TABLE oauth_secret_2 RENAME TO oauth_secret;
CREATE INDEX oauth_secret_client ON oauth_secret (client_id);

-- Written in batches, a second late at most.
CREATE TABLE oauth_usage (
    client_id          TEXT PRIMARY KEY REFERENCES oauth_client (id) ON DELETE CASCADE,
    uses               INTEGER NOT NULL DEFAULT 0,
    failures           INTEGER NOT NULL DEFAULT 0,
    failures_since_use INTEGER NOT NULL DEFAULT 0,
    last_used_at       INTEGER,
    last_used_from     TEXT,
    last_failed_at     INTEGER,
    last_failed_from   TEXT
) STRICT, WITHOUT ROWID;

-- Until they would have expired anyway.
CREATE TABLE revoked_access_token (
    token_id   TEXT PRIMARY KEY,            -- jti
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_access_token_expiry ON revoked_access_token (expires_at);

-- Public halves of the keys that signed access tokens before; the private half of the present one is in a file.
CREATE TABLE retired_access_token_key (
    key_id     TEXT PRIMARY KEY,
    public_key BLOB NOT NULL,               -- uncompressed point
    created_at INTEGER NOT NULL,
    retired_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL             -- when the last token it signed has expired
) STRICT, WITHOUT ROWID;
