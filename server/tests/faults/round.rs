//! One round: work, faults, and what is left of it in the end.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, StatusCode};
use serde_json::value::RawValue;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    crew::Crew,
    figures::Round,
    fleet::{self, Reader, ReceivedEvents, Way},
    oracle,
    plan::{Fault, RoundPlan},
    portal::FaultPortal,
};

/// What no round comes near: a dead connection takes half a minute to be noticed.
const PATIENCE: Duration = Duration::from_secs(150);
/// Between tries.
const PAUSE: Duration = Duration::from_millis(20);

/// Plays a round; what is wrong, if anything.
pub async fn play(house: Arc<FaultPortal>, name: String, plan: RoundPlan) -> Result<Round, String> {
    let url = format!("{}/v1/stream/{name}", house.front.url());
    let client = fleet::client().timeout(Duration::from_secs(5)).build().unwrap();
    within(
        "making the stream",
        insist(&client, |client| client.put(&url).header("content-type", "application/json")),
    )
    .await??;
    let mut crew = Crew::start(&url, &plan.work);
    let mut readers = vec![
        Reader::start(url.clone(), Way::Sse),
        Reader::start(url.clone(), Way::Sse),
        Reader::start(url.clone(), Way::LongPoll),
    ];
    let healing =
        within("the faults' turn", break_things(&house, &plan, &mut crew, &mut readers, &url)).await?;
    within("the agents", crew.finish()).await??;
    within("the repairs", healing.join_all()).await?;
    house.is_whole().await?;
    within("closing the stream", insist(&client, |client| client.post(&url).header("stream-closed", "true")))
        .await??;

    let all = within("reading it all", read(&client, &house, &name)).await??;
    for reader in &mut readers {
        assert_same_bytes(reader, &all).await?;
    }
    let seen = crew.seen();
    oracle::judge(&all, &seen.deeds)?;
    Ok(Round {
        events: all.len(),
        appends: seen.acked,
        again: seen.again,
        reconnects: readers.iter().map(|reader| reader.borrow().reconnects).sum(),
        longest: seen.longest,
    })
}

/// Lets each fault happen when its number of appends is acknowledged; what is still being mended then.
async fn break_things(
    house: &Arc<FaultPortal>,
    plan: &RoundPlan,
    crew: &mut Crew,
    readers: &mut Vec<watch::Receiver<ReceivedEvents>>,
    url: &str,
) -> JoinSet<()> {
    let (mut acked, mut healing) = (crew.acked(), JoinSet::new());
    let mut late = Some(plan.late);
    for (at, fault) in &plan.faults {
        if late.take_if(|late| *late <= *at).is_some() {
            readers.push(Reader::start(url.to_owned(), Way::Sse));
        }
        let _ = acked.wait_for(|acked| acked >= at).await;
        let (house, fault) = (Arc::clone(house), *fault);
        match fault {
            Fault::Sockets => drop(house.front.cut()),
            Fault::Dead { node } => house.bury(node),
            Fault::Agent { producer } => crew.take_over(producer, true).await,
            Fault::Zombie { producer } => crew.take_over(producer, false).await,
            Fault::Node { node, down } => {
                drop(healing.spawn(async move { house.kill_node(node, down).await }))
            }
            Fault::Postgres => drop(healing.spawn(async move { house.kill_postgres().await })),
            Fault::Stall { node, lasts, cut } => {
                drop(healing.spawn(async move { house.stall(node, lasts, cut).await }))
            }
        }
    }
    if late.is_some() {
        let _ = acked.wait_for(|acked| *acked >= plan.late).await;
        readers.push(Reader::start(url.to_owned(), Way::Sse));
    }
    healing
}

/// The follower ends with the same bytes.
async fn assert_same_bytes(
    reader: &mut watch::Receiver<ReceivedEvents>,
    all: &[String],
) -> Result<(), String> {
    let over = reader.wait_for(|heard| heard.closed || heard.refused.is_some());
    let heard = within("a follower's end", over).await?.map_err(|error| error.to_string())?.clone();
    if let Some(why) = heard.refused {
        return Err(format!("a follower was refused: {why}"));
    }
    if heard.messages != all {
        let same = heard.messages.iter().zip(all).take_while(|(heard, stored)| heard == stored).count();
        let (got, want) = (heard.messages.get(same), all.get(same));
        return Err(format!("a follower differs at {same} of {}: {got:?} instead of {want:?}", all.len()));
    }
    Ok(())
}

/// The whole stream, as each node tells it.
async fn read(client: &Client, house: &FaultPortal, name: &str) -> Result<Vec<String>, String> {
    let mut told = Vec::new();
    for node in house.urls() {
        let url = format!("{node}/v1/stream/{name}?offset=-1");
        let body = insist(client, |client| client.get(&url)).await?;
        let messages: Vec<Box<RawValue>> = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        told.push(messages.iter().map(|message| message.get().to_owned()).collect::<Vec<_>>());
    }
    match &told[..] {
        [first, second] if first == second => Ok(told.swap_remove(0)),
        _ => Err(format!("the nodes tell {:?} messages", told.iter().map(Vec::len).collect::<Vec<_>>())),
    }
}

/// Asks until it is answered; the answer's body.
async fn insist(client: &Client, ask: impl Fn(&Client) -> reqwest::RequestBuilder) -> Result<String, String> {
    loop {
        if let Ok(response) = ask(client).send().await {
            let status = response.status();
            match response.text().await {
                Ok(body) if status.is_success() => return Ok(body),
                Ok(body) if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
                    return Err(format!("{status}: {body}"));
                }
                _ => {}
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn within<T>(what: &str, work: impl Future<Output = T>) -> Result<T, String> {
    timeout(PATIENCE, work).await.map_err(|_| format!("{what} did not come"))
}
