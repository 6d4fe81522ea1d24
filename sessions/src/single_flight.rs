//! One read for all who want the same page at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use crate::{
    Error, Offset, Page, StreamId,
    core::{Core, locked},
    sql,
};

type FlightResult = Result<Arc<Page>, Error>;
type Flight = BoxFuture<'static, FlightResult>;
type Route = (StreamId, Offset);

/// The reads that are on their way. Whoever waits for one drives it; when the last leaves, it is given up.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<Route, WeakShared<Flight>>>);

impl std::fmt::Debug for Flights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Flights")
    }
}

/// Reads a page, together with everyone who is reading it already. It may thus be of a moment before the call.
pub(crate) async fn page(core: &Arc<Core>, stream: StreamId, from: Offset) -> FlightResult {
    board(core, (stream, from)).await
}

fn board(core: &Arc<Core>, route: Route) -> Shared<Flight> {
    let mut flights = locked(&core.flights.0);
    if let Some(flight) = flights.get(&route).and_then(WeakShared::upgrade) {
        return flight;
    }
    let flight = fly(FlightGuard { core: Arc::clone(core), route }).boxed().shared();
    if let Some(flight) = flight.downgrade() {
        flights.insert(route, flight);
    }
    flight
}

async fn fly(landing: FlightGuard) -> FlightResult {
    let FlightGuard { core, route: (stream, from) } = &landing;
    // Never closed; without a turn it would just read at once.
    let _turn = core.reads.acquire().await;
    let max = core.page_size();
    let now = core.options.clock.now();
    let read = core.ask(async |conn| sql::page(conn, *stream, *from, max, Some(now)).await).await;
    read.map(|sheet| Arc::new(sheet.page))
}

/// Takes the flight off the board, however it ends.
struct FlightGuard {
    core: Arc<Core>,
    route: Route,
}

impl Drop for FlightGuard {
    fn drop(&mut self) {
        locked(&self.core.flights.0).remove(&self.route);
    }
}
