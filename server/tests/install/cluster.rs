//! The private cluster, through the real program: it starts, is taken over, is mended, and goes.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

type TestResult = Result<(), Box<dyn Error>>;

/// What no wait in here comes near.
const FOREVER: Duration = Duration::from_secs(60);

/// A data folder that the user Postgres runs as can reach, and that takes its Postgres along when it goes.
struct TestFolder(TempDir);

impl TestFolder {
    fn new() -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::Builder::new().prefix("tl-test-").tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        Ok(Self(folder))
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn postmaster(&self) -> Option<Pid> {
        Pid::from_raw(self.pid_line(0)?.parse().ok()?)
    }

    fn pid_line(&self, number: usize) -> Option<String> {
        let file = fs::read_to_string(self.data().join("postgres/postmaster.pid")).ok()?;
        file.lines().nth(number).map(str::to_owned)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command.env("THROUGHLINE_DATA", self.data()).env("THROUGHLINE_BIND", "127.0.0.1:0");
        command
            .env("THROUGHLINE_LLM_URL", "off")
            .env("THROUGHLINE_LOG_FORMAT", "json")
            .env_remove("DATABASE_URL");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts the server and waits for the line that says where it is.
    fn serve(&self) -> Result<Server, Box<dyn Error>> {
        let mut child = self.command().arg("serve").stderr(Stdio::inherit()).spawn()?;
        let mut line = String::new();
        let mut printed = BufReader::new(child.stdout.take().ok_or("it prints")?);
        while !line.contains("http://") {
            line.clear();
            if printed.read_line(&mut line)? == 0 {
                return Err("the server ended before it was ready".into());
            }
        }
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).ok_or("an address")?;
        Ok(Server { url: address.to_owned(), child })
    }

    /// Processes that were started for this folder, other than servers.
    fn processes(&self) -> usize {
        let folder = self.data().join("postgres").display().to_string();
        let Ok(all) = fs::read_dir("/proc") else { return 0 };
        let lines = all.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
        lines.filter(|line| line.contains(&folder)).count()
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        let socket = self.pid_line(4);
        if let Some(pid) = self.postmaster() {
            let _ = kill_process(pid, Signal::QUIT);
            let _ = wait_until(|| self.processes() == 0);
        }
        if let Some(socket) = socket {
            let _ = fs::remove_dir_all(socket);
        }
    }
}

struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// The status of `/readyz`.
    fn ready(&self) -> Option<u16> {
        let mut stream = TcpStream::connect(self.url.strip_prefix("http://")?).ok()?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split_whitespace().nth(1)?.parse().ok()
    }

    fn signal(&self, signal: Signal) -> TestResult {
        let pid = Pid::from_raw(self.child.id().cast_signed()).ok_or("a process")?;
        Ok(kill_process(pid, signal)?)
    }

    fn kill(mut self) -> TestResult {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop, and waits.
    fn stop(mut self) -> TestResult {
        self.signal(Signal::TERM)?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_until(done: impl Fn() -> bool) -> TestResult {
    let begun = Instant::now();
    while !done() {
        if begun.elapsed() > FOREVER {
            return Err("it never came".into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// How a command ended, and what it printed to standard error.
fn ended(command: &mut Command) -> Result<(Option<i32>, String), Box<dyn Error>> {
    let mut child = command.spawn()?;
    let status = child.wait()?;
    let mut said = String::new();
    child.stderr.take().ok_or("it prints")?.read_to_string(&mut said)?;
    Ok((status.code(), said))
}

#[test]
fn a_stop_leaves_no_process_and_the_next_start_makes_no_database() -> TestResult {
    let place = TestFolder::new()?;
    let server = place.serve()?;
    assert_eq!(server.ready(), Some(200));
    assert!(place.processes() > 0);
    server.stop()?;
    assert_eq!(place.processes(), 0);

    let made = || fs::metadata(place.data().join("postgres/PG_VERSION")).and_then(|file| file.modified());
    let before = made()?;
    let again = place.serve()?;
    assert_eq!(again.ready(), Some(200));
    assert_eq!(made()?, before);
    again.stop()
}

#[test]
fn a_killed_servers_database_is_taken_over_and_stopped_in_the_end() -> TestResult {
    let place = TestFolder::new()?;
    place.serve()?.kill()?;
    let orphan = place.postmaster().ok_or("it runs on")?;

    let heir = place.serve()?;
    assert_eq!(place.postmaster(), Some(orphan));
    assert_eq!(heir.ready(), Some(200));
    heir.stop()?;
    assert_eq!(place.processes(), 0);
    Ok(())
}

#[test]
fn a_database_that_dies_comes_back_under_the_running_server() -> TestResult {
    let place = TestFolder::new()?;
    let server = place.serve()?;
    let first = place.postmaster().ok_or("it runs")?;
    kill_process(first, Signal::KILL)?;
    wait_until(|| place.postmaster().is_some_and(|next| next != first))?;
    wait_until(|| server.ready() == Some(200))?;
    server.stop()?;
    assert_eq!(place.processes(), 0);
    Ok(())
}

#[test]
fn both_killed_and_the_number_in_use_by_another_process() -> TestResult {
    let place = TestFolder::new()?;
    let server = place.serve()?;
    let postmaster = place.postmaster().ok_or("it runs")?;
    let id = postmaster.as_raw_nonzero();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
    server.kill()?;
    kill_process(postmaster, Signal::KILL)?;
    wait_until(|| place.processes() == 0)?;
    // They notice by themselves that it is gone, and hold its memory until then.
    wait_until(|| !children.split_whitespace().any(|child| Path::new("/proc").join(child).exists()))?;
    // As after a restart of the machine: the number in the file is somebody else's, here this test's.
    let file = place.data().join("postgres/postmaster.pid");
    let stale =
        fs::read_to_string(&file)?.replacen(&postmaster.to_string(), &std::process::id().to_string(), 1);
    fs::write(&file, stale)?;

    let next = place.serve()?;
    assert_eq!(next.ready(), Some(200));
    next.stop()
}

#[test]
fn a_second_server_on_the_folder_says_who_has_it() -> TestResult {
    let place = TestFolder::new()?;
    let first = place.serve()?;
    let (code, said) = ended(place.command().arg("serve"))?;
    assert_eq!(code, Some(1));
    assert!(
        said.contains(&format!("process {}", first.child.id())) && said.contains("THROUGHLINE_DATA"),
        "{said}"
    );
    // Commands work beside it, and leave it running.
    assert_eq!(ended(place.command().arg("migrate"))?.0, Some(0));
    assert_eq!(ended(place.command().arg("doctor"))?.0, Some(0));
    assert!(place.postmaster().is_some());
    first.stop()
}

#[test]
fn an_unfinished_database_is_made_anew() -> TestResult {
    let place = TestFolder::new()?;
    let rest = place.data().join("postgres.new-1");
    fs::create_dir_all(&rest)?;
    fs::set_permissions(place.data(), fs::Permissions::from_mode(0o711))?;
    fs::write(rest.join("PG_VERSION"), "15")?;
    place.serve()?.stop()?;
    assert!(!rest.exists());
    Ok(())
}

#[test]
fn a_signal_during_the_first_start_ends_it_without_a_trace() -> TestResult {
    let place = TestFolder::new()?;
    let mut child = place.command().arg("serve").spawn()?;
    wait_until(|| place.data().exists())?;
    kill_process(Pid::from_raw(child.id().cast_signed()).ok_or("a process")?, Signal::TERM)?;
    assert!(child.wait()?.success());
    assert_eq!(place.processes(), 0);
    Ok(())
}

#[test]
fn a_taken_port_is_told_before_anything_is_made() -> TestResult {
    let place = TestFolder::new()?;
    let other = TcpListener::bind("127.0.0.1:0")?;
    let (code, said) = ended(place.command().env("THROUGHLINE_BIND", other.local_addr()?.to_string()))?;
    assert_eq!(code, Some(1));
    assert!(said.contains("is taken") && said.contains("THROUGHLINE_BIND"), "{said}");
    assert!(!Path::new(&place.data()).exists());
    Ok(())
}

#[test]
fn a_folder_that_postgres_cannot_reach_is_named() -> TestResult {
    if !rustix::process::geteuid().is_root() {
        // Only root's Postgres runs as somebody else.
        return Ok(());
    }
    let place = TestFolder::new()?;
    fs::set_permissions(place.0.path(), fs::Permissions::from_mode(0o700))?;
    let (code, said) = ended(place.command().arg("serve"))?;
    assert_eq!(code, Some(1));
    assert!(said.contains(&place.0.path().display().to_string()) && said.contains("chmod o+x"), "{said}");
    Ok(())
}
