//! The order in which a page is read.

use std::cmp::Ordering;

use tintype_domain::{Bounds, Filter, OrderField, SortValue};

use crate::page::ordering::column;
use crate::sql::Sql;

/// The terms of the ordering as they are read, and how files that are alike in all of them follow
/// one another.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) terms: Vec<Term>,
    pub(super) ids_ascend: bool,
    /// Nulls come last, so they come first on the way back.
    pub(super) is_backward: bool,
}

/// A term of the ordering in the direction in which it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub(super) field: OrderField,
    pub(super) ascends: bool,
}

/// Where to begin.
#[derive(Debug)]
pub(super) struct Place {
    /// A value for each term.
    pub(super) values: Vec<SortValue>,
    pub(super) id: i64,
    /// Whether a file of just these values and this id comes after the place.
    pub(super) is_inclusive: bool,
}

impl Order {
    /// Appends the order by the terms from `depth` on.
    pub(super) fn order_by(&self, sql: &mut Sql, depth: usize) {
        sql.push(" ORDER BY ");
        for Term { field, ascends } in self.terms.iter().skip(depth) {
            let nulls = if self.is_backward { "FIRST" } else { "LAST" };
            sql.push(format!("{} {} NULLS {nulls}, ", column(*field), direction(*ascends)));
        }
        sql.push(format!("files.id {}", direction(self.ids_ascend)));
    }

    /// Returns what joins the users if a term from `depth` on needs them.
    pub(super) fn join(&self, depth: usize) -> &'static str {
        match self.terms.iter().skip(depth).any(|term| term.field.is_of_user()) {
            true => " LEFT JOIN users ON users.id = files.user_id",
            false => "",
        }
    }

    /// Appends that a file comes after the place by the terms from `depth` on.
    pub(super) fn after(&self, sql: &mut Sql, depth: usize, place: &Place) {
        let (Some(term), Some(value)) = (self.terms.get(depth), place.values.get(depth)) else {
            sql.push("files.id").push(if self.ids_ascend { " >" } else { " <" });
            sql.push(if place.is_inclusive { "= " } else { " " }).bind(place.id);
            return;
        };
        let column = column(term.field);
        sql.push("(");
        match value {
            SortValue::Null => {
                if self.is_backward {
                    sql.push(column).push(" IS NOT NULL OR ");
                }
                sql.push("(").push(column).push(" IS NULL");
            }
            value => {
                if term.field.is_nullable() && !self.is_backward {
                    sql.push(column).push(" IS NULL OR ");
                }
                sql.push(column).push(if term.ascends { " > " } else { " < " });
                bind(sql, value);
                sql.push(" OR (").push(column).push(" = ");
                bind(sql, value);
            }
        }
        sql.push(" AND ");
        self.after(sql, depth + 1, place);
        sql.push("))");
    }

    /// Compares values as they are read.
    pub(super) fn compare(&self, term: Term, a: &SortValue, b: &SortValue) -> Ordering {
        let null = |value: &SortValue| (*value == SortValue::Null) != self.is_backward;
        let by_value = match (a, b) {
            (SortValue::Number(a), SortValue::Number(b)) => a.cmp(b),
            (SortValue::Text(a), SortValue::Text(b)) => a.cmp(b),
            _ => return null(a).cmp(&null(b)),
        };
        if term.ascends { by_value } else { by_value.reverse() }
    }
}

impl Term {
    /// Appends that a value lies within the bounds of the filter, after one and before another.
    pub(super) fn push_range(self, sql: &mut Sql, filter: &Filter, after: Option<&SortValue>, end: Option<&SortValue>) {
        let column = column(self.field);
        let mut bounds = bounds(filter, self.field);
        let (greater, less) = if self.ascends { (after, end) } else { (end, after) };
        let nothing = Bounds { min: Some(1), max: Some(0) };
        if let Some(SortValue::Number(number)) = greater {
            match number.checked_add(1) {
                Some(least) => bounds.at_least(least),
                None => bounds = nothing,
            }
        }
        if let Some(SortValue::Number(number)) = less {
            match number.checked_sub(1) {
                Some(most) => bounds.at_most(most),
                None => bounds = nothing,
            }
        }
        if bounds.is_all() {
            sql.push(column).push(" IS NOT NULL");
        } else {
            sql.between(column, bounds);
        }
        for (sign, value) in [(" > ", greater), (" < ", less)] {
            if let Some(SortValue::Text(text)) = value {
                sql.push(" AND ").push(column).push(sign).bind(text.as_str());
            }
        }
    }
}

pub(super) fn bind(sql: &mut Sql, value: &SortValue) {
    match value {
        SortValue::Null => sql.push("NULL"),
        SortValue::Number(number) => sql.bind(*number),
        SortValue::Text(text) => sql.bind(text.as_str()),
    };
}

pub(super) fn direction(ascends: bool) -> &'static str {
    if ascends { "ASC" } else { "DESC" }
}

/// Returns the bounds of a column that can be ordered by.
fn bounds(filter: &Filter, field: OrderField) -> Bounds {
    match field {
        OrderField::Id => filter.id,
        OrderField::Size => filter.size,
        OrderField::Width => filter.width,
        OrderField::Height => filter.height,
        OrderField::CreatedAt => filter.created_at,
        OrderField::UpdatedAt => filter.updated_at,
        OrderField::TakenAt => filter.taken_at,
        OrderField::Duration => filter.duration_ms,
        _ => Bounds::ALL,
    }
}
