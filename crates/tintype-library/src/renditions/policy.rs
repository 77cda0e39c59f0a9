use std::collections::BTreeMap;

use tintype_domain::{FieldErrors, FieldProblem};
use tintype_media::Fit;

use super::parameters::RenditionParameters;
use super::picture::QUALITY;

/// Which renditions there are, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RenditionOptions {
    /// What needs a signed link. Default: everything but presets and certain sizes.
    pub policy: RenditionPolicy,
    /// The widths and heights that need none. Default: 64, 128, 256, 384, 512, 768, 1080, 1536,
    /// 2048.
    pub sizes: Vec<u32>,
    /// The longest side in pixels. Default: 4096.
    pub max_edge: u32,
    /// Parameters by the names of presets. Default: none.
    pub presets: BTreeMap<String, RenditionParameters>,
    /// The bytes that renditions may take together. Default: 10 GiB.
    pub cache_bytes: u64,
}

/// Which renditions need a signed link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RenditionPolicy {
    /// All but presets, and `inside` and `cover` with certain sizes.
    #[default]
    Sizes,
    /// All but presets.
    Signed,
    /// Presets need none; there are no others.
    Presets,
    /// None does.
    Open,
    /// There are no renditions.
    Off,
}

/// A rendition that the client may not have without a signed link.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("the rendition needs a signed link")]
pub struct NeedsLink {
    /// For each side that is asked for, the nearest sizes that need none.
    pub nearest: Vec<(&'static str, Vec<u32>)>,
}

impl Default for RenditionOptions {
    fn default() -> Self {
        Self {
            policy: RenditionPolicy::Sizes,
            sizes: vec![64, 128, 256, 384, 512, 768, 1080, 1536, 2048],
            max_edge: 4096,
            presets: BTreeMap::new(),
            cache_bytes: 10 << 30,
        }
    }
}

impl RenditionOptions {
    /// Returns what is asked for, with what its preset says.
    ///
    /// # Errors
    /// [`FieldErrors`] if there is no such preset, or if a side is too long in pixels.
    pub fn complete(&self, asked: &RenditionParameters) -> Result<RenditionParameters, FieldErrors> {
        let Some(name) = &asked.preset else { return Ok(asked.clone()) };
        let invalid = || FieldErrors::one("preset", FieldProblem::InvalidChoice { value: name.clone() });
        let complete = asked.or(self.presets.get(name).ok_or_else(invalid)?);
        let texts = complete.texts();
        // Sides and `dpr` may come from different places.
        let value = |name: &str| texts.iter().find(|(n, _)| *n == name).map(|(_, text)| text.clone());
        RenditionParameters::parse(value, self.max_edge)
    }

    /// Checks what somebody without a signed link may have.
    pub(crate) fn check_unsigned(&self, asked: &RenditionParameters) -> Result<(), NeedsLink> {
        let is_preset = self.is_preset(asked);
        match self.policy {
            RenditionPolicy::Open => Ok(()),
            RenditionPolicy::Sizes if is_preset || self.is_one_of_the_sizes(asked) => Ok(()),
            RenditionPolicy::Signed | RenditionPolicy::Presets if is_preset => Ok(()),
            RenditionPolicy::Sizes => {
                let sides = [("width", asked.width), ("height", asked.height)];
                let nearest =
                    sides.into_iter().filter_map(|(name, side)| Some((name, self.nearest(asked.pixels(side?)))));
                Err(NeedsLink { nearest: nearest.collect() })
            }
            RenditionPolicy::Signed | RenditionPolicy::Presets | RenditionPolicy::Off => Err(NeedsLink::default()),
        }
    }

    /// Checks what a signed link may give.
    pub(crate) fn check_signed(&self, asked: &RenditionParameters) -> Result<(), NeedsLink> {
        match self.policy {
            RenditionPolicy::Open | RenditionPolicy::Sizes | RenditionPolicy::Signed => Ok(()),
            RenditionPolicy::Presets | RenditionPolicy::Off => self.check_unsigned(asked),
        }
    }

    /// Returns whether a preset is asked for, and nothing that it does not say.
    fn is_preset(&self, asked: &RenditionParameters) -> bool {
        let preset = asked.preset.as_ref().and_then(|name| self.presets.get(name));
        preset.is_some_and(|preset| asked.or(preset) == preset.or(preset))
    }

    fn is_one_of_the_sizes(&self, asked: &RenditionParameters) -> bool {
        let RenditionParameters { width, height, dpr: _, fit, enlarge, focus, format: _, quality, .. } = asked;
        let RenditionParameters { background, rotate, flip, blur, sharpen, preset, .. } = asked;
        let sides: Vec<u64> = [width, height].into_iter().flatten().map(|side| asked.pixels(*side)).collect();
        !sides.is_empty()
            && sides.iter().all(|side| self.sizes.iter().any(|size| u64::from(*size) == *side))
            && matches!(fit, None | Some(Fit::Inside | Fit::Cover))
            && *enlarge != Some(true)
            && focus.is_none()
            && quality.is_none_or(|quality| quality == QUALITY)
            && (background.is_none() && rotate.is_none() && flip.is_none() && preset.is_none())
            && (blur.is_none() && sharpen.is_none())
    }

    /// Returns the next size below or at a side, and the next one above.
    fn nearest(&self, side: u64) -> Vec<u32> {
        let below = self.sizes.iter().filter(|size| u64::from(**size) <= side).max();
        let above = self.sizes.iter().filter(|size| u64::from(**size) > side).min();
        match below {
            Some(size) if u64::from(*size) == side => vec![*size],
            _ => below.into_iter().chain(above).copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NeedsLink, RenditionOptions, RenditionParameters, RenditionPolicy as Policy};

    fn asked(query: &str) -> RenditionParameters {
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
        };
        RenditionParameters::parse(value, 4096).unwrap()
    }

    /// What each policy gives without a signature and with one.
    #[test]
    fn the_matrix_of_policies() {
        let size =
            ["width=256", "width=128&dpr=2", "width=64&height=2048&fit=cover&format=webp", "height=64&quality=80"];
        let preset = ["preset=card", "preset=card&width=300"];
        let other = [
            "width=300",
            "width=256&height=300",
            "format=webp",
            "width=256&height=256&fit=fill",
            "width=256&height=256&fit=contain",
            "width=256&enlarge=true",
            "width=256&height=256&fit=cover&focus=smart",
            "width=256&quality=81",
            "width=256&rotate=90",
            "width=256&blur=1",
            "preset=card&height=256",
            "preset=card&format=png",
        ];
        for (policy, unsigned, signed) in [
            (Policy::Sizes, [true, true, false], [true, true, true]),
            (Policy::Signed, [false, true, false], [true, true, true]),
            (Policy::Presets, [false, true, false], [false, true, false]),
            (Policy::Open, [true, true, true], [true, true, true]),
            (Policy::Off, [false, false, false], [false, false, false]),
        ] {
            let presets = [("card".to_owned(), asked("width=300&fit=cover"))].into();
            let options = RenditionOptions { policy, presets, ..RenditionOptions::default() };
            for (sort, queries) in [&size[..], &preset, &other].into_iter().enumerate() {
                for query in queries {
                    let asked = asked(query);
                    let found = (options.check_unsigned(&asked).is_ok(), options.check_signed(&asked).is_ok());
                    assert_eq!(found, (unsigned[sort], signed[sort]), "{policy:?} {query}");
                }
            }
        }
    }

    #[test]
    fn the_nearest_sizes_are_named() {
        let nearest = |query| RenditionOptions::default().check_unsigned(&asked(query)).unwrap_err();
        let expected = |nearest| NeedsLink { nearest };
        assert_eq!(nearest("width=400"), expected(vec![("width", vec![384, 512])]));
        assert_eq!(nearest("width=1&height=4096"), expected(vec![("width", vec![64]), ("height", vec![2048])]));
        assert_eq!(nearest("width=64&blur=1"), expected(vec![("width", vec![64])]));
    }
}
