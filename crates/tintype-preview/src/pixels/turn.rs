//! Turning pixels upright.

use crate::Pixels;

impl Pixels {
    /// Returns the upright picture of one stored with an orientation of EXIF, 1 to 8; other values
    /// change nothing.
    pub(crate) fn upright(self, orientation: u8) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let (width, height, channels) = (self.width as usize, self.height as usize, self.layout.channels());
        let (across, down) = if orientation >= 5 { (height, width) } else { (width, height) };
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..down {
            for x in 0..across {
                let (column, row) = match orientation {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, height - 1 - x),
                    7 => (width - 1 - y, height - 1 - x),
                    _ => (width - 1 - y, x),
                };
                let start = (row * width + column) * channels;
                data.extend_from_slice(&self.data[start..start + channels]);
            }
        }
        Self { width: across as u32, height: down as u32, layout: self.layout, data }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Layout, Pixels};

    #[test]
    fn every_orientation_puts_the_corner_where_exif_says() {
        // Two columns, three rows; the corner of row 0 and column 0 is marked.
        let stored = Pixels { width: 2, height: 3, layout: Layout::Rgb, data: (0..18).collect() };
        let places = [(1, 0), (2, 1), (3, 5), (4, 4), (5, 0), (6, 2), (7, 5), (8, 3)];
        for (orientation, place) in places {
            let upright = stored.clone().upright(orientation);
            assert_eq!(upright.data.chunks(3).position(|pixel| pixel == [0, 1, 2]), Some(place), "{orientation}");
            let sides = if orientation >= 5 { (3, 2) } else { (2, 3) };
            assert_eq!((upright.width, upright.height), sides);
        }
    }
}
