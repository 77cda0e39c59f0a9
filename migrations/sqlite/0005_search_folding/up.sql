-- Searches ignore more than case from now on. The names that are there already are folded anew by `refold_names`, in
-- Rust, in the same transaction.
SELECT count(*) FROM files WHERE FALSE;
