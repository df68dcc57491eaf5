-- What paired applications register (the Application Registry), the events they send, and who gets those.

CREATE TABLE registered_service (
    number              INTEGER PRIMARY KEY AUTOINCREMENT, -- lists are in the order of registration
    id                  TEXT NOT NULL UNIQUE,   -- of the service, and of the bundle that it is for the Director
    application_id      TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    provider            TEXT NOT NULL,
    name                TEXT NOT NULL,
    description         TEXT NOT NULL,
    short_description   TEXT,
    identifier          TEXT,
    labels              TEXT NOT NULL,          -- JSON object of strings
    api                 TEXT,                   -- JSON as it is read back: no specification, masks where secrets were
    api_definition_id   TEXT,
    event_definition_id TEXT,
    event_types         TEXT,                   -- JSON, the names and versions that the event specification declares
    documentation       TEXT,                   -- JSON, without its documents
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX registered_service_page ON registered_service (application_id, number);
CREATE INDEX registered_service_api ON registered_service (api_definition_id) WHERE api_definition_id IS NOT NULL;
CREATE INDEX registered_service_events ON registered_service (event_definition_id) WHERE event_definition_id IS NOT NULL;
-- Two registrations that race for one identifier: one of them meets this index.
CREATE UNIQUE INDEX registered_service_identifier ON registered_service (application_id, identifier)
    WHERE identifier IS NOT NULL;

-- Megabytes: apart from the services, so that lists do not read them.
CREATE TABLE registered_specification (
    service_id TEXT NOT NULL REFERENCES registered_service (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('api', 'events')),
    format     TEXT NOT NULL CHECK (format IN ('JSON', 'XML')),
    bytes      INTEGER NOT NULL,
    text       TEXT NOT NULL,
    PRIMARY KEY (service_id, kind)
) STRICT;

CREATE TABLE registered_document (
    id         TEXT PRIMARY KEY,
    service_id TEXT NOT NULL REFERENCES registered_service (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    title      TEXT NOT NULL,
    type       TEXT NOT NULL,
    source     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX registered_document_place ON registered_document (service_id, position);

-- A ring: the oldest go when there are too many or they weigh too much.
CREATE TABLE event (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    runtime        TEXT NOT NULL,
    wire           TEXT NOT NULL CHECK (wire IN ('legacy', 'structured', 'binary')),
    type           TEXT NOT NULL,
    version        TEXT,
    event_id       TEXT NOT NULL,
    source         TEXT NOT NULL,
    time           TEXT,                        -- as it was sent
    content_type   TEXT,
    attributes     TEXT NOT NULL,               -- JSON: every CloudEvents attribute and extension
    data           BLOB NOT NULL,
    size           INTEGER NOT NULL,            -- bytes of the data and the attributes
    received_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX event_application ON event (application_id, seq);

CREATE TABLE event_ring (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    kept    INTEGER NOT NULL,
    bytes   INTEGER NOT NULL,
    dropped INTEGER NOT NULL                    -- for want of room; not those that went with their application
) STRICT;
INSERT INTO event_ring VALUES (1, 0, 0, 0);
CREATE TRIGGER event_kept AFTER INSERT ON event BEGIN
    UPDATE event_ring SET kept = kept + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER event_gone AFTER DELETE ON event BEGIN
    UPDATE event_ring SET kept = kept - 1, bytes = bytes - old.size;
END;

CREATE TABLE subscription (
    id             TEXT PRIMARY KEY,
    application_id TEXT REFERENCES application (id) ON DELETE CASCADE, -- null: every application
    event_type     TEXT,                        -- null: every type
    version        TEXT,                        -- null: every version
    url            TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX subscription_application ON subscription (application_id);

-- One for an event and an address, however many subscriptions name that address.
CREATE TABLE event_delivery (
    event_seq INTEGER NOT NULL REFERENCES event (seq) ON DELETE CASCADE,
    url       TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts  INTEGER NOT NULL DEFAULT 0,
    due_at    INTEGER NOT NULL,
    status    INTEGER,                          -- HTTP status of the last attempt
    at        INTEGER,                          -- when that was
    error     TEXT,
    PRIMARY KEY (event_seq, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_delivery_waiting ON event_delivery (url, due_at, event_seq) WHERE state = 'waiting';
