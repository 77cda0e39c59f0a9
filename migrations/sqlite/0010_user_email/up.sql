-- Where mail reaches a user; empty if it is not known.
ALTER TABLE users ADD COLUMN email TEXT NOT NULL DEFAULT '';
