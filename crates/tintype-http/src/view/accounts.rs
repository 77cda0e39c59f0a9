//! Users and their tokens.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tintype_library::auth::TokenKey;
use tintype_library::domain::{TokenRecord, UserRecord};

use crate::reply::Entity;

/// The authenticated user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Me", example = json!({"id": 2, "username": "behrooz", "full_name": "بهروز قربانی", "is_staff": true, "is_admin": false, "permissions": [3801, 3802]}))]
pub(crate) struct MeView {
    id: i64,
    username: String,
    full_name: String,
    is_staff: bool,
    is_admin: bool,
    permissions: Vec<u16>,
}

impl MeView {
    pub(crate) fn new(user: &UserRecord) -> Self {
        Self {
            id: user.id.0,
            username: user.username.clone(),
            full_name: user.full_name(),
            is_staff: user.is_staff,
            is_admin: user.is_admin,
            permissions: user.permissions.iter().map(|permission| permission.code()).collect(),
        }
    }
}

/// A user as admins see it. The order of the fields is part of the contract.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "User", example = json!({"id": 3, "username": "mina", "first_name": "Mina", "last_name": "", "full_name": "Mina", "email": "", "is_staff": true, "is_admin": false, "is_active": true, "permissions": [3802], "last_login": null, "created_at": "2026-11-23T23:45:58.768356Z", "has_password": true}))]
pub(crate) struct UserView {
    id: i64,
    username: String,
    first_name: String,
    last_name: String,
    full_name: String,
    email: String,
    is_staff: bool,
    is_admin: bool,
    is_active: bool,
    permissions: Vec<u16>,
    #[schemars(extend("format" = "date-time"))]
    last_login: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    has_password: bool,
}

impl Entity for UserView {}

impl UserView {
    pub(crate) fn new(user: &UserRecord) -> Self {
        Self {
            id: user.id.0,
            username: user.username.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            full_name: user.full_name(),
            email: user.email.clone(),
            is_staff: user.is_staff,
            is_admin: user.is_admin,
            is_active: user.is_active,
            permissions: user.permissions.iter().map(|permission| permission.code()).collect(),
            last_login: user.last_login.map(|at| at.to_string()),
            created_at: user.created_at.to_string(),
            has_password: user.has_password,
        }
    }
}

/// The key of a token. This is the only time it is shown.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Key", example = json!({"token": "b8e53348e5128eccd6e3cff34484f9754170493a"}))]
pub(crate) struct KeyView {
    token: String,
}

impl KeyView {
    pub(crate) fn new(key: &TokenKey) -> Self {
        Self { token: key.reveal().to_owned() }
    }
}

/// A new token with its key. This is the only time it is shown.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreatedToken", example = json!({"id": 7, "label": "laptop", "token": "41f8e0b1d0d54cb2a5ce2a9a02e21cf9c2a6d3b0", "created_at": "2026-11-23T23:45:58.768356Z", "expires_at": null}))]
pub(crate) struct NewTokenView {
    id: i64,
    label: String,
    token: String,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    expires_at: Option<String>,
}

impl Entity for NewTokenView {}

impl NewTokenView {
    pub(crate) fn new(token: &TokenRecord, key: &TokenKey) -> Self {
        Self {
            id: token.id.0,
            label: token.label.clone(),
            token: key.reveal().to_owned(),
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.map(|at| at.to_string()),
        }
    }
}

/// A token without its key.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub(crate) struct TokenView {
    id: i64,
    label: String,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    expires_at: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    last_used_at: Option<String>,
}

impl TokenView {
    pub(crate) fn new(token: &TokenRecord) -> Self {
        Self {
            id: token.id.0,
            label: token.label.clone(),
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.map(|at| at.to_string()),
            last_used_at: token.last_used_at.map(|at| at.to_string()),
        }
    }
}
