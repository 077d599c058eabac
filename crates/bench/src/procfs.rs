//! What Linux tells of processes and the machine under /proc.

use crate::Result;
use std::path::Path;
use std::time::Duration;

/// Clock ticks of /proc/PID/stat in a second. USER_HZ is 100 on every architecture that Linux has.
const TICKS_PER_SECOND: u64 = 100;
/// The fields of /proc/PID/stat for time in user mode; time in kernel mode is the next. Of the process or thread, and
/// of its children that have ended.
const OWN: usize = 14;
const CHILDREN: usize = 16;

/// Processor time of a process so far, all of its threads, in user and kernel mode.
///
/// # Errors
///
/// When there is no such process.
pub fn cpu(pid: u32) -> Result<Duration> {
    cpu_in(&format!("/proc/{pid}/stat"), OWN)
}

/// Processor time of the calling thread so far.
///
/// # Errors
///
/// When /proc is not there.
pub fn cpu_of_this_thread() -> Result<Duration> {
    cpu_in("/proc/thread-self/stat", OWN)
}

/// Processor time of this process's children that have ended and were waited for.
///
/// # Errors
///
/// When /proc is not there.
pub fn cpu_of_ended_children() -> Result<Duration> {
    cpu_in("/proc/self/stat", CHILDREN)
}

fn cpu_in(path: &str, field: usize) -> Result<Duration> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    let ticks = ticks(&text, field).ok_or_else(|| format!("{path} is not as expected: {text}"))?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// The sum of a field and the next one of a stat line. The name (field 2) may hold blanks and parentheses.
fn ticks(stat: &str, field: usize) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(field - 3);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Time for which the machine's processors were busy since it started, all processes and the kernel.
///
/// # Errors
///
/// When /proc is not there.
pub fn cpu_of_all() -> Result<Duration> {
    let text =
        std::fs::read_to_string("/proc/stat").map_err(|error| format!("cannot read /proc/stat: {error}"))?;
    let ticks = busy_ticks(&text).ok_or("/proc/stat is not as expected")?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// The busy ticks of the first line: `cpu user nice system idle iowait irq softirq steal …`.
fn busy_ticks(stat: &str) -> Option<u64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace();
    let ticks: Vec<u64> = fields.map(|field| field.parse().ok()).collect::<Option<_>>()?;
    ticks.get(..8).map(|ticks| ticks.iter().sum::<u64>() - ticks[3] - ticks[4])
}

/// Resident memory of a process in bytes.
///
/// # Errors
///
/// When there is no such process.
pub fn resident(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {path}: {error}"))?;
    let kib = line(&text, "VmRSS")
        .and_then(|value| value.strip_suffix(" kB"))
        .and_then(|kib| kib.trim().parse().ok());
    kib.map(|kib: u64| kib * 1024).ok_or_else(|| format!("{path} names no VmRSS").into())
}

/// The value of a line `name : value`.
fn line<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim())
    })
}

/// The processor's name.
pub fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    line(&text, "model name").unwrap_or("unknown processor").to_owned()
}

/// The kernel's release.
pub fn kernel() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned()
}

/// The type of the file system that holds a folder.
pub fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    file_system_in(&mounts, folder).unwrap_or("unknown file system").to_owned()
}

fn file_system_in<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (place, kind) = (fields.next()?, fields.next()?);
        folder.starts_with(place).then_some((place.len(), kind))
    });
    // The deepest, and of those mounted over each other the last.
    mounted.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_is_read_whatever_its_name() {
        let rest = "S 1 2 3 0 -1 4194560 5 6 7 8 120 45 9 9 20 0 4 0 100 200 300";
        assert_eq!(ticks(&format!("17 (easel) {rest}"), OWN), Some(165));
        assert_eq!(ticks(&format!("17 (a b) (c) {rest}"), OWN), Some(165));
        assert_eq!(ticks(&format!("17 (easel) {rest}"), CHILDREN), Some(18));
        assert_eq!(ticks("17 (easel) S 1", OWN), None);
        assert!(cpu_of_this_thread().is_ok());
    }

    #[test]
    fn busy_is_what_is_neither_idle_nor_waiting() {
        assert_eq!(busy_ticks("cpu  1 2 3 100 50 4 5 6 7 8\ncpu0 1\n"), Some(21));
        assert_eq!(busy_ticks("cpu  1 2 3\n"), None);
        assert!(cpu_of_all().is_ok());
    }

    #[test]
    fn memory_and_processor_are_read() {
        assert_eq!(line("Name:\teasel\nVmRSS:\t    5120 kB\n", "VmRSS"), Some("5120 kB"));
        assert_eq!(line("model name\t: A: B\n", "model name"), Some("A: B"));
        assert!(resident(std::process::id()).is_ok_and(|bytes| bytes > 1 << 20));
    }

    #[test]
    fn a_folder_lies_on_the_deepest_mount_above_it() {
        let mounts = "overlay / overlay rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/sda /home ext4 rw 0 0\n";
        let of = |folder: &str| file_system_in(mounts, Path::new(folder));
        assert_eq!(of("/home/easel/target"), Some("ext4"));
        assert_eq!(of("/homeshop"), Some("overlay"));
        assert_eq!(of("/tmp/x"), Some("tmpfs"));
    }
}
