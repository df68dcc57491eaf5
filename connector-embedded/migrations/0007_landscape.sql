-- What a landscape has besides applications and runtimes: several tenants, application templates, formations, and
-- integration systems whose applications get their tokens from a pairing adapter.

ALTER TABLE tenant ADD COLUMN type TEXT NOT NULL DEFAULT 'account';
ALTER TABLE tenant ADD COLUMN parents TEXT NOT NULL DEFAULT '[]';  -- JSON, internal ids
ALTER TABLE tenant ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';   -- JSON object
-- Name and external id in lower case: what a search looks into.
ALTER TABLE tenant ADD COLUMN searched TEXT NOT NULL DEFAULT '';
UPDATE tenant SET searched = lower(name) || char(10) || lower(external_id);
CREATE INDEX tenant_page ON tenant (name, id);

ALTER TABLE integration_system ADD COLUMN pairing_adapter INTEGER NOT NULL DEFAULT 0 CHECK (pairing_adapter IN (0, 1));
-- Made for an application of such an integration system: there is no address to go with it.
ALTER TABLE one_time_token ADD COLUMN from_adapter INTEGER NOT NULL DEFAULT 0 CHECK (from_adapter IN (0, 1));

-- In no tenant, as in Compass.
CREATE TABLE application_template (
    id                    TEXT PRIMARY KEY,
    name                  TEXT NOT NULL UNIQUE,
    description           TEXT,
    application_namespace TEXT,
    application_input     TEXT NOT NULL,   -- JSON, with placeholders
    placeholders          TEXT NOT NULL,   -- JSON array
    labels                TEXT NOT NULL,   -- JSON object
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
) STRICT;
-- The template may go; the application stays.
ALTER TABLE application ADD COLUMN application_template_id TEXT REFERENCES application_template (id) ON DELETE SET NULL;
CREATE INDEX application_application_template ON application (application_template_id)
    WHERE application_template_id IS NOT NULL;

-- The label `scenarios` of applications and runtimes repeats the names of their formations.
CREATE TABLE formation (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenant (id),
    name       TEXT NOT NULL,
    state      TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX formation_name ON formation (tenant_id, name);
CREATE INDEX formation_page ON formation (tenant_id, id);

CREATE TABLE formation_application (
    formation_id   TEXT NOT NULL REFERENCES formation (id) ON DELETE CASCADE,
    application_id TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    PRIMARY KEY (formation_id, application_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX formation_application_application ON formation_application (application_id);

CREATE TABLE formation_runtime (
    formation_id TEXT NOT NULL REFERENCES formation (id) ON DELETE CASCADE,
    runtime_id   TEXT NOT NULL REFERENCES runtime (id) ON DELETE CASCADE,
    PRIMARY KEY (formation_id, runtime_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX formation_runtime_runtime ON formation_runtime (runtime_id);
