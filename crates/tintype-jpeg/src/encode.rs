use std::fmt;

use crate::{
    Error,
    block::{LANES, ZIGZAG},
    codes::Definition,
    entropy::{CodeTables, Counter, Sink, Writer, encode_block},
    fdct::{Coefficients, Masks, Quantiser, Samples, Scratch},
    quality,
    segments::{APP0, DHT, DQT, EOI, SOF0, SOI, SOS},
    simd::{Job, Machine, Processor, dispatch},
    standard_tables,
};

/// A plane of samples that belongs to somebody else.
#[derive(Debug, Clone, Copy)]
pub struct PlaneView<'a> {
    /// One sample per byte, rows of `stride` bytes; the last row may end after `width`.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Samples per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// How to write a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Quality from 1 to 100 as libjpeg counts it; 80 by default.
    pub quality: u8,
    /// Huffman tables made for the picture instead of the standard's. Takes half as long again and
    /// saves some per cent, more of small files, where the standard's tables are most of the file.
    pub own_tables: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { quality: 80, own_tables: false }
    }
}

/// Writes baseline JPEG files from planes, one after the other, keeping its working memory and
/// tables.
///
/// ```
/// use tintype_jpeg::{EncodeOptions, Encoder, JpegHeader, DecodeLimits, PlaneView, Scale};
///
/// let luma = PlaneView { data: &[200; 20 * 12], stride: 20, width: 20, height: 12 };
/// let chroma = PlaneView { data: &[128; 10 * 6], stride: 10, width: 10, height: 6 };
/// let file = Encoder::new().encode(&[luma, chroma, chroma], EncodeOptions::default()).unwrap();
/// let planes = JpegHeader::parse(&file).unwrap().decode(Scale::Full, &DecodeLimits::default()).unwrap();
/// assert_eq!(planes.components[0].rows().next(), Some([200; 20].as_slice()));
/// ```
pub struct Encoder {
    workspace: Box<Workspace>,
    standard: Box<CodeTables>,
    processor: Processor,
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

/// Blocks of an MCU at most: four of luma, one each of two of chroma.
const MAX_MCU_BLOCKS: usize = 6;

/// Samples of eight blocks, and coefficients of eight MCUs.
struct Workspace {
    samples: Samples,
    scratch: Scratch,
    groups: [(Coefficients, Masks); MAX_MCU_BLOCKS],
}

impl Encoder {
    /// An encoder without anything to reuse yet.
    #[must_use]
    pub fn new() -> Self {
        let groups = [([[0; LANES]; 64], [0; LANES]); MAX_MCU_BLOCKS];
        Self {
            workspace: Box::new(Workspace { samples: [0; 64 * LANES], scratch: Scratch::new(), groups }),
            standard: Box::new(CodeTables::new(&standard_tables::all())),
            processor: Processor::Present,
        }
    }

    /// An encoder that uses no instructions but those that every processor of the architecture has.
    /// It writes the same files, only later: for tests, and for comparisons.
    #[must_use]
    pub fn portable() -> Self {
        Self { processor: Processor::Any, ..Self::new() }
    }

    /// Writes a JFIF file of one plane (grey), or of three: Y, Cb, Cr (ITU-R BT.601, full range).
    /// Cb and Cr are both as large as Y, or have half its width, half its height, or both, rounded
    /// up.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidPlanes`] when the planes are not such.
    pub fn encode(&mut self, planes: &[PlaneView<'_>], options: EncodeOptions) -> Result<Vec<u8>, Error> {
        let mut parts = parts(planes, options.quality)?;
        let own = options.own_tables.then(|| {
            let mut counter = Counter::new();
            dispatch(self.processor, Scan { parts: &mut parts, workspace: &mut self.workspace, sink: &mut counter });
            counter.tables()
        });
        // More than nearly all pictures take.
        let samples: usize = parts.first().map_or(0, |luma| luma.plane.width as usize * luma.plane.height as usize);
        let mut file = Vec::with_capacity(samples / 2 + 1024);
        write_header(&mut file, &parts, options.quality, own.as_ref().unwrap_or(&standard_tables::all()));
        let own = own.as_ref().map(CodeTables::new);
        let mut writer = Writer::new(own.as_ref().unwrap_or(&self.standard), &mut file);
        dispatch(self.processor, Scan { parts: &mut parts, workspace: &mut self.workspace, sink: &mut writer });
        writer.finish();
        file.extend([0xFF, EOI]);
        file.shrink_to_fit();
        Ok(file)
    }
}

/// A component of a file that is being written.
struct Part<'p> {
    plane: PlaneView<'p>,
    /// Which tables it uses: 0 for luma, 1 for chroma.
    class: usize,
    /// Blocks per MCU.
    sampling: (usize, usize),
    /// Its first group in the workspace.
    first_group: usize,
    quantiser: Quantiser,
}

fn parts<'p>(planes: &[PlaneView<'p>], quality: u8) -> Result<Vec<Part<'p>>, Error> {
    let invalid = |what| Err(Error::InvalidPlanes { what });
    let (first, chroma) = match planes {
        [only] => (only, None),
        [luma, blue, red] if (blue.width, blue.height) == (red.width, red.height) => (luma, Some(blue)),
        _ => return invalid("neither one plane nor three of which the last two are of the same size"),
    };
    for plane in planes {
        let (width, height) = (plane.width as usize, plane.height as usize);
        if !(1..=65_535).contains(&width) || !(1..=65_535).contains(&height) {
            return invalid("sides that are not 1 to 65535");
        }
        if plane.stride < width || (plane.data.len() < width) || (plane.data.len() - width) / plane.stride < height - 1
        {
            return invalid("fewer samples than its sides need");
        }
    }
    let factor = |full: u32, plane: u32| (1..=2).find(|factor| full.div_ceil(*factor) == plane);
    let sampling = match chroma {
        None => (1, 1),
        Some(chroma) => match (factor(first.width, chroma.width), factor(first.height, chroma.height)) {
            (Some(across), Some(down)) => (across as usize, down as usize),
            _ => return invalid("chroma that is neither as large as luma nor half as large"),
        },
    };
    let quantisers = quality::tables(quality);
    let mut first_group = 0;
    let parts = planes.iter().enumerate().map(|(index, plane)| {
        let class = usize::from(index > 0);
        let sampling = if index == 0 { sampling } else { (1, 1) };
        let part = Part { plane: *plane, class, sampling, first_group, quantiser: Quantiser::new(&quantisers[class]) };
        first_group += sampling.0 * sampling.1;
        part
    });
    Ok(parts.collect())
}

/// Sends all blocks of a picture to a sink.
struct Scan<'s, 'p, S> {
    parts: &'s mut [Part<'p>],
    workspace: &'s mut Workspace,
    sink: &'s mut S,
}

impl<S: Sink> Job for Scan<'_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(mut self) {
        let Some(luma) = self.parts.first() else {
            return;
        };
        let mcus = |side: u32, factor: usize| (side as usize).div_ceil(8 * factor);
        let (across, down) = (mcus(luma.plane.width, luma.sampling.0), mcus(luma.plane.height, luma.sampling.1));
        let mut predicted = [0; 3];
        for row in 0..down {
            for set in 0..across.div_ceil(LANES) {
                let count = (across - set * LANES).min(LANES);
                self.transform(row, set, count);
                for slot in 0..count {
                    for (part, predicted) in self.parts.iter().zip(&mut predicted) {
                        let (across, down) = part.sampling;
                        for i in 0..across * down {
                            let column = slot * across + i % across;
                            let group = part.first_group + i / across * across + column / LANES;
                            let (coefficients, masks) = &self.workspace.groups[group % MAX_MCU_BLOCKS];
                            let lane = column % LANES;
                            encode_block(self.sink, part.class, (coefficients, masks), lane, predicted);
                        }
                    }
                }
            }
        }
    }
}

impl<S> Scan<'_, '_, S> {
    /// Makes the coefficients of `count` MCUs, eight at most.
    #[inline(always)]
    fn transform(&mut self, row: usize, set: usize, count: usize) {
        let Workspace { samples, scratch, groups } = &mut *self.workspace;
        for part in self.parts.iter() {
            let (across, down) = part.sampling;
            for i in 0..across * down {
                if i % across * LANES >= count * across {
                    continue;
                }
                gather(&part.plane, set * across + i % across, row * down + i / across, samples);
                let (coefficients, masks) = &mut groups[(part.first_group + i) % MAX_MCU_BLOCKS];
                part.quantiser.transform(samples, scratch, (coefficients, masks));
            }
        }
    }
}

/// Copies the samples of eight blocks. Beyond the edges the last samples go on, which costs the
/// fewest bits.
#[inline(always)]
fn gather(plane: &PlaneView<'_>, group_column: usize, block_row: usize, samples: &mut Samples) {
    let (width, height) = (plane.width as usize, plane.height as usize);
    let left = group_column * 8 * LANES;
    for (y, to) in samples.as_chunks_mut::<{ 8 * LANES }>().0.iter_mut().enumerate() {
        let row = (block_row * 8 + y).min(height - 1);
        let from = &plane.data[row * plane.stride..][..width];
        if let Some(from) = from.get(left..).and_then(<[u8]>::first_chunk) {
            *to = *from;
        } else {
            let inside = from.get(left..).unwrap_or_default();
            to[..inside.len()].copy_from_slice(inside);
            to[inside.len()..].fill(from[width - 1]);
        }
    }
}

fn write_header(bytes: &mut Vec<u8>, parts: &[Part<'_>], quality: u8, tables: &[[Definition; 2]; 2]) {
    let classes = if parts.len() > 1 { 2 } else { 1 };
    bytes.extend([0xFF, SOI]);
    // Version 1.1, pixels that are square, no thumbnail in the thumbnail.
    segment(bytes, APP0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    for (number, table) in (0..).zip(quality::tables(quality)).take(classes) {
        let mut body = [0; 65];
        body[0] = number;
        for (to, place) in body[1..].iter_mut().zip(ZIGZAG) {
            *to = table[usize::from(place)] as u8;
        }
        segment(bytes, DQT, &body);
    }
    if let Some(luma) = parts.first() {
        let [h1, h0] = (luma.plane.height as u16).to_be_bytes();
        let [w1, w0] = (luma.plane.width as u16).to_be_bytes();
        let mut body = vec![8, h1, h0, w1, w0, parts.len() as u8];
        for (id, part) in (1..).zip(parts) {
            body.extend([id, (part.sampling.0 << 4 | part.sampling.1) as u8, part.class as u8]);
        }
        segment(bytes, SOF0, &body);
    }
    for (class, tables) in (0..).zip(tables).take(classes) {
        for (kind, table) in (0..).zip(tables) {
            segment(bytes, DHT, &[&[kind << 4 | class], table.counts.as_slice(), &table.symbols].concat());
        }
    }
    let mut body = vec![parts.len() as u8];
    for (id, part) in (1..).zip(parts) {
        body.extend([id, (part.class << 4 | part.class) as u8]);
    }
    // All coefficients at once, in full.
    body.extend([0, 63, 0]);
    segment(bytes, SOS, &body);
}

fn segment(bytes: &mut Vec<u8>, marker: u8, body: &[u8]) {
    bytes.extend([0xFF, marker]);
    bytes.extend((body.len() as u16 + 2).to_be_bytes());
    bytes.extend(body);
}
