//! Containers made for the study of types.

/// A signature, and zeros up to this length with fields put in.
pub(crate) fn header(signature: &[u8], len: usize, fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut header = signature.to_vec();
    header.resize(len, 0);
    for (at, field) in fields {
        header[*at..at + field.len()].copy_from_slice(field);
    }
    header
}

/// A ZIP archive of stored entries, in this order.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, body) in entries {
        let offset = u32::try_from(file.len()).unwrap();
        let name_len = u16::try_from(name.len()).unwrap().to_le_bytes();
        let len = u32::try_from(body.len()).unwrap().to_le_bytes();
        let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &len, &len, &name_len, &[0, 0]].concat();
        file.extend([b"PK\x03\x04", common.as_slice(), name.as_bytes(), body].concat());
        let tail = [&[0; 10][..], &offset.to_le_bytes()].concat();
        directory.extend([b"PK\x01\x02\x14\0", common.as_slice(), &tail, name.as_bytes()].concat());
    }
    let count = u16::try_from(entries.len().min(0xFFFF)).unwrap().to_le_bytes();
    let start = u32::try_from(file.len()).unwrap().to_le_bytes();
    let len = u32::try_from(directory.len()).unwrap().to_le_bytes();
    [&file[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &len, &start, &[0, 0]].concat()
}

/// An office document: its content types declare `main` as the part called `name`; the other parts
/// come first.
pub(crate) fn office(name: &str, main: &str) -> Vec<u8> {
    let types = format!(
        "<?xml version=\"1.0\"?><Types><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override ContentType=\"{main}\" PartName=\"/{name}\"/></Types>"
    );
    zip(&[
        ("customXml/item1.xml", b"<a/>"),
        (name, b"<b/>"),
        ("_rels/.rels", b""),
        ("[Content_Types].xml", types.as_bytes()),
    ])
}

/// An OLE compound file whose root has streams of these names, each of 4096 bytes that begin as
/// said.
pub(crate) fn ole(streams: &[(&str, &[u8])]) -> Vec<u8> {
    const FREE: u32 = 0xFFFF_FFFF;
    const END: u32 = 0xFFFF_FFFE;
    const PER_STREAM: u32 = 8;
    let directory_sectors = u32::try_from(1 + streams.len() / 4).unwrap();
    // Sector 0 is the table, the directory follows, then the streams.
    let mut table = vec![0xFFFF_FFFD];
    table.extend((1..directory_sectors).map(|sector| sector + 1).chain([END]));
    let mut directory = entry("Root Entry", 5, FREE, 1, END, 0);
    let mut bodies = Vec::new();
    for (index, (name, start)) in streams.iter().enumerate() {
        let first = u32::try_from(table.len()).unwrap();
        table.extend((1..PER_STREAM).map(|sector| first + sector).chain([END]));
        let next = if index + 1 < streams.len() { u32::try_from(index + 2).unwrap() } else { FREE };
        directory.extend(entry(name, 2, next, FREE, first, 4096));
        let mut body = start.to_vec();
        body.resize(4096, 0);
        bodies.extend(body);
    }
    directory.resize(directory_sectors as usize * 512, 0);
    table.resize(128, FREE);
    let mut header = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    header.resize(24, 0);
    for number in [0x3E_u16, 3, 0xFFFE, 9, 6] {
        header.extend(number.to_le_bytes());
    }
    header.resize(44, 0);
    for number in [1, 1, 0, 4096, END, 0, END, 0, 0] {
        header.extend(number.to_le_bytes());
    }
    header.resize(512, 0xFF);
    let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
    [header, table, directory, bodies].concat()
}

fn entry(name: &str, kind: u8, right: u32, child: u32, start: u32, len: u32) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_len = u16::try_from(entry.len() + 2).unwrap();
    entry.resize(64, 0);
    entry.extend(name_len.to_le_bytes());
    entry.extend([kind, 1]);
    for number in [0xFFFF_FFFF, right, child] {
        entry.extend(number.to_le_bytes());
    }
    entry.resize(116, 0);
    entry.extend(start.to_le_bytes());
    entry.extend(len.to_le_bytes());
    entry.resize(128, 0);
    entry
}

/// An EBML element; the identifier in hexadecimal bytes.
pub(crate) fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len()).unwrap() | 0x4000;
    [id, &len.to_be_bytes(), body].concat()
}

/// A WebM or Matroska file of tracks of these types (1 for video, 2 for audio, 17 for subtitles)
/// without known lengths.
pub(crate) fn ebml(doc_type: &str, tracks: &[u8]) -> Vec<u8> {
    let header = element(b"\x1A\x45\xDF\xA3", &element(b"\x42\x82", doc_type.as_bytes()));
    let track = |kind: &u8| element(b"\xAE", &[element(b"\xD7", &[1]), element(b"\x83", &[*kind])].concat());
    let tracks = element(b"\x16\x54\xAE\x6B", &tracks.iter().flat_map(track).collect::<Vec<_>>());
    let unknown = b"\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    let info = element(b"\x15\x49\xA9\x66", &element(b"\x4D\x80", b"tests"));
    [&header, &b"\x18\x53\x80\x67"[..], unknown, &info, &tracks, b"\x1F\x43\xB6\x75", unknown, b"\xE7\x81\0"].concat()
}

/// A box of an ISO base media file.
pub(crate) fn boxed(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind, body].concat()
}

/// `ftyp` with this brand, media data, and tracks of these handlers at the end.
pub(crate) fn mp4(brand: &[u8], handlers: &[&[u8]]) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[brand, b"\0\0\0\0", brand].concat());
    [ftyp, boxed(b"mdat", &[0x55; 100]), moov(handlers)].concat()
}

/// `moov` with tracks of these handlers.
pub(crate) fn moov(handlers: &[&[u8]]) -> Vec<u8> {
    let track = |handler: &&[u8]| {
        let handler = boxed(b"hdlr", &[&[0; 8][..], handler, &[0; 13]].concat());
        boxed(b"trak", &[boxed(b"tkhd", &[0; 84]), boxed(b"mdia", &handler)].concat())
    };
    let tracks: Vec<u8> = handlers.iter().flat_map(track).collect();
    boxed(b"moov", &[boxed(b"mvhd", &[0; 100]), tracks].concat())
}

/// First pages of Ogg streams that begin with these packets, and one page after them.
pub(crate) fn ogg(packets: &[&[u8]]) -> Vec<u8> {
    let page = |flags: u8, packet: &[u8]| {
        let len = u8::try_from(packet.len()).unwrap();
        [b"OggS\0", &[flags][..], &[0; 20], &[1, len], packet].concat()
    };
    let first = packets.iter().flat_map(|packet| page(2, packet));
    first.chain(page(0, b"more")).collect()
}

/// The header of a tar archive with the sum in place; `magic` follows the name of the link.
pub(crate) fn tar(name: &str, magic: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    for (at, field) in
        [(100, "0000644\0"), (108, "0001750\0"), (116, "0001750\0"), (124, "00000000005\0"), (136, "14000000000\0")]
    {
        header[at..at + field.len()].copy_from_slice(field.as_bytes());
    }
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..257 + magic.len()].copy_from_slice(magic);
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    [header, b"hello".to_vec(), vec![0; 507 + 1024]].concat()
}

/// UTF-16 with or without a byte order mark.
pub(crate) fn utf16(text: &str, little_endian: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// What gzip makes of it, with this time stamp.
pub(crate) fn gzip(content: &[u8], time: &[u8; 4]) -> Vec<u8> {
    let zlib = crate::files::deflate(content);
    // Without zlib's own header and sum.
    let raw = &zlib[2..zlib.len() - 4];
    let len = u32::try_from(content.len()).unwrap().to_le_bytes();
    [b"\x1F\x8B\x08\0", &time[..], b"\0\x03", raw, &[0; 4], &len].concat()
}

/// A font's table directory of this many tables.
pub(crate) fn font(version: &[u8], tables: u16) -> Vec<u8> {
    let mut font = [version, &tables.to_be_bytes(), &[0; 6]].concat();
    let end = 12 + 16 * u32::from(tables);
    for _ in 0..tables {
        font.extend([b"glyf\0\0\0\0", &end.to_be_bytes()[..], &4_u32.to_be_bytes()].concat());
    }
    font.extend([0; 4]);
    font
}
