//! Statements put together at run time, for what diesel's own builder cannot say: hints, ranks, and
//! filters and orders that clients combine. Values are always bound, never written into the text.

use crate::connection::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Text};
use std::borrow::Cow;
use std::marker::PhantomData;
use tintype_domain::Bounds;

/// A statement whose rows are of the SQL type `ST`; `()` where it has none.
pub(crate) struct Sql<ST = ()> {
    parts: Vec<Part>,
    is_common: bool,
    rows: PhantomData<ST>,
}

/// A piece of a statement: text, or a value to bind.
pub(crate) enum Part {
    Text(Cow<'static, str>),
    Int(i64),
    String(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Part {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Part {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<&[u8]> for Part {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<ST> Sql<ST> {
    /// Begins a statement that is kept prepared.
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { parts: vec![Part::Text(text.into())], is_common: true, rows: PhantomData }
    }

    /// Marks the statement as one of too many to keep prepared.
    pub(crate) fn uncommon(&mut self) {
        self.is_common = false;
    }

    /// Appends text.
    pub(crate) fn push(&mut self, text: impl Into<Cow<'static, str>>) -> &mut Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Appends a bound value.
    pub(crate) fn bind(&mut self, value: impl Into<Part>) -> &mut Self {
        self.parts.push(value.into());
        self
    }

    /// Appends ` LIMIT n`.
    ///
    /// SQLite compiles a statement anew for each value of a limit that is nothing but a parameter
    /// (<https://www.sqlite.org/qpsg.html>), so it is an expression.
    pub(crate) fn limit(&mut self, limit: i64) -> &mut Self {
        self.push(" LIMIT 0 + ").bind(limit)
    }

    /// Appends ` OFFSET n`, as [`limit`](Self::limit) does.
    pub(crate) fn offset(&mut self, offset: i64) -> &mut Self {
        self.push(" OFFSET 0 + ").bind(offset)
    }

    /// Appends `(a, b, …)`, each value bound.
    pub(crate) fn list<T: Into<Part>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        let mut separator = "(";
        let mut count = 0;
        for value in values {
            self.push(separator).bind(value);
            separator = ", ";
            count += 1;
        }
        self.is_common &= count <= 8;
        self.push(if count == 0 { "(NULL)" } else { ")" })
    }

    /// Appends that a column lies within bounds.
    pub(crate) fn between(&mut self, column: &'static str, bounds: Bounds) -> &mut Self {
        match (bounds.min, bounds.max) {
            (Some(min), Some(max)) if min == max => self.push(column).push(" = ").bind(min),
            (Some(min), Some(max)) => self.push(column).push(" BETWEEN ").bind(min).push(" AND ").bind(max),
            (Some(min), None) => self.push(column).push(" >= ").bind(min),
            (None, Some(max)) => self.push(column).push(" <= ").bind(max),
            (None, None) => self.push("TRUE"),
        }
    }

    /// Appends another statement.
    pub(crate) fn append<Other>(&mut self, other: Sql<Other>) -> &mut Self {
        self.parts.extend(other.parts);
        self.is_common &= other.is_common;
        self
    }
}

impl<ST> QueryFragment<Backend> for Sql<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        if !self.is_common {
            out.unsafe_to_cache_prepared();
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                Part::String(value) => out.push_bind_param::<Text, _>(value)?,
                Part::Bytes(value) => out.push_bind_param::<Binary, _>(value)?,
            }
        }
        Ok(())
    }
}

impl<ST> QueryId for Sql<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Sql<ST> {
    type SqlType = ST;
}

impl<ST, C> diesel::RunQueryDsl<C> for Sql<ST> {}
