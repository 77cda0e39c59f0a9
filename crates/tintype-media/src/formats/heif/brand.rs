/// What a file's brands say of its codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brand {
    Avif,
    Other,
}

/// Reads the brands of an ISO base media file (ISO/IEC 14496-12, section 4.3): a video is not an
/// image.
pub(crate) fn brand(head: &[u8]) -> Option<Brand> {
    if head.get(4..8)? != b"ftyp" {
        return None;
    }
    let size = u32::from_be_bytes(head.get(..4)?.try_into().ok()?) as usize;
    let brands = head.get(8..size.min(head.len()))?;
    let mut found = None;
    for (index, brand) in brands.chunks_exact(4).enumerate() {
        match brand {
            b"avif" | b"avis" => return Some(Brand::Avif),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1" | b"msf1"
            | b"mif2" => {
                found = Some(Brand::Other);
            }
            // A file whose major brand is a video's stays a video, whatever still-image brands it
            // is compatible with.
            _ if index == 0 => return None,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_with_a_still_image_brand_is_no_image() {
        assert_eq!(brand(b"\0\0\0\x18ftypisom\0\0\0\0mif1heic"), None);
        assert_eq!(brand(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Some(Brand::Other));
        assert_eq!(brand(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), Some(Brand::Avif));
    }
}
