use std::sync::{Mutex, MutexGuard, PoisonError};
use tintype_auth::{PasswordMemory, verify_password};

/// Memory for hashing passwords, used again while one log-in follows another: allocators are slow
/// to give back what large blocks were freed on one thread after the other.
#[derive(Debug, Default)]
pub(crate) struct PasswordMemories(Mutex<Vec<PasswordMemory>>);

impl PasswordMemories {
    /// Returns whether the password is the one hashed.
    pub(crate) fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, tintype_auth::Error> {
        let mut memory = self.lock().pop().unwrap_or_default();
        let answer = verify_password(password, hash, &mut memory);
        self.lock().push(memory);
        answer
    }

    /// Gives back all memory, for when no log-in waits.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<PasswordMemory>> {
        // Nothing in there can be left half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
