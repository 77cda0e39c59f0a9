//! What the allocator does with memory that was freed.

/// From this size on, a block is given back to the system when it is freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_BYTES: libc::c_int = 1 << 20;

/// How much may be free at the end of a heap before it is given back to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SPARE_BYTES: libc::c_int = 4 << 20;

/// Has glibc give back large blocks as soon as they are freed.
///
/// Left alone, it raises its limit to the size of whatever large block was freed last, and from
/// then on keeps such blocks in the heap of each thread that allocated one: a flood of log-ins took
/// a server to a gigabyte in that way. Other allocators are left as they are.
pub(crate) fn return_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "there is no other way to tell glibc")]
    // SAFETY: this sets numbers in the allocator, under its lock; one that it does not like it
    // refuses.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, SPARE_BYTES);
    }
}
