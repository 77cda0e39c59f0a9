-- Users, files, and four thumbnails of each image; {files} files. Multiplied by large primes, neighbours look unrelated.
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN IMMEDIATE;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
 INSERT INTO users (username, first_name, last_name, is_staff, is_admin, is_active, last_login, created_at)
 SELECT 'user' || (i * 37 % 50), CASE WHEN i % 3 = 0 THEN '' ELSE 'First' || (i % 7) END, 'Last' || i % 20,
        1, 0, 1, CASE WHEN i % 4 = 0 THEN NULL ELSE i * 1000000 END, i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {files}),
 r(i, a, b, c) AS (SELECT i, i * 2654435761 % 1000003, i * 40503 % 10007, i * 7919 % 997 FROM n),
 k(i, a, b, c, kind) AS (SELECT i, a, b, c,
    CASE WHEN c < 700 THEN 'image' WHEN c < 800 THEN 'pdf' WHEN c < 850 THEN 'video' WHEN c < 900 THEN 'document'
         WHEN c < 940 THEN 'text' WHEN c < 960 THEN 'audio' WHEN c < 975 THEN 'spreadsheet'
         WHEN c < 985 THEN 'compressed' WHEN c < 995 THEN 'presentation' ELSE 'other' END FROM r)
 INSERT INTO files (user_id, kind, size, width, height, mode, created_at, updated_at, stored_at, key, name,
                    name_folded, mime_type, checksum, description, tags, preview_status, taken_at, duration_ms, pages, camera,
                    has_gps)
 SELECT CASE WHEN b % 20 = 0 THEN NULL WHEN b % 2 = 0 THEN 1 ELSE 1 + b % 50 END, kind, 1000 + a * 11,
        CASE WHEN kind <> 'image' THEN NULL WHEN b % 3 = 0 THEN 4032 ELSE 100 + b % 5000 END,
        CASE WHEN kind <> 'image' THEN NULL WHEN b % 3 = 0 THEN 3024 ELSE 100 + a % 5000 END,
        CASE WHEN kind <> 'image' THEN NULL WHEN b % 5 = 0 THEN 'RGBA' WHEN b % 7 = 0 THEN 'L' ELSE 'RGB' END,
        1700000000000000 + i * 60000000 + b, 1700000000000000 + i * 60000000 + b + (c < 100) * a * 9000000,
        1700000000000000 + i * 60000000 + b,
        'core_media/2025/12/22/file_' || i || '.jpg', n.name, lower(n.name), 'image/jpeg',
        CAST(printf('%032d', i - (b % 100 = 0)) AS BLOB), 'Taken in ' || (2000 + b % 25),
        CASE WHEN a % 10 = 0 THEN 'oslo,trips/' || (2000 + b % 25) WHEN a % 997 = 0 THEN 'rare' ELSE '' END,
        CASE WHEN kind IN ('text', 'compressed', 'other') THEN 'none' WHEN b % 50 = 0 THEN 'failed'
             WHEN a % 500 = 0 THEN 'pending' ELSE 'ready' END,
        CASE WHEN kind = 'image' AND b % 10 > 2 THEN 1600000000000000 + a * 31 % 1000003 * 100000000 END,
        CASE WHEN kind IN ('video', 'audio') THEN 1000 + a * 7 END,
        CASE WHEN kind IN ('pdf', 'document', 'spreadsheet', 'presentation') THEN 1 + a % 400 END,
        CASE WHEN kind = 'image' AND b % 10 > 3 THEN 'maker' || (a % 6) || ' model ' || (a % 60) END,
        kind = 'image' AND b % 10 > 6
 FROM (SELECT *, CASE c % 4 WHEN 0 THEN 'IMG_' || printf('%04d', b) || '.jpg'
                      WHEN 1 THEN 'Screenshot from 2025-' || printf('%02d', 1 + b % 12) || ' ' || a || '.png'
                      WHEN 2 THEN 'عکس خانوادگی ' || b || '.jpg'
                      ELSE CASE WHEN a < 300 THEN 'Zebra ' ELSE 'Invoice ' END || a || ' final (2).pdf' END
                 AS name FROM k) n;
-- Eight neighbours look alike.
INSERT INTO previews (file_id, source, metadata, perceptual_hash)
 SELECT id, CASE kind WHEN 'image' THEN 'image' END, '{}',
        CASE kind WHEN 'image' THEN (id / 8 * 2654435761 % 4294967296 - 2147483648) * 4294967296
                                    + id / 8 * 40503007 % 536870912 * 8 + id % 8 END FROM files;
INSERT INTO file_tags (folded, file_id, name)
 SELECT t.value, files.id, CASE WHEN t.value <> 'trips/' THEN t.value END
 FROM files, json_each('["' || replace(tags, ',', '","') || '"' || CASE WHEN tags LIKE 'oslo%' THEN ',"trips/"' ELSE '' END || ']') t
 WHERE tags <> '' ORDER BY t.value, files.id;
INSERT INTO derived_objects (file_id, variant, width, height, size, key, mime_type, checksum, stored_at)
 SELECT files.id, 'thumbnail:' || e.value, e.value, e.value, e.value * 20,
        'core_media/2025/12/22/thumbnails/file_' || files.id || '_thumbnail_' || e.value || '.jpg',
        'image/jpeg', zeroblob(32), files.stored_at
 FROM files, json_each('[64, 128, 512, 1080]') e WHERE files.kind = 'image';
 COMMIT; PRAGMA wal_checkpoint(TRUNCATE);
