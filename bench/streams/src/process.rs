//! CPU and memory of processes, as /proc has them.

use std::{collections::HashMap, fs};

/// Ticks a second of the times in /proc/PID/stat: a fixed part of Linux's interface to programs.
const TICKS: f64 = 100.0;

/// One line of /proc/PID/stat, as far as it matters here.
#[derive(Debug, PartialEq)]
struct Stat {
    parent: u32,
    ticks: u64,
}

/// Some processes and all that descend from them.
pub struct Tree {
    members: HashMap<u32, Stat>,
}

/// In kB. Pages that several processes share count once in `pss` and once for each in `rss`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub rss: u64,
    pub pss: u64,
}

impl Tree {
    /// The processes as they are now. One that appears below several roots is in it once.
    pub fn of(roots: &[u32]) -> Self {
        let mut all = everybody();
        let mut members = HashMap::new();
        let mut next: Vec<u32> = roots.to_vec();
        while let Some(pid) = next.pop() {
            let Some(stat) = all.remove(&pid) else { continue };
            members.insert(pid, stat);
            next.extend(all.iter().filter(|(_, other)| other.parent == pid).map(|(child, _)| *child));
        }
        Self { members }
    }

    /// CPU time of all so far, those included that have ended and were waited for, in seconds.
    pub fn cpu(&self) -> f64 {
        self.members.values().map(|stat| stat.ticks).sum::<u64>() as f64 / TICKS
    }

    /// Memory of all.
    pub fn memory(&self) -> Memory {
        let mut sum = Memory::default();
        for pid in self.members.keys() {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
            sum.rss += kilobytes(&rollup, "Rss:");
            sum.pss += kilobytes(&rollup, "Pss:");
        }
        sum
    }
}

/// CPU time of this tool and its helpers so far, in seconds.
pub fn own_cpu() -> f64 {
    Tree::of(&[std::process::id()]).cpu()
}

/// CPU time of the whole machine so far, all cores together, what its host took from it included, in seconds.
pub fn machine_cpu() -> f64 {
    busy_ticks(&fs::read_to_string("/proc/stat").unwrap_or_default()) as f64 / TICKS
}

/// How many files a process (`self`, or a number) may have open.
pub fn open_files(pid: &str) -> Option<usize> {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn everybody() -> HashMap<u32, Stat> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid: u32| Some((pid, stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?)))
        .collect()
}

/// The program's name, in brackets, may hold anything: the fields are counted from behind its last bracket.
fn stat(line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line.get(line.rfind(')')? + 2..)?.split(' ').collect();
    // utime, stime, and those of children that were waited for.
    let times = fields.get(11..15)?.iter().map(|time| time.parse::<u64>());
    Some(Stat { parent: fields.get(1)?.parse().ok()?, ticks: times.sum::<Result<u64, _>>().ok()? })
}

/// The first line of /proc/stat without the times in which nothing was done: user, nice, system, (idle, iowait,) irq,
/// softirq, steal.
fn busy_ticks(text: &str) -> u64 {
    let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8);
    let times = fields.map(|field| field.parse().unwrap_or(0));
    times.enumerate().filter(|(place, _)| !(3..=4).contains(place)).map(|(_, ticks): (_, u64)| ticks).sum()
}

fn kilobytes(rollup: &str, field: &str) -> u64 {
    let line = rollup.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_is_passed_over() {
        let line = "7 (a) b (c) S 3 7 7 0 -1 4194304 100 200 0 0 11 22 5 6 20 0 1 0";
        assert_eq!(stat(line), Some(Stat { parent: 3, ticks: 44 }));
    }

    #[test]
    fn waiting_is_not_busy() {
        assert_eq!(busy_ticks("cpu  1 2 3 1000 1000 4 5 6 100 100\ncpu0 7 7 7"), 21);
    }

    #[test]
    fn a_child_belongs_to_the_tree_and_its_time_stays_when_it_has_ended() {
        let own = std::process::id();
        let mut child = std::process::Command::new("sh")
            .args(["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; read -r line"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        while Tree::of(&[child.id()]).cpu() < 0.02 {
            std::thread::yield_now();
        }
        assert!(Tree::of(&[own]).members.contains_key(&child.id()));
        let before = Tree::of(&[child.id()]).cpu();
        assert!(Tree::of(&[own, child.id()]).cpu() >= before);
        drop(child.stdin.take());
        child.wait().unwrap();
        let tree = Tree::of(&[own]);
        assert!(!tree.members.contains_key(&child.id()));
        assert!(tree.cpu() >= before);
    }

    #[test]
    fn this_process_holds_memory_and_may_open_files() {
        let memory = Tree::of(&[std::process::id()]).memory();
        assert!(memory.rss >= memory.pss && memory.pss > 0);
        assert!(open_files("self").is_some_and(|files| files > 0));
    }
}
