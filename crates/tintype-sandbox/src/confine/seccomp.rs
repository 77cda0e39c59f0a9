//! seccomp: only the system calls that computing takes. Others fail, as if they were not permitted.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
pub(super) fn restrict(may_read_files: bool) {
    // Without it, the process works as well.
    let _ = known::try_restrict(may_read_files);
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub(super) fn restrict(_may_read_files: bool) {}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
mod known {
    use std::collections::BTreeMap;

    use seccompiler::{
        BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        apply_filter,
    };

    type Rules = BTreeMap<i64, Vec<SeccompRule>>;

    /// What computing, waiting, memory, threads and open files take, whatever the arguments.
    const ALLOWED: &[libc::c_long] = &[
        libc::SYS_brk,
        libc::SYS_clock_getres,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_fstat,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_gettimeofday,
        libc::SYS_lseek,
        libc::SYS_madvise,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_nanosleep,
        libc::SYS_ppoll,
        libc::SYS_pread64,
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_restart_syscall,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_yield,
        libc::SYS_set_robust_list,
        libc::SYS_sigaltstack,
        libc::SYS_write,
        libc::SYS_writev,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll,
    ];

    /// What reading folders takes beside opening them.
    const FOLDERS: &[libc::c_long] = &[
        libc::SYS_getdents64,
        libc::SYS_newfstatat,
        libc::SYS_readlinkat,
        libc::SYS_statx,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_readlink,
    ];

    pub(super) fn try_restrict(may_read_files: bool) -> Result<(), Error> {
        // The C library starts threads by a call whose arguments cannot be seen from here, unless
        // that is said to be missing.
        let newer = Rules::from([(libc::SYS_clone3, Vec::new())]);
        apply(newer, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32))?;
        apply(rules(may_read_files)?, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
    }

    fn apply(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> Result<(), Error> {
        let filter = SeccompFilter::new(rules, otherwise, matched, std::env::consts::ARCH.try_into()?)?;
        let program: BpfProgram = filter.try_into()?;
        apply_filter(&program)
    }

    fn rules(may_read_files: bool) -> Result<Rules, Error> {
        let mut rules: Rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
        // Threads, and no processes.
        let thread = libc::CLONE_THREAD as u64;
        rules.insert(libc::SYS_clone, vec![rule(0, SeccompCmpOp::MaskedEq(thread), thread)?]);
        // The first filter answers it.
        rules.insert(libc::SYS_clone3, Vec::new());
        // An abort signals this process, and nobody else may be signalled or limited.
        rules.insert(libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, std::process::id().into())?]);
        rules.insert(libc::SYS_prlimit64, vec![rule(0, SeccompCmpOp::Eq, 0)?]);
        rules.insert(libc::SYS_prctl, vec![rule(0, SeccompCmpOp::Eq, libc::PR_SET_NAME as u64)?]);
        let commands = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_DUPFD_CLOEXEC];
        let commands = commands.map(|command| rule(1, SeccompCmpOp::Eq, command as u64));
        rules.insert(libc::SYS_fcntl, commands.into_iter().collect::<Result<_, _>>()?);
        if may_read_files {
            rules.extend(FOLDERS.iter().map(|call| (*call, Vec::new())));
            let writes = (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC) as u64;
            let reads = SeccompCmpOp::MaskedEq(writes);
            rules.insert(libc::SYS_openat, vec![rule(2, reads, libc::O_RDONLY as u64)?]);
        } else {
            // Of open files, not of paths.
            let open = libc::AT_EMPTY_PATH as u64;
            rules.insert(libc::SYS_newfstatat, vec![rule(3, SeccompCmpOp::MaskedEq(open), open)?]);
            rules.insert(libc::SYS_statx, vec![rule(2, SeccompCmpOp::MaskedEq(open), open)?]);
        }
        Ok(rules)
    }

    /// Returns the rule that an argument compares so with a value.
    fn rule(argument: u8, comparison: SeccompCmpOp, value: u64) -> Result<SeccompRule, Error> {
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, comparison, value)?;
        Ok(SeccompRule::new(vec![condition])?)
    }
}
