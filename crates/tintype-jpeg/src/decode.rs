use std::{fmt, sync::Arc};

use crate::{
    Coding, DecodeLimits, DecodeOptions, DecodedPlanes, Error, JpegHeader, Scale,
    bits::{Bits, Chunk, new_chunk},
    channel::Channel,
    codes::Definition,
    huffman::{AcTable, DcTable, Use},
    memory::Memory,
    segments::{self, Huffman, Quantisation, ScanHeader, Segment, Segments, read_scan},
    sequential::{ScanChannel, SequentialScan, Workspace},
    simd::{Processor, dispatch},
    standard_tables,
    stuffing::end_of_scan,
    table_cache::TableCache,
};

/// Decodes one picture after the other, keeping buffers and tables from each for the next.
///
/// Between pictures it holds up to 0.2 MiB of tables, and what [`recycle`](Self::recycle) has given
/// back.
pub struct Decoder {
    pub(crate) chunk: Box<Chunk>,
    workspace: Box<Workspace>,
    pub(crate) tables: TableCache,
    pub(crate) memory: Memory,
    pub(crate) processor: Processor,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").finish_non_exhaustive()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder without anything to reuse yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            chunk: new_chunk(),
            workspace: Workspace::new(),
            tables: TableCache::default(),
            memory: Memory::default(),
            processor: Processor::Present,
        }
    }

    /// A decoder that uses no instructions but those that every processor of the architecture has.
    /// It gives the same planes, only later: for tests, and for comparisons.
    #[must_use]
    pub fn portable() -> Self {
        Self { processor: Processor::Any, ..Self::new() }
    }

    /// Decodes the picture of `header` to one plane per component.
    ///
    /// Data that are cut off or damaged give what could be decoded, with
    /// [`DecodedPlanes::complete`] false.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] for kinds of JPEG that this crate leaves to others,
    /// [`Error::OverMemory`], [`Error::TooManyScans`], [`Error::DeadlineExceeded`] and
    /// [`Error::Cancelled`] where `limits` say so, and [`Error::Corrupt`] or [`Error::Truncated`]
    /// when not even one scan could be begun.
    pub fn decode(
        &mut self,
        header: &JpegHeader<'_>,
        options: impl Into<DecodeOptions>,
        limits: &DecodeLimits<'_>,
    ) -> Result<DecodedPlanes, Error> {
        let options = options.into();
        if let Some(kind) = header.unsupported() {
            return Err(Error::Unsupported(kind));
        }
        let needed = header.memory_estimate(options);
        if needed > limits.max_alloc_bytes {
            return Err(Error::OverMemory { needed, limit: limits.max_alloc_bytes });
        }
        limits.poll()?;
        let frame = header.frame();
        let count = frame.components.len();
        let channels = frame.components.iter().enumerate().map(|(i, component)| {
            let scale = options.scale_of(i, count);
            Channel::new(*component, frame.extent(component, scale))
        });
        let mut picture = PartialPicture {
            channels: channels.collect(),
            ids: frame.components.iter().map(|c| c.id).collect(),
            mcus: frame.mcus(),
            quantisation: Quantisation::default(),
            huffman: Huffman::default(),
            restart_interval: 0,
            scans: 0,
            intact: true,
        };
        let outcome = match frame.coding {
            Coding::Progressive => self.progressive(header, options, limits, &mut picture),
            _ => self.sequential(header, limits, &mut picture),
        };
        let complete = match outcome {
            Ok(complete) => complete,
            Err(Error::Corrupt { .. }) if picture.scans > 0 => false,
            Err(error) => {
                for channel in picture.channels {
                    self.memory.give(channel.samples);
                }
                return Err(error);
            }
        };
        if picture.scans == 0 {
            return Err(Error::Truncated { len: header.data().len() });
        }
        Ok(DecodedPlanes { complete, components: picture.channels.into_iter().map(Channel::into_plane).collect() })
    }

    /// Takes planes back, whose memory the next decode then uses.
    pub fn recycle(&mut self, planes: DecodedPlanes) {
        for plane in planes.components {
            self.memory.give(plane.data);
        }
    }

    /// Whether everything was there and intact.
    fn sequential(
        &mut self,
        header: &JpegHeader<'_>,
        limits: &DecodeLimits<'_>,
        picture: &mut PartialPicture,
    ) -> Result<bool, Error> {
        for channel in &mut picture.channels {
            channel.samples = self.memory.plane(channel.extent.plane_bytes());
        }
        let mut missing: Vec<usize> = (0..picture.channels.len()).collect();
        let data = header.data();
        let mut segments = Segments::new(data)?;
        while let Some(segment) = segments.next() {
            let Some(scan) = picture.read(&segment, limits)? else {
                continue;
            };
            let (intact, at) = self.sequential_scan(data, &segment, &scan, limits, picture)?;
            picture.scans += 1;
            picture.intact &= intact;
            missing.retain(|&i| scan.components.iter().all(|&(index, ..)| index != i));
            if missing.is_empty() {
                return Ok(picture.intact);
            }
            segments.resume(end_of_scan(data, at));
        }
        Ok(false)
    }

    fn sequential_scan(
        &mut self,
        data: &[u8],
        segment: &Segment<'_>,
        scan: &ScanHeader,
        limits: &DecodeLimits<'_>,
        picture: &mut PartialPicture,
    ) -> Result<(bool, usize), Error> {
        let mut channels: Vec<Option<&mut Channel>> = picture.channels.iter_mut().map(Some).collect();
        let mut parts: Vec<ScanChannel<'_>> = Vec::with_capacity(4);
        for &(index, dc, ac) in &scan.components {
            let dc = dc_table(&mut self.tables, &picture.huffman, dc, segment)?;
            let channel = channels.get_mut(index).and_then(Option::take);
            if let Some(channel) = channel {
                let wanted = match channel.extent.scale {
                    Scale::Full => Use::Pairs,
                    _ => Use::Skips,
                };
                let ac = ac_table(&mut self.tables, &picture.huffman, (ac, wanted), segment)?;
                let quantisation =
                    channel.quantisation.ok_or_else(|| segment.corrupt("a missing quantisation table"))?;
                parts.push((channel, dc, ac, quantisation));
            }
        }
        let scan = SequentialScan::new(
            parts,
            picture.mcus,
            picture.restart_interval,
            Bits::new(data, segment.end()),
            (&mut self.chunk, &mut self.workspace),
            limits,
        )
        .ok_or_else(|| segment.corrupt("an MCU of more than ten blocks"))?;
        dispatch(self.processor, scan)
    }
}

impl JpegHeader<'_> {
    /// Decodes the picture with buffers of its own. See [`Decoder::decode`].
    ///
    /// # Errors
    ///
    /// As [`Decoder::decode`].
    pub fn decode(&self, options: impl Into<DecodeOptions>, limits: &DecodeLimits<'_>) -> Result<DecodedPlanes, Error> {
        Decoder::new().decode(self, options, limits)
    }
}

/// A picture half-way.
pub(crate) struct PartialPicture {
    pub(crate) channels: Vec<Channel>,
    pub(crate) ids: Vec<u8>,
    /// MCUs of interleaved scans per row, and rows.
    pub(crate) mcus: (usize, usize),
    pub(crate) quantisation: Quantisation,
    pub(crate) huffman: Huffman,
    pub(crate) restart_interval: u16,
    /// How many scans have been decoded.
    pub(crate) scans: u32,
    pub(crate) intact: bool,
}

impl PartialPicture {
    /// Takes in what a segment says; gives the scan that it begins, if it begins one.
    pub(crate) fn read(
        &mut self,
        segment: &Segment<'_>,
        limits: &DecodeLimits<'_>,
    ) -> Result<Option<ScanHeader>, Error> {
        match segment.marker {
            segments::DQT => segments::read_quantisation(segment, &mut self.quantisation)?,
            segments::DHT => segments::read_huffman(segment, &mut self.huffman)?,
            segments::DRI => self.restart_interval = segments::read_restart_interval(segment)?,
            segments::SOS => {
                if self.scans >= limits.max_scans {
                    return Err(Error::TooManyScans { limit: limits.max_scans });
                }
                let scan = read_scan(segment, &self.ids)?;
                for &(index, ..) in &scan.components {
                    let channel = &mut self.channels[index];
                    // A table that is sent again later counts for later components only.
                    channel.quantisation =
                        channel.quantisation.or_else(|| self.quantisation[usize::from(channel.component.quantisation)]);
                }
                return Ok(Some(scan));
            }
            _ => {}
        }
        Ok(None)
    }
}

/// The table number `number` for DC coefficients, or the standard's where the file has none.
pub(crate) fn dc_table(
    cache: &mut TableCache,
    huffman: &Huffman,
    number: usize,
    segment: &Segment<'_>,
) -> Result<Arc<DcTable>, Error> {
    let definition = defined(&huffman.dc, number, standard_tables::dc, segment)?;
    cache.dc(&definition).ok_or_else(|| segment.corrupt("an invalid Huffman table"))
}

/// The table number `number` for AC coefficients, made for what is `wanted` of it, or the
/// standard's where the file has none.
pub(crate) fn ac_table(
    cache: &mut TableCache,
    huffman: &Huffman,
    (number, wanted): (usize, Use),
    segment: &Segment<'_>,
) -> Result<Arc<AcTable>, Error> {
    let definition = defined(&huffman.ac, number, standard_tables::ac, segment)?;
    cache.ac(&definition, wanted).ok_or_else(|| segment.corrupt("an invalid Huffman table"))
}

fn defined(
    tables: &[Option<Definition>; 4],
    number: usize,
    standard: fn(usize) -> Option<Definition>,
    segment: &Segment<'_>,
) -> Result<Definition, Error> {
    tables
        .get(number)
        .and_then(Clone::clone)
        .or_else(|| standard(number))
        .ok_or_else(|| segment.corrupt("a missing Huffman table"))
}
