use super::lane::Lane;

/// What all decodes together may take. Decoders' processes leave a part of it to the decodes in
/// this process.
#[derive(Debug)]
pub(super) struct Memory {
    total: u64,
    reserve: u64,
    decodes: u64,
    processes: u64,
    /// The lane that waits for memory: until it has it, nothing of another lane may take what it
    /// waits for, except that previews hold up no pictures.
    waiting: Option<Lane>,
}

impl Memory {
    /// Enough for several photographs at a time, which are decoded row by row.
    const RESERVE_BYTES: u64 = 64 << 20;

    pub(super) fn new(total: u64) -> Self {
        let reserve = Self::RESERVE_BYTES.min(total / 4);
        Self { total, reserve, decodes: 0, processes: 0, waiting: None }
    }

    pub(super) fn in_use(&self) -> u64 {
        self.decodes + self.processes
    }

    /// Returns the most that work in a lane can ever have.
    pub(super) fn most(&self, lane: Lane) -> u64 {
        match lane {
            Lane::Processes | Lane::Previews => self.total - self.reserve,
            _ => self.total,
        }
    }

    /// Takes memory, or notes that a lane waits for it.
    pub(super) fn take(&mut self, lane: Lane, bytes: u64) -> bool {
        if bytes == 0 {
            return true;
        }
        if !self.fits(lane, bytes) {
            if matches!(self.waiting, None | Some(Lane::Previews)) {
                self.waiting = Some(lane);
            }
            return false;
        }
        self.stop_waiting(lane);
        *self.used(lane) += bytes;
        true
    }

    pub(super) fn give_back(&mut self, lane: Lane, bytes: u64) {
        let used = self.used(lane);
        *used = used.saturating_sub(bytes);
    }

    /// Notes that a lane waits for memory no longer.
    pub(super) fn stop_waiting(&mut self, lane: Lane) {
        if self.waiting == Some(lane) {
            self.waiting = None;
        }
    }

    fn fits(&self, lane: Lane, bytes: u64) -> bool {
        let is_free = self.decodes + self.processes + bytes <= self.total;
        let may_go_first =
            self.waiting.is_none_or(|waiting| waiting == lane || (waiting, lane) == (Lane::Previews, Lane::Processes));
        is_free
            && match lane {
                Lane::Processes | Lane::Previews => may_go_first && self.processes + bytes <= self.most(lane),
                _ => may_go_first || self.decodes + bytes <= self.reserve,
            }
    }

    fn used(&mut self, lane: Lane) -> &mut u64 {
        match lane {
            Lane::Processes | Lane::Previews => &mut self.processes,
            _ => &mut self.decodes,
        }
    }
}
