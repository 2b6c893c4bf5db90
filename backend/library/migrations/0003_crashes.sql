-- Leases whose process was, by its own crash record, ended by a fault while it worked on this file.
ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
