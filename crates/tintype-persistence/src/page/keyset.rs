//! Pages that begin at a place in the list, at the same price however deep.
//!
//! The files after a place are those that share its first value and come after it by the other
//! terms, and then those with later values. So each term is read in groups of files of one value,
//! each group by the next term, and the last one by id. Every statement is either a range of an
//! index, or sorts the files of whole groups that fit on the page. Where few files are left to
//! choose from, they are all sorted.
//!
//! Many files may come in an order before one that matches: those with the widest pictures, where
//! only documents match. So an index is read a piece at a time, and once too many files did not
//! match, all that do are sorted instead.

mod order;
mod source;

use std::cmp::Ordering;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Nullable, SqlType, Text};
use tintype_domain::{
    Bounds, ColourMode, Cursor, Direction, Filter, Kind, ListQuery, Listed, OrderField, Side, SortValue, Travel,
};

use order::{Order, Place, Term, bind, direction};
pub(crate) use source::{By, Scope, Source};

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::ordering::column;
use crate::sql::Sql;

/// How many files of an index are read at a time for a page of which few are missing.
const PIECE: usize = 2000;

/// How many files may be read in vain for such a page.
const MOST_IN_VAIN: usize = 8000;

/// Why files are not read by indexes to the end.
enum Stop {
    /// Too many of them did not match.
    InVain,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Selects the ids of the first `need` files from the cursor on, in the order in which it reads.
pub(crate) fn select_from(
    connection: &mut AnyConnection,
    source: &impl Source,
    query: &ListQuery,
    cursor: Option<&Cursor>,
    need: usize,
) -> Result<Vec<i64>, Error> {
    let backward = cursor.is_some_and(|cursor| cursor.travel == Travel::Backward);
    let mut order = Order { terms: Vec::new(), ids_ascend: backward, is_backward: backward };
    let mut place = cursor.map(|cursor| Place {
        values: Vec::new(),
        id: cursor.id.0,
        is_inclusive: backward == (cursor.side == Side::After),
    });
    for (index, term) in query.ordering.iter().enumerate() {
        let ascends = (term.direction == Direction::Ascending) != backward;
        if term.field == OrderField::Id {
            // Ids are unique, so terms after this one never matter.
            order.ids_ascend = ascends;
            break;
        }
        if order.terms.iter().all(|earlier| earlier.field != term.field) {
            order.terms.push(Term { field: term.field, ascends });
            if let (Some(place), Some(cursor)) = (&mut place, cursor) {
                place.values.extend(cursor.values.get(index).cloned());
            }
        }
    }
    let mut reader = Reader { connection, source, filter: &query.filter, order, in_vain: 0 };
    // The trash has no indexes to follow.
    if query.listed == Listed::Trashed {
        return reader.sort_all(place.as_ref(), need);
    }
    if let Some(ids) = source.few(reader.connection, None)? {
        return reader.sort(&ids, &[], 0, place.as_ref(), need);
    }
    match reader.read(&reader.equalities(), 0, place.as_ref(), need) {
        Ok(ids) => Ok(ids),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::InVain) => match source.some(reader.connection)? {
            Some(ids) => reader.sort(&ids, &[], 0, place.as_ref(), need),
            None => reader.sort_all(place.as_ref(), need),
        },
    }
}

struct Reader<'a, S> {
    connection: &'a mut AnyConnection,
    source: &'a S,
    filter: &'a Filter,
    order: Order,
    /// How many files were read that did not match, about.
    in_vain: usize,
}

/// A value and the files that have it.
type Group = (SortValue, Scope);

impl<S: Source> Reader<'_, S> {
    /// Returns the parts of the filter that ask for one value.
    fn equalities(&self) -> Vec<Scope> {
        let mut scopes = Vec::new();
        if let [kind] = self.filter.kinds[..] {
            scopes.push(Scope::Equal(OrderField::Kind, SortValue::Text(kind.as_str().to_owned())));
        }
        if let Bounds { min: Some(min), max: Some(max) } = self.filter.user_id
            && min == max
        {
            scopes.push(Scope::Users { ids: vec![min], has_orphans: false });
        }
        scopes
    }

    /// Reads the files within the scopes by the terms from `depth` on.
    fn read(&mut self, scopes: &[Scope], depth: usize, place: Option<&Place>, need: usize) -> Result<Vec<i64>, Stop> {
        let Some(term) = self.order.terms.get(depth).copied() else { return self.read_by_id(scopes, place, need) };
        let mut found = Vec::new();
        let at = place.and_then(|place| place.values.get(depth));
        if let Some(groups) = self.groups(term, scopes)? {
            for (value, scope) in groups {
                let order = at.map_or(Ordering::Greater, |at| self.order.compare(term, &value, at));
                match order {
                    Ordering::Less => {}
                    Ordering::Equal => found = self.read_group(scopes, scope, depth, place, need)?,
                    Ordering::Greater => {
                        found.extend(self.read_group(scopes, scope, depth, None, need - found.len())?);
                    }
                }
                if found.len() >= need {
                    break;
                }
            }
            return Ok(found);
        }
        if let Some(value) = at {
            found = self.read_group(scopes, Scope::of(term.field, value), depth, place, need)?;
        }
        let nulls = Scope::Null(term.field);
        let has_nulls = term.field.is_nullable();
        let is_at_null = matches!(at, Some(SortValue::Null));
        if has_nulls && self.order.is_backward && at.is_none() {
            found.extend(self.read_group(scopes, nulls.clone(), depth, None, need - found.len())?);
        }
        if !is_at_null || self.order.is_backward {
            let after = at.filter(|_| !is_at_null);
            found.extend(self.read_values(term, scopes, depth, after, need - found.len())?);
        }
        if has_nulls && !self.order.is_backward && !is_at_null {
            found.extend(self.read_group(scopes, nulls, depth, None, need - found.len())?);
        }
        Ok(found)
    }

    /// Reads one group of files by the terms after `depth`.
    fn read_group(
        &mut self,
        scopes: &[Scope],
        scope: Scope,
        depth: usize,
        place: Option<&Place>,
        need: usize,
    ) -> Result<Vec<i64>, Stop> {
        if need == 0 {
            return Ok(Vec::new());
        }
        let few = self.source.few(self.connection, Some(&scope))?;
        let mut scopes = scopes.to_vec();
        scopes.push(scope);
        let Some(ids) = few else { return self.read(&scopes, depth + 1, place, need) };
        let found = self.sort(&ids, &scopes, depth + 1, place, need)?;
        if place.is_none() && found.len() < need {
            self.note(ids.len().saturating_sub(found.len()), need)?;
        }
        Ok(found)
    }

    /// Reads the files whose value comes after another one by an index, a piece at a time.
    fn read_values(
        &mut self,
        term: Term,
        scopes: &[Scope],
        depth: usize,
        after: Option<&SortValue>,
        need: usize,
    ) -> Result<Vec<i64>, Stop> {
        let column = column(term.field);
        let from = format!("SELECT files.id, {column} FROM {} WHERE ", self.source.files(By::Column(term.field)));
        let order = format!(" ORDER BY {column} {}", direction(term.ascends));
        let is_selective = *self.filter != Filter::default() || !scopes.is_empty();
        let mut found: Vec<i64> = Vec::new();
        let mut after = after.cloned();
        while found.len() < need {
            let left = need - found.len();
            let mut end = None;
            if is_selective {
                let mut sql = Sql::new(from.clone());
                term.push_range(&mut sql, self.filter, after.as_ref(), None);
                sql.push(order.clone()).limit(1).offset(signed(piece(need)));
                end = self.load_values(sql, term.field)?.pop().map(|(_, value)| value);
            }
            let mut sql = Sql::new(from.clone());
            term.push_range(&mut sql, self.filter, after.as_ref(), end.as_ref());
            self.and_conditions(&mut sql, scopes, column);
            sql.push(order.clone()).limit(signed(left).saturating_add(1));
            let rows = self.load_values(sql, term.field)?;

            // The groups on the page are complete, except perhaps for the last one.
            let last = rows.get(left).map(|(_, value)| value.clone());
            let complete: Vec<_> = rows.iter().filter(|(_, value)| Some(value) != last.as_ref()).collect();
            let has_ties = complete.windows(2).any(|pair| pair[0].1 == pair[1].1);
            let ids: Vec<i64> = complete.iter().map(|(id, _)| *id).collect();
            let before = found.len();
            found.extend(if has_ties { self.sort(&ids, scopes, depth, None, left)? } else { ids });
            let Some(next) = last.or_else(|| end.clone()) else { break };
            if rows.len() <= left {
                self.note(piece(need).saturating_sub(found.len() - before), need)?;
            }
            let group = Scope::of(term.field, &next);
            found.extend(self.read_group(scopes, group, depth, None, need - found.len())?);
            after = Some(next);
        }
        Ok(found)
    }

    /// Reads the files within the scopes in the order of their numbers, a piece at a time.
    fn read_by_id(&mut self, scopes: &[Scope], place: Option<&Place>, need: usize) -> Result<Vec<i64>, Stop> {
        let by = match scopes.last() {
            Some(Scope::Equal(field, _) | Scope::Null(field)) => By::Column(*field),
            Some(Scope::Users { ids, has_orphans }) if ids.len() + usize::from(*has_orphans) == 1 => By::User,
            _ => By::Id,
        };
        let indexed = scopes.last().filter(|_| by != By::Id);
        let is_selective = *self.filter != Filter::default() || scopes.len() > usize::from(indexed.is_some());
        let from = format!("SELECT files.id FROM {} WHERE ", self.source.files(by));
        let order = format!(" ORDER BY files.id {}", direction(self.order.ids_ascend));
        let mut bounds = self.filter.id;
        if let Some(place) = place {
            self.begin_at(&mut bounds, place.id, usize::from(!place.is_inclusive));
        }
        let mut found: Vec<i64> = Vec::new();
        while found.len() < need {
            let mut end = None;
            if is_selective {
                let mut sql = Sql::new(from.clone());
                sql.between("files.id", bounds);
                if let Some(scope) = indexed {
                    sql.push(" AND ");
                    self.within(&mut sql, scope);
                }
                sql.push(order.clone()).limit(1).offset(signed(piece(need)));
                end = self.load(sql)?.pop();
            }
            let mut piece_bounds = bounds;
            match end {
                Some(end) if self.order.ids_ascend => piece_bounds.at_most(end.saturating_sub(1)),
                Some(end) => piece_bounds.at_least(end.saturating_add(1)),
                None => {}
            }
            let mut sql = Sql::new(from.clone());
            sql.between("files.id", piece_bounds);
            self.and_conditions(&mut sql, scopes, "files.id");
            sql.push(order.clone()).limit(signed(need - found.len()));
            let ids = self.load(sql)?;
            let in_vain = piece(need).saturating_sub(ids.len());
            found.extend(ids);
            let Some(end) = end.filter(|_| found.len() < need) else { break };
            self.note(in_vain, need)?;
            self.begin_at(&mut bounds, end, 0);
        }
        Ok(found)
    }

    /// Narrows bounds of numbers to those from one on, or from `step` after it.
    fn begin_at(&self, bounds: &mut Bounds, id: i64, step: usize) {
        match self.order.ids_ascend {
            true => bounds.at_least(id.saturating_add(signed(step))),
            false => bounds.at_most(id.saturating_sub(signed(step))),
        }
    }

    /// Notes that so many files were read in vain.
    fn note(&mut self, files: usize, need: usize) -> Result<(), Stop> {
        self.in_vain += files;
        if self.in_vain < MOST_IN_VAIN.max(4 * piece(need)) { Ok(()) } else { Err(Stop::InVain) }
    }

    /// Sorts these files by the terms from `depth` on, and returns those after the place that
    /// match.
    fn sort(
        &mut self,
        ids: &[i64],
        scopes: &[Scope],
        depth: usize,
        place: Option<&Place>,
        need: usize,
    ) -> Result<Vec<i64>, Error> {
        if ids.is_empty() || need == 0 {
            return Ok(Vec::new());
        }
        let mut sql =
            Sql::new(format!("SELECT files.id FROM {}{} WHERE ", self.source.files(By::Rows), self.order.join(depth)));
        self.source.one_of(&mut sql, "files.id", ids);
        self.and_conditions(&mut sql, scopes, "");
        self.sorted(sql, depth, place, need)
    }

    /// Sorts all files that match, and returns those after the place.
    fn sort_all(&mut self, place: Option<&Place>, need: usize) -> Result<Vec<i64>, Error> {
        let sql = self.source.all(self.order.join(0));
        self.sorted(sql, 0, place, need)
    }

    fn sorted(&mut self, mut sql: Sql, depth: usize, place: Option<&Place>, need: usize) -> Result<Vec<i64>, Error> {
        if let Some(place) = place {
            sql.push(" AND ");
            self.order.after(&mut sql, depth, place);
        }
        self.order.order_by(&mut sql, depth);
        sql.limit(signed(need));
        self.load(sql)
    }

    /// Appends the scopes and the filter, except bounds of the column `except`.
    fn and_conditions(&self, sql: &mut Sql, scopes: &[Scope], except: &str) {
        for scope in scopes {
            sql.push(" AND ");
            self.within(sql, scope);
        }
        self.source.and_filter(sql, scopes, except);
    }

    fn within(&self, sql: &mut Sql, scope: &Scope) {
        match scope {
            Scope::Equal(field, value) => {
                sql.push(column(*field)).push(" = ");
                bind(sql, value);
            }
            Scope::Null(field) => {
                sql.push(column(*field)).push(" IS NULL");
            }
            Scope::Users { ids, has_orphans: false } => self.source.one_of(sql, "files.user_id", ids),
            Scope::Users { ids, .. } if ids.is_empty() => {
                sql.push("files.user_id IS NULL");
            }
            Scope::Users { ids, .. } => {
                sql.push("(");
                self.source.one_of(sql, "files.user_id", ids);
                sql.push(" OR files.user_id IS NULL)");
            }
        }
    }

    /// Returns the groups of a term that has few values, in the order in which they are read;
    /// `None` if it may have many.
    fn groups(&mut self, term: Term, scopes: &[Scope]) -> Result<Option<Vec<Group>>, Error> {
        let text = |text: &str| SortValue::Text(text.to_owned());
        let mut groups: Vec<Group> = match term.field {
            OrderField::Kind => {
                let all = if self.filter.kinds.is_empty() { Kind::ALL } else { &self.filter.kinds };
                all.iter()
                    .map(|kind| text(kind.as_str()))
                    .map(|kind| (kind.clone(), Scope::Equal(term.field, kind)))
                    .collect()
            }
            OrderField::Mode => {
                let all = ColourMode::ALL.iter().map(|mode| text(mode.as_str()));
                let all = all.map(|mode| (mode.clone(), Scope::Equal(term.field, mode)));
                all.chain([(SortValue::Null, Scope::Null(term.field))]).collect()
            }
            field if field.is_of_user() => self.groups_of_users(field, scopes)?,
            _ => return Ok(None),
        };
        groups.sort_by(|(a, _), (b, _)| self.order.compare(term, a, b));
        Ok(Some(groups))
    }

    /// Returns the users who have files, by their values; those without one with the files of
    /// nobody.
    fn groups_of_users(&mut self, field: OrderField, scopes: &[Scope]) -> Result<Vec<Group>, Error> {
        let mut sql = Sql::new(format!("SELECT users.id, {} FROM users WHERE EXISTS (SELECT 1 FROM ", column(field)));
        sql.push(self.source.files(By::User)).push(" WHERE files.user_id = users.id)");
        let mut orphans = true;
        for scope in scopes {
            if let Scope::Users { ids, has_orphans } = scope {
                sql.push(" AND ");
                self.source.one_of(&mut sql, "users.id", ids);
                orphans &= has_orphans;
            }
        }
        sql.push(format!(" ORDER BY {}, users.id", column(field)));
        let mut groups: Vec<(SortValue, Vec<i64>)> = Vec::new();
        let mut without = Vec::new();
        for (id, value) in self.load_values(sql, field)? {
            match groups.last_mut() {
                _ if value == SortValue::Null => without.push(id),
                Some((last, ids)) if *last == value => ids.push(id),
                _ => groups.push((value, vec![id])),
            }
        }
        let mut groups: Vec<Group> =
            groups.into_iter().map(|(value, ids)| (value, Scope::Users { ids, has_orphans: false })).collect();
        if orphans || !without.is_empty() {
            groups.push((SortValue::Null, Scope::Users { ids: without, has_orphans: orphans }));
        }
        Ok(groups)
    }

    fn load(&mut self, sql: Sql) -> Result<Vec<i64>, Error> {
        Ok(typed::<BigInt>(sql).load(self.connection)?)
    }

    /// Loads ids with values of the field.
    fn load_values(&mut self, sql: Sql, field: OrderField) -> Result<Vec<(i64, SortValue)>, Error> {
        if field.is_text() {
            let rows = typed::<(BigInt, Nullable<Text>)>(sql).load::<(i64, Option<String>)>(self.connection)?;
            return Ok(rows
                .into_iter()
                .map(|(id, text)| (id, text.map_or(SortValue::Null, SortValue::Text)))
                .collect());
        }
        let rows = typed::<(BigInt, Nullable<BigInt>)>(sql).load::<(i64, Option<i64>)>(self.connection)?;
        Ok(rows.into_iter().map(|(id, number)| (id, number.map_or(SortValue::Null, SortValue::Number))).collect())
    }
}

/// Returns how many files of an index to read at a time for so many that match.
fn piece(need: usize) -> usize {
    PIECE.max(2 * need)
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Clients choose how filters and orders combine: too many statements to keep them prepared.
fn typed<ST: SqlType>(sql: Sql) -> Sql<ST> {
    let mut typed = Sql::new("");
    typed.append(sql);
    typed.uncommon();
    typed
}
