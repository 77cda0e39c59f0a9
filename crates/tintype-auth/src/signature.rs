//! Signed URLs: who signs what, and how a signature is judged.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::Error;

/// Everything but RFC 3986's unreserved characters.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, but for the slash.
const PATH: &AsciiSet = &VALUE.remove(b'/');

const EXPIRES: &str = "expires";
const SIGNATURE: &str = "signature";

/// The parameters of a query, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<Vec<u8>, Vec<u8>>);

impl Parameters {
    /// Decodes a query.
    ///
    /// # Errors
    /// [`Error::RepeatedParameter`].
    pub fn parse(query: &str) -> Result<Self, Error> {
        let mut parameters = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if parameters.insert(decode(name), decode(value)).is_some() {
                return Err(Error::RepeatedParameter);
            }
        }
        Ok(Self(parameters))
    }

    /// Returns the value of a parameter, empty if it has none.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name.as_bytes()).map(Vec::as_slice)
    }

    /// Returns the parameters with one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.as_bytes().to_vec(), value.as_bytes().to_vec());
        self
    }

    /// Returns the query of all parameters but the signature, as it is signed.
    fn canonical(&self) -> String {
        let signed = self.0.iter().filter(|(name, _)| *name != SIGNATURE.as_bytes());
        let pairs =
            signed.map(|(name, value)| format!("{}={}", percent_encode(name, VALUE), percent_encode(value, VALUE)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn decode(text: &str) -> Vec<u8> {
    percent_decode_str(&text.replace('+', " ")).collect()
}

/// A secret that signs URLs.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey(Vec<u8>);

impl SigningKey {
    /// The shortest key, in bytes: as long as what SHA-256 makes of it.
    pub const MIN_BYTES: usize = 32;

    /// Makes a key of 256 random bits.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn mint() -> Result<Self, Error> {
        let mut random = vec![0; Self::MIN_BYTES];
        getrandom::fill(&mut random).map_err(|_| Error::NoRandomness)?;
        Ok(Self(random))
    }

    /// Returns the key of these bytes; `None` if they are too few.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= Self::MIN_BYTES).then_some(Self(bytes))
    }

    /// Returns the key in a Base64 text, of either alphabet, padded or not; `None` if it is no such
    /// text or too short.
    pub fn from_base64(text: &str) -> Option<Self> {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let text = text.trim().replace('+', "-").replace('/', "_");
        Self::from_bytes(GeneralPurpose::new(&URL_SAFE, config).decode(text).ok()?)
    }

    /// Returns the secret, to be kept.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// Returns the signature of a path, encoded or not, with these parameters.
    pub fn sign(&self, path: &str, parameters: &Parameters) -> String {
        let path: Vec<u8> = percent_decode_str(path).collect();
        let signed = format!("{}?{}", percent_encode(&path, PATH), parameters.canonical());
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(signed.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// Returns the query that makes a link of a path: the parameters, when it expires in seconds
    /// since 1970, and the signature.
    pub fn signed_query(&self, path: &str, parameters: Parameters, expires: u64) -> String {
        let parameters = parameters.with(EXPIRES, &expires.to_string());
        format!("{}&{SIGNATURE}={}", parameters.canonical(), self.sign(path, &parameters))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// The key that signs, and those that did before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeys {
    /// The key that signs.
    pub current: SigningKey,
    /// Earlier keys, each with the last `expires` that it may have signed.
    pub retired: Vec<(SigningKey, u64)>,
}

impl SigningKeys {
    /// Judges the signature of a request, at `now` in seconds since 1970, where a link may be valid
    /// for `max_lifetime` seconds. Returns when the link expires; `None` if there is no signature.
    ///
    /// # Errors
    /// [`Error::InvalidLink`]; [`Error::ExpiredLink`] if only its time is over.
    pub fn judge(
        &self,
        path: &str,
        parameters: &Parameters,
        now: u64,
        max_lifetime: u64,
    ) -> Result<Option<u64>, Error> {
        let Some(signature) = parameters.get(SIGNATURE) else { return Ok(None) };
        let expires = parameters.get(EXPIRES).and_then(number).ok_or(Error::InvalidLink)?;
        let is_by = |key: &SigningKey| bool::from(key.sign(path, parameters).as_bytes().ct_eq(signature));
        let is_by_retired = || self.retired.iter().any(|(key, last)| expires <= *last && is_by(key));
        if !is_by(&self.current) && !is_by_retired() {
            return Err(Error::InvalidLink);
        }
        if expires > now.saturating_add(max_lifetime) {
            return Err(Error::InvalidLink);
        }
        if expires <= now { Err(Error::ExpiredLink) } else { Ok(Some(expires)) }
    }
}

fn number(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()
}

/// Returns when links that are made at `now` expire, so that all that are made in a window of
/// `lifetime` are alike: between one and two lifetimes later. All in seconds.
pub fn window_end(now: u64, lifetime: u64) -> u64 {
    let lifetime = lifetime.max(1);
    (now / lifetime).saturating_add(2).saturating_mul(lifetime)
}

#[cfg(test)]
mod tests {
    use super::{Parameters, SigningKey, SigningKeys, window_end};
    use crate::Error;

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_bytes(vec![byte; 32]).unwrap()
    }

    fn parse(query: &str) -> Parameters {
        Parameters::parse(query).unwrap()
    }

    /// The vectors of docs/media.md, which the examples in other languages have as well.
    #[test]
    fn signatures_are_those_of_the_test_vectors() {
        let key = SigningKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
        for (path, query, expected) in [
            ("/media/core_media/2025/12/22/wallpaper.jpg", "expires=1766430000", VECTORS[0]),
            (
                "/media/core_media/2025/12/22/%D8%B9%DA%A9%D8%B3_1.jpg",
                "expires=1766430000&download=%D8%B9%DA%A9%D8%B3+1.jpg",
                VECTORS[1],
            ),
            ("/media/core_media/2025/12/22/a~b-c.d_e.txt", "download&expires=1766430000", VECTORS[2]),
        ] {
            assert_eq!(key.sign(path, &parse(query)), expected, "{path}?{query}");
        }
    }

    const VECTORS: [&str; 3] = [
        "jHGbS2m2YU66_d9-OvuUM9a6eXX6yy9ZmqEg1_wWIK8",
        "Pjjucr_Flj6WbpvS4j9FlvdjUEtfeZr4TSKNHIafHuQ",
        "tL7C7P_ByfEBkdTTg_ltUCZQnIOZS-VpUGe9mKwgm-M",
    ];

    #[test]
    fn spellings_of_one_url_have_one_signature() {
        let sign = |path: &str, query: &str| key(1).sign(path, &parse(query));
        let one = sign("/media/a b.txt", "x=a b&download=&expires=7");
        for (path, query) in [
            ("/media/a%20b.txt", "expires=7&download&x=a+b"),
            ("/media/%61%20b%2etxt", "e%78pires=7&&x=a%20b&download&signature=whatever"),
        ] {
            assert_eq!(sign(path, query), one, "{path}?{query}");
        }
        for (path, query) in [
            ("/media/a+b.txt", "x=a b&download=&expires=7"),
            ("/media/a b.txt", "x=a b&expires=7"),
            ("/media/a b.txt", "x=A b&download=&expires=7"),
            ("/media/a b.txt", "x=a b&download=&expires=07"),
            ("/media/a b.txt", "x=a b&download=&expires=7&y"),
        ] {
            assert_ne!(sign(path, query), one, "{path}?{query}");
        }
        assert_eq!(Parameters::parse("a=1&%61=2"), Err(Error::RepeatedParameter));
    }

    #[test]
    fn a_signature_is_right_for_one_url_until_it_expires() {
        let keys = SigningKeys { current: key(1), retired: vec![(key(2), 150)] };
        let judge = |path: &str, query: &str, now| keys.judge(path, &parse(query), now, 100);
        let query = key(1).signed_query("/media/a", Parameters::default(), 200);
        assert_eq!(judge("/media/a", &query, 150), Ok(Some(200)));
        assert_eq!(judge("/media/a", &query, 100), Ok(Some(200)));
        assert_eq!(judge("/media/a", &query, 99), Err(Error::InvalidLink), "too far ahead");
        assert_eq!(judge("/media/a", &query, 199), Ok(Some(200)));
        assert_eq!(judge("/media/a", &query, 200), Err(Error::ExpiredLink));
        assert_eq!(judge("/media/b", &query, 150), Err(Error::InvalidLink));
        assert_eq!(judge("/media/a", &query.replace("200", "201"), 150), Err(Error::InvalidLink));
        assert_eq!(judge("/media/a", &format!("{query}A"), 150), Err(Error::InvalidLink));
        assert_eq!(judge("/media/a", &format!("{query}="), 150), Err(Error::InvalidLink));
        assert_eq!(judge("/media/a", &format!("{query}&download"), 150), Err(Error::InvalidLink));
        assert_eq!(judge("/media/a", "", 150), Ok(None));
        assert_eq!(judge("/media/a", "expires=200", 150), Ok(None));
        for query in ["signature=", "signature=x&expires=", "signature=x&expires=+200", "signature=x&expires=-1"] {
            assert_eq!(judge("/media/a", query, 150), Err(Error::InvalidLink), "{query}");
        }
    }

    #[test]
    fn an_earlier_key_counts_for_what_it_can_have_signed() {
        let keys = SigningKeys { current: key(1), retired: vec![(key(2), 150)] };
        let judge = |key: &SigningKey, expires| {
            let query = key.signed_query("/media/a", Parameters::default(), expires);
            keys.judge("/media/a", &parse(&query), 100, 100)
        };
        assert_eq!(judge(&key(2), 150), Ok(Some(150)));
        assert_eq!(judge(&key(2), 151), Err(Error::InvalidLink));
        assert_eq!(judge(&key(3), 150), Err(Error::InvalidLink));
    }

    #[test]
    fn all_links_of_a_window_expire_at_once() {
        assert_eq!([7200, 7201, 10_799].map(|now| window_end(now, 3600)), [14_400; 3]);
        assert_eq!(window_end(10_800, 3600), 18_000);
    }

    #[test]
    fn keys_are_long_and_stay_out_of_logs() {
        assert_eq!(SigningKey::from_bytes(vec![0; 31]), None);
        let text = "-_-_".repeat(11);
        assert_eq!(SigningKey::from_base64(&text), SigningKey::from_base64(&"+/+/".repeat(11)));
        assert!(SigningKey::from_base64(&text).is_some());
        assert_eq!(SigningKey::from_base64("hunter2"), None);
        assert_eq!(SigningKey::mint().unwrap().reveal().len(), 32);
        assert_eq!(format!("{:?}", key(1)), "SigningKey(…)");
    }
}
