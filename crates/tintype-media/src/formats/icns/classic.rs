//! Pictures of Mac OS 8.5 to 10.5: planes of colour in runs, and the alpha in an element of its
//! own.

/// A picture of 24 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Classic {
    Small,
    Large,
    Huge,
    Thumbnail,
}

impl Classic {
    pub(super) fn of(name: &[u8; 4]) -> Option<Self> {
        Some(match name {
            b"is32" => Self::Small,
            b"il32" => Self::Large,
            b"ih32" => Self::Huge,
            b"it32" => Self::Thumbnail,
            _ => return None,
        })
    }

    pub(super) fn side(self) -> u32 {
        match self {
            Self::Small => 16,
            Self::Large => 32,
            Self::Huge => 48,
            Self::Thumbnail => 128,
        }
    }

    /// Returns the name of the element that has its alpha.
    pub(super) fn mask(self) -> &'static [u8; 4] {
        match self {
            Self::Small => b"s8mk",
            Self::Large => b"l8mk",
            Self::Huge => b"h8mk",
            Self::Thumbnail => b"t8mk",
        }
    }

    /// Returns the pixels as RGBA, as far as there are any; without a mask they are opaque.
    pub(super) fn pixels(self, bytes: &[u8], mask: Option<&[u8]>) -> Vec<u8> {
        let count = (self.side() * self.side()) as usize;
        // The largest begins with four bytes of no meaning.
        let runs = if self == Self::Thumbnail { bytes.get(4..).unwrap_or_default() } else { bytes };
        let samples = unpack(runs, 3 * count);
        let mut pixels = vec![0; 4 * count];
        for (channel, plane) in samples.chunks(count).enumerate() {
            for (pixel, sample) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(plane) {
                pixel[channel] = *sample;
                pixel[3] = u8::MAX;
            }
        }
        if let Some(mask) = mask {
            pixels.as_chunks_mut::<4>().0.iter_mut().zip(mask).for_each(|(pixel, alpha)| pixel[3] = *alpha);
        }
        pixels
    }
}

/// Runs whose head is the number of bytes that follow less one, or of copies of one byte and 125
/// more.
fn unpack(mut runs: &[u8], most: usize) -> Vec<u8> {
    let mut samples = Vec::with_capacity(most);
    while samples.len() < most
        && let [head, rest @ ..] = runs
    {
        let room = most - samples.len();
        let count = usize::from(*head);
        match (*head, rest) {
            (0..=127, _) => {
                let (run, after) = rest.split_at((count + 1).min(rest.len()));
                samples.extend(&run[..run.len().min(room)]);
                runs = after;
            }
            (_, [byte, after @ ..]) => {
                samples.extend(std::iter::repeat_n(*byte, (count - 125).min(room)));
                runs = after;
            }
            (_, []) => break,
        }
    }
    samples
}

/// Returns the side of elements that are in another coding.
pub(super) fn side_of(name: &[u8; 4]) -> Option<u32> {
    Some(match name {
        b"ICON" | b"ICN#" | b"icl4" | b"icl8" | b"ic11" | b"icp5" => 32,
        b"icm#" | b"icm4" | b"icm8" | b"ics#" | b"ics4" | b"ics8" | b"icp4" | b"ic04" => 16,
        b"ich#" | b"ich4" | b"ich8" => 48,
        b"icp6" | b"ic12" => 64,
        b"ic05" => 32,
        b"ic07" => 128,
        b"ic08" | b"ic13" => 256,
        b"ic09" | b"ic14" => 512,
        b"ic10" => 1024,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_copies_or_bytes_as_they_are() {
        assert_eq!(unpack(&[1, 7, 8, 0x80, 9, 0], 9), [7, 8, 9, 9, 9]);
        assert_eq!(unpack(&[0xFF, 1], 5), [1; 5]);
        assert_eq!(unpack(&[0x80], 5), []);
    }
}
