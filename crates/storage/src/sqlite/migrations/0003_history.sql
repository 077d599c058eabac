-- Versions of a type, deletions too, in the order of change.
CREATE INDEX version_changed ON version (type, last_updated, vid);
