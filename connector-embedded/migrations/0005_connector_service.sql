-- Kyma's Connector Service: tokens that follow its rules beside those of Compass' adapter, certificates whose common name
-- is the application's, heartbeats, and certificates that were declared over before their time.

-- Who makes the rules: `adapter` (Compass) or `kyma` (the Connector Service). Tenant and group are the headers of central mode.
ALTER TABLE system_auth ADD COLUMN flavour TEXT NOT NULL DEFAULT 'adapter' CHECK (flavour IN ('adapter', 'kyma'));
ALTER TABLE system_auth ADD COLUMN context_tenant TEXT;
ALTER TABLE system_auth ADD COLUMN context_group TEXT;
-- One for each application (or runtime) in each tenant and group: tokens come and go in it.
CREATE UNIQUE INDEX system_auth_kyma ON system_auth
    (coalesce(application_id, runtime_id), coalesce(context_tenant, ''), coalesce(context_group, '')) WHERE flavour = 'kyma';

-- Null: of the Director.
ALTER TABLE one_time_token ADD COLUMN generation TEXT CHECK (generation IN ('first', 'second'));
-- It came with an answer of management/info: one of many, and nobody waits for it.
ALTER TABLE one_time_token ADD COLUMN polled INTEGER NOT NULL DEFAULT 0;
-- The certificate (at the center) that it came to, itself or by way of another token; it does not outlive that one's revocation.
ALTER TABLE one_time_token ADD COLUMN fetched_with BLOB;
CREATE INDEX one_time_token_polled ON one_time_token (expires_at) WHERE polled = 1;

-- When somebody declared the certificate over, to see what its holder does; `not_after` and `ends_at` are then that moment.
ALTER TABLE certificate ADD COLUMN declared_over_at INTEGER;
CREATE INDEX certificate_declared_over ON certificate (fingerprint) WHERE declared_over_at IS NOT NULL;

-- How often an application asked for its management info, by the hour (hours since 1970).
CREATE TABLE heartbeat (
    application_id TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    hour           INTEGER NOT NULL,
    polls          INTEGER NOT NULL,
    PRIMARY KEY (application_id, hour)
) STRICT, WITHOUT ROWID;
ALTER TABLE application ADD COLUMN last_poll_at INTEGER;
ALTER TABLE application ADD COLUMN polls INTEGER NOT NULL DEFAULT 0;
-- When everything that had been handed out was last taken back: what runtimes gave out before does not count any more.
ALTER TABLE application ADD COLUMN pairings_ended_at INTEGER;
CREATE INDEX application_last_poll ON application (last_poll_at) WHERE last_poll_at IS NOT NULL;
