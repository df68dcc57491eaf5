-- The certificate's life: whose it is, which authority signed it, the line of renewals it belongs to, when it was
-- refused, when and why it was revoked; authorities that follow one another; settings that outlive a start; and a
-- journal of everything that was taken back, which nothing can shorten.
-- Runs with foreign keys off, because a table is rebuilt.

CREATE TABLE authority (
    fingerprint    BLOB PRIMARY KEY,        -- SHA-256 of the certificate's DER
    certificate    BLOB NOT NULL,           -- DER
    upper          BLOB NOT NULL DEFAULT x'', -- the certificates above it, DER after DER, towards its root
    key_file       TEXT NOT NULL,           -- in the data directory
    origin         TEXT NOT NULL CHECK (origin IN ('created', 'imported')),
    state          TEXT NOT NULL CHECK (state IN ('active', 'trusted', 'retired')),
    active_since   INTEGER NOT NULL,
    trusted_until  INTEGER,                 -- of one that is no longer active
    crl_number     INTEGER NOT NULL DEFAULT 0,
    crl            BLOB,                    -- DER of the last list
    crl_made_at    INTEGER,
    crl_due_at     INTEGER,                 -- its nextUpdate
    crl_revocations INTEGER NOT NULL DEFAULT -1 -- how many revocations of this authority it knows; not 0, so that one is made
) STRICT;
CREATE UNIQUE INDEX authority_active ON authority (state) WHERE state = 'active';

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Outlives its system auth and its owner: what was signed once is never forgotten.
CREATE TABLE certificate_2 (
    fingerprint        BLOB PRIMARY KEY,    -- SHA-256 of the DER
    serial             BLOB NOT NULL UNIQUE,
    issuer             BLOB NOT NULL,       -- fingerprint of the authority; empty until the first start fills it in
    system_auth_id     TEXT NOT NULL,
    owner_kind         TEXT NOT NULL CHECK (owner_kind IN ('application', 'runtime')),
    owner_id           TEXT NOT NULL,
    owner_name         TEXT NOT NULL DEFAULT '' COLLATE NOCASE, -- follows the owner while it lives
    common_name        TEXT NOT NULL,
    kind               TEXT NOT NULL CHECK (kind IN ('application', 'runtime', 'test')),
    der                BLOB NOT NULL,
    key_hash           BLOB,                -- SHA-256 of the SubjectPublicKeyInfo
    not_before         INTEGER NOT NULL,
    not_after          INTEGER NOT NULL,
    ends_at            INTEGER NOT NULL,    -- not_after, or earlier when its authority ends earlier
    issued_at          INTEGER NOT NULL,
    wire               TEXT NOT NULL,       -- through which protocol it was asked for
    token_hash         BLOB UNIQUE,         -- the second lock on "one token, one certificate"
    request_hash       BLOB NOT NULL,       -- SHA-256 of the request's DER
    parent_fingerprint BLOB,                -- the certificate that renewed itself into this one
    lineage            BLOB NOT NULL,       -- fingerprint of the first of the line
    generation         INTEGER NOT NULL DEFAULT 0, -- how many renewals after the first
    last_seen_at       INTEGER,
    last_seen_from     TEXT,                -- IP address
    refused_at         INTEGER,
    refused_why        TEXT,
    refused_from       TEXT,
    revoked_at         INTEGER,
    revoked_by         TEXT,
    revoked_reason     TEXT,                -- a name of RFC 5280 §5.3.1 in snake case
    revoked_note       TEXT
) STRICT;

WITH RECURSIVE line (fingerprint, lineage, generation) AS (
    SELECT fingerprint, fingerprint, 0 FROM certificate
    WHERE parent_fingerprint IS NULL OR parent_fingerprint NOT IN (SELECT fingerprint FROM certificate)
    UNION ALL
    SELECT c.fingerprint, l.lineage, l.generation + 1
    FROM certificate c JOIN line l ON c.parent_fingerprint = l.fingerprint
)
INSERT INTO certificate_2 (fingerprint, serial, issuer, system_auth_id, owner_kind, owner_id, owner_name, common_name,
    kind, der, not_before, not_after, ends_at, issued_at, wire, token_hash, request_hash, parent_fingerprint, lineage,
    generation, last_seen_at, revoked_at, revoked_by, revoked_reason, revoked_note)
SELECT c.fingerprint, c.serial, x'', c.system_auth_id, 'application', c.application_id, coalesce(a.name, ''),
    c.common_name, 'application', c.der, c.not_before, c.not_after, c.not_after, c.issued_at, c.wire, c.token_hash, c.request_hash,
    c.parent_fingerprint, l.lineage, l.generation, c.last_seen_at, c.revoked_at, c.revoked_by,
    CASE WHEN c.revoked_at IS NULL THEN NULL WHEN c.revoked_reason = 'revoked by its holder' THEN 'unspecified'
        ELSE 'cessation_of_operation' END,
    c.revoked_reason
FROM certificate c JOIN line l ON l.fingerprint = c.fingerprint LEFT JOIN application a ON a.id = c.application_id
ORDER BY c.rowid;
DROP TABLE certificate;
ALTER TABLE certificate_2 RENAME TO certificate;

CREATE INDEX certificate_system_auth ON certificate (system_auth_id);
CREATE INDEX certificate_lineage ON certificate (lineage, generation);
-- Pages are read along one of these, from where the last one ended.
CREATE INDEX certificate_expiry ON certificate (not_after, fingerprint);
CREATE INDEX certificate_expiry_current ON certificate (not_after, fingerprint) WHERE revoked_at IS NULL;
CREATE INDEX certificate_issued ON certificate (issued_at, fingerprint);
CREATE INDEX certificate_owner ON certificate (owner_name, owner_id, not_after, fingerprint);
CREATE INDEX certificate_issuer ON certificate (issuer, not_after, fingerprint);
CREATE INDEX certificate_of ON certificate (owner_id, ends_at);
CREATE INDEX certificate_revoked ON certificate (issuer, not_after) WHERE revoked_at IS NOT NULL;

-- Counting 100,000 rows for every page would cost more than the page.
CREATE TABLE certificate_count (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    total INTEGER NOT NULL
) STRICT;
INSERT INTO certificate_count SELECT 1, count(*) FROM certificate;
CREATE TRIGGER certificate_counted AFTER INSERT ON certificate BEGIN
    UPDATE certificate_count SET total = total + 1;
END;
CREATE TRIGGER certificate_forgotten AFTER DELETE ON certificate BEGIN
    UPDATE certificate_count SET total = total - 1;
END;

CREATE TRIGGER application_renamed AFTER UPDATE OF name ON application WHEN new.name <> old.name BEGIN
    UPDATE certificate SET owner_name = new.name WHERE owner_id = new.id;
END;
CREATE TRIGGER runtime_renamed AFTER UPDATE OF name ON runtime WHEN new.name <> old.name BEGIN
    UPDATE certificate SET owner_name = new.name WHERE owner_id = new.id;
END;

-- What was taken back. Also written, line after line, to a file beside the store: a restored backup must not bring any
-- of it to life again.
CREATE TABLE revocation_journal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    line   TEXT NOT NULL                    -- JSON
) STRICT;
CREATE TRIGGER revocation_journal_is_kept BEFORE DELETE ON revocation_journal BEGIN
    SELECT raise(ABORT, 'the revocation journal is never shortened');
END;
CREATE TRIGGER revocation_journal_stands BEFORE UPDATE ON revocation_journal BEGIN
    SELECT raise(ABORT, 'the revocation journal is never changed');
END;
CREATE TRIGGER certificate_stays_revoked BEFORE UPDATE OF revoked_at ON certificate
    WHEN old.revoked_at IS NOT NULL AND new.revoked_at IS NOT old.revoked_at BEGIN
    SELECT raise(ABORT, 'a revocation is never taken back');
END;
CREATE TRIGGER certificate_revoked AFTER UPDATE OF revoked_at ON certificate
    WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL BEGIN
    INSERT INTO revocation_journal (line) VALUES (json_object(
        'revoked', 'certificate', 'fingerprint', lower(hex(new.fingerprint)), 'serial', lower(hex(new.serial)),
        'issuer', lower(hex(new.issuer)), 'systemAuthId', new.system_auth_id, 'ownerKind', new.owner_kind,
        'ownerId', new.owner_id, 'ownerName', new.owner_name, 'kind', new.kind, 'notBefore', new.not_before,
        'notAfter', new.not_after, 'issuedAt', new.issued_at, 'at', new.revoked_at, 'by', new.revoked_by,
        'reason', new.revoked_reason, 'note', new.revoked_note, 'der', hex(new.der)));
END;
CREATE TRIGGER system_auth_removed AFTER DELETE ON system_auth BEGIN
    INSERT INTO revocation_journal (line) VALUES (json_object('revoked', 'system_auth', 'id', old.id));
END;
CREATE TRIGGER oauth_client_removed AFTER DELETE ON oauth_client BEGIN
    INSERT INTO revocation_journal (line)
        VALUES (json_object('revoked', 'oauth_client', 'id', old.id, 'createdAt', old.created_at));
END;
CREATE TRIGGER oauth_secret_removed AFTER DELETE ON oauth_secret BEGIN
    INSERT INTO revocation_journal (line) VALUES (json_object('revoked', 'oauth_secret', 'id', old.id, 'at', 0));
END;
CREATE TRIGGER oauth_secret_retired AFTER UPDATE OF retires_at ON oauth_secret WHEN new.retires_at IS NOT NULL BEGIN
    INSERT INTO revocation_journal (line)
        VALUES (json_object('revoked', 'oauth_secret', 'id', old.id, 'at', new.retires_at));
END;
-- What was revoked before there was a journal.
INSERT INTO revocation_journal (line) SELECT json_object(
        'revoked', 'certificate', 'fingerprint', lower(hex(fingerprint)), 'serial', lower(hex(serial)),
        'issuer', '', 'systemAuthId', system_auth_id, 'ownerKind', owner_kind,
        'ownerId', owner_id, 'ownerName', owner_name, 'kind', kind, 'notBefore', not_before,
        'notAfter', not_after, 'issuedAt', issued_at, 'at', revoked_at, 'by', revoked_by,
        'reason', revoked_reason, 'note', revoked_note, 'der', hex(der))
    FROM certificate WHERE revoked_at IS NOT NULL ORDER BY revoked_at;
