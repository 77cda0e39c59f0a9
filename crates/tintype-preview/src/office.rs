//! Documents in ZIP archives: Office, OpenDocument, EPUB, comics.

use crate::input::Input;
use crate::metadata::fill;
use crate::xml::{self, Seen, attribute};
use crate::zip::{Entry, Zip};
use crate::{Error, Metadata, Preview, Source, archive, image, text, time};

/// Bytes of one part that is XML.
const MAX_XML_BYTES: u64 = 8 << 20;
/// Bytes of one picture.
const MAX_PICTURE_BYTES: u64 = 64 << 20;
/// Entries of an archive that are remembered.
const MAX_NAMES: usize = 10_000;

/// What a ZIP archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Sheet,
    Slides,
    OpenDocument,
    Epub,
    /// Pictures and next to nothing else.
    Comic,
    Archive,
}

/// A ZIP archive that was looked at.
pub(crate) struct Document {
    zip: Zip,
    pub(crate) kind: Kind,
    pictures: Vec<Entry>,
}

pub(crate) fn open(input: &mut Input<'_>) -> Result<Document, Error> {
    let zip = Zip::open(input)?;
    let (mut kind, mut others) = (None, 0usize);
    let mut pictures: Vec<Entry> = Vec::new();
    let mut mimetype = None;
    zip.each(input, |entry| {
        match entry.name.as_str() {
            "mimetype" => mimetype = Some(entry),
            "META-INF/container.xml" => kind = kind.or(Some(Kind::Epub)),
            name if name.starts_with("word/") => kind = kind.or(Some(Kind::Word)),
            name if name.starts_with("xl/") => kind = kind.or(Some(Kind::Sheet)),
            name if name.starts_with("ppt/") => kind = kind.or(Some(Kind::Slides)),
            name if name.ends_with('/') || is_beside(name) => {}
            name if is_picture_name(name) => {
                if pictures.len() < MAX_NAMES {
                    pictures.push(entry);
                }
            }
            _ => others += 1,
        }
        true
    })?;
    if let Some(entry) = mimetype {
        let told = zip.read(input, &entry, 200)?.unwrap_or_default();
        let told = String::from_utf8_lossy(&told);
        if told.trim() == "application/epub+zip" {
            kind = Some(Kind::Epub);
        } else if told.contains("opendocument") {
            kind = Some(Kind::OpenDocument);
        }
    }
    let kind = match kind {
        Some(Kind::Epub) if zip.find(input, &["META-INF/container.xml"])?.is_none() => Kind::Archive,
        Some(kind) => kind,
        None if !pictures.is_empty() && others == 0 => Kind::Comic,
        None => Kind::Archive,
    };
    Ok(Document { zip, kind, pictures })
}

/// What comics have beside their pages.
fn is_beside(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    name.starts_with("__MACOSX/")
        || file.starts_with('.')
        || matches!(file.as_str(), "comicinfo.xml" | "thumbs.db" | "metadata.opf" | "comet.xml" | "metadata.json")
        || [".nfo", ".txt", ".sfv", ".acbf"].iter().any(|extension| file.ends_with(extension))
}

fn is_picture_name(name: &str) -> bool {
    let name = name.to_lowercase();
    [".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"].iter().any(|extension| name.ends_with(extension))
}

impl Document {
    pub(crate) fn read_metadata(&self, input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
        match self.kind {
            Kind::Word | Kind::Sheet | Kind::Slides => {
                metadata.encrypted = Some(false);
                self.elements(input, "docProps/core.xml", |name, value| match name {
                    "title" => fill(&mut metadata.title, Some(value)),
                    "creator" => fill(&mut metadata.author, Some(value)),
                    "created" => fill(&mut metadata.created_at, time::iso(&value)),
                    _ => {}
                })?;
                let (mut pages, mut slides) = (None, None);
                self.elements(input, "docProps/app.xml", |name, value| match name {
                    "Pages" => pages = value.parse().ok(),
                    "Slides" => slides = value.parse().ok(),
                    _ => {}
                })?;
                match self.kind {
                    Kind::Word => metadata.pages = pages.filter(|pages| *pages > 0),
                    Kind::Slides => metadata.slides = self.count(input, "ppt/slides/slide")?.or(slides),
                    _ => metadata.sheets = self.count_elements(input, "xl/workbook.xml", "sheet")?,
                }
            }
            Kind::OpenDocument => self.open_document(input, metadata)?,
            Kind::Epub => {
                if let Some(package) = self.package(input)? {
                    metadata.encrypted = Some(self.zip.find(input, &["META-INF/rights.xml"])?.is_some());
                    fill(&mut metadata.title, package.title);
                    fill(&mut metadata.author, package.author);
                    fill(&mut metadata.created_at, package.date.and_then(|date| time::iso(&date)));
                }
            }
            Kind::Comic => {
                archive::zip(input, &self.zip, metadata)?;
                metadata.pages = Some(self.pictures.len() as u64);
                self.elements(input, "ComicInfo.xml", |name, value| match name {
                    "Title" => fill(&mut metadata.title, Some(value)),
                    "Writer" => fill(&mut metadata.author, Some(value)),
                    _ => {}
                })?;
            }
            Kind::Archive => archive::zip(input, &self.zip, metadata)?,
        }
        Ok(())
    }

    /// Returns the picture that a document carries; `None` where there is none that is read.
    pub(crate) fn preview(&self, input: &mut Input<'_>) -> Result<Option<Preview>, Error> {
        match self.kind {
            Kind::Word | Kind::Sheet | Kind::Slides => {
                let names = ["docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.png"];
                let entry = self.zip.find(input, &names)?;
                self.picture(input, entry, Source::Embedded)
            }
            Kind::OpenDocument => {
                if self.is_encrypted(input)? {
                    return Err(Error::Encrypted);
                }
                let entry = self.zip.find(input, &["Thumbnails/thumbnail.png"])?;
                self.picture(input, entry, Source::Embedded)
            }
            Kind::Epub => {
                let cover = self.package(input)?.and_then(|package| package.cover());
                let entry = match cover {
                    Some(name) => self.zip.find(input, &[&name])?,
                    None => {
                        // Books without one in their list call it so.
                        let is_cover = |entry: &&Entry| entry.name.to_lowercase().contains("cover");
                        self.pictures.iter().find(is_cover).cloned()
                    }
                };
                self.picture(input, entry, Source::Cover)
            }
            Kind::Comic => {
                let first = self.pictures.iter().min_by_key(|entry| natural(&entry.name)).cloned();
                if first.as_ref().is_some_and(|entry| entry.encrypted) {
                    return Err(Error::Encrypted);
                }
                self.picture(input, first, Source::Cover)
            }
            Kind::Archive => Ok(None),
        }
    }

    fn picture(&self, input: &mut Input<'_>, entry: Option<Entry>, source: Source) -> Result<Option<Preview>, Error> {
        let Some(entry) = entry else {
            return Ok(None);
        };
        input.limits().check_memory(entry.size.saturating_mul(2))?;
        let Some(bytes) = self.zip.read(input, &entry, MAX_PICTURE_BYTES)? else {
            return Ok(None);
        };
        Ok(image::is_picture(&bytes).then(|| Preview::encoded(source, bytes, None)))
    }

    fn part(&self, input: &mut Input<'_>, name: &str) -> Result<Option<String>, Error> {
        let Some(entry) = self.zip.find(input, &[name])? else {
            return Ok(None);
        };
        Ok(self.zip.read(input, &entry, MAX_XML_BYTES)?.map(|bytes| text::xml(&bytes).into_owned()))
    }

    /// Hands on the local name and the text of each element of a part.
    fn elements(&self, input: &mut Input<'_>, name: &str, mut take: impl FnMut(&str, String)) -> Result<(), Error> {
        if let Some(part) = self.part(input, name)? {
            xml::each(&part, |path, seen| {
                if let (Some(name), Seen::Text(value)) = (path.last(), seen) {
                    take(name, value);
                }
            });
        }
        Ok(())
    }

    fn count_elements(&self, input: &mut Input<'_>, part: &str, wanted: &str) -> Result<Option<u64>, Error> {
        let mut count = 0;
        if let Some(part) = self.part(input, part)? {
            xml::each(&part, |path, seen| {
                let is_wanted = path.last().is_some_and(|name| name == wanted);
                count += u64::from(is_wanted && matches!(seen, Seen::Element(_)));
            });
        }
        Ok((count > 0).then_some(count))
    }

    /// Counts parts whose name is this, a number and `.xml`.
    fn count(&self, input: &mut Input<'_>, prefix: &str) -> Result<Option<u64>, Error> {
        let mut count = 0;
        self.zip.each(input, |entry| {
            let number = entry.name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(".xml"));
            count += u64::from(number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())));
            true
        })?;
        Ok((count > 0).then_some(count))
    }

    fn is_encrypted(&self, input: &mut Input<'_>) -> Result<bool, Error> {
        Ok(self.part(input, "META-INF/manifest.xml")?.is_some_and(|part| part.contains("encryption-data")))
    }

    fn open_document(&self, input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
        metadata.encrypted = Some(self.is_encrypted(input)?);
        let told = match self.zip.find(input, &["mimetype"])? {
            Some(entry) => self.zip.read(input, &entry, 200)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let told = String::from_utf8_lossy(&told).into_owned();
        let mut author = None;
        let (mut pages, mut tables) = (None, None);
        if let Some(part) = self.part(input, "meta.xml")? {
            xml::each(&part, |path, seen| match (path.last().map_or("", |name| name), seen) {
                ("title", Seen::Text(value)) => fill(&mut metadata.title, Some(value)),
                ("initial-creator", Seen::Text(value)) => author = Some(value),
                ("creator", Seen::Text(value)) => fill(&mut author, Some(value)),
                ("creation-date", Seen::Text(value)) => fill(&mut metadata.created_at, time::iso(&value)),
                ("document-statistic", Seen::Element(element)) => {
                    pages = attribute(element, "page-count").and_then(|count| count.parse().ok());
                    tables = attribute(element, "table-count").and_then(|count| count.parse().ok());
                }
                _ => {}
            });
        }
        fill(&mut metadata.author, author);
        if told.contains("spreadsheet") {
            metadata.sheets = tables.or(self.count_elements(input, "content.xml", "table")?);
        } else if told.contains("presentation") {
            metadata.slides = pages.or(self.count_elements(input, "content.xml", "page")?);
        } else {
            metadata.pages = pages;
        }
        Ok(())
    }

    fn package(&self, input: &mut Input<'_>) -> Result<Option<Package>, Error> {
        let mut path = None;
        if let Some(part) = self.part(input, "META-INF/container.xml")? {
            xml::each(&part, |_, seen| {
                if let Seen::Element(element) = seen
                    && element.local_name().as_ref() == "rootfile"
                {
                    fill(&mut path, attribute(element, "full-path"));
                }
            });
        }
        let Some(path) = path else {
            return Ok(None);
        };
        let Some(part) = self.part(input, &path)? else {
            return Ok(None);
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut package = Package { folder, ..Package::default() };
        xml::each(&part, |path, seen| match (path.last().map_or("", |name| name), seen) {
            ("title", Seen::Text(value)) => fill(&mut package.title, Some(value)),
            ("creator", Seen::Text(value)) => fill(&mut package.author, Some(value)),
            ("date", Seen::Text(value)) => fill(&mut package.date, Some(value)),
            ("meta", Seen::Element(element)) if attribute(element, "name").as_deref() == Some("cover") => {
                package.cover_id = attribute(element, "content");
            }
            ("item", Seen::Element(element)) => {
                let picture = attribute(element, "media-type").is_some_and(|kind| kind.starts_with("image/"));
                if let (true, Some(id), Some(href)) = (picture, attribute(element, "id"), attribute(element, "href"))
                    && package.items.len() < MAX_NAMES
                {
                    let is_cover = attribute(element, "properties").is_some_and(|list| list.contains("cover-image"));
                    package.items.push((id, href, is_cover));
                }
            }
            _ => {}
        });
        Ok(Some(package))
    }
}

/// What an EPUB's list of contents says.
#[derive(Default)]
struct Package {
    folder: String,
    title: Option<String>,
    author: Option<String>,
    date: Option<String>,
    cover_id: Option<String>,
    /// Pictures: identifier, place, whether it says that it is the cover.
    items: Vec<(String, String, bool)>,
}

impl Package {
    /// Returns the name of the cover within the archive.
    fn cover(&self) -> Option<String> {
        let by_property = self.items.iter().find(|item| item.2);
        let by_id = || self.items.iter().find(|item| Some(&item.0) == self.cover_id.as_ref());
        let by_name = || self.items.iter().find(|item| item.0.to_lowercase().contains("cover"));
        let href = &by_property.or_else(by_id).or_else(by_name)?.1;
        let mut parts: Vec<&str> = self.folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in href.split('/') {
            match part {
                "." | "" => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        Some(percent_decoded(&parts.join("/")))
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Orders names as people do: `page 2` before `page 10`.
fn natural(name: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let letters = rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len());
        let (text, tail) = rest.split_at(letters);
        let digits = tail.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(tail.len());
        parts.push((0, text.to_lowercase()));
        if digits > 0 {
            parts.push((tail[..digits].parse().unwrap_or(u64::MAX), String::new()));
        }
        rest = &tail[digits..];
    }
    parts
}
