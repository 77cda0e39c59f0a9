-- The place of an upload by a link, in `upload_reservations`; its lease lasts as long as the upload.
ALTER TABLE uploads ADD COLUMN reservation_id BIGINT;
