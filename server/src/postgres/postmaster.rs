//! The running Postgres: started by us, or found running.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::error::{At, tail};
use super::pidfile::{PidFile, Status, forget_the_dead, is_postmaster};
use super::{Account, Binaries, Error, Folder, tuning};

/// How long a fast stop may take; it writes a checkpoint, which is slow on a full, slow disk.
const FAST_STOP: Duration = Duration::from_secs(60);
/// How long Postgres may take to drop everything.
const IMMEDIATE_STOP: Duration = Duration::from_secs(5);
/// A log larger than this is set aside at the next start.
const LOG_BYTES: u64 = 8 << 20;

/// Everything that is needed to start the cluster, again and again.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    pub(super) folder: Folder,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
    pub(super) socket: PathBuf,
}

/// A postmaster that we look after.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: Pid,
    cluster: PathBuf,
    /// `None` for one that an earlier server started.
    child: Option<Child>,
}

impl Recipe {
    /// Starts the cluster and waits until it answers; recovery after a crash is part of that.
    pub(super) async fn start(&self, stop: &CancellationToken) -> Result<Postmaster, Error> {
        // Orphans of a killed postmaster need a moment to notice and leave.
        for _ in 0..2 {
            match self.try_start(stop).await {
                Err(Error::Start { said, .. }) => {
                    tracing::warn!(%said, "Postgres did not start; trying again")
                }
                other => return other,
            }
            sleep(Duration::from_millis(500)).await;
        }
        self.try_start(stop).await
    }

    /// Removes the socket's folder after a stop.
    pub(super) fn clear(&self) {
        // Postgres has removed its socket; if not, the next start clears it away.
        let _ = std::fs::remove_dir(&self.socket);
    }

    async fn try_start(&self, stop: &CancellationToken) -> Result<Postmaster, Error> {
        let cluster = self.folder.cluster();
        forget_the_dead(&cluster, &self.socket);
        let mut log = self.open_log()?;
        let from = log.seek(SeekFrom::End(0)).at("cannot read", self.folder.log())?;
        let child = self.spawn(&log)?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let Some(pid) = pid else {
            return Err(self.failure(from));
        };
        let mut postmaster = Postmaster { pid, cluster, child: Some(child) };
        let mut said = Instant::now();
        while !postmaster.is_ready() {
            tokio::select! {
                () = postmaster.ended() => return Err(self.failure(from)),
                () = stop.cancelled() => {
                    postmaster.stop().await;
                    self.clear();
                    return Err(Error::Interrupted);
                }
                () = sleep(Duration::from_millis(5)) => {}
            }
            if said.elapsed() > Duration::from_secs(5) {
                tracing::info!("waiting for Postgres to recover");
                said = Instant::now();
            }
        }
        Ok(postmaster)
    }

    fn spawn(&self, log: &File) -> Result<Child, Error> {
        let program = self.binaries.program("postgres");
        let mut command = Command::new(&program);
        self.account.prepare(&mut command);
        command.arg("-D").arg(self.folder.cluster());
        for setting in tuning::settings(&self.socket) {
            command.arg("-c").arg(setting);
        }
        let (out, err) = (log.try_clone(), log.try_clone());
        command.stdin(Stdio::null());
        command.stdout(out.at("cannot share", self.folder.log())?);
        command.stderr(err.at("cannot share", self.folder.log())?);
        tokio::process::Command::from(command).spawn().at("cannot run", program)
    }

    fn open_log(&self) -> Result<File, Error> {
        let path = self.folder.log();
        if path.metadata().is_ok_and(|about| about.len() > LOG_BYTES) {
            let _ = std::fs::rename(&path, path.with_extension("log.1"));
        }
        File::options().create(true).append(true).read(true).open(&path).at("cannot open", path)
    }

    /// What Postgres printed since this start.
    fn failure(&self, from: u64) -> Error {
        let log = self.folder.log();
        let mut printed = String::new();
        let read = File::open(&log).and_then(|mut file| {
            file.seek(SeekFrom::Start(from))?;
            file.read_to_string(&mut printed)
        });
        match read {
            Ok(_) if !printed.is_empty() => Error::Start { said: tail(&printed), log },
            _ => Error::Start { said: "it ended without a word".into(), log },
        }
    }
}

impl Postmaster {
    /// Takes over a postmaster that an earlier server left running, if there is one. Waits for one that is stopping.
    pub(super) async fn adopt(cluster: &Path, stop: &CancellationToken) -> Option<(Self, PathBuf)> {
        while let Some(file) = PidFile::read(cluster).filter(|file| is_postmaster(file.pid, cluster)) {
            if file.status == Status::Ready {
                let postmaster = Self { pid: file.pid, cluster: cluster.to_owned(), child: None };
                return Some((postmaster, file.socket));
            }
            stop.run_until_cancelled(sleep(Duration::from_millis(20))).await?;
        }
        None
    }

    /// Waits until the process has ended.
    pub(super) async fn ended(&mut self) {
        if let Some(child) = &mut self.child {
            // It can only fail when the child has been waited for already.
            let _ = child.wait().await;
            return;
        }
        while is_postmaster(self.pid, &self.cluster) {
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Stops it: politely to clients in transactions never, to the data always. Returns when it has ended.
    pub(super) async fn stop(&mut self) {
        let steps = [(Signal::INT, FAST_STOP), (Signal::QUIT, IMMEDIATE_STOP)];
        for (signal, patience) in steps {
            // A process that is gone already is what we want.
            let _ = kill_process(self.pid, signal);
            if timeout(patience, self.ended()).await.is_ok() {
                return;
            }
            tracing::warn!(?signal, seconds = patience.as_secs(), "Postgres is still running");
        }
        let _ = kill_process_group(self.pid, Signal::KILL);
        self.ended().await;
    }

    fn is_ready(&self) -> bool {
        PidFile::read(&self.cluster).is_some_and(|file| file.pid == self.pid && file.status == Status::Ready)
    }
}
