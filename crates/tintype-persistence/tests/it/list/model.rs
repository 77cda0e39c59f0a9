//! A library of 6000 files in the database, and the same in memory. So many, because a filter that
//! leaves few is answered in another way than one that leaves many.

use crate::support::{Fresh, at, fresh, user};
use std::cmp::Ordering;
use std::sync::OnceLock;
use tintype_domain::{
    ColourMode, Direction, Filter, Kind, ListQuery, OrderBy, OrderField, UserRecord, Visibility, fold_for_search,
};
use tintype_persistence::{FilePage, NewToken};

pub(super) struct Model {
    database: Fresh,
    files: Vec<File>,
}

pub(super) struct File {
    pub(super) id: i64,
    pub(super) user: Option<UserRecord>,
    pub(super) kind: Kind,
    pub(super) size: i64,
    pub(super) width: Option<i64>,
    pub(super) height: Option<i64>,
    pub(super) mode: Option<ColourMode>,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) name: String,
    pub(super) visibility: Visibility,
}

/// Returns the library; tests only read it.
pub(super) fn library() -> &'static Model {
    static LIBRARY: OnceLock<Model> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let database = fresh();
        let users = users(&database);
        let files = files(&users);
        Model::new(database, files)
    })
}

/// Users with ties in every field but the name, and some who never logged in.
fn users(database: &Fresh) -> Vec<UserRecord> {
    for (number, (first, last)) in
        [("", ""), ("Ana", "B"), ("Ana", "A"), ("ana", "A"), ("", "Z"), ("بهروز", "")].into_iter().enumerate()
    {
        let id = user(database, &format!("user{}", (number * 4) % 7)).id;
        database.execute(&format!("UPDATE users SET first_name = '{first}', last_name = '{last}' WHERE id = {id}"));
        if number % 3 != 2 {
            database.record_login(id, at(number as i64 / 2)).unwrap();
        }
    }
    let mut users = database.users().unwrap();
    users.sort_by_key(|user| user.id);
    users
}

/// Values that look random, few enough of each column that there are ties everywhere.
fn files(users: &[UserRecord]) -> Vec<File> {
    let mut state = 1_u64;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % limit).unwrap()
    };
    // Nearly every other one is an `img`: so many that a search for it is one for many.
    let names = [
        "IMG_1.jpg",
        "IMG_12.JPG",
        "img 3",
        "Straße",
        "STRASSE",
        "عکس ۱.png",
        "🐈‍⬛",
        "ﬁ",
        "img 100%",
        "Img a_b",
        "a\"b'c",
    ];
    (1..=6000)
        .map(|id| {
            let is_image = below(10) < 6;
            let created_at = at(below(1000)).unix_micros();
            File {
                id,
                user: users.get(below(7) as usize).cloned(),
                kind: if is_image { Kind::Image } else { Kind::ALL[below(10) as usize] },
                size: below(10),
                width: is_image.then(|| below(10)),
                height: is_image.then(|| below(10)),
                mode: is_image.then(|| ColourMode::ALL[below(18) as usize]),
                created_at,
                updated_at: created_at + below(2) * below(1000),
                name: names[below(11) as usize].to_owned(),
                visibility: if below(5) == 0 { Visibility::Private } else { Visibility::Public },
            }
        })
        .collect()
}

impl Model {
    pub(super) fn new(database: Fresh, files: Vec<File>) -> Self {
        let user_id = user(&database, "of.the.token").id;
        let token = NewToken { key_hash: [7; 32], label: String::new(), expires_at: None };
        database.create_token(user_id, &token, at(0)).unwrap();
        for files in files.chunks(500) {
            let rows: Vec<String> = files.iter().map(File::row).collect();
            database.execute(&format!(
                "INSERT INTO files (id, user_id, kind, size, width, height, mode, created_at, updated_at, stored_at, \
                 key, name, name_folded, mime_type, checksum, description, visibility, taken_at, \
             duration_ms) VALUES {}",
                rows.join(", ")
            ));
        }
        Self { database, files }
    }

    /// Compares what the database answers with what the model does.
    pub(super) fn check(&self, query: &ListQuery) {
        let page = self.list(query);
        let mut expected: Vec<&File> = self.files.iter().filter(|file| file.matches(&query.filter)).collect();
        assert_eq!(page.count, Some(expected.len() as u64), "count of {query:?}");
        expected.sort_by(|a, b| compare(a, b, &query.ordering));
        let expected = expected.into_iter().skip(usize::try_from(query.offset()).unwrap()).take(query.limit as usize);
        let expected: Vec<_> = expected.map(|file| (file.id, file.user.as_ref(), file.name.as_str())).collect();
        let found: Vec<_> = page.files.iter().map(|file| (file.id.0, file.user.as_ref(), file.name.as_str())).collect();
        assert_eq!(found, expected, "page of {query:?}");
    }

    /// Returns the ids of all files that match, in order.
    pub(super) fn expected(&self, query: &ListQuery) -> Vec<i64> {
        let mut files: Vec<&File> = self.files.iter().filter(|file| file.matches(&query.filter)).collect();
        files.sort_by(|a, b| compare(a, b, &query.ordering));
        files.into_iter().map(|file| file.id).collect()
    }

    pub(super) fn list(&self, query: &ListQuery) -> FilePage {
        self.database.list(query).unwrap()
    }

    pub(super) fn ids(&self, query: &ListQuery) -> Vec<i64> {
        self.database.list(query).unwrap().files.iter().map(|file| file.id.0).collect()
    }
}

impl File {
    fn row(&self) -> String {
        let Self { id, kind, size, created_at, updated_at, visibility, .. } = self;
        let number = |value: Option<i64>| value.map_or("NULL".to_owned(), |value| value.to_string());
        let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let user = number(self.user.as_ref().map(|user| user.id.0));
        let (width, height) = (number(self.width), number(self.height));
        let mode = self.mode.map_or("NULL".to_owned(), |mode| text(mode.as_str()));
        let (name, folded) = (text(&self.name), text(&fold_for_search(&self.name)));
        // The databases write bytes differently; the token that `Model::new` makes has some.
        let checksum = "(SELECT key_hash FROM tokens)";
        format!(
            "({id}, {user}, '{kind}', {size}, {width}, {height}, {mode}, {created_at}, {updated_at}, {created_at}, \
             'core_media/{id}', {name}, {folded}, 'image/jpeg', {checksum}, '', '{visibility}', {height}, {width})"
        )
    }

    fn matches(&self, filter: &Filter) -> bool {
        let within = |bounds: tintype_domain::Bounds, value: Option<i64>| {
            bounds.is_all() || value.is_some_and(|value| bounds.contains(value))
        };
        let (folded, id) = (fold_for_search(&self.name), self.id.to_string());
        filter.search.iter().all(|term| folded.contains(term) || id.contains(term))
            && (filter.kinds.is_empty() || filter.kinds.contains(&self.kind))
            && filter.visibility.is_none_or(|visibility| visibility == self.visibility)
            && within(filter.user_id, self.user.as_ref().map(|user| user.id.0))
            && within(filter.id, Some(self.id))
            && within(filter.size, Some(self.size))
            && within(filter.width, self.width)
            && within(filter.height, self.height)
            && within(filter.taken_at, self.height)
            && within(filter.duration_ms, self.width)
            && within(filter.created_at, Some(self.created_at))
            && within(filter.updated_at, Some(self.updated_at))
    }

    fn value(&self, field: OrderField) -> Option<Value<'_>> {
        let user = self.user.as_ref();
        match field {
            OrderField::Id => Some(Value::Number(self.id)),
            OrderField::Kind => Some(Value::Text(self.kind.as_str())),
            OrderField::Name => Some(Value::Text(&self.name)),
            OrderField::Size => Some(Value::Number(self.size)),
            OrderField::Width => self.width.map(Value::Number),
            OrderField::Height => self.height.map(Value::Number),
            OrderField::Mode => self.mode.map(|mode| Value::Text(mode.as_str())),
            OrderField::CreatedAt => Some(Value::Number(self.created_at)),
            OrderField::UpdatedAt => Some(Value::Number(self.updated_at)),
            // They have the same values in another column.
            OrderField::TakenAt => self.height.map(Value::Number),
            OrderField::Duration => self.width.map(Value::Number),
            OrderField::UserId => user.map(|user| Value::Number(user.id.0)),
            OrderField::Username => user.map(|user| Value::Text(&user.username)),
            OrderField::UserFirstName => user.map(|user| Value::Text(&user.first_name)),
            OrderField::UserLastName => user.map(|user| Value::Text(&user.last_name)),
            OrderField::UserLastLogin => {
                user.and_then(|user| user.last_login).map(|moment| Value::Number(moment.unix_micros()))
            }
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Value<'a> {
    Number(i64),
    Text(&'a str),
}

fn compare(a: &File, b: &File, ordering: &[OrderBy]) -> Ordering {
    for OrderBy { field, direction } in ordering {
        let order = match (a.value(*field), b.value(*field)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) if *direction == Direction::Ascending => a.cmp(&b),
            (Some(a), Some(b)) => b.cmp(&a),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    b.id.cmp(&a.id)
}
