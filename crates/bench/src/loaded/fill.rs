//! Ways to fill a store.

use super::people::People;
use crate::driver::Driver;
use crate::driver::latency::Latencies;
use crate::driver::template::Template;
use crate::driver::work::List;
use crate::easel::Easel;
use crate::folder::Folder;
use crate::options::Options;
use crate::statistics::micros_per;
use crate::{Result, interrupt, procfs};
use generate::{Form, Record};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Connections that send transactions.
pub const CONNECTIONS: usize = 4;
/// How many resources are made ready before they are sent.
const READY: u64 = 50_000;
/// The longest that sending what is ready may take.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// A transaction Bundle for each patient.
    Transactions,
    /// `easel import` of a file for each type.
    Import,
}

/// How it went.
#[derive(Debug, Clone, Copy)]
pub struct Loading {
    /// How many resources.
    pub resources: u64,
    /// How long all took.
    pub took: Duration,
    /// Processor time for each resource, in microseconds.
    pub cpu: f64,
    /// Half of the Bundles took at most this long, in microseconds; 0 for files.
    pub p50: f64,
    /// 99 of 100 Bundles.
    pub p99: f64,
}

impl Loading {
    /// Resources in a second.
    pub fn per_second(&self) -> f64 {
        self.resources as f64 / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

/// Sends transactions until there are `size` resources. Making them ready is not measured.
///
/// # Errors
///
/// A transaction that fails, a server that is gone.
pub fn transactions(easel: &Easel, people: &mut People, size: u64) -> Result<Loading> {
    let (first, mut took, mut latencies) = (people.resources, Duration::ZERO, Latencies::default());
    let mut cpu = Duration::ZERO;
    loop {
        let (practices, patients) = people.until(size, READY, Form::Transaction);
        if patients.is_empty() {
            break;
        }
        let token = easel.client()?.token;
        let before = easel.server.cpu_when_idle()?;
        // Patients refer to their practice, so practices are stored first.
        for (records, connections) in [(practices, 1), (patients, CONNECTIONS)] {
            let list = List::once(requests(records, token.as_deref())?, 200);
            let mut driver = Driver::open(easel.server.address, connections, 1)?;
            let load = driver.run(&list, PATIENCE, u64::MAX)?;
            took += load.took;
            latencies.merge(load.latencies);
        }
        cpu += easel.server.cpu_when_idle()?.saturating_sub(before);
        easel.empty_log();
    }
    let resources = people.resources - first;
    let [p50, p99] = latencies.percentiles([50.0, 99.0]);
    Ok(Loading { resources, took, cpu: micros_per(cpu, resources), p50, p99 })
}

fn requests(records: Vec<Record>, token: Option<&str>) -> Result<Vec<Vec<u8>>> {
    let request = |record: Record| {
        let body = String::from_utf8(record.into_transaction().to_bytes())?;
        let mut request = Vec::new();
        Template::new("POST", "/fhir", token, Some(&body)).render(0, &mut request);
        Ok(request)
    };
    records.into_iter().map(request).collect()
}

/// Imports files until there are `size` resources; no server may hold the store.
///
/// # Errors
///
/// A resource that is refused; what keeps files from being written.
pub fn import(options: &Options, folder: &Folder, people: &mut People, size: u64) -> Result<Loading> {
    let first = people.resources;
    let files = folder.path().join("ndjson");
    write(&files, people, size)?;
    let mut command = Command::new(&options.server);
    command.args(["import", "--sandbox"]).arg(&files).arg("--data").arg(folder.path().join("data"));
    if let Some(url) = &options.store {
        command.args(["--store", url]);
    }
    let (started, before) = (Instant::now(), procfs::cpu_of_ended_children()?);
    let output = command.current_dir(folder.path()).stdin(Stdio::null()).output()?;
    let took = started.elapsed();
    let cpu = procfs::cpu_of_ended_children()?.saturating_sub(before);
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        return Err(format!("easel import failed: {}", String::from_utf8_lossy(&text)).into());
    }
    std::fs::remove_dir_all(&files)?;
    let resources = people.resources - first;
    Ok(Loading { resources, took, cpu: micros_per(cpu, resources), p50: 0.0, p99: 0.0 })
}

/// A file for each type.
fn write(folder: &Path, people: &mut People, size: u64) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut files: BTreeMap<&str, BufWriter<File>> = BTreeMap::new();
    loop {
        let (practices, patients) = people.until(size, READY, Form::Resources);
        if patients.is_empty() {
            break;
        }
        interrupt::check()?;
        for resource in practices.iter().chain(&patients).flat_map(|record| &record.resources) {
            let name = resource.resource_type;
            if !files.contains_key(name) {
                let file = File::create(folder.join(format!("{name}.ndjson")))?;
                files.insert(name, BufWriter::new(file));
            }
            if let Some(file) = files.get_mut(name) {
                let mut line = resource.body.to_bytes();
                line.push(b'\n');
                file.write_all(&line)?;
            }
        }
    }
    files.values_mut().try_for_each(Write::flush)?;
    Ok(())
}
