//! Small disks that are mounted for a scenario.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a disk may be written to all the time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file system of its own, until it is dropped.
pub(crate) struct Disk {
    /// Where it is mounted.
    folder: TempDir,
    /// The file that an ext4 lies in.
    image: Option<PathBuf>,
}

/// Runs a program, and says why it failed.
fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!("`{program} {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Says why no disk can be mounted here.
fn is_possible() -> Result<(), String> {
    if rustix::process::geteuid().is_root() { Ok(()) } else { Err("only root may mount disks".to_owned()) }
}

impl Disk {
    /// Mounts a file system in memory, with these options.
    pub(crate) fn in_memory(options: &str) -> Result<Self, String> {
        is_possible()?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        run("mount", &["-t", "tmpfs", "-o", options, "tmpfs", text(folder.path())])?;
        Ok(Self { folder, image: None })
    }

    /// Makes an empty ext4 in a file of that many MiB.
    pub(crate) fn format(image: &Path, mebibytes: u64) -> Result<(), String> {
        is_possible()?;
        let file = fs::File::create(image).map_err(|error| error.to_string())?;
        file.set_len(mebibytes << 20).map_err(|error| error.to_string())?;
        run("mkfs.ext4", &["-q", "-F", "-O", "^has_journal", text(image)]).map(drop)?;
        // With a journal that takes no more of it than it has to.
        run("tune2fs", &["-J", "size=4", "-O", "has_journal", text(image)]).map(drop)
    }

    /// Mounts an ext4 that lies in a file; its journal is played back.
    pub(crate) fn mount(image: &Path, options: &str) -> Result<Self, String> {
        is_possible()?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        run("mount", &["-t", "ext4", "-o", &format!("loop,{options}"), text(image), text(folder.path())])?;
        Ok(Self { folder, image: Some(image.to_owned()) })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the name of its block device, such as `loop0`.
    pub(crate) fn device(&self) -> Result<String, String> {
        let source = run("findmnt", &["-n", "-o", "SOURCE", text(self.path())])?;
        Ok(source.trim_start_matches("/dev/").to_owned())
    }

    /// Copies the file of a disk as it is at one moment while it is written to. What the kernel has
    /// not written to the device yet is not in it.
    pub(crate) fn snapshot(&self, to: &Path) -> Result<(), String> {
        let (device, image) = (self.device()?, self.image.as_ref().unwrap());
        // The 5th to 7th figures count writes that are done, the 9th counts what is under way.
        let writes = || fs::read_to_string(format!("/sys/block/{device}/stat")).map_err(|error| error.to_string());
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let before = writes()?;
            if before.split_whitespace().nth(8) != Some("0") {
                thread::sleep(Duration::from_millis(1));
                continue;
            }
            run("cp", &["--sparse=always", text(image), text(to)])?;
            if of_writes(&before) == of_writes(&writes()?) {
                return Ok(());
            }
        }
        Err("the disk was never still for as long as a copy takes".to_owned())
    }

    /// Has the kernel find an error in the file system, after which it is read-only.
    pub(crate) fn make_read_only(&self) -> Result<(), String> {
        let trigger = format!("/sys/fs/ext4/{}/trigger_fs_error", self.device()?);
        fs::write(&trigger, "1").map_err(|error| format!("cannot write to `{trigger}`: {error}"))
    }
}

/// Returns the figures of a block device that change when it is written to.
fn of_writes(stat: &str) -> Vec<&str> {
    stat.split_whitespace().skip(4).take(3).chain(stat.split_whitespace().nth(8)).collect()
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whatever still has a file open there must not keep the folder.
        if run("umount", &[text(self.path())]).is_err() {
            let _ = run("umount", &["--lazy", text(self.path())]);
        }
    }
}

/// Makes a disk sound again that the kernel found an error in.
pub(crate) fn repair(image: &Path) -> Result<(), String> {
    // Exits with 1 if there was something to correct.
    let status = Command::new("e2fsck").args(["-fy", text(image)]).output().map_err(|error| error.to_string())?.status;
    if status.code().is_some_and(|code| code < 4) { Ok(()) } else { Err(format!("e2fsck ended with {status}")) }
}
