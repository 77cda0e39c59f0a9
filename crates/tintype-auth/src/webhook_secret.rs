//! The signatures of [Standard Webhooks].
//!
//! [Standard Webhooks]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tintype_domain::Timestamp;

use crate::Error;

/// A secret that signs what is sent to a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// Makes a secret of 256 random bits.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn mint() -> Result<Self, Error> {
        let mut random = vec![0; 32];
        getrandom::fill(&mut random).map_err(|_| Error::NoRandomness)?;
        Ok(Self(random))
    }

    /// Returns the secret of bytes that were kept.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the secret as it is shown: `whsec_` and Base64.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// Returns the header `webhook-signature` of a message, sent at that time, of which the header
    /// `webhook-timestamp` has the seconds since 1970.
    pub fn sign(&self, message_id: &str, at: Timestamp, body: &[u8]) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{message_id}.{}.", at.unix_micros().div_euclid(1_000_000)).as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use tintype_domain::Timestamp;

    use super::WebhookSecret;

    /// The example of the libraries of Standard Webhooks.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = WebhookSecret::from_bytes(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        assert_eq!(secret.reveal(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let at = Timestamp::from_unix_micros(1_614_265_330_999_999);
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_long_different_and_stay_out_of_logs() {
        let (one, other) = (WebhookSecret::mint().unwrap(), WebhookSecret::mint().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.as_bytes().len(), 32);
        assert_eq!(format!("{one:?}"), "WebhookSecret(…)");
    }
}
