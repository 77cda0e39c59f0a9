use std::str::FromStr;

use tintype_domain::{FieldErrors, FieldProblem, FocalPoint, parse_boolean};
use tintype_media::{Fit, Flip, Rotation};

/// The formats that a request names in its `Accept` header; a pattern such as `*/*` names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accepted {
    /// `image/webp`.
    pub webp: bool,
}

/// What is asked of a rendition; `None` for what is not said.
///
/// ```
/// use tintype_library::RenditionParameters;
///
/// let asked = [("width", "400"), ("fit", "cover")];
/// let value = |name: &str| asked.iter().find(|(n, _)| *n == name).map(|(_, text)| text.to_string());
/// let parameters = RenditionParameters::parse(value, 4096).unwrap();
/// assert_eq!((parameters.width, parameters.height), (Some(400), None));
/// assert_eq!(parameters.texts(), [("width", "400".to_owned()), ("fit", "cover".to_owned())]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RenditionParameters {
    /// Width of the box in CSS pixels.
    pub width: Option<u32>,
    /// Height of the box in CSS pixels.
    pub height: Option<u32>,
    /// Pixels for each CSS pixel.
    pub dpr: Option<Thousandths>,
    /// How the picture fills the box.
    pub fit: Option<Fit>,
    /// Whether it may become larger than the picture of the file.
    pub enlarge: Option<bool>,
    /// What stays in view.
    pub focus: Option<WantedFocus>,
    /// What it is saved as.
    pub format: Option<RenditionFormat>,
    /// Quality, 1 to 100.
    pub quality: Option<u8>,
    /// Red, green and blue behind it.
    pub background: Option<[u8; 3]>,
    /// How far it is turned.
    pub rotate: Option<Rotation>,
    /// How it is mirrored.
    pub flip: Option<Flip>,
    /// Deviation of the blur.
    pub blur: Option<Thousandths>,
    /// Deviation of the sharpening.
    pub sharpen: Option<Thousandths>,
    /// The name of a preset, which has the values of what is not said.
    pub preset: Option<String>,
}

/// What stays in view of a picture that is cropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedFocus {
    /// The middle.
    Center,
    /// The most interesting region.
    Smart,
    /// A point.
    Point(FocalPoint),
}

/// What a rendition is saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenditionFormat {
    /// What the client names in `Accept`, else JPEG or PNG.
    Auto,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

/// A number with at most three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thousandths(u32);

impl Thousandths {
    /// 1.
    pub const ONE: Self = Self(1000);

    /// Returns the number.
    pub fn to_f32(self) -> f32 {
        self.0 as f32 / 1000.0
    }

    /// Returns a whole number times this one, rounded half up.
    pub fn of(self, whole: u32) -> u64 {
        (u64::from(whole) * u64::from(self.0) + 500) / 1000
    }
}

impl std::fmt::Display for Thousandths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (f64::from(self.0) / 1000.0).fmt(f)
    }
}

impl RenditionParameters {
    /// The names of all parameters.
    pub const NAMES: [&str; 14] = [
        "width",
        "height",
        "dpr",
        "fit",
        "enlarge",
        "focus",
        "format",
        "quality",
        "background",
        "rotate",
        "flip",
        "blur",
        "sharpen",
        "preset",
    ];

    /// Parses parameters, each of which `value` returns by its name. No side may be longer than
    /// `max_edge` pixels.
    ///
    /// # Errors
    /// What is wrong with each parameter.
    pub fn parse(value: impl Fn(&'static str) -> Option<String>, max_edge: u32) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let parsed = Self {
            width: take(&mut errors, &value, "width", |text| integer(text, max_edge)),
            height: take(&mut errors, &value, "height", |text| integer(text, max_edge)),
            dpr: take(&mut errors, &value, "dpr", |text| decimal(text, "1", "4")),
            fit: take(&mut errors, &value, "fit", |text| choice(text, &FITS)),
            enlarge: take(&mut errors, &value, "enlarge", parse_boolean),
            focus: take(&mut errors, &value, "focus", focus),
            format: take(&mut errors, &value, "format", format),
            quality: take(&mut errors, &value, "quality", |text| integer(text, 100)).map(|quality| quality as u8),
            background: take(&mut errors, &value, "background", colour),
            rotate: take(&mut errors, &value, "rotate", |text| choice(text, &ROTATIONS)),
            flip: take(&mut errors, &value, "flip", |text| choice(text, &FLIPS)),
            blur: take(&mut errors, &value, "blur", |text| decimal(text, "0.3", "100")),
            sharpen: take(&mut errors, &value, "sharpen", |text| decimal(text, "0", "10")),
            preset: take(&mut errors, &value, "preset", |text| Ok(text.to_owned())),
        };
        for (name, side) in [("width", parsed.width), ("height", parsed.height)] {
            if side.is_some_and(|side| parsed.pixels(side) > u64::from(max_edge)) {
                errors.push(name, FieldProblem::TooGreat { limit: max_edge.into() });
            }
        }
        errors.or(parsed)
    }

    /// Returns whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns each parameter that is said, with its text, which [`parse`](Self::parse) reads back.
    pub fn texts(&self) -> Vec<(&'static str, String)> {
        let Self { width, height, dpr, fit, enlarge, focus, format, quality, background, .. } = self;
        let Self { rotate, flip, blur, sharpen, preset, .. } = self;
        let focus = focus.map(|focus| match focus {
            WantedFocus::Center => "center".to_owned(),
            WantedFocus::Smart => "smart".to_owned(),
            WantedFocus::Point(point) => point.to_string(),
        });
        let texts = [
            width.map(|width| width.to_string()),
            height.map(|height| height.to_string()),
            dpr.map(|dpr| dpr.to_string()),
            fit.and_then(|fit| name(fit, &FITS)),
            enlarge.map(|enlarge| enlarge.to_string()),
            focus,
            format.and_then(|format| name(format, &FORMATS)),
            quality.map(|quality| quality.to_string()),
            background.map(|[red, green, blue]| format!("{red:02x}{green:02x}{blue:02x}")),
            rotate.and_then(|rotation| name(rotation, &ROTATIONS)),
            flip.and_then(|flip| name(flip, &FLIPS)),
            blur.map(|blur| blur.to_string()),
            sharpen.map(|sharpen| sharpen.to_string()),
            preset.clone(),
        ];
        Self::NAMES.into_iter().zip(texts).filter_map(|(name, text)| Some((name, text?))).collect()
    }

    /// Returns the parameters with those of a preset for what they do not say.
    pub(crate) fn or(&self, preset: &Self) -> Self {
        Self {
            width: self.width.or(preset.width),
            height: self.height.or(preset.height),
            dpr: self.dpr.or(preset.dpr),
            fit: self.fit.or(preset.fit),
            enlarge: self.enlarge.or(preset.enlarge),
            focus: self.focus.or(preset.focus),
            format: self.format.or(preset.format),
            quality: self.quality.or(preset.quality),
            background: self.background.or(preset.background),
            rotate: self.rotate.or(preset.rotate),
            flip: self.flip.or(preset.flip),
            blur: self.blur.or(preset.blur),
            sharpen: self.sharpen.or(preset.sharpen),
            preset: None,
        }
    }

    /// Returns how many pixels so many CSS pixels are.
    pub(crate) fn pixels(&self, side: u32) -> u64 {
        self.dpr.unwrap_or(Thousandths::ONE).of(side)
    }
}

const FITS: [(&str, Fit); 4] =
    [("inside", Fit::Inside), ("cover", Fit::Cover), ("contain", Fit::Contain), ("fill", Fit::Fill)];

const ROTATIONS: [(&str, Rotation); 3] =
    [("90", Rotation::Clockwise90), ("180", Rotation::Clockwise180), ("270", Rotation::Clockwise270)];

const FLIPS: [(&str, Flip); 2] = [("h", Flip::Horizontal), ("v", Flip::Vertical)];

const FORMATS: [(&str, RenditionFormat); 4] = [
    ("auto", RenditionFormat::Auto),
    ("jpeg", RenditionFormat::Jpeg),
    ("png", RenditionFormat::Png),
    ("webp", RenditionFormat::WebP),
];

fn take<T>(
    errors: &mut FieldErrors,
    value: &impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, FieldProblem>,
) -> Option<T> {
    let text = value(name)?;
    errors.take(name, parse(text.trim()))
}

fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, FieldProblem> {
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    found.ok_or_else(|| FieldProblem::InvalidChoice { value: text.to_owned() })
}

fn name<T: PartialEq>(value: T, choices: &[(&str, T)]) -> Option<String> {
    choices.iter().find(|(_, choice)| *choice == value).map(|(name, _)| (*name).to_owned())
}

fn integer(text: &str, max: u32) -> Result<u32, FieldProblem> {
    match text.parse::<i64>() {
        Err(_) => Err(FieldProblem::NotAnInteger),
        Ok(..=0) => Err(FieldProblem::TooSmall { limit: 1 }),
        Ok(number) => match u32::try_from(number) {
            Ok(number) if number <= max => Ok(number),
            _ => Err(FieldProblem::TooGreat { limit: max.into() }),
        },
    }
}

/// Parses a decimal number, which is rounded to thousandths.
fn decimal(text: &str, min: &'static str, max: &'static str) -> Result<Thousandths, FieldProblem> {
    let number = number(text).ok_or(FieldProblem::NotANumber)?;
    let bound = |text: &str| f64::from_str(text).unwrap_or_default();
    if number < bound(min) || number > bound(max) {
        return Err(FieldProblem::NotWithin { min, max });
    }
    Ok(Thousandths((number * 1000.0).round() as u32))
}

/// Parses digits, a sign, a point and an exponent: `f64` alone would take `inf` and `nan`.
fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|_| is_plain)
}

fn focus(text: &str) -> Result<WantedFocus, FieldProblem> {
    match text {
        "center" => Ok(WantedFocus::Center),
        "smart" => Ok(WantedFocus::Smart),
        _ => {
            let invalid = || FieldProblem::InvalidChoice { value: text.to_owned() };
            let (x, y) = text.split_once(',').ok_or_else(invalid)?;
            let (x, y) = number(x.trim()).zip(number(y.trim())).ok_or_else(invalid)?;
            let outside = FieldProblem::NotWithin { min: "0", max: "1" };
            FocalPoint::new(x, y).map(WantedFocus::Point).ok_or(outside)
        }
    }
}

fn format(text: &str) -> Result<RenditionFormat, FieldProblem> {
    match text {
        "avif" => Err(FieldProblem::OnlyRead { format: "AVIF" }),
        text => choice(text, &FORMATS),
    }
}

fn colour(text: &str) -> Result<[u8; 3], FieldProblem> {
    let is_hex = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(text, 16).ok().filter(|_| is_hex).ok_or(FieldProblem::NotAColour)?;
    let [_, red, green, blue] = number.to_be_bytes();
    Ok([red, green, blue])
}

#[cfg(test)]
mod tests {
    use tintype_domain::FieldProblem as P;

    use super::RenditionParameters;

    fn parse(query: &str) -> Result<RenditionParameters, Vec<(String, Vec<P>)>> {
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
        };
        RenditionParameters::parse(value, 4096)
            .map_err(|errors| errors.iter().map(|(name, problems)| (name.to_owned(), problems.to_vec())).collect())
    }

    #[test]
    fn texts_are_read_back() {
        for query in [
            "",
            "width=1&height=2048&dpr=1.5&fit=contain&enlarge=true&focus=0.25,0.4&format=webp&quality=100",
            "background=00ff7f&rotate=270&flip=v&blur=0.3&sharpen=0&preset=card",
            "width=64&focus=smart&fit=cover",
        ] {
            let parameters = parse(query).unwrap();
            let texts: Vec<_> = parameters.texts().into_iter().map(|(name, text)| format!("{name}={text}")).collect();
            assert_eq!(parse(&texts.join("&")), Ok(parameters.clone()));
            assert_eq!(parameters.is_empty(), query.is_empty());
        }
    }

    #[test]
    fn each_value_is_checked_to_its_edge() {
        let within = |min, max| P::NotWithin { min, max };
        let choice = |value: &str| P::InvalidChoice { value: value.to_owned() };
        for (query, problem) in [
            ("width=0", P::TooSmall { limit: 1 }),
            ("width=-5", P::TooSmall { limit: 1 }),
            ("width=4097", P::TooGreat { limit: 4096 }),
            ("height=99999999999", P::TooGreat { limit: 4096 }),
            ("height=1e3", P::NotAnInteger),
            ("height=", P::NotAnInteger),
            ("width=1025&dpr=4", P::TooGreat { limit: 4096 }),
            ("dpr=0.9", within("1", "4")),
            ("dpr=4.1", within("1", "4")),
            ("dpr=nan", P::NotANumber),
            ("fit=crop", choice("crop")),
            ("enlarge=2", P::NotABoolean),
            ("focus=left", choice("left")),
            ("focus=0.5,1.5", within("0", "1")),
            ("focus=0.5,inf", choice("0.5,inf")),
            ("format=gif", choice("gif")),
            ("quality=0", P::TooSmall { limit: 1 }),
            ("quality=101", P::TooGreat { limit: 100 }),
            ("background=fff", P::NotAColour),
            ("background=+1234f", P::NotAColour),
            ("rotate=45", choice("45")),
            ("flip=x", choice("x")),
            ("blur=0.2", within("0.3", "100")),
            ("blur=100.1", within("0.3", "100")),
            ("sharpen=-1", within("0", "10")),
            ("sharpen=10.1", within("0", "10")),
        ] {
            let name = query.split('=').next().unwrap();
            assert_eq!(parse(query), Err(vec![(name.to_owned(), vec![problem])]), "{query}");
        }
        for query in ["width=4096", "width=1024&dpr=4", "blur=0.3", "blur=100", "sharpen=10", "focus=0,1", "quality=1"]
        {
            assert!(parse(query).is_ok(), "{query}");
        }
    }
}
