//! Markers among entropy-coded bytes. In these a `FF` is followed by a zero, which is stuffing, or
//! begins a marker.

/// The place of the next marker's `FF` (the last one, when fill bytes precede it) at or after `at`.
pub(crate) fn find_marker(data: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += find_ff(data.get(at..)?)?;
        match data.get(at + 1)? {
            0 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

/// The place of the first marker at or after `at` that is not a restart marker, or the end.
pub(crate) fn end_of_scan(data: &[u8], mut at: usize) -> usize {
    while let Some(found) = find_marker(data, at) {
        if !matches!(data[found + 1], 0xD0..=0xD7) {
            return found;
        }
        at = found + 2;
    }
    data.len()
}

fn find_ff(data: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(block) = data[at..].first_chunk::<32>() {
        if has_ff(block) {
            break;
        }
        at += 32;
    }
    data[at..].iter().position(|&b| b == 0xFF).map(|i| at + i)
}

#[inline(always)]
fn has_ff(block: &[u8; 32]) -> bool {
    block.iter().fold(0, |any, &b| any | u8::from(b == 0xFF)) != 0
}

/// Copies entropy-coded bytes from `data[*at..]` to `out` without the stuffed zeros, up to the next
/// marker. Returns how many bytes were written and whether the segment ended.
pub(crate) fn unstuff(data: &[u8], at: &mut usize, out: &mut [u8]) -> (usize, bool) {
    let mut n = 0;
    loop {
        while let (Some(from), Some(to)) = (data[*at..].first_chunk::<32>(), out[n..].first_chunk_mut::<32>()) {
            *to = *from;
            let plain = if has_ff(from) { first_ff(from) } else { 32 };
            n += plain;
            *at += plain;
            if plain < 32 {
                break;
            }
        }
        if n == out.len() {
            return (n, false);
        }
        match data[*at..] {
            [0xFF, 0, ..] => {
                out[n] = 0xFF;
                n += 1;
                *at += 2;
            }
            // A fill byte.
            [0xFF, 0xFF, ..] => *at += 1,
            [0xFF, _, ..] => return (n, true),
            [0xFF] | [] => {
                *at = data.len();
                return (n, true);
            }
            [b, ..] => {
                out[n] = b;
                n += 1;
                *at += 1;
            }
        }
    }
}

#[inline(always)]
fn first_ff(block: &[u8; 32]) -> usize {
    block.iter().position(|&b| b == 0xFF).unwrap_or(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_is_dropped_up_to_the_next_marker() {
        // Long enough for the path that looks at 32 bytes at once, with stuffing at every place.
        for place in 0..100 {
            let mut data = vec![7; place];
            data.extend([0xFF, 0, 0xFF, 0xFF, 0, 9]);
            data.extend([8; 50]);
            data.extend([0xFF, 0xD0, 1]);
            let mut expected = vec![7; place];
            expected.extend([0xFF, 0xFF, 9]);
            expected.extend([8; 50]);

            let (mut at, mut out) = (0, [0; 200]);
            let (written, ended) = unstuff(&data, &mut at, &mut out);
            assert_eq!((&out[..written], ended), (expected.as_slice(), true));
            assert_eq!(data[at..], [0xFF, 0xD0, 1]);
            assert_eq!(find_marker(&data, 0), Some(at));
            assert_eq!(end_of_scan(&data, 0), data.len());

            // The same through a small buffer, a piece at a time.
            let (mut at, mut pieces) = (0, Vec::new());
            loop {
                let (written, ended) = unstuff(&data, &mut at, &mut out[..40]);
                pieces.extend_from_slice(&out[..written]);
                if ended {
                    break;
                }
            }
            assert_eq!(pieces, expected);
        }
    }

    #[test]
    fn the_end_of_the_data_ends_a_segment() {
        let (mut at, mut out) = (0, [0; 64]);
        assert_eq!(unstuff(&[1, 2, 0xFF], &mut at, &mut out), (2, true));
        assert_eq!(at, 3);
        assert_eq!(find_marker(&[1, 2, 0xFF], 0), None);
        assert_eq!(find_marker(&[], 7), None);
    }
}
