//! The memory of this process, as Linux counts it; elsewhere nothing is told and nothing checked.

/// The memory in use and its peak since [`forget_peak`], in bytes.
pub(crate) fn in_use_and_peak() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let bytes = |name: &str| -> Option<u64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes * 1024)
    };
    Some((bytes("VmRSS:")?, bytes("VmHWM:")?))
}

/// The peak counts from here on. Where that is refused, it goes on from the start, which makes findings fewer.
pub(crate) fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
