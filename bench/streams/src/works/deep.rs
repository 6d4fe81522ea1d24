//! What an append costs as its stream and the number of streams grow: the works of `--deep`. Each goes on from where
//! the one before it ended.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::{
    Bench, Work, WorkKind,
    append::{self, Load},
    fill, work,
};
use crate::{
    BenchError, event::BenchEvent, measurement::BenchTurn, options::BenchOptions, server::Server,
    stream::BenchStream,
};

/// Connections that make streams.
const MAKERS: u64 = 32;

/// The works, to the length and the number that were asked for.
pub fn works(options: &BenchOptions) -> Vec<Work> {
    let long = steps(options.deep_events, 10_000).map(|(from, to)| {
        let title = format!("1 producer on a stream of {to} events");
        work(&format!("deep-events-{to}"), &title, WorkKind::LongStream { from, to }, &[])
    });
    let many = steps(options.deep_streams, 1_000).map(|(from, to)| {
        let title = format!("32 producers on {to} streams");
        work(&format!("deep-streams-{to}"), &title, WorkKind::ManyStreams { from, to }, &[])
    });
    long.chain(many).map(|work| Work { rounds: Some(1), ..work }).collect()
}

/// From each size to the next, ten times as large; the last is `last`.
fn steps(last: u64, first: u64) -> impl Iterator<Item = (u64, u64)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let to = (from * 10).max(first).min(last);
        (from < last).then(|| (std::mem::replace(&mut from, to), to))
    })
}

/// Fills the stream and appends to it; it is not read back.
pub async fn long_stream(
    bench: &Bench<'_>,
    server: &Server,
    from: u64,
    to: u64,
) -> Result<BenchTurn, BenchError> {
    let name = format!("{}-long", bench.run);
    let mut stream = BenchStream::at(&server.endpoint, &name, 0).await?;
    stream.create().await?;
    fill(&mut stream, to - from, Duration::from_secs(bench.options.deep_patience)).await?;
    Ok(append::hammer(bench, server, &[name], Load { producers: 1, idempotent: false, roam: false }).await?.0)
}

/// Makes the streams, each with an event, and appends to all of them in turns.
pub async fn many_streams(
    bench: &Bench<'_>,
    server: &Server,
    from: u64,
    to: u64,
) -> Result<BenchTurn, BenchError> {
    let names: Vec<String> = (0..to).map(|index| format!("{}-many-{index}", bench.run)).collect();
    let end = Instant::now() + Duration::from_secs(bench.options.deep_patience);
    let mut event = Vec::new();
    BenchEvent { writer: 0, number: 0, begun: 0 }.write(&mut event);
    let mut makers = JoinSet::new();
    for maker in 0..MAKERS {
        let names: Vec<String> =
            names.iter().skip((from + maker) as usize).step_by(MAKERS as usize).cloned().collect();
        let (endpoint, event) = (server.endpoint.clone(), event.clone());
        makers.spawn(async move {
            let mut stream = BenchStream::at(&endpoint, "", 0).await?;
            for name in names {
                stream.rename(&name);
                stream.create().await?;
                stream.append(&event, None).await?;
                if Instant::now() > end {
                    return Err(BenchError::from(format!("{to} streams were not made in time")));
                }
            }
            Ok(())
        });
    }
    while let Some(made) = makers.join_next().await {
        made??;
    }
    Ok(append::hammer(bench, server, &names, Load { producers: 32, idempotent: false, roam: true }).await?.0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_grow_tenfold_up_to_the_last() {
        let steps: Vec<_> = super::steps(250_000, 10_000).collect();
        assert_eq!(steps, [(0, 10_000), (10_000, 100_000), (100_000, 250_000)]);
        assert_eq!(super::steps(500, 1_000).collect::<Vec<_>>(), [(0, 500)]);
    }
}
