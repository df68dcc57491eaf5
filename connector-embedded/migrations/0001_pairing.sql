-- Applications, their ways of authenticating, and what was handed out for them.
-- All times are milliseconds since 1970 (UTC). Tokens and secrets are stored as SHA-256 only.

CREATE TABLE tenant (
    id          TEXT PRIMARY KEY,           -- internal id, as in Compass
    external_id TEXT NOT NULL UNIQUE,       -- what the header `Tenant` carries
    name        TEXT NOT NULL
) STRICT;

CREATE TABLE application (
    id                    TEXT PRIMARY KEY,
    tenant_id             TEXT NOT NULL REFERENCES tenant (id),
    name                  TEXT NOT NULL,
    normalized_name       TEXT NOT NULL,
    provider_name         TEXT,
    description           TEXT,
    base_url              TEXT,
    health_check_url      TEXT,
    system_number         TEXT,
    local_tenant_id       TEXT,
    application_namespace TEXT,
    status_condition      TEXT NOT NULL,
    status_at             INTEGER NOT NULL,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
) STRICT;

-- Two registrations that race for one name: one of them meets this index.
CREATE UNIQUE INDEX application_name ON application (tenant_id, normalized_name, coalesce(system_number, ''));
-- Pages are read by (tenant, id) from where the last one ended.
CREATE INDEX application_page ON application (tenant_id, id);

CREATE TABLE application_label (
    application_id TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    key            TEXT NOT NULL,
    value          TEXT NOT NULL,           -- JSON
    PRIMARY KEY (application_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX application_label_key ON application_label (key, application_id);

CREATE TABLE system_auth (
    id                  TEXT PRIMARY KEY,   -- also the certificate's common name and the OAuth2 client id
    tenant_id           TEXT NOT NULL REFERENCES tenant (id),
    application_id      TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    created_at          INTEGER NOT NULL,
    cert_common_name    TEXT,               -- set when a certificate is issued
    certificate_used_at INTEGER             -- first Director call with a certificate; hides the spent token
) STRICT;
CREATE INDEX system_auth_application ON system_auth (application_id, created_at);

CREATE TABLE one_time_token (
    hash           BLOB PRIMARY KEY,        -- SHA-256 of the token
    system_auth_id TEXT NOT NULL REFERENCES system_auth (id) ON DELETE CASCADE,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER,                 -- set once, by one conditional UPDATE
    used_for       TEXT,                    -- what it bought, for the log and the window
    replaced_at    INTEGER,                 -- a newer token took its place before it was used
    refusals       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX one_time_token_system_auth ON one_time_token (system_auth_id, created_at);

-- Outlives its system auth and its application: what was signed once is never forgotten.
CREATE TABLE certificate (
    fingerprint        BLOB PRIMARY KEY,    -- SHA-256 of the DER
    serial             BLOB NOT NULL UNIQUE,
    system_auth_id     TEXT NOT NULL,
    application_id     TEXT NOT NULL,
    common_name        TEXT NOT NULL,
    der                BLOB NOT NULL,
    not_before         INTEGER NOT NULL,
    not_after          INTEGER NOT NULL,
    issued_at          INTEGER NOT NULL,
    wire               TEXT NOT NULL,       -- through which protocol it was asked for
    token_hash         BLOB UNIQUE,         -- the second lock on "one token, one certificate"
    request_hash       BLOB NOT NULL,       -- SHA-256 of the request's DER
    parent_fingerprint BLOB,                -- the certificate that renewed itself into this one
    last_seen_at       INTEGER,
    revoked_at         INTEGER,
    revoked_by         TEXT,
    revoked_reason     TEXT
) STRICT;
CREATE INDEX certificate_system_auth ON certificate (system_auth_id);
CREATE INDEX certificate_application ON certificate (application_id, issued_at);

CREATE TABLE oauth_client (
    id          TEXT PRIMARY KEY REFERENCES system_auth (id) ON DELETE CASCADE,
    scope       TEXT NOT NULL,              -- space separated
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

-- More than one row while a rotation overlaps.
CREATE TABLE oauth_secret (
    client_id  TEXT NOT NULL REFERENCES oauth_client (id) ON DELETE CASCADE,
    hash       BLOB NOT NULL,               -- SHA-256 of the secret
    created_at INTEGER NOT NULL,
    retires_at INTEGER,
    PRIMARY KEY (client_id, hash)
) STRICT, WITHOUT ROWID;
