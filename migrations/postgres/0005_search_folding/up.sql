-- Searches ignore more than case from now on. The names that are there already are folded anew by `refold_names`, in
-- Rust, in the same transaction; servers of the version before, which fold otherwise, wait until that is done.
LOCK TABLE files IN SHARE ROW EXCLUSIVE MODE;
