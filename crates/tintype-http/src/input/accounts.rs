//! Bodies about people, their passwords and their tokens.

use std::collections::BTreeSet;

use tintype_library::auth::{InvalidPassword, Password};
use tintype_library::domain::{
    EmailAddress, FieldErrors, FieldProblem, InvalidPersonName, InvalidUsername, NewUser, Permission, PersonName,
    TokenLifetime, UserChange, Username,
};

use super::parse::{ALL_FORMATS, lifetime, required, required_text};
use crate::base_url::BaseUrl;
use crate::fields::{Fields, Sent};
use crate::form::FormBody;
use crate::problem::Format;
use crate::schemas::{CredentialFields, NewTokenFields, NewUserFields, PasswordChangeFields, UserChangeFields};

/// A user name and a password, and how long the token is to be valid.
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) lifetime: Option<TokenLifetime>,
}

impl FormBody for Credentials {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = CredentialFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let username = errors.take("username", required_text(sent.fields.text("username"), str::trim));
        let password = errors.take("password", required_text(sent.fields.text("password"), |password| password));
        let lifetime = errors.take("expires_in", token_lifetime(&sent.fields));
        match (username, password, lifetime) {
            (Some(username), Some(password), Some(lifetime)) => Ok(Self { username, password, lifetime }),
            _ => Err(errors),
        }
    }
}

/// The present password and another one.
pub(crate) struct PasswordChange {
    pub(crate) old_password: String,
    pub(crate) new_password: Password,
}

impl FormBody for PasswordChange {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = PasswordChangeFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let old_password = errors.take("old_password", required_text(sent.fields.text("old_password"), |text| text));
        let new_password = errors.take("new_password", required(password(&sent.fields, "new_password")));
        match (old_password, new_password) {
            (Some(old_password), Some(new_password)) => Ok(Self { old_password, new_password }),
            _ => Err(errors),
        }
    }
}

/// What a new token is called, and how long it is valid.
pub(crate) struct NewToken {
    pub(crate) label: String,
    pub(crate) lifetime: Option<TokenLifetime>,
}

impl NewToken {
    /// The most characters of a label.
    const MAX_LABEL_CHARS: usize = 255;
}

impl FormBody for NewToken {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewTokenFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let label = errors.take("label", label(&sent.fields));
        let lifetime = errors.take("expires_in", token_lifetime(&sent.fields));
        match (label, lifetime) {
            (Some(label), Some(lifetime)) => Ok(Self { label, lifetime }),
            _ => Err(errors),
        }
    }
}

impl FormBody for NewUser<Password> {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewUserFields;

    fn from_sent(sent: Sent, base: &BaseUrl) -> Result<Self, FieldErrors> {
        let is_named = sent.fields.contains("username");
        let sent = UserChange::from_sent(sent, base).map_err(|mut errors| {
            if !is_named {
                errors.push("username", FieldProblem::Missing);
            }
            errors
        })?;
        let username = sent.username.ok_or_else(|| FieldErrors::one("username", FieldProblem::Missing))?;
        Ok(Self {
            first_name: sent.first_name.unwrap_or_default(),
            last_name: sent.last_name.unwrap_or_default(),
            email: sent.email.unwrap_or_default(),
            is_staff: sent.is_staff.unwrap_or(false),
            is_admin: sent.is_admin.unwrap_or(false),
            is_active: sent.is_active.unwrap_or(true),
            permissions: sent.permissions.unwrap_or_default(),
            password: sent.password,
            ..Self::new(username)
        })
    }
}

impl FormBody for UserChange<Password> {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = UserChangeFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let change = Self {
            username: errors.take("username", username(fields)).flatten(),
            first_name: errors.take("first_name", person_name(fields, "first_name")).flatten(),
            last_name: errors.take("last_name", person_name(fields, "last_name")).flatten(),
            email: errors.take("email", email(fields)).flatten(),
            is_staff: errors.take("is_staff", fields.flag("is_staff")).flatten(),
            is_admin: errors.take("is_admin", fields.flag("is_admin")).flatten(),
            is_active: errors.take("is_active", fields.flag("is_active")).flatten(),
            permissions: errors.take("permissions", permissions(fields)).flatten(),
            password: errors.take("password", password(fields, "password")).flatten(),
        };
        errors.or(change)
    }
}

fn username(fields: &Fields) -> Result<Option<Username>, FieldProblem> {
    let username = fields.text("username")?.map(|text| Username::new(text.trim())).transpose();
    username.map_err(|error| match error {
        InvalidUsername::Empty => FieldProblem::Blank,
        InvalidUsername::Character(_) => FieldProblem::NotAUsername,
        InvalidUsername::TooLong(_) => FieldProblem::TooLong { limit: Username::MAX_CHARS },
    })
}

fn person_name(fields: &Fields, field: &str) -> Result<Option<PersonName>, FieldProblem> {
    fields.text(field)?.map(PersonName::new).transpose().map_err(|error| match error {
        InvalidPersonName::Nul => FieldProblem::NulCharacter,
        InvalidPersonName::TooLong => FieldProblem::TooLong { limit: PersonName::MAX_CHARS },
    })
}

fn email(fields: &Fields) -> Result<Option<EmailAddress>, FieldProblem> {
    fields.text("email")?.map(EmailAddress::new).transpose()
}

fn permissions(fields: &Fields) -> Result<Option<BTreeSet<Permission>>, FieldProblem> {
    let permission = |text: &str| {
        let by_code = text.parse().ok().and_then(Permission::from_code);
        let permission = by_code.or_else(|| text.parse().ok());
        permission.ok_or_else(|| FieldProblem::NotAChoice { value: text.to_owned() })
    };
    fields.list("permissions")?.map(|texts| texts.into_iter().map(permission).collect()).transpose()
}

fn password(fields: &Fields, field: &str) -> Result<Option<Password>, FieldProblem> {
    let Some(text) = fields.text(field)? else { return Ok(None) };
    if text.contains('\0') {
        return Err(FieldProblem::NulCharacter);
    }
    Password::new(text).map(Some).map_err(|error| match error {
        InvalidPassword::Empty => FieldProblem::Blank,
        InvalidPassword::TooLong => FieldProblem::TooLong { limit: Password::MAX_BYTES },
    })
}

fn label(fields: &Fields) -> Result<String, FieldProblem> {
    let label = fields.text("label")?.unwrap_or_default().trim();
    if label.contains('\0') {
        return Err(FieldProblem::NulCharacter);
    }
    if label.chars().count() > NewToken::MAX_LABEL_CHARS {
        return Err(FieldProblem::TooLong { limit: NewToken::MAX_LABEL_CHARS });
    }
    Ok(label.to_owned())
}

/// Returns for how long a token is to be valid.
fn token_lifetime(fields: &Fields) -> Result<Option<TokenLifetime>, FieldProblem> {
    let too_great = |_| FieldProblem::TooGreat { limit: TokenLifetime::MAX.as_secs() };
    lifetime(fields)?.map(TokenLifetime::try_from).transpose().map_err(too_great)
}
