//! Programs whose server was killed before it could end them.
//!
//! Each program is told in its environment, which all that it starts inherits, which server started it. A server that
//! finds one whose server lives no more ends it with its group. There is /proc on Linux alone; elsewhere nothing is found.

use std::{fs, io, path::Path};

use rustix::process::{Pid, Signal, getpgid, getpid, kill_process_group};

use super::scratch;

/// The variable that tells.
const MARK: &str = "THROUGHLINE_STARTED_BY";

/// The mark of what this server starts: its own id, when it began, for ids come again, and in which of the machine's
/// spaces of ids: those of a container mean nothing outside it.
pub(super) fn mark() -> (&'static str, String) {
    let own = getpid();
    let (id, began) = (own.as_raw_nonzero(), began(own).unwrap_or_default());
    (MARK, format!("{id}-{began}-{}", space()))
}

/// Ends what the servers that live no more have left behind, and removes what it wrote: how many groups of processes.
///
/// # Errors
/// There is no list of processes to be had, or none of the folders.
pub fn end_orphans() -> io::Result<usize> {
    let mut ended = Vec::new();
    for entry in fs::read_dir("/proc")? {
        // One that ends meanwhile is none to be ended.
        let Ok(entry) = entry else { continue };
        let Some(id) = entry.file_name().to_str().and_then(|name| Pid::from_raw(name.parse().ok()?)) else {
            continue;
        };
        let Some(server) = started_by(&entry.path()) else { continue };
        let Ok(group) = getpgid(Some(id)) else { continue };
        if lives(&server) || ended.contains(&group) {
            continue;
        }
        if kill_process_group(group, Signal::KILL).is_ok() {
            tracing::warn!(process.group = group.as_raw_nonzero(), "ended a program whose server was killed");
            ended.push(group);
        }
    }
    scratch::clear()?;
    Ok(ended.len())
}

/// Which server started a process. None of another user's can be looked into.
fn started_by(process: &Path) -> Option<String> {
    let environment = fs::read(process.join("environ")).ok()?;
    let mark = environment
        .split(|byte| *byte == 0)
        .find_map(|line| line.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="));
    String::from_utf8(mark?.to_vec()).ok()
}

/// Whether a server still lives.
pub(super) fn lives(mark: &str) -> bool {
    let told = || {
        let mut told = mark.splitn(3, '-');
        let (id, began) = (Pid::from_raw(told.next()?.parse().ok()?)?, told.next()?);
        told.next().filter(|theirs| *theirs == space()).map(|_| (id, began))
    };
    // What cannot be read, or is of another space, is not ours to end.
    told().is_none_or(|(id, then)| began(id).as_deref() == Some(then))
}

/// Its number.
fn space() -> String {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    link.display().to_string().chars().filter(char::is_ascii_digit).collect()
}

/// When a process began, in ticks since the machine did; none of one that is gone, or dead and not buried.
fn began(id: Pid) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", id.as_raw_nonzero())).ok()?;
    let (state, began) = state_and_start(&stat)?;
    (!matches!(state, "Z" | "X")).then(|| began.to_owned())
}

/// Its state and when it began. The name before may hold anything, so it is read from its end on.
fn state_and_start(stat: &str) -> Option<(&str, &str)> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    Some((state, fields.nth(18)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_when_it_began() {
        let stat = "42 (a) R (b) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2";
        assert_eq!(state_and_start(stat), Some(("S", "987654")));
        let (_, own) = mark();
        assert!(lives(&own) && !lives(&format!("{}-1-{}", getpid().as_raw_nonzero(), space())), "{own}");
        assert!(lives("nonsense") && lives("0-1") && lives("1-1-elsewhere"));
    }
}
