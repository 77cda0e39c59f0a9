use std::collections::HashMap;
use std::fmt::Write;

use tintype_domain::{FocalPoint, Variant};
use tintype_media::{Encoding, Fit, Flip, Focus, RenderOptions, Rotation};

use super::parameters::{Accepted, RenditionFormat, RenditionParameters, Thousandths, WantedFocus};

/// The quality unless another one is asked for.
pub(crate) const QUALITY: u8 = 80;

/// A picture as it is to be made: nothing is left open, and equal pictures are equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Picture {
    width: Option<u32>,
    height: Option<u32>,
    fit: Fit,
    enlarge: bool,
    focus: WantedFocus,
    encoding: Encoding,
    quality: u8,
    background: Option<[u8; 3]>,
    rotation: Rotation,
    flip: Option<Flip>,
    blur: Option<Thousandths>,
    sharpen: Option<Thousandths>,
}

impl Picture {
    /// Returns the picture that is asked for, of a file with this focal point, by a client that
    /// takes these formats.
    pub(crate) fn new(asked: &RenditionParameters, focal_point: Option<FocalPoint>, accepted: Accepted) -> Self {
        let side = |side: Option<u32>| side.map(|side| u32::try_from(asked.pixels(side)).unwrap_or(u32::MAX));
        let (width, height) = (side(asked.width), side(asked.height));
        // With one side given all act as `inside`.
        let fit = if width.is_some() && height.is_some() { asked.fit.unwrap_or_default() } else { Fit::Inside };
        let encoding = match asked.format.unwrap_or(RenditionFormat::Auto) {
            RenditionFormat::Auto if accepted.webp => Encoding::WebP,
            RenditionFormat::Auto => Encoding::Auto,
            RenditionFormat::Jpeg => Encoding::Jpeg,
            RenditionFormat::Png => Encoding::Png,
            RenditionFormat::WebP => Encoding::WebP,
        };
        let focal_point = focal_point.map_or(WantedFocus::Center, WantedFocus::Point);
        Self {
            width,
            height,
            fit,
            enlarge: asked.enlarge.unwrap_or(false),
            focus: if fit == Fit::Cover { asked.focus.unwrap_or(focal_point) } else { WantedFocus::Center },
            encoding,
            quality: if encoding == Encoding::Png { QUALITY } else { asked.quality.unwrap_or(QUALITY) },
            background: asked.background.filter(|_| fit == Fit::Contain || encoding == Encoding::Jpeg),
            rotation: asked.rotate.unwrap_or_default(),
            flip: asked.flip,
            blur: asked.blur,
            sharpen: asked.sharpen.filter(|sharpen| sharpen.to_f32() > 0.0),
        }
    }

    /// Returns the picture that a variant names; `None` if this version would make another one.
    pub(crate) fn of(variant: &Variant) -> Option<Self> {
        let Variant::Rendition(text) = variant else { return None };
        let mut parts = text.split(';');
        let (width, height) = parts.next()?.split_once('x')?;
        let mut values: HashMap<&str, &str> = parts.filter_map(|part| part.split_once('=')).collect();
        values.extend([("width", width), ("height", height)].into_iter().filter(|(_, side)| !side.is_empty()));
        let value = |name: &'static str| values.get(name).map(|value| (*value).to_owned());
        let asked = RenditionParameters::parse(value, u32::MAX).ok()?;
        let picture = Self::new(&asked, None, Accepted::default());
        (picture.variant() == *variant).then_some(picture)
    }

    /// Returns what tells it from the other pictures of the file.
    pub(crate) fn variant(&self) -> Variant {
        let side = |side: Option<u32>| side.map(|side| side.to_string()).unwrap_or_default();
        let mut text = format!("{}x{}", side(self.width), side(self.height));
        // What has its default is left out; writing to a string does not fail.
        let parts = RenditionParameters {
            fit: Some(self.fit).filter(|fit| *fit != Fit::Inside),
            enlarge: self.enlarge.then_some(true),
            focus: Some(self.focus).filter(|focus| *focus != WantedFocus::Center),
            format: match self.encoding {
                Encoding::Jpeg => Some(RenditionFormat::Jpeg),
                Encoding::Png => Some(RenditionFormat::Png),
                Encoding::WebP => Some(RenditionFormat::WebP),
                _ => None,
            },
            quality: Some(self.quality).filter(|quality| *quality != QUALITY),
            background: self.background,
            rotate: Some(self.rotation).filter(|rotation| *rotation != Rotation::None),
            flip: self.flip,
            blur: self.blur,
            sharpen: self.sharpen,
            ..RenditionParameters::default()
        };
        for (name, value) in parts.texts() {
            let _ = write!(text, ";{name}={value}");
        }
        Variant::Rendition(text.into())
    }

    /// Returns how it is made.
    pub(crate) fn options(&self) -> RenderOptions {
        let mut options = RenderOptions::default();
        options.width = self.width;
        options.height = self.height;
        options.fit = self.fit;
        options.focus = match self.focus {
            WantedFocus::Center => Focus::Center,
            WantedFocus::Smart => Focus::Smart,
            WantedFocus::Point(point) => Focus::Point { x: point.x() as f32, y: point.y() as f32 },
        };
        options.enlarge = self.enlarge;
        options.background = self.background;
        options.rotation = self.rotation;
        options.flip = self.flip;
        options.blur = self.blur.map(Thousandths::to_f32);
        options.sharpen = self.sharpen.map(Thousandths::to_f32);
        options.encoding = self.encoding;
        options.quality = self.quality;
        options
    }

    /// Returns the extension that its file most probably has if it is made of content of that type.
    pub(crate) fn extension(&self, mime_type: &str) -> &'static str {
        let has_alpha = matches!(mime_type, "image/png" | "image/gif" | "image/svg+xml" | "image/webp");
        match self.encoding {
            Encoding::WebP => "webp",
            Encoding::Png => "png",
            Encoding::Auto if has_alpha || (self.fit == Fit::Contain && self.background.is_none()) => "png",
            _ => "jpg",
        }
    }
}

#[cfg(test)]
mod tests {
    use tintype_domain::FocalPoint;

    use super::{Accepted, Picture, RenditionParameters};

    fn variant(query: &str, accepted: Accepted) -> String {
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
        };
        let parameters = RenditionParameters::parse(value, 4096).unwrap();
        Picture::new(&parameters, FocalPoint::new(0.25, 0.4), accepted).variant().to_string()
    }

    #[test]
    fn equal_pictures_have_equal_texts() {
        let none = Accepted::default();
        let webp = Accepted { webp: true };
        for (query, accepted, expected) in [
            ("width=64", none, "rendition:64x"),
            ("width=64", webp, "rendition:64x;format=webp"),
            ("width=64&format=jpeg", webp, "rendition:64x;format=jpeg"),
            ("width=32&dpr=2&quality=80&sharpen=0", none, "rendition:64x"),
            // With one side these do not matter, nor does a background behind a picture that is
            // opaque.
            ("width=64&fit=cover&focus=0,0&background=ff0000", none, "rendition:64x"),
            ("height=64&fit=contain", none, "rendition:x64"),
            ("width=64&height=48&fit=cover", none, "rendition:64x48;fit=cover;focus=0.25,0.4"),
            ("width=64&height=48&fit=cover&focus=center", none, "rendition:64x48;fit=cover"),
            ("width=64&height=48&fit=contain&background=0A0B0C", none, "rendition:64x48;fit=contain;background=0a0b0c"),
            ("format=png&quality=3", none, "rendition:x;format=png"),
            ("rotate=90&flip=h&blur=1.50", none, "rendition:x;rotate=90;flip=h;blur=1.5"),
        ] {
            let text = variant(query, accepted);
            assert_eq!(text, expected, "{query}");
            let read = text.parse().unwrap();
            assert_eq!(Picture::of(&read).map(|picture| picture.variant()), Some(read), "{query}");
        }
    }
}
