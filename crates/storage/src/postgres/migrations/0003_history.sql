CREATE INDEX version_changed_of ON version (type, last_updated, vid);
