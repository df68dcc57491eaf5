//! What the window's processes hold of the machine's memory.

use std::fs;

use super::Window;

/// Bytes that are in memory, shared pages counted whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    pub program: u64,
    /// The process of WebKit in which the page runs.
    pub page: u64,
}

impl Window {
    /// As the kernel counts it now.
    pub fn memory(&self) -> Memory {
        let program = self.process().id();
        let page = descendants(program).into_iter().find(|id| name(*id).starts_with("WebKitWebProces"));
        let page = page.expect("the page has a process");
        Memory { program: resident(program), page: resident(page) }
    }
}

fn descendants(ancestor: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let ids: Vec<u32> = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    ids.into_iter().filter(|id| descends(*id, ancestor)).collect()
}

fn descends(mut id: u32, ancestor: u32) -> bool {
    while let Some(parent) = field(id, "PPid:").and_then(|text| text.parse().ok()).filter(|parent| *parent > 1) {
        if parent == ancestor {
            return true;
        }
        id = parent;
    }
    false
}

fn name(id: u32) -> String {
    field(id, "Name:").unwrap_or_default()
}

fn resident(id: u32) -> u64 {
    let kibibytes: Option<u64> = field(id, "VmRSS:").and_then(|text| text.split(' ').next()?.parse().ok());
    kibibytes.unwrap_or_else(|| panic!("process {id} has memory")) * 1024
}

fn field(id: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
}
