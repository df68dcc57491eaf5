-- The integration system that manages an application. It may go; the application stays.
ALTER TABLE application ADD COLUMN integration_system_id TEXT REFERENCES integration_system (id) ON DELETE SET NULL;
CREATE INDEX application_integration_system ON application (integration_system_id);
