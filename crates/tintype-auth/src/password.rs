use crate::Error;
use crate::weakness;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;
use tintype_domain::FieldProblem;

/// A hash that no password matches, with the parameters of [`hash_password`].
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that somebody is to have: 1 to 4096 bytes, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// The text is empty.
    #[error("the password is empty")]
    Empty,
    /// The text is too long.
    #[error("the password is longer than {max} bytes", max = Password::MAX_BYTES)]
    TooLong,
}

impl Password {
    /// The longest password, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 4096;

    /// Returns the password, as it stands.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidPassword> {
        match text.into() {
            text if text.is_empty() => Err(InvalidPassword::Empty),
            text if text.len() > Self::MAX_BYTES => Err(InvalidPassword::TooLong),
            text => Ok(Self(text)),
        }
    }

    /// Returns why the password is too weak for a user, by Django's default rules; nothing if it is
    /// not. `known` is what is known of the user: what it is in words, and its text.
    pub fn weaknesses(&self, known: &[(&'static str, &str)]) -> Vec<FieldProblem> {
        weakness::weaknesses(&self.0, known)
    }

    /// Returns the hash by which the password is recognised; see [`hash_password`].
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn hash(&self) -> Result<String, Error> {
        hash_password(&self.0)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Returns the Argon2id hash of a password as a PHC string, with the library's default cost (19
/// MiB, two passes), which is [OWASP's recommendation]. It takes tens of milliseconds: keep it off
/// an async executor.
///
/// # Errors
/// [`Error::NoRandomness`] where there is no salt to be had.
///
/// [OWASP's recommendation]:
/// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
pub fn hash_password(password: &str) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| Error::NoRandomness)?;
    Ok(hash.to_string())
}

/// The most memory of a hash of Django's; its default is 100 MiB.
const MAX_MEMORY_KIB: u32 = 128 * 1024;

/// The memory that hashing fills, 19 MiB, to be used again for the next password.
#[derive(Default)]
pub struct PasswordMemory(Vec<Block>);

impl PasswordMemory {
    /// Returns the blocks that hashing with these parameters fills.
    fn blocks(&mut self, params: &Params) -> &mut [Block] {
        self.0.resize(params.block_count(), Block::new());
        &mut self.0
    }

    /// Gives back what only hashes of other services need.
    fn give_back(&mut self) {
        let usual = Params::DEFAULT.block_count();
        if self.0.len() > usual {
            self.0.truncate(usual);
            self.0.shrink_to_fit();
        }
    }
}

impl fmt::Debug for PasswordMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordMemory").finish_non_exhaustive()
    }
}

/// Returns whether the password is the one hashed. Without a hash (an unknown user, or one without
/// a password) the answer is no, at the same cost, so that time does not tell which user names
/// exist.
///
/// # Errors
/// [`Error::BadPasswordHash`] where the stored hash is no PHC string of Argon2.
pub fn verify_password(password: &str, hash: Option<&str>, memory: &mut PasswordMemory) -> Result<bool, Error> {
    if let Some(hash) = hash.and_then(Pbkdf2::parse) {
        return Ok(hash.is_of(password));
    }
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY)).map_err(|_| Error::BadPasswordHash)?;
    let computed = compute(password, &parsed, memory).ok_or(Error::BadPasswordHash);
    memory.give_back();
    let computed = computed?;
    // `Output` compares in constant time.
    Ok(parsed.hash == Some(computed) && hash.is_some())
}

/// The most rounds of a hash of Django's; its own default has been below two million so far.
const MAX_ROUNDS: u32 = 10_000_000;

/// A hash as Django makes it by default: `pbkdf2_sha256$<rounds>$<salt>$<hash in Base64>`.
struct Pbkdf2<'h> {
    rounds: u32,
    salt: &'h str,
    hash: Vec<u8>,
}

impl<'h> Pbkdf2<'h> {
    fn parse(text: &'h str) -> Option<Self> {
        let mut parts = text.strip_prefix("pbkdf2_sha256$")?.split('$');
        let rounds = parts.next()?.parse().ok().filter(|rounds| (1..=MAX_ROUNDS).contains(rounds))?;
        let salt = parts.next()?;
        let hash = BASE64_STANDARD.decode(parts.next()?).ok().filter(|hash| hash.len() == 32)?;
        parts.next().is_none().then_some(Self { rounds, salt, hash })
    }

    fn is_of(&self, password: &str) -> bool {
        let mut computed = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), self.salt.as_bytes(), self.rounds, &mut computed);
        computed.ct_eq(&self.hash).into()
    }
}

/// Returns a hash that Django has made as [`verify_password`] knows it; `None` if it is of another
/// sort than PBKDF2 with SHA-256 and Argon2.
pub fn django_password(hash: &str) -> Option<String> {
    if Pbkdf2::parse(hash).is_some() {
        return Some(hash.to_owned());
    }
    let argon2 = hash.strip_prefix("argon2$argon2").map(|rest| format!("$argon2{rest}"))?;
    let parsed = PasswordHash::new(&argon2).ok()?;
    let is_cheap = Params::try_from(&parsed).ok()?.m_cost() <= MAX_MEMORY_KIB;
    is_cheap.then_some(argon2)
}

/// Hashes a password in the way that a stored hash was made; `None` where that is not known.
fn compute(password: &str, stored: &PasswordHash, memory: &mut PasswordMemory) -> Option<Output> {
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(stored).ok()?;
    let (salt, len) = (stored.salt.as_ref()?, stored.hash.as_ref()?.len());
    let mut out = [0; Output::MAX_LENGTH];
    let out = out.get_mut(..len)?;
    let blocks = memory.blocks(&params);
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, out, blocks)
        .ok()?;
    Output::new(out).ok()
}

#[cfg(test)]
mod tests {
    use super::{InvalidPassword, NOBODY, Password, PasswordMemory, hash_password};
    use crate::Error;

    #[test]
    fn passwords_of_django_stay_valid() {
        // As `django.contrib.auth.hashers` makes it of `lètmein`, with fewer rounds.
        let pbkdf2 = "pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=";
        let kept = super::django_password(pbkdf2).unwrap();
        assert_eq!(verify_password("lètmein", Some(&kept)), Ok(true));
        assert_eq!(verify_password("letmein", Some(&kept)), Ok(false));
        let argon2 = "argon2$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw";
        assert!(super::django_password(argon2).is_some_and(|kept| kept.starts_with("$argon2id$v=19$m=102400")));
        for other in
            ["", "!", "bcrypt_sha256$$2b$12$abc", "md5$salt$hash", "pbkdf2_sha256$0$salt$AAAA", "pbkdf2_sha256$"]
        {
            assert_eq!(super::django_password(other), None, "{other}");
        }
    }

    fn verify_password(password: &str, hash: Option<&str>) -> Result<bool, Error> {
        super::verify_password(password, hash, &mut PasswordMemory::default())
    }

    #[test]
    fn passwords_have_a_length_and_stay_out_of_logs() {
        assert_eq!(Password::new(""), Err(InvalidPassword::Empty));
        assert_eq!(Password::new("x".repeat(4097)), Err(InvalidPassword::TooLong));
        let longest = Password::new("x".repeat(4096)).unwrap();
        assert!(!format!("{longest:?}").contains('x'));
        assert_eq!(verify_password(" ", Some(&Password::new(" ").unwrap().hash().unwrap())), Ok(true));
    }

    #[test]
    fn only_the_password_matches_its_hash() {
        let hash = hash_password("پنهان 🐈").unwrap();
        assert_eq!(verify_password("پنهان 🐈", Some(&hash)), Ok(true));
        assert_eq!(verify_password("پنهان", Some(&hash)), Ok(false));
        assert_eq!(verify_password("", Some(&hash)), Ok(false));
        assert_eq!(verify_password("x", Some("plain")), Err(Error::BadPasswordHash));
    }

    #[test]
    fn memory_that_was_used_before_does_not_change_the_answer() {
        let mut memory = PasswordMemory::default();
        let (one, other) = (hash_password("one").unwrap(), hash_password("other").unwrap());
        let weak = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
        for (password, hash, expected) in
            [("one", &*one, true), ("x", weak, false), ("other", &other, true), ("one", &other, false)]
        {
            assert_eq!(super::verify_password(password, Some(hash), &mut memory), Ok(expected), "{password}, {hash}");
        }
    }

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(NOBODY), cost(&hash_password("x").unwrap()));
        assert_eq!(verify_password("x", None), Ok(false));
        // The placeholder must be computed in full, not refused early.
        assert_eq!(verify_password("x", Some(NOBODY)), Ok(false));
    }
}
