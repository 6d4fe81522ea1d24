//! What the private cluster needs of this machine: binaries, a folder within reach, room.

use std::fs::File;
use std::path::Path;

use crate::doctor::Finding;
use crate::postgres::{Account, Binaries};
use crate::settings::Settings;

const GB: u64 = 1 << 30;

/// Looks at the binaries, the data folder and the disk below it.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let data = match settings.data() {
        Ok(data) => data,
        Err(reason) => return vec![Finding::broken("Data folder", &reason)],
    };
    let account = match Account::of(&data.join("postgres")) {
        Ok(account) => account,
        Err(reason) => return vec![Finding::broken("Postgres", &reason)],
    };
    vec![binaries(&account, &data), folder(&account, &data), room(&data)]
}

fn binaries(account: &Account, data: &Path) -> Finding {
    match Binaries::find(account, &data.join("postgres")) {
        Ok(found) => Finding::ok("Postgres", format!("{} in {}", found.version, found.folder.display())),
        Err(reason) => Finding::broken("Postgres", &reason),
    }
}

fn folder(account: &Account, data: &Path) -> Finding {
    const SUBJECT: &str = "Data folder";
    if let Err(reason) = account.reaches(&data.join("postgres")) {
        return Finding::broken(SUBJECT, &reason);
    }
    if !data.exists() {
        return Finding::ok(SUBJECT, format!("{} will be made at the first start", data.display()));
    }
    // The permissions say less than trying: a disk may be mounted for reading only.
    let probe = data.join(".doctor");
    match File::create(&probe).and_then(|_| std::fs::remove_file(&probe)) {
        Ok(()) => Finding::ok(SUBJECT, format!("{} is writable", data.display())),
        Err(reason) => Finding::fail(
            SUBJECT,
            format!("{} isn’t writable: {reason}", data.display()),
            "Give the throughline user write access, or set THROUGHLINE_DATA to another folder.",
        ),
    }
}

fn room(data: &Path) -> Finding {
    const SUBJECT: &str = "Disk";
    let Some(existing) = data.ancestors().find(|folder| folder.exists()) else {
        return Finding::warn(SUBJECT, "free space unknown", "Check that the data folder's disk is mounted.");
    };
    match rustix::fs::statvfs(existing) {
        Ok(disk) => judge(disk.f_bavail * disk.f_frsize),
        Err(reason) => Finding::warn(SUBJECT, format!("its free space is unknown: {reason}"), ""),
    }
}

fn judge(free: u64) -> Finding {
    let says = format!("{:.1} GB free", free as f64 / GB as f64);
    match free {
        0..500_000_000 => Finding::fail("Disk", says, "Free up space. Postgres stops when the disk is full."),
        500_000_000..4_000_000_000 => {
            Finding::warn("Disk", says, "Free up space soon. Files and sessions keep growing.")
        }
        _ => Finding::ok("Disk", says),
    }
}
