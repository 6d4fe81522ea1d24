//! Reading a stream from its beginning.

use std::time::{Duration, Instant};

use super::{Bench, Meter, PATIENCE, fill};
use crate::{
    BenchError, event,
    measurement::BenchTurn,
    server::Server,
    stream::{BEGINNING, BenchStream},
};

/// One reader reads all of the stream again and again; a latency is that of a whole catch-up. Only the reading counts,
/// not the counting of what was read.
pub async fn turn(
    bench: &Bench<'_>,
    server: &Server,
    name: &str,
    events: u64,
) -> Result<BenchTurn, BenchError> {
    let mut stream = BenchStream::at(&server.endpoint, name, 0).await?;
    stream.create().await?;
    fill(&mut stream, events, 12 * PATIENCE).await?;
    let mut missing = events.abs_diff(stream.read_all().await?);
    let meter = Meter::start(server);
    let end = Instant::now() + bench.options.seconds();
    let (mut read, mut seconds, mut latencies) = (0, 0.0, Vec::new());
    while Instant::now() < end {
        let (mut offset, mut found, mut time) = (BEGINNING.to_owned(), 0, Duration::ZERO);
        loop {
            let begun = Instant::now();
            let head = stream.read(&offset).await?;
            time += begun.elapsed();
            found += event::count(stream.body());
            if head.up_to_date {
                break;
            }
            offset = head.next_offset.ok_or("a page without Stream-Next-Offset")?;
        }
        latencies.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
        seconds += time.as_secs_f64();
        missing += events.abs_diff(found);
        read += found;
    }
    Ok(BenchTurn { events: read, seconds, latencies, missing, ..meter.stop() })
}
