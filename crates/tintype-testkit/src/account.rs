/// A user that the command line will create: role, permissions, names and password.
///
/// ```
/// use tintype_testkit::Account;
///
/// let account = Account::staff().grant(["3801", "file.view"]).names("Mina", "Rad").password("s3cret");
/// assert_eq!(account, account.clone());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    pub(crate) role: Option<&'static str>,
    pub(crate) permissions: Vec<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) password: Option<String>,
}

impl Account {
    /// Returns a user who is neither staff nor admin.
    pub fn plain() -> Self {
        Self { role: None, permissions: Vec::new(), first_name: None, last_name: None, password: None }
    }

    /// Returns a staff user, who may do what it was granted.
    pub fn staff() -> Self {
        Self { role: Some("--staff"), ..Self::plain() }
    }

    /// Returns an admin, who may do everything.
    pub fn admin() -> Self {
        Self { role: Some("--admin"), ..Self::plain() }
    }

    /// Adds permissions, by number or by name.
    #[must_use]
    pub fn grant(mut self, permissions: impl IntoIterator<Item = impl ToString>) -> Self {
        self.permissions.extend(permissions.into_iter().map(|permission| permission.to_string()));
        self
    }

    /// Sets first and last name.
    #[must_use]
    pub fn names(mut self, first: &str, last: &str) -> Self {
        self.first_name = Some(first.to_owned());
        self.last_name = Some(last.to_owned());
        self
    }

    /// Sets a password.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// Returns the arguments of `tintype user create` for it.
    pub(crate) fn create_arguments<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let mut arguments = vec!["user", "create", name];
        arguments.extend(self.role);
        for (flag, value) in [("--first-name", &self.first_name), ("--last-name", &self.last_name)] {
            if let Some(value) = value {
                arguments.extend([flag, value.as_str()]);
            }
        }
        if self.password.is_some() {
            arguments.push("--password-stdin");
        }
        arguments
    }
}
