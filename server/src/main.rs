//! The `throughline` command.

use mimalloc::MiMalloc;

/// Requests and followers come and go by the thousand, on several threads: the system's allocator takes a tenth of an
/// append's time. Without huge pages, of which a follower's few kilobytes here and there would take many.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    server::cli::run()
}
