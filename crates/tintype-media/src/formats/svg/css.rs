//! What becomes of one CSS declaration that usvg may not understand.
//!
//! CSS drops a declaration with an unknown value, so that the one before it stands (CSS Syntax
//! Module Level 3, section 2.2). usvg lets the last one win, whatever it says.

use std::borrow::Cow;
use std::collections::HashMap;

use svgtypes::Paint;

/// Properties and presentation attributes whose value is a colour or a paint.
const COLOURS: [&str; 6] = ["fill", "stroke", "stop-color", "flood-color", "lighting-color", "color"];

/// Keywords that every property takes (CSS Cascading and Inheritance Level 4, section 7).
const KEYWORDS: [&str; 5] = ["inherit", "initial", "unset", "revert", "revert-layer"];

/// References inside references; a document with more means no good.
const MAX_DEPTH: usize = 8;

/// The longest value that references may unfold to, in bytes.
const MAX_VALUE_BYTES: usize = 4096;

/// Custom properties by name, dashes included.
pub(super) type Variables<'a> = HashMap<&'a str, &'a str>;

/// What to do with a declaration.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Drop,
    Replace(String),
}

/// Says whether a property's value is a colour.
pub(super) fn is_colour(property: &str) -> bool {
    COLOURS.iter().any(|name| property.eq_ignore_ascii_case(name))
}

/// Judges the value of a property, as written.
pub(super) fn judge(property: &str, value: &str, variables: &Variables<'_>) -> Verdict {
    // An entity of the document may stand for anything.
    if value.contains('&') {
        return Verdict::Keep;
    }
    let (core, important) = split_important(value);
    let Some(resolved) = resolve(core, variables, 0) else { return Verdict::Drop };
    let known = match resolved {
        Cow::Borrowed(same) => is_understood(property, same).then_some(None),
        Cow::Owned(other) => is_understood(property, &other).then_some(Some(other)),
    };
    match known {
        Some(None) => Verdict::Keep,
        Some(Some(other)) => Verdict::Replace(other + important),
        None => match resolve(core, variables, 0).and_then(|value| convert(&value)) {
            Some(colour) => Verdict::Replace(colour + important),
            None => Verdict::Drop,
        },
    }
}

fn is_understood(property: &str, value: &str) -> bool {
    !is_colour(property)
        || KEYWORDS.iter().any(|keyword| value.eq_ignore_ascii_case(keyword))
        || matches!(Paint::from_str(value), Ok(paint) if !is_cut(value, &paint))
}

/// A paint server may be followed by a colour that svgtypes passes over where it does not know it.
fn is_cut(value: &str, paint: &Paint<'_>) -> bool {
    matches!(paint, Paint::FuncIRI(_, None)) && !value.trim_end().ends_with(')')
}

/// Splits off `!important`.
fn split_important(value: &str) -> (&str, &'static str) {
    match value.rsplit_once('!') {
        Some((core, word)) if word.trim().eq_ignore_ascii_case("important") => (core.trim(), " !important"),
        _ => (value.trim(), ""),
    }
}

/// Puts values, or fallbacks, in place of `var(--name, fallback)` (CSS Custom Properties for
/// Cascading Variables Module Level 1, section 3); none where neither is there.
fn resolve<'v>(value: &'v str, variables: &Variables<'_>, depth: usize) -> Option<Cow<'v, str>> {
    let Some(start) = find_function(value, "var(") else { return Some(Cow::Borrowed(value)) };
    if depth == MAX_DEPTH {
        return None;
    }
    let inside = &value[start + "var(".len()..];
    let end = closing(inside)?;
    let (name, fallback) = match inside[..end].split_once(',') {
        Some((name, fallback)) => (name.trim(), Some(fallback.trim())),
        None => (inside[..end].trim(), None),
    };
    let stands = match variables.get(name) {
        Some(known) => resolve(known, variables, depth + 1),
        None => None,
    };
    let stands = match stands {
        Some(known) => known,
        None => resolve(fallback?, variables, depth + 1)?,
    };
    let unfolded = format!("{}{stands}{}", &value[..start], &inside[end + 1..]);
    if unfolded.len() > MAX_VALUE_BYTES {
        return None;
    }
    resolve(&unfolded, variables, depth + 1).map(|value| Cow::Owned(value.into_owned()))
}

fn find_function(value: &str, name: &str) -> Option<usize> {
    value.as_bytes().windows(name.len()).position(|window| window.eq_ignore_ascii_case(name.as_bytes()))
}

/// Returns where the parenthesis closes that was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns a colour that CSS Color Module Level 4 defines and SVG 1.1 does not in sRGB.
fn convert(value: &str) -> Option<String> {
    let [red, green, blue, alpha] = match display_p3(value) {
        Some(colour) => colour,
        None => csscolorparser::parse(value).ok()?.to_array(),
    };
    let byte = |sample: f32| (sample.clamp(0.0, 1.0) * 255.0).round() as u8;
    let alpha = alpha.clamp(0.0, 1.0);
    Some(format!("rgba({}, {}, {}, {alpha})", byte(red), byte(green), byte(blue)))
}

/// Returns `color(display-p3 r g b / alpha)` in sRGB, by the matrices of CSS Color Module Level 4,
/// section 18; what lies outside of sRGB is cut later.
fn display_p3(value: &str) -> Option<[f32; 4]> {
    let lower = value.trim().to_ascii_lowercase();
    let inside = lower.strip_prefix("color(")?.strip_suffix(')')?.trim().strip_prefix("display-p3")?;
    let (colour, alpha) = inside.split_once('/').unwrap_or((inside, "1"));
    let number = |text: &str| match text.strip_suffix('%') {
        _ if text == "none" => Some(0.0),
        Some(percent) => percent.parse::<f32>().ok().map(|percent| percent / 100.0),
        None => text.parse::<f32>().ok(),
    };
    let samples: Vec<f32> = colour.split_ascii_whitespace().map(number).collect::<Option<_>>()?;
    let [red, green, blue] = <[f32; 3]>::try_from(samples).ok()?.map(linear);
    Some([
        encoded(1.224_940_2 * red - 0.224_940_18 * green),
        encoded(-0.042_056_955 * red + 1.042_056_9 * green),
        encoded(-0.019_637_555 * red - 0.078_636_04 * green + 1.098_273_6 * blue),
        number(alpha.trim())?,
    ])
}

/// The transfer function of IEC 61966-2-1, which Display P3 shares.
fn linear(sample: f32) -> f32 {
    let size = sample.abs();
    let light = if size <= 0.040_45 { size / 12.92 } else { ((size + 0.055) / 1.055).powf(2.4) };
    light.copysign(sample)
}

fn encoded(light: f32) -> f32 {
    let size = light.abs();
    let sample = if size <= 0.003_130_8 { size * 12.92 } else { 1.055 * size.powf(1.0 / 2.4) - 0.055 };
    sample.copysign(light)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(property: &str, value: &str) -> Verdict {
        let variables = Variables::from([("--known", "#0f0"), ("--loop", "var(--loop)")]);
        judge(property, value, &variables)
    }

    #[test]
    fn what_usvg_understands_stays_as_it_is_written() {
        for value in [
            "#00f",
            "RED",
            "rgb(1, 2, 3)",
            "none",
            "currentColor",
            "inherit",
            "initial",
            "url(#a)",
            "url(#a) red",
            "&c;",
        ] {
            assert_eq!(judged("fill", value), Verdict::Keep, "{value}");
        }
        assert_eq!(judged("stroke-width", "calc(1px + 2px)"), Verdict::Keep);
    }

    #[test]
    fn what_nobody_understands_is_dropped() {
        for value in ["bogus", "color(nowhere 1 0 0)", "var(--unknown)", "var(--loop)", "color-mix(in srgb)", ""] {
            assert_eq!(judged("fill", value), Verdict::Drop, "{value}");
        }
        assert_eq!(judged("stroke-width", "var(--unknown)"), Verdict::Drop);
    }

    #[test]
    fn colours_of_other_spaces_become_srgb() {
        for (value, expected) in [
            ("color(display-p3 0 0 1)", "rgba(0, 0, 255, 1)"),
            ("color(display-p3 1 1 1 / 50%) !important", "rgba(255, 255, 255, 0.5) !important"),
            // Computed by the matrices to and from XYZ of CSS Color Module Level 4.
            ("color(display-p3 0.5 0.25 0.75)", "rgba(137, 59, 198, 1)"),
            ("oklch(0.45201 0.31321 264.05)", "rgba(0, 0, 255, 1)"),
            ("lab(100 0 0)", "rgba(255, 255, 255, 1)"),
        ] {
            assert_eq!(judged("stroke", value), Verdict::Replace(expected.into()), "{value}");
        }
    }

    #[test]
    fn variables_give_their_value_or_their_fallback() {
        assert_eq!(judged("fill", "var(--known)"), Verdict::Replace("#0f0".into()));
        assert_eq!(judged("fill", "var(--unknown, #00f)"), Verdict::Replace("#00f".into()));
        assert_eq!(judged("fill", "VAR(--x, var(--y, var(--known)))"), Verdict::Replace("#0f0".into()));
        assert_eq!(judged("stroke-width", "var(--x, 3)"), Verdict::Replace("3".into()));
    }
}
