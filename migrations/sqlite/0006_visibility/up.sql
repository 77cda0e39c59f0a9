-- Who may fetch a file: `public` is everybody who knows its URL.
ALTER TABLE files ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public';

CREATE INDEX files_visibility ON files (visibility);

-- It holds whatever lists filter by.
DROP INDEX files_facts;
CREATE INDEX files_facts ON files (created_at, id, user_id, kind, size, width, height, updated_at, visibility);
