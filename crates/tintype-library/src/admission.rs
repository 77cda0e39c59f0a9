use crate::{Error, Options};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Lets CPU work in: so much at a time, within so much memory, after so short a queue.
#[derive(Debug)]
pub(crate) struct Admission {
    cpu: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    memory_kib: u32,
    queue: Semaphore,
    timeout: Duration,
}

/// The right to compute; memory and the core are free again when it is dropped. It belongs to the
/// work and not to who waits for it: a client that hangs up ends the waiting only.
#[derive(Debug)]
pub(crate) struct Admitted {
    _memory: OwnedSemaphorePermit,
    _cpu: OwnedSemaphorePermit,
}

impl Admission {
    pub(crate) fn new(options: &Options) -> Self {
        let memory_kib = kib(options.decode_memory_bytes);
        Self {
            cpu: Arc::new(Semaphore::new(options.workers.max(1))),
            memory: Arc::new(Semaphore::new(memory_kib as usize)),
            memory_kib,
            queue: Semaphore::new(options.queue_length.max(1)),
            timeout: options.queue_timeout,
        }
    }

    /// Returns whether work that declares so many bytes can ever be let in.
    pub(crate) fn could_admit(&self, bytes: u64) -> bool {
        kib(bytes) <= self.memory_kib
    }

    /// Refuses while the queue is full, for telling a client before it sends its bytes.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.queue.available_permits() == 0 { Err(self.busy()) } else { Ok(()) }
    }

    /// Waits until there is a core and so much memory (or all there is), in the order of asking.
    pub(crate) async fn admit(&self, bytes: u64) -> Result<Admitted, Error> {
        let _place = self.queue.try_acquire().map_err(|_| self.busy())?;
        let permits = async {
            let memory = self.memory.clone().acquire_many_owned(kib(bytes).min(self.memory_kib)).await?;
            let cpu = self.cpu.clone().acquire_owned().await?;
            Ok::<_, AcquireError>(Admitted { _memory: memory, _cpu: cpu })
        };
        match tokio::time::timeout(self.timeout, permits).await {
            Ok(admitted) => admitted.map_err(Error::internal),
            Err(_) => Err(self.busy()),
        }
    }

    fn busy(&self) -> Error {
        Error::Busy { retry_after: Duration::from_secs(5) }
    }
}

/// Semaphores count in `u32`: in KiB that is 4 TiB.
fn kib(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::Admission;
    use crate::{Error, Options};
    use std::time::Duration;

    fn admission(memory: u64, workers: usize, queue: usize) -> Admission {
        Admission::new(&Options {
            decode_memory_bytes: memory,
            workers,
            queue_length: queue,
            queue_timeout: Duration::from_millis(20),
            ..Options::default()
        })
    }

    #[tokio::test]
    async fn memory_is_let_in_to_the_edge() {
        let admission = admission(1 << 20, 8, 8);
        assert!(admission.could_admit(1 << 20) && !admission.could_admit((1 << 20) + 1));
        let half = admission.admit(1 << 19).await.unwrap();
        let _other = admission.admit(1 << 19).await.unwrap();
        assert!(matches!(admission.admit(1).await, Err(Error::Busy { .. })));
        drop(half);
        assert!(admission.admit(1).await.is_ok());
    }

    #[tokio::test]
    async fn a_full_queue_is_refused_at_once() {
        let admission = admission(1 << 20, 1, 1);
        let running = admission.admit(0).await.unwrap();
        let waiting = admission.admit(0);
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(matches!(admission.check(), Err(Error::Busy { .. })));
        assert!(matches!(
            futures_util::poll!(Box::pin(admission.admit(0))),
            std::task::Poll::Ready(Err(Error::Busy { .. }))
        ));
        drop(running);
        assert!(waiting.await.is_ok());
        assert!(admission.check().is_ok());
    }
}
