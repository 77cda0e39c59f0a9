//! Writes JPEG files from coefficients, so that tests know exactly what a file holds.

/// One scan: components, band and successive approximation, as T.81 names them.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    pub(crate) components: Vec<usize>,
    pub(crate) band: (usize, usize),
    pub(crate) high: u32,
    pub(crate) low: u32,
}

impl Scan {
    pub(crate) fn new(components: &[usize], band: (usize, usize), high: u32, low: u32) -> Self {
        Self { components: components.to_vec(), band, high, low }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(crate) sampling: (usize, usize),
    /// Blocks per row and rows of blocks, those of whole MCUs.
    pub(crate) blocks: (usize, usize),
    /// Coefficients of each block in natural order.
    pub(crate) coefficients: Vec<[i32; 64]>,
    pub(crate) quantisation: [u8; 64],
}

#[derive(Debug, Clone)]
pub(crate) struct PartialPicture {
    pub(crate) size: (usize, usize),
    pub(crate) components: Vec<Component>,
    pub(crate) restart_interval: usize,
    pub(crate) tables: Tables,
}

/// Which Huffman tables to write with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tables {
    /// Codes of one length for all symbols, those of runs of blocks included.
    Flat,
    /// Those of T.81, annex K, for luma. They have no runs of blocks.
    Standard,
}

impl Tables {
    /// The bodies of the DHT segments for DC and AC.
    fn segments(self) -> [Vec<u8>; 2] {
        match self {
            // 16 codes of 5 bits for DC; 255 codes of 8 bits and one of 9 for AC.
            Self::Flat => {
                let dc = [0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                let ac = [0x10, 0, 0, 0, 0, 0, 0, 0, 255, 1, 0, 0, 0, 0, 0, 0, 0];
                [dc.into_iter().chain(0..16).collect(), ac.into_iter().chain(0..=255).collect()]
            }
            // libjpeg writes them into every file that it does not optimise.
            Self::Standard => [0x00, 0x10].map(|table| {
                let file = include_bytes!("../data/sampling_4x1.jpg");
                let starts = file.windows(5).position(|w| w[0] == 0xFF && w[1] == 0xC4 && w[4] == table);
                let at = starts.unwrap();
                let len = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
                file[at + 4..at + 2 + len].to_vec()
            }),
        }
    }

    /// Code and length by symbol, for DC and AC.
    fn codes(self) -> [Vec<(u32, u32)>; 2] {
        self.segments().map(|body| {
            let mut codes = vec![(0, 0); 256];
            let (mut code, mut symbols) = (0, body[17..].iter());
            for (length, &count) in (1..).zip(&body[1..17]) {
                for symbol in symbols.by_ref().take(count.into()) {
                    codes[usize::from(*symbol)] = (code, length);
                    code += 1;
                }
                code <<= 1;
            }
            codes
        })
    }
}

/// A small generator, so that a seed tells the whole picture.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    /// A value whose magnitude has at most `bits` bits.
    fn signed(&mut self, bits: u32) -> i32 {
        let value = self.below(1 << bits) as i32;
        if self.below(2) == 0 { value } else { -value }
    }
}

impl PartialPicture {
    /// A picture of random coefficients, mostly small and mostly of low frequency.
    pub(crate) fn random(size: (usize, usize), samplings: &[(usize, usize)], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let max = |f: fn(&(usize, usize)) -> usize| samplings.iter().map(f).max().unwrap();
        let mcus = (size.0.div_ceil(8 * max(|s| s.0)), size.1.div_ceil(8 * max(|s| s.1)));
        let components = samplings.iter().map(|&sampling| {
            let blocks = (mcus.0 * sampling.0, mcus.1 * sampling.1);
            let quantisation = std::array::from_fn(|_| 1 + random.below(12) as u8);
            let coefficients = (0..blocks.0 * blocks.1).map(|_| random_block(&mut random));
            Component { sampling, blocks, coefficients: coefficients.collect(), quantisation }
        });
        Self { size, components: components.collect(), restart_interval: 0, tables: Tables::Flat }
    }

    /// The file as sequential JPEG with these scans, by components.
    pub(crate) fn sequential(&self, scans: &[&[usize]]) -> Vec<u8> {
        let scans: Vec<Scan> = scans.iter().map(|c| Scan::new(c, (0, 63), 0, 0)).collect();
        self.encode(0xC0, &scans)
    }

    /// The file as progressive JPEG with these scans.
    pub(crate) fn progressive(&self, scans: &[Scan]) -> Vec<u8> {
        self.encode(0xC2, scans)
    }

    fn encode(&self, frame: u8, scans: &[Scan]) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        for (i, component) in self.components.iter().enumerate() {
            let values = ZIGZAG.iter().map(|&k| component.quantisation[k]);
            segment(&mut file, 0xDB, std::iter::once(i as u8).chain(values));
        }
        let (w, h) = (self.size.0 as u16, self.size.1 as u16);
        let mut body = vec![8];
        body.extend(h.to_be_bytes().into_iter().chain(w.to_be_bytes()));
        body.push(self.components.len() as u8);
        for (i, component) in self.components.iter().enumerate() {
            let (h, v) = component.sampling;
            body.extend([i as u8 + 1, (h << 4 | v) as u8, i as u8]);
        }
        segment(&mut file, frame, body);
        for table in self.tables.segments() {
            segment(&mut file, 0xC4, table);
        }
        if self.restart_interval > 0 {
            segment(&mut file, 0xDD, (self.restart_interval as u16).to_be_bytes());
        }
        for scan in scans {
            let mut body = vec![scan.components.len() as u8];
            for &c in &scan.components {
                body.extend([c as u8 + 1, 0]);
            }
            body.extend([scan.band.0 as u8, scan.band.1 as u8]);
            body.push((scan.high << 4 | scan.low) as u8);
            segment(&mut file, 0xDA, body);
            self.encode_scan(&mut file, scan, frame == 0xC2);
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    fn encode_scan(&self, file: &mut Vec<u8>, scan: &Scan, progressive: bool) {
        let max = |f: fn(&Component) -> usize| self.components.iter().map(f).max().unwrap();
        let (max_h, max_v) = (max(|c| c.sampling.0), max(|c| c.sampling.1));
        let alone = scan.components.len() == 1;
        let first = &self.components[scan.components[0]];
        let mcus = if alone {
            ((self.size.0 * first.sampling.0).div_ceil(8 * max_h), (self.size.1 * first.sampling.1).div_ceil(8 * max_v))
        } else {
            (first.blocks.0 / first.sampling.0, first.blocks.1 / first.sampling.1)
        };
        let mut writer = Writer { codes: self.tables.codes(), ..Writer::default() };
        let mut restarts = 0;
        for mcu in 0..mcus.0 * mcus.1 {
            if self.restart_interval > 0 && mcu > 0 && mcu % self.restart_interval == 0 {
                writer.finish(file);
                file.extend([0xFF, 0xD0 + (restarts & 7)]);
                restarts = restarts.wrapping_add(1);
            }
            let (x, y) = (mcu % mcus.0, mcu / mcus.0);
            for &index in &scan.components {
                let component = &self.components[index];
                let (h, v) = if alone { (1, 1) } else { component.sampling };
                for i in 0..h * v {
                    let at = (y * v + i / h) * component.blocks.0 + x * h + i % h;
                    let block = &component.coefficients[at];
                    match (progressive, scan.band.0, scan.high) {
                        (false, ..) => {
                            writer.dc(index, block[0]);
                            writer.ac_first(block, (1, 63), 0, false);
                        }
                        (_, 0, 0) => writer.dc(index, block[0] >> scan.low),
                        (_, 0, _) => writer.bits((block[0] >> scan.low & 1) as u32, 1),
                        (_, _, 0) => writer.ac_first(block, scan.band, scan.low, true),
                        _ => writer.ac_refine(block, scan.band, scan.low),
                    }
                }
            }
        }
        writer.finish(file);
    }
}

fn random_block(random: &mut Random) -> [i32; 64] {
    let mut block = [0; 64];
    block[0] = random.signed(8);
    // Some blocks are empty, so that runs of them occur.
    let count = [0, 0, 0, 3, 8, 20, 64][random.below(7) as usize];
    for _ in 0..count {
        let k = random.below(64).min(random.below(64)).max(1) as usize;
        let bits = [1, 1, 1, 2, 3, 5][random.below(6) as usize];
        block[ZIGZAG[k]] = random.signed(bits);
    }
    block
}

fn segment(file: &mut Vec<u8>, marker: u8, body: impl IntoIterator<Item = u8>) {
    let body: Vec<u8> = body.into_iter().collect();
    file.extend([0xFF, marker]);
    file.extend((body.len() as u16 + 2).to_be_bytes());
    file.extend(body);
}

/// Natural order by zigzag index, written out from the path itself.
pub(crate) static ZIGZAG: std::sync::LazyLock<[usize; 64]> = std::sync::LazyLock::new(|| {
    let mut order: Vec<usize> = (0..64).collect();
    order.sort_by_key(|&i| {
        let (y, x) = (i / 8, i % 8);
        let diagonal = x + y;
        (diagonal, if diagonal % 2 == 0 { x } else { y })
    });
    order.try_into().unwrap()
});

#[derive(Default)]
struct Writer {
    codes: [Vec<(u32, u32)>; 2],
    bits: Vec<bool>,
    predicted: [i32; 4],
    end_run: u32,
    /// Correction bits of the blocks in `end_run`.
    corrections: Vec<bool>,
}

impl Writer {
    fn bits(&mut self, value: u32, count: u32) {
        self.bits.extend((0..count).rev().map(|i| value >> i & 1 == 1));
    }

    fn symbol(&mut self, symbol: u32) {
        let (code, length) = self.codes[1][symbol as usize];
        assert!(length > 0, "the table has no code for `{symbol}`");
        self.bits(code, length);
    }

    fn magnitude(&mut self, value: i32, size: u32) {
        let bits = if value < 0 { value - 1 } else { value };
        self.bits(bits as u32 & ((1 << size) - 1), size);
    }

    fn dc(&mut self, component: usize, value: i32) {
        let difference = value - self.predicted[component];
        self.predicted[component] = value;
        let size = 32 - difference.unsigned_abs().leading_zeros();
        let (code, length) = self.codes[0][size as usize];
        self.bits(code, length);
        self.magnitude(difference, size);
    }

    fn ac_first(&mut self, block: &[i32; 64], band: (usize, usize), low: u32, runs: bool) {
        let mut zeros = 0;
        for k in band.0..=band.1 {
            let value = block[ZIGZAG[k]];
            let value = (value.abs() >> low) * value.signum();
            if value == 0 {
                zeros += 1;
                continue;
            }
            self.flush_end_run();
            while zeros > 15 {
                self.symbol(0xF0);
                zeros -= 16;
            }
            let size = 32 - value.unsigned_abs().leading_zeros();
            self.symbol(zeros << 4 | size);
            self.magnitude(value, size);
            zeros = 0;
        }
        if zeros > 0 {
            self.end_run += 1;
            if !runs {
                self.flush_end_run();
            }
        }
    }

    fn ac_refine(&mut self, block: &[i32; 64], band: (usize, usize), low: u32) {
        let magnitude = |k: usize| block[ZIGZAG[k]].abs() >> low;
        let last_new = (band.0..=band.1).rev().find(|&k| magnitude(k) == 1);
        let (mut zeros, mut corrections) = (0, Vec::new());
        for k in band.0..=band.1 {
            match magnitude(k) {
                0 => zeros += 1,
                m => {
                    while zeros > 15 && last_new.is_some_and(|last| k <= last) {
                        self.flush_end_run();
                        self.symbol(0xF0);
                        self.bits.append(&mut corrections);
                        zeros -= 16;
                    }
                    if m > 1 {
                        corrections.push(m & 1 == 1);
                        continue;
                    }
                    self.flush_end_run();
                    self.symbol(zeros << 4 | 1);
                    self.bits.push(block[ZIGZAG[k]] > 0);
                    self.bits.append(&mut corrections);
                    zeros = 0;
                }
            }
        }
        if zeros > 0 || !corrections.is_empty() {
            self.end_run += 1;
            self.corrections.append(&mut corrections);
        }
    }

    fn flush_end_run(&mut self) {
        if self.end_run > 0 {
            let size = self.end_run.ilog2();
            self.symbol(size << 4);
            self.bits(self.end_run & ((1 << size) - 1), size);
            self.end_run = 0;
        }
        self.bits.append(&mut self.corrections);
    }

    /// Pads with ones, stuffs and begins anew.
    fn finish(&mut self, file: &mut Vec<u8>) {
        self.flush_end_run();
        for byte in self.bits.chunks(8) {
            let value = (0..8).fold(0, |v, i| v << 1 | u8::from(*byte.get(i).unwrap_or(&true)));
            file.push(value);
            if value == 0xFF {
                file.push(0);
            }
        }
        self.bits.clear();
        self.predicted = [0; 4];
    }
}
