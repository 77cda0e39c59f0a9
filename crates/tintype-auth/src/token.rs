use crate::Error;
use sha2::{Digest, Sha256};
use std::fmt;

/// The secret that a client shows to be recognised. Only its [`hash`](Self::hash) is ever stored.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey(String);

impl TokenKey {
    /// Mints a key of 160 random bits as 40 hex digits, the form of Django REST framework's keys.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn mint() -> Result<Self, Error> {
        let mut random = [0; 20];
        getrandom::fill(&mut random).map_err(|_| Error::NoRandomness)?;
        Ok(Self(random.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Returns a key that another service has given out.
    pub fn existing(key: &str) -> Self {
        Self(key.to_owned())
    }

    /// Returns the key in an `Authorization` header: `Token <key>` or `Bearer <key>`, the scheme in
    /// any case.
    ///
    /// # Errors
    /// What is wrong with the header, told apart as Django REST framework does:
    /// [`Error::NotProvided`] also for another scheme, [`Error::NoToken`],
    /// [`Error::TokenWithSpaces`], [`Error::TokenWithInvalidCharacters`].
    pub fn from_authorization(header: Option<&[u8]>) -> Result<Self, Error> {
        let header = header.unwrap_or_default();
        let mut words = header.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let scheme = words.next().unwrap_or_default();
        if !scheme.eq_ignore_ascii_case(b"token") && !scheme.eq_ignore_ascii_case(b"bearer") {
            return Err(Error::NotProvided);
        }
        let key = words.next().ok_or(Error::NoToken)?;
        if words.next().is_some() {
            return Err(Error::TokenWithSpaces);
        }
        let key = std::str::from_utf8(key).map_err(|_| Error::TokenWithInvalidCharacters)?;
        Ok(Self(key.to_owned()))
    }

    /// Returns the key itself, for showing it once to its holder.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the SHA-256 of the key. A key has enough entropy that neither salt nor stretching
    /// would add anything.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::TokenKey;
    use crate::Error;

    #[test]
    fn headers_are_told_apart_as_django_rest_framework_does() {
        let parse = |header: &str| TokenKey::from_authorization(Some(header.as_bytes())).map(|key| key.0);
        for header in ["Token abc", "token abc", "TOKEN  abc ", "Bearer abc", "bearer\tabc"] {
            assert_eq!(parse(header).as_deref(), Ok("abc"), "{header}");
        }
        assert_eq!(TokenKey::from_authorization(None), Err(Error::NotProvided));
        for header in ["", "Basic YTpi", "abc", "Tokenabc"] {
            assert_eq!(parse(header), Err(Error::NotProvided), "{header}");
        }
        assert_eq!(parse("Token"), Err(Error::NoToken));
        assert_eq!(parse("Token "), Err(Error::NoToken));
        assert_eq!(parse("Token a b"), Err(Error::TokenWithSpaces));
        assert_eq!(TokenKey::from_authorization(Some(b"Token \xff")), Err(Error::TokenWithInvalidCharacters));
    }

    #[test]
    fn keys_are_forty_hex_digits_and_stay_out_of_logs() {
        let (one, other) = (TokenKey::mint().unwrap(), TokenKey::mint().unwrap());
        assert_ne!(one, other);
        assert!(one.reveal().len() == 40 && one.reveal().bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(!format!("{one:?}").contains(one.reveal()));
    }
}
