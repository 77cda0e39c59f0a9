//! Writers of small files.

/// A directory of TIFF, little-endian, whose values lie behind it; offsets count from the start of
/// the structure.
#[derive(Default, Clone)]
pub(crate) struct Directory {
    entries: Vec<(u16, u16, u32, Vec<u8>)>,
}

impl Directory {
    pub(crate) fn text(mut self, tag: u16, value: &str) -> Self {
        let bytes = [value.as_bytes(), b"\0"].concat();
        self.entries.push((tag, 2, bytes.len() as u32, bytes));
        self
    }

    pub(crate) fn short(mut self, tag: u16, value: u16) -> Self {
        self.entries.push((tag, 3, 1, value.to_le_bytes().to_vec()));
        self
    }

    pub(crate) fn long(mut self, tag: u16, value: u32) -> Self {
        self.entries.push((tag, 4, 1, value.to_le_bytes().to_vec()));
        self
    }

    pub(crate) fn rationals(mut self, tag: u16, values: &[(u32, u32)]) -> Self {
        let bytes = values.iter().flat_map(|(above, below)| [above.to_le_bytes(), below.to_le_bytes()].concat());
        self.entries.push((tag, 5, values.len() as u32, bytes.collect()));
        self
    }

    /// Writes the directory as it is when it begins at `at`.
    pub(crate) fn write(mut self, at: usize) -> Vec<u8> {
        self.entries.sort_by_key(|entry| entry.0);
        let mut values_at = at + 6 + self.entries.len() * 12;
        let mut bytes = (self.entries.len() as u16).to_le_bytes().to_vec();
        let mut values = Vec::new();
        for (tag, kind, count, value) in self.entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            if value.len() <= 4 {
                bytes.extend([value.as_slice(), &[0; 4]].concat()[..4].iter());
            } else {
                bytes.extend((values_at as u32).to_le_bytes());
                values_at += value.len();
                values.extend(value);
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(values);
        bytes
    }
}

/// EXIF with a camera, a time and a place, and an orientation.
pub(crate) fn exif(orientation: u16) -> Vec<u8> {
    let camera = |at| {
        Directory::default()
            .text(0x9003, "2026:11:28 06:05:09")
            .text(0x9011, "+01:00")
            .text(0xa434, "Lens 50mm")
            .rationals(0x829a, &[(1, 250)])
            .rationals(0x829d, &[(28, 10)])
            .rationals(0x920a, &[(50, 1)])
            .short(0x8827, 400)
            .write(at)
    };
    let place = |at| {
        Directory::default()
            .text(1, "N")
            .rationals(2, &[(59, 1), (54, 1), (5004, 100)])
            .text(3, "W")
            .rationals(4, &[(10, 1), (45, 1), (792, 100)])
            .write(at)
    };
    let first = |camera, place| {
        let directory = Directory::default().text(0x10f, "Maker").text(0x110, "Model 1").short(0x112, orientation);
        directory.text(0x13b, "Somebody").long(0x8769, camera).long(0x8825, place).write(8)
    };
    let camera_at = 8 + first(0, 0).len();
    let place_at = camera_at + camera(camera_at).len();
    [b"II*\0\x08\0\0\0".to_vec(), first(camera_at as u32, place_at as u32), camera(camera_at), place(place_at)].concat()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &(content.len() as u16 + 2).to_be_bytes(), content].concat()
}

/// A JPEG as far as its structure goes; its picture is no picture.
pub(crate) fn jpeg(width: u16, height: u16, segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    for (marker, content) in segments {
        bytes.extend(segment(*marker, content));
    }
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([1, 1, 0x11, 0]);
    bytes.extend(segment(0xc0, &frame));
    bytes.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
    bytes.extend(b"entropy\xff\0coded\xff\xd9");
    bytes
}

/// A PNG of one colour with further chunks behind its header.
pub(crate) fn png(width: u32, height: u32, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    for (kind, content) in chunks {
        writer.write_chunk(png::chunk::ChunkType(**kind), content).expect("a chunk");
    }
    let data: Vec<u8> = (0..width * height * 3).map(|index| (index * 7 % 251) as u8).collect();
    writer.write_image_data(&data).expect("pixels");
    writer.finish().expect("the end");
    bytes
}

/// A ZIP archive of stored entries.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let mut sizes = 0u32.to_le_bytes().to_vec();
        sizes.extend((content.len() as u32).to_le_bytes());
        sizes.extend((content.len() as u32).to_le_bytes());
        sizes.extend((name.len() as u16).to_le_bytes());
        let offset = bytes.len() as u32;
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0");
        bytes.extend(&sizes);
        bytes.extend([0; 2]);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
        directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0");
        directory.extend(&sizes);
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend((entries.len() as u16).to_le_bytes());
    bytes.extend((entries.len() as u16).to_le_bytes());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// A PDF of one page, red above and white below, with facts about it.
pub(crate) fn pdf(facts: &[u8], trailer: &str) -> Vec<u8> {
    let content = "1 0 0 rg 0 50 200 50 re f";
    let stream = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
    let objects: [&[u8]; 5] = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>",
        stream.as_bytes(),
        &[b"<<", facts, b">>"].concat(),
    ];
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut table = "xref\n0 6\n0000000000 65535 f \n".to_owned();
    for (index, object) in objects.into_iter().enumerate() {
        table += &format!("{:010} 00000 n \n", bytes.len());
        bytes.extend(format!("{} 0 obj\n", index + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(
        format!("{table}trailer\n<</Size 6/Root 1 0 R/Info 5 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n").bytes(),
    );
    bytes
}
