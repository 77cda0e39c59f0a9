-- What stays in view when a picture of the file is cropped: millionths of its width and height, both or none.
ALTER TABLE files ADD COLUMN focal_x BIGINT;
ALTER TABLE files ADD COLUMN focal_y BIGINT;
