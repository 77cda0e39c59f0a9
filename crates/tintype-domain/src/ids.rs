use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// The number of a file; given by the database, never used twice.
    FileId
);
id!(
    /// The number of a thumbnail.
    ThumbnailId
);
id!(
    /// The number of a job.
    JobId
);
id!(
    /// The number of a user.
    UserId
);
id!(
    /// The number of a token; not its key.
    TokenId
);
id!(
    /// The number of a webhook.
    WebhookId
);
id!(
    /// The number of a delivery to a webhook.
    DeliveryId
);
